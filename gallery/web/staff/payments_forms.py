"""Forms of the payment pages for staff."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from gallery.core.ids import public_id
from gallery.payments.errors import GoodsOnShelfError
from gallery.payments.states import GivenBackFor, GoodsBack, RejectReason
from gallery.web.errors import text_of
from gallery.web.paging import number_in
from gallery.web.parcel_forms import strip
from gallery.web.words import word


class RejectForm(FlaskForm):
    alasan = SelectField(
        _l("Alasan"),
        choices=[
            SelectChoice("", _l("Pilih alasan")),
            *(SelectChoice(reason.value, word(reason).text) for reason in RejectReason),
        ],
        validators=[DataRequired(_l("Pilih alasan, agar pembeli tahu apa yang harus diperbaiki."))],
    )
    keterangan = TextAreaField(
        _l("Keterangan untuk pembeli"),
        filters=[strip],
        validators=[Length(max=300, message=_l("Keterangan paling panjang 300 huruf."))],
    )

    def validate_keterangan(self, field: Any) -> None:
        if self.alasan.data == RejectReason.OTHER and not field.data:
            raise ValidationError(_("Tulis alasannya, agar pembeli tahu apa yang harus diperbaiki."))


MOST_PIECES = 10_000


class GiveBackForm(FlaskForm):
    """Pieces come as ``barang-<line id>``: a parcel has as many lines as it has."""

    sebab = SelectField(
        _l("Sebab"),
        choices=[
            SelectChoice("", _l("Pilih sebab")),
            *(SelectChoice(reason.value, word(reason).text) for reason in GivenBackFor),
        ],
        validators=[DataRequired(_l("Pilih sebabnya, agar pembeli dan UMKM tahu mengapa."))],
    )
    barangnya = SelectField(
        _l("Barangnya sekarang"),
        choices=[
            SelectChoice("", _l("Pilih keadaan barang")),
            *(SelectChoice(goods.value, word(goods).text) for goods in GoodsBack),
        ],
    )
    penanggung = RadioField(
        _l("Siapa yang menanggung"),
        choices=[
            SelectChoice("umkm", _l("UMKM: haknya atas barang ini dikurangi")),
            SelectChoice("galeri", _l("Galeri: hak UMKM tetap")),
        ],
        default="umkm",
    )
    ongkir = StringField(_l("Ongkir yang dikembalikan (Rp)"), filters=[strip])
    kunci = HiddenField(default=public_id, validators=[DataRequired(), Length(max=40)])

    def validate_barangnya(self, field: Any) -> None:
        if any(self.pieces.values()) and not field.data:
            raise ValidationError(_("Pilih apa yang terjadi dengan barangnya, agar stok dan laporan UMKM cocok."))

    def validate_penanggung(self, field: Any) -> None:
        if field.data == "galeri" and self.goods is GoodsBack.SHELF and any(self.pieces.values()):
            raise ValidationError(text_of(GoodsOnShelfError.code))

    @property
    def goods(self) -> GoodsBack:
        """What became of the goods; kept by the buyer where nothing is said, as for shipping alone."""
        return next((goods for goods in GoodsBack if goods.value == self.barangnya.data), GoodsBack.KEPT)

    @property
    def pieces(self) -> dict[int, int]:
        """Order line id -> pieces, as typed; what is no number counts as none."""
        found = {}
        for name, text in request.form.items():
            line, pieces = number_in(name.removeprefix("barang-")), number_in(text.strip())
            if name.startswith("barang-") and line is not None and pieces is not None:
                found[line] = min(pieces, MOST_PIECES)
        return found

    @property
    def shipping_idr(self) -> int:
        digits = "".join(letter for letter in self.ongkir.data or "" if letter in "0123456789")
        return int(digits[:9] or 0)


class ReceivedForm(FlaskForm):
    """What came, in rupiah; the button on the page sends what was asked for."""

    masuk = StringField(
        _l("Jumlah yang masuk (Rp)"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis jumlah yang terbaca di mutasi rekening.")),
            Length(max=20, message=_l("Jumlah itu terlalu panjang. Tulis angkanya saja.")),
        ],
    )

    def validate_masuk(self, field: Any) -> None:
        if not self._digits or set(field.data) - set("0123456789., Rp"):
            raise ValidationError(_("Tulis jumlahnya dengan angka saja, misalnya 6250123."))

    @property
    def received_idr(self) -> int:
        return int(self._digits)

    @property
    def _digits(self) -> str:
        return "".join(letter for letter in self.masuk.data or "" if letter in "0123456789")


class RefundForm(FlaskForm):
    cara = StringField(
        _l("Dikirim lewat"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis lewat apa uangnya dikembalikan, misalnya transfer BRI 24 November.")),
            Length(max=200, message=_l("Paling panjang 200 huruf.")),
        ],
    )


class TroubleForm(FlaskForm):
    catatan = StringField(
        _l("Apa yang sudah dilakukan"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis apa yang sudah dilakukan, misalnya uangnya dikembalikan lewat dasbor Stripe.")),
            Length(max=300, message=_l("Paling panjang 300 huruf.")),
        ],
    )
