"""Forms of payouts."""

from collections.abc import Sequence

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from gallery.core.ids import public_id
from gallery.payments.models import BankAccount
from gallery.web.parcel_forms import strip

MOST_CHOSEN = 200


class PayoutForm(FlaskForm):
    bank_account = SelectField(_l("Dibayar dari rekening"), coerce=int)
    request_key = HiddenField(default=public_id, validators=[DataRequired(), Length(max=40)])

    def use(self, accounts: Sequence[BankAccount]) -> None:
        """Offer these accounts."""
        self.bank_account.choices = [SelectChoice(row.id, f"{row.bank_name} {row.number}") for row in accounts]

    @property
    def chosen(self) -> list[str]:
        """Public ids of the ticked owners."""
        return request.form.getlist("umkm")[:MOST_CHOSEN]


class PaidForm(FlaskForm):
    reference = StringField(
        _l("Nomor referensi bank"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nomor referensi dari bukti transfer, agar bisa dicari lagi.")),
            Length(max=60, message=_l("Paling panjang 60 huruf.")),
        ],
    )


class ProofForm(FlaskForm):
    proof = FileField(
        _l("Bukti dari bank (foto atau PDF)"), validators=[FileRequired(_l("Pilih foto atau PDF bukti dari bank."))]
    )
    note = StringField(
        _l("Keterangan bukti"),
        id="keterangan-bukti",
        filters=[strip],
        validators=[Length(max=120, message=_l("Paling panjang 120 huruf."))],
    )


class ReasonForm(FlaskForm):
    note = StringField(
        _l("Alasan"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis alasannya. UMKM dan petugas lain membacanya.")),
            Length(max=200, message=_l("Paling panjang 200 huruf.")),
        ],
    )


class CancelForm(ReasonForm):
    is_off_at_bank = BooleanField(_l("Bank tidak menjalankan berkasnya: belum dikirim, atau sudah ditarik kembali"))
