"""Form of consignment terms."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from gallery.consignment.queries import TermsFacts
from gallery.consignment.states import LossBearer, PaymentPeriod
from gallery.core import clock
from gallery.core.money import BasisPoints
from gallery.web.forms import NumberRange, strip
from gallery.web.words import word


def days(label: Any, description: Any = "") -> IntegerField:
    """A number of days."""
    return IntegerField(
        label,
        description=description,
        validators=[
            InputRequired(_l("Tulis jumlah hari dengan angka.")),
            NumberRange(0, 3_650, _l("Jumlah hari 0 sampai 3.650.")),
        ],
    )


class PercentField(DecimalField):
    """A percentage with a comma or a point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if any(text.strip() for text in valuelist):
            super().process_formdata([text.replace(",", ".") for text in valuelist])


class TermsForm(FlaskForm):
    """What gallery and owner agree on from a day on."""

    gallery = SelectField(_l("Galeri"), coerce=int)
    valid_from = DateField(_l("Berlaku mulai"), validators=[InputRequired(_l("Isi tanggal mulai berlaku."))])
    basis = RadioField(
        _l("Dasar pembayaran"),
        choices=[
            SelectChoice("commission", _l("Komisi dari harga jual")),
            SelectChoice("price", _l("Harga titip yang ditetapkan pemilik")),
        ],
        default="commission",
    )
    commission = PercentField(
        _l("Komisi galeri (%)"),
        description=_l("0 bila galeri tidak mengambil bagian."),
        places=2,
    )
    payment_period = SelectField(_l("Pembayaran kepada UMKM"))
    min_days = days(
        _l("Sisa masa simpan saat diterima (hari)"), _l("Yang lebih lama dari dua syarat ini yang dipakai.")
    )
    min_life = IntegerField(
        _l("dan dari seluruh masa simpan (%)"),
        validators=[
            InputRequired(_l("Tulis persennya dengan angka.")),
            NumberRange(0, 100, _l("Persen 0 sampai 100.")),
        ],
    )
    take_off_days = days(_l("Turun dari rak sebelum kedaluwarsa (hari)"))
    return_days = days(_l("Dikembalikan bila tidak laku setelah (hari)"))
    collect_days = days(_l("Waktu pemilik mengambil (hari)"))
    loss_bearer = SelectField(_l("Yang menanggung barang rusak atau hilang"))
    note = StringField(_l("Catatan"), filters=[strip], validators=[Optional(), Length(max=300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment_period.choices = [(one.value, word(one).text) for one in PaymentPeriod]
        self.loss_bearer.choices = [(one.value, word(one).text) for one in LossBearer]

    def fill(self, facts: TermsFacts) -> None:
        """Begin with what holds now."""
        self.valid_from.data = clock.today()
        self.basis.data = "price" if facts.commission_bps is None else "commission"
        self.commission.data = None if facts.commission_bps is None else facts.commission_bps / 100
        self.payment_period.data = facts.payment_period.value
        self.min_days.data, self.min_life.data = facts.min_days, facts.min_life_bps // 100
        self.take_off_days.data, self.return_days.data = facts.take_off_days, facts.return_days
        self.collect_days.data, self.loss_bearer.data = facts.collect_days, facts.loss_bearer.value

    def validate_valid_from(self, field: Any) -> None:
        if field.data is not None and field.data < clock.today():  # what is no date is told already
            raise ValidationError(_("Ketentuan berlaku paling awal hari ini."))

    def validate_commission(self, field: Any) -> None:
        if self.basis.data == "commission" and field.data is None:
            raise ValidationError(_("Tulis komisinya; 0 bila tidak ada."))
        if field.data is not None and not 0 <= field.data <= 100:  # noqa: PLR2004 - per cent
            raise ValidationError(_("Komisi 0 sampai 100 persen."))

    @property
    def facts(self) -> TermsFacts:
        """The terms as values."""
        commission = BasisPoints(round(self.commission.data * 100)) if self.basis.data == "commission" else None
        return TermsFacts(
            commission,
            PaymentPeriod(self.payment_period.data),
            self.min_days.data,
            BasisPoints(self.min_life.data * 100),
            self.take_off_days.data,
            self.return_days.data,
            self.collect_days.data,
            LossBearer(self.loss_bearer.data),
            self.note.data or "",
        )
