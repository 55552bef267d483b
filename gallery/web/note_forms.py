"""Forms of consignment notes, for districts and MSMEs."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from gallery.consignment.services import NoteLineFacts
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.web.forms import NumberRange, strip
from gallery.web.money_typed import typed_rupiah
from gallery.web.stock_forms import MOST_PIECES, KeyedForm


class NoteForm(FlaskForm):
    """The head of a note."""

    sender = SelectField(_l("Pengirim"))
    gallery = SelectField(_l("Galeri tujuan"), coerce=int)
    arrives_on = DateField(_l("Perkiraan tiba"), validators=[Optional()])
    brought_by = StringField(_l("Dibawa oleh"), filters=[strip], validators=[Optional(), Length(max=80)])
    remark = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])

    def validate_arrives_on(self, field: Any) -> None:
        if field.data is not None and field.data < clock.today():  # what is no date is told already
            raise ValidationError(_("Tanggal tiba paling awal hari ini."))


class NoteLineForm(KeyedForm):
    """One line; the article is typed and completed from a list."""

    article = StringField(
        _l("Barang"), filters=[strip], validators=[DataRequired(_l("Tulis nama barang atau SKU.")), Length(max=200)]
    )
    pieces = IntegerField(
        _l("Jumlah"),
        validators=[
            InputRequired(_l("Tulis jumlahnya dengan angka.")),
            NumberRange(1, MOST_PIECES, _l("Jumlahnya 1 sampai 100.000.")),
        ],
    )
    lot_code = StringField(_l("Kode produksi"), filters=[strip], validators=[Optional(), Length(max=40)])
    expires_on = DateField(_l("Kedaluwarsa"), validators=[Optional()])
    price = StringField(_l("Harga titip"), filters=[strip], validators=[Optional(), Length(max=20)])

    def validate_expires_on(self, field: Any) -> None:
        if field.data is not None and field.data <= clock.today():  # what is no date is told already
            raise ValidationError(_("Barang ini sudah kedaluwarsa."))

    def validate_price(self, field: Any) -> None:
        try:
            typed_rupiah(field.data)
        except ValueError as error:
            raise ValidationError(_("Tulis harganya dalam rupiah, misalnya 25.000.")) from error

    def facts(self, variant_id: int) -> NoteLineFacts:
        """The line as values."""
        price = typed_rupiah(self.price.data)
        return NoteLineFacts(
            variant_id,
            int(self.pieces.data),
            self.lot_code.data or "",
            self.expires_on.data,
            Rupiah(price) if price else None,
        )
