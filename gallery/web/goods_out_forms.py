"""Forms of goods that leave a gallery."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from gallery.core import clock
from gallery.inventory.models import Place
from gallery.inventory.states import LotBlock, MovementReason
from gallery.web.forms import NumberRange, strip
from gallery.web.stock_forms import KeyedForm
from gallery.web.words import word

LOSSES = (MovementReason.EXPIRED, MovementReason.DAMAGED, MovementReason.LOST, MovementReason.RECALLED)
MOST_IDR = 1_000_000_000


class ReturnForm(KeyedForm):
    """Pieces are fields of their own (``pieces-<stock row>``)."""

    note = StringField(
        _l("Catatan"),
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )


class WriteOffForm(KeyedForm):
    """Pieces and reasons are fields of their own (``pieces-<stock row>``, ``reason-<stock row>``)."""

    note = TextAreaField(
        _l("Keadaan barang dan tindakan"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis apa yang terjadi dan apa yang dilakukan dengan barangnya.")),
            Length(max=500, message=_l("Paling panjang 500 huruf.")),
        ],
    )
    foto = FileField(_l("Foto"), description=_l("JPG, PNG, WebP, atau HEIC dari kamera HP, paling besar 10 MB."))


class DecisionForm(FlaskForm):
    note = StringField(
        _l("Catatan"),
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )


class HandOverForm(FlaskForm):
    collected_by = StringField(
        _l("Diambil oleh"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama orang yang mengambil barangnya.")),
            Length(max=80, message=_l("Paling panjang 80 huruf.")),
        ],
    )


class TransferForm(KeyedForm):
    to = SelectField(_l("Galeri tujuan"), coerce=int)
    note = StringField(
        _l("Catatan"),
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )

    def prepare(self, places: list[Place]) -> "TransferForm":
        """Offer these galleries."""
        self.to.choices = [(place.id, place.name) for place in places]
        return self


class SendForm(FlaskForm):
    carried_by = StringField(
        _l("Dibawa oleh"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis siapa atau kapal apa yang membawa barangnya.")),
            Length(max=80, message=_l("Paling panjang 80 huruf.")),
        ],
    )


class BlockForm(FlaskForm):
    reason = SelectField(_l("Alasan"), validators=[DataRequired(_l("Pilih alasannya."))])
    note = StringField(
        _l("Keterangan"),
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", _("Pilih")), *((one.value, word(one).text) for one in LotBlock)]


class AskGoodsForm(FlaskForm):
    pieces = IntegerField(
        _l("Jumlah yang diminta"),
        validators=[
            InputRequired(_l("Tulis jumlahnya dengan angka.")),
            NumberRange(1, 10_000, _l("Jumlahnya 1 sampai 10.000.")),
        ],
    )
    note = StringField(
        _l("Catatan"),
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )


class AnswerForm(FlaskForm):
    answer = StringField(
        _l("Jawaban"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis jawabannya, misalnya kapan barangnya datang dan berapa.")),
            Length(max=300, message=_l("Paling panjang 300 huruf.")),
        ],
    )


class PriceForm(FlaskForm):
    price = IntegerField(
        _l("Harga jual baru (Rp)"),
        validators=[
            InputRequired(_l("Tulis harganya dengan angka, tanpa titik.")),
            NumberRange(100, MOST_IDR, _l("Harganya Rp100 sampai Rp1.000.000.000.")),
        ],
    )
    wanted_from = DateField(
        _l("Berlaku mulai"), default=clock.today, validators=[InputRequired(_l("Pilih tanggalnya."))]
    )
    note = StringField(
        _l("Alasan"), filters=[strip], validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))]
    )


def loss_choices() -> list[SelectChoice]:
    """Why pieces are lost."""
    return [SelectChoice(reason.value, word(reason).text) for reason in LOSSES]
