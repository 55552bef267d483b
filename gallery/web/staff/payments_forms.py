"""Forms of the payment pages for staff."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from gallery.web.parcel_forms import strip

REASONS: Final = {
    "tidak-masuk": _l("Uangnya belum masuk ke rekening kami."),
    "jumlah": _l("Jumlahnya tidak sama dengan yang tertulis di halaman bayar."),
    "tidak-terbaca": _l("Gambarnya tidak terbaca. Kirim tangkapan layar yang jelas."),
    "salah-bukti": _l("Gambar ini bukan bukti transfer untuk pesanan ini."),
    "lain": _l("Alasan lain (tulis di bawah)"),
}


class RejectForm(FlaskForm):
    alasan = SelectField(
        _l("Alasan"),
        choices=[
            SelectChoice("", _l("Pilih alasan")),
            *(SelectChoice(value, text) for value, text in REASONS.items()),
        ],
        validators=[DataRequired(_l("Pilih alasan, agar pembeli tahu apa yang harus diperbaiki."))],
    )
    keterangan = TextAreaField(
        _l("Keterangan untuk pembeli"),
        filters=[strip],
        validators=[Length(max=300, message=_l("Keterangan paling panjang 300 huruf."))],
    )

    def validate_keterangan(self, field: Any) -> None:
        if self.alasan.data == "lain" and not field.data:
            raise ValidationError(_("Tulis alasannya, agar pembeli tahu apa yang harus diperbaiki."))


class RefundForm(FlaskForm):
    cara = StringField(
        _l("Dikirim lewat"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis lewat apa uangnya dikembalikan, misalnya transfer BRI 24 November.")),
            Length(max=200, message=_l("Paling panjang 200 huruf.")),
        ],
    )
