"""Forms of a till's shift: opening cash, cash in and out, the closing count."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from gallery.counter.services import DENOMINATIONS
from gallery.counter.states import CashReason
from gallery.web.forms import NumberRange, strip
from gallery.web.money_typed import typed_rupiah
from gallery.web.stock_forms import KeyedForm
from gallery.web.words import word


class RupiahField(StringField):
    """An amount as people type it; ``rupiah`` is the number, none where nothing was typed."""

    rupiah: int | None = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ARG002, FBT001 - wtforms calls it so
        try:
            self.rupiah = typed_rupiah(self.data)
        except ValueError as error:
            raise ValidationError(_l("Tulis uangnya dengan angka, misalnya 50.000.")) from error


class OpenForm(FlaskForm):
    cash = RupiahField(
        _l("Uang awal di laci"), validators=[InputRequired(_l("Hitung uang di laci dulu. Kosong: tulis 0."))]
    )


class CashForm(KeyedForm):
    direction = RadioField(
        _l("Uang"),
        choices=[SelectChoice("in", _l("Masuk ke laci")), SelectChoice("out", _l("Keluar dari laci"))],
        default="out",
    )
    amount = RupiahField(_l("Jumlah"), validators=[InputRequired(_l("Tulis jumlahnya."))])
    reason = SelectField(_l("Untuk apa"), validators=[DataRequired(_l("Pilih untuk apa."))])
    note = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason.value, word(reason).text) for reason in CashReason]

    @property
    def signed(self) -> int:
        """The amount, negative where it goes out."""
        amount = self.amount.rupiah or 0
        return amount if self.direction.data == "in" else -amount


def _notes(value: int) -> IntegerField:
    return IntegerField(
        f"Rp{value:,}".replace(",", "."), validators=[Optional(), NumberRange(0, 100_000, _l("Tulis banyaknya."))]
    )


class NotesForm(FlaskForm):
    """``n100000`` and so on: how many of each note or coin."""


for _value in DENOMINATIONS:
    setattr(NotesForm, f"n{_value}", _notes(_value))


class CloseForm(NotesForm):
    """The count by notes and coins, or the sum alone."""

    total = RupiahField(_l("Jumlah uang di laci"), validators=[Optional()])
    note = StringField(_l("Sebab selisih"), filters=[strip], validators=[Optional(), Length(max=300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in DENOMINATIONS:
            self[f"n{value}"].flags.optional = None  # ten times "may be empty" says nothing

    @property
    def counted(self) -> dict[int, int]:
        """How many of each note or coin."""
        return {value: int(self[f"n{value}"].data or 0) for value in DENOMINATIONS}

    @property
    def sum_idr(self) -> int | None:
        """What was counted in rupiah; none where nothing was."""
        by_notes = sum(value * count for value, count in self.counted.items())
        return by_notes or self.total.rupiah

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if fine and self.sum_idr is None:
            self.total.errors = [_l("Hitung uangnya per pecahan, atau tulis jumlahnya. Kosong: tulis 0.")]
            return False
        return bool(fine)


class TillForm(FlaskForm):
    name = StringField(
        _l("Nama kasir baru"), filters=[strip], validators=[DataRequired(_l("Tulis namanya.")), Length(max=30)]
    )


class QrisForm(FlaskForm):
    picture = FileField(_l("Gambar QRIS galeri"))


class SettleForm(FlaskForm):
    note = StringField(
        _l("Apa yang sudah dilakukan"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis apa yang sudah dilakukan.")), Length(max=200)],
    )
