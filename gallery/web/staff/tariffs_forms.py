"""Form of a place's rider tariff, and of a trial calculation."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from gallery.core.money import BasisPoints, Rupiah
from gallery.delivery.models import Tariff
from gallery.delivery.services import CarrierFacts, TariffFacts
from gallery.delivery.tariffs import WeightStep
from gallery.web.forms import NumberRange
from gallery.web.parcel_forms import strip

HIGHEST_IDR = 1_000_000
STEPS = 3
_WHOLE = _l("Tulis angka bulat tanpa titik atau koma.")


def rupiah_digits(text: str | None) -> str | None:
    """Filter: ``Rp 10.000`` is 10000."""
    return text.replace("Rp", "").replace(".", "").replace(" ", "").strip() if text else text


class WholeField(IntegerField):
    """A whole number that says in Indonesian what is wrong, and takes thousands with dots."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([rupiah_digits(value) or "" for value in valuelist])
        except ValueError as error:
            raise ValueError(str(_WHOLE)) from error


class FactorField(DecimalField):
    """A number with a decimal comma or point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.replace(",", ".").strip() for value in valuelist])
        except ValueError as error:
            raise ValueError(str(_l("Tulis angka seperti 1,3."))) from error


def idr_field(label: Any) -> WholeField:
    return WholeField(
        label,
        validators=[
            InputRequired(_l("Tulis jumlah rupiahnya, boleh 0.")),
            NumberRange(0, HIGHEST_IDR, _l("Tulis antara 0 dan 1.000.000.")),
        ],
    )


def whole_field(label: Any, low: int, high: int, wrong: Any) -> WholeField:
    return WholeField(label, validators=[InputRequired(wrong), NumberRange(low, high, wrong)])


class TariffForm(FlaskForm):
    base_idr = idr_field(_l("Tarif dasar"))
    base_km = whole_field(_l("Tarif dasar berlaku sampai (km)"), 0, 100, _l("Tulis 0 sampai 100 km."))
    per_km_idr = idr_field(_l("Tiap km berikutnya"))
    minimum_idr = idr_field(_l("Paling murah"))
    road_factor = FactorField(
        _l("Faktor jalan"),
        places=2,
        use_locale=False,
        validators=[InputRequired(_l("Tulis faktor jalan.")), NumberRange(1, 3, _l("Tulis antara 1,00 dan 3,00."))],
    )
    steps = StringField(_l("Tambahan berat"), filters=[strip])
    max_km = whole_field(_l("Paling jauh (km jalan)"), 1, 300, _l("Tulis 1 sampai 300 km."))
    max_weight_kg = whole_field(_l("Paling berat (kg)"), 1, 100, _l("Tulis 1 sampai 100 kg."))
    cut_off_hour = whole_field(_l("Batas pesan untuk hari ini (jam)"), 0, 24, _l("Tulis jam 0 sampai 24."))
    is_active = BooleanField(_l("Kurir setempat ditawarkan dari tempat ini"))

    def validate_steps(self, field: Any) -> None:
        try:
            self.parsed_steps = parse_steps(field.data or "")
        except ValueError as error:
            raise ValidationError(
                _("Tulis seperti contoh: 5 kg = 3.000; 10 kg = 7.000. Pisahkan dengan titik koma.")
            ) from error

    def facts(self) -> TariffFacts:
        """Return what the form says; call after validation."""
        return TariffFacts(
            base_idr=Rupiah(self.base_idr.data or 0),
            base_km=self.base_km.data or 0,
            per_km_idr=Rupiah(self.per_km_idr.data or 0),
            minimum_idr=Rupiah(self.minimum_idr.data or 0),
            road_factor_bps=BasisPoints(int((self.road_factor.data or 1) * 10_000)),
            weight_steps=self.parsed_steps,
            max_km=self.max_km.data or 0,
            max_weight_g=(self.max_weight_kg.data or 0) * 1_000,
            cut_off_hour=self.cut_off_hour.data or 0,
            is_active=bool(self.is_active.data),
        )


class CarrierTariffForm(FlaskForm):
    """What a carrier asks from one island to another."""

    carrier = StringField(
        _l("Ekspedisi"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis nama ekspedisi.")), Length(max=40, message=_l("Paling panjang 40 huruf."))],
    )
    service = StringField(
        _l("Layanan"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama layanannya, misalnya REG.")),
            Length(max=20, message=_l("Paling panjang 20 huruf.")),
        ],
    )
    origin_island = SelectField(_l("Dari pulau"), default="")
    destination_island = SelectField(_l("Ke pulau"), default="")
    first_kg_idr = idr_field(_l("Kilogram pertama"))
    next_kg_idr = idr_field(_l("Tiap kilogram berikutnya"))
    days_min = whole_field(_l("Paling cepat (hari)"), 0, 60, _l("Tulis 0 sampai 60 hari."))
    days_max = whole_field(_l("Paling lambat (hari)"), 0, 60, _l("Tulis 0 sampai 60 hari."))
    grace_g = whole_field(_l("Kelebihan yang dimaafkan (gram)"), 0, 900, _l("Tulis 0 sampai 900 gram."))
    is_active = BooleanField(_l("Ditawarkan kepada pembeli"), default=True)

    def offer_islands(self, islands: Sequence[str]) -> None:
        choices = [(name, name) for name in islands]
        self.origin_island.choices = self.destination_island.choices = choices

    def validate_days_max(self, field: Any) -> None:
        if field.data is not None and self.days_min.data is not None and field.data < self.days_min.data:
            raise ValidationError(_("Paling lambat tidak boleh kurang dari paling cepat."))

    def facts(self) -> CarrierFacts:
        """Return what the form says; call after validation."""
        return CarrierFacts(
            carrier=str(self.carrier.data),
            service=str(self.service.data),
            origin_island=str(self.origin_island.data),
            destination_island=str(self.destination_island.data),
            first_kg_idr=Rupiah(self.first_kg_idr.data or 0),
            next_kg_idr=Rupiah(self.next_kg_idr.data or 0),
            grace_g=self.grace_g.data or 0,
            days_min=self.days_min.data or 0,
            days_max=self.days_max.data or 0,
            is_active=bool(self.is_active.data),
        )


def parse_steps(text: str) -> tuple[WeightStep, ...]:
    """``5 kg = 3.000; 10 kg = 7.000`` is what parcels above 5 kg and above 10 kg cost more; raise ValueError."""
    steps = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        weight, sign, amount = part.partition("=")
        kilograms = int(weight.lower().replace("kg", "").replace(">", "").strip())
        rupiah = int(rupiah_digits(amount) or "")
        if not sign or not 0 < kilograms <= 100 or not 0 <= rupiah <= HIGHEST_IDR:  # noqa: PLR2004 - kg of a motorcycle
            raise ValueError(part)
        steps.append(WeightStep(kilograms * 1_000, Rupiah(rupiah)))
    if len({step.over_g for step in steps}) < len(steps):
        raise ValueError(text)
    return tuple(sorted(steps, key=lambda step: step.over_g))


def form_data(tariff: Tariff) -> dict[str, Any]:
    """Return a stored tariff as the form shows it."""
    steps = [f"{row['over_g'] // 1_000} kg = {row['add_idr']:,}".replace(",", ".") for row in tariff.weight_steps]
    return {
        "base_idr": tariff.base_idr,
        "base_km": tariff.base_km,
        "per_km_idr": tariff.per_km_idr,
        "minimum_idr": tariff.minimum_idr,
        "road_factor": tariff.road_factor_bps / 10_000,
        "max_km": tariff.max_km,
        "max_weight_kg": tariff.max_weight_g // 1_000,
        "cut_off_hour": tariff.cut_off_hour,
        "steps": "; ".join(steps),
        "is_active": tariff.is_active,
    }


FRESH = {
    "base_idr": 10_000,
    "base_km": 4,
    "per_km_idr": 2_500,
    "minimum_idr": 10_000,
    "road_factor": 1.3,
    "max_km": 40,
    "max_weight_kg": 20,
    "cut_off_hour": 15,
    "steps": "5 kg = 3.000; 10 kg = 7.000",
    "is_active": True,
}
