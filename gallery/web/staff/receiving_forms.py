"""Forms of unpacking: a scan, a line, pieces that are not taken, an exception, the end."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from gallery.consignment.services import LineFacts
from gallery.consignment.states import RejectedAs
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.web.forms import NumberRange, strip
from gallery.web.money_typed import typed_rupiah
from gallery.web.paging import day_in, number_in
from gallery.web.stock_forms import MOST_PIECES, pieces_and_code
from gallery.web.words import word


class KeyForm(FlaskForm):
    """What is sent again with the same key happens once."""

    key = HiddenField(default=public_id, validators=[Length(min=10, max=40)])


class ScanForm(KeyForm):
    """What a scanner types: a code, or "3*" and a code; or a few letters of a name."""

    code = StringField(_l("Pindai barcode, atau ketik SKU atau nama"), filters=[strip], validators=[Length(max=100)])

    @property
    def pieces_and_code(self) -> tuple[int, str]:
        """How many of what was scanned."""
        return pieces_and_code(self.code.data or "")


class LineForm(KeyForm):
    """One line: its new total, and what is known of its pieces. ``was`` is the total that the page showed."""

    got = IntegerField(_l("Diterima"), validators=[Optional(), NumberRange(0, MOST_PIECES)])
    was = HiddenField(default="0")
    expires_on = DateField(_l("Kedaluwarsa"), validators=[Optional()])
    shelf = StringField(_l("Rak"), filters=[strip], validators=[Length(max=20)])
    lot_code = StringField(_l("Kode produksi"), filters=[strip], validators=[Length(max=40)])
    price = StringField(_l("Harga titip"), filters=[strip], validators=[Length(max=20)])
    # What the page showed: so that two people at one line do not write over each other.
    old_expires_on = HiddenField()
    old_shelf = HiddenField(filters=[strip])
    old_lot_code = HiddenField(filters=[strip])
    old_price = HiddenField()

    def validate_price(self, field: Any) -> None:
        try:
            typed = typed_rupiah(field.data)
        except ValueError as error:
            raise ValidationError(_("Tulis harganya dalam rupiah, misalnya 25.000.")) from error
        if typed == 0:
            raise ValidationError(_("Harga titip lebih dari nol."))

    @property
    def delta(self) -> int:
        """Pieces to add: what was typed less what was shown, so that a colleague's scans in between stay."""
        was = number_in(self.was.data or "") or 0
        return 0 if self.got.data is None else int(self.got.data) - was

    @property
    def facts(self) -> LineFacts:
        """What the line is now known as."""
        return _facts(self.lot_code.data, self.expires_on.data, self.shelf.data, typed_rupiah(self.price.data))

    @property
    def seen(self) -> LineFacts | None:
        """What the line was known as when the page was made; none where that is not told."""
        if not self.old_shelf.raw_data:
            return None
        price = number_in(self.old_price.data or "")
        return _facts(self.old_lot_code.data, day_in(self.old_expires_on.data or ""), self.old_shelf.data, price)


def _facts(lot_code: str | None, expires_on: date | None, shelf: str | None, price: int | None) -> LineFacts:
    return LineFacts(lot_code or "", expires_on, shelf or "", Rupiah(price) if price else None)


class RejectForm(KeyForm):
    """Pieces that are not taken: how many, why, and a picture of it."""

    pieces = IntegerField(
        _l("Jumlah ditolak"),
        validators=[
            InputRequired(_l("Tulis jumlahnya dengan angka.")),
            NumberRange(1, MOST_PIECES, _l("Jumlahnya 1 sampai 100.000.")),
        ],
    )
    reason = SelectField(_l("Alasan"), validators=[DataRequired(_l("Pilih alasannya."))])
    counted = BooleanField(_l("Barang ini sudah terhitung diterima"))
    note = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])
    foto = FileField(_l("Foto"), description=_l("JPG, PNG, WebP, atau HEIC dari kamera HP, paling besar 10 MB."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", _("Pilih")), *((reason.value, word(reason).text) for reason in RejectedAs)]


class ExceptionForm(FlaskForm):
    """Why too short a date is taken."""

    reason = StringField(
        _l("Alasan diterima"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis alasannya dulu.")), Length(max=200)],
    )


class FinishForm(FlaskForm):
    brought_by = StringField(_l("Nama yang menyerahkan"), filters=[strip], validators=[Length(max=80)])


class OpenForm(KeyForm):
    """Goods that come without a note."""

    gallery = SelectField(_l("Galeri"), coerce=int)
