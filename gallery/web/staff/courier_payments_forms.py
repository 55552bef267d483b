"""What an officer types when a rider, a carrier or an online courier was paid."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.payments.models import BankAccount
from gallery.settlement.services import Purse
from gallery.web.forms import strip
from gallery.web.money_typed import typed_rupiah

BANK, SAFE = "rekening:", "brankas:"


class CourierPaymentForm(FlaskForm):
    amount = StringField(
        _l("Jumlah yang dibayar (Rp)"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis jumlahnya dalam rupiah."))],
    )
    paid_on = DateField(_l("Tanggal bayar"), default=clock.today, validators=[DataRequired(_l("Pilih tanggalnya."))])
    purse = SelectField(_l("Dibayar dari"), validators=[DataRequired(_l("Pilih asal uangnya."))])
    note = StringField(
        _l("Catatan"),
        filters=[strip],
        validators=[Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )
    request_key = HiddenField(default=public_id, validators=[DataRequired(), Length(max=40)])

    def use(self, accounts: Sequence[BankAccount], galleries: Sequence[Gallery]) -> None:
        """Offer these purses."""
        banks = [SelectChoice(f"{BANK}{row.id}", f"{row.bank_name} {row.number}") for row in accounts]
        safes = [SelectChoice(f"{SAFE}{row.id}", _("Brankas %(name)s", name=row.name)) for row in galleries]
        self.purse.choices = [*banks, *safes]

    def validate_amount(self, field: Any) -> None:
        try:
            amount = typed_rupiah(field.data)
        except ValueError as error:
            raise ValidationError(_("Tulis jumlahnya dalam rupiah, misalnya 90.000.")) from error
        if not amount:
            raise ValidationError(_("Jumlahnya harus lebih dari nol."))

    def validate_paid_on(self, field: Any) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(_("Tanggal ini belum tiba. Catat setelah uangnya dibayarkan."))

    @property
    def amount_idr(self) -> Rupiah:
        """What was typed; call after validation."""
        return Rupiah(typed_rupiah(self.amount.data) or 0)

    @property
    def chosen(self) -> Purse:
        """Where the money comes from; call after validation."""
        kind, _colon, key = str(self.purse.data).partition(":")
        return Purse(bank_account_id=int(key)) if f"{kind}:" == BANK else Purse(gallery_id=int(key))
