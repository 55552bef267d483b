"""The forms of a product, the same for its owner and for officers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.catalog.facts import LicenceFacts, PhotoFacts, ProductFacts, VariantFacts
from gallery.catalog.queries import CategoryView
from gallery.catalog.states import LicenceKind, ShippingClass, Storage
from gallery.core import reading
from gallery.core.money import Rupiah
from gallery.web.forms import NumberRange, strip
from gallery.web.words import word

LONGEST_LEAD_DAYS: Final = 90
NAME, UNIT, SUMMARY, DESCRIPTION, LIST = 100, 20, 160, 4_000, 1_000


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("Paling panjang %(max)d huruf."))


class ReadField(StringField):
    """Text that ``reader`` understands as people type it; ``value`` is what it means, ``data`` what was typed."""

    def __init__(
        self, label: Any, reader: Callable[[Any], Any], hint: Any, *, required: Any = None, **given: Any
    ) -> None:
        super().__init__(label, filters=[strip], **given)
        self.reader, self.hint, self.required_text = reader, hint, required
        self.value: Any = None
        self.flags.optional = required is None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        if not self.data:
            if self.required_text is not None:
                raise ValidationError(self.required_text)
            return
        try:
            self.value = self.reader(self.data)
        except reading.MisreadError as error:
            raise ValidationError(self.hint) from error


def price_field(label: Any = None) -> ReadField:
    return ReadField(
        label or _l("Harga"),
        reading.rupiah,
        _l("Tulis harganya dengan angka, misalnya 25000 atau Rp25.000. Paling murah Rp100."),
        required=_l("Tulis harganya."),
    )


def ship_weight_field() -> ReadField:
    return ReadField(
        _l("Berat kirim"),
        lambda typed: reading.grams(typed, volume_counts=False),
        _l("Tulis beratnya beserta kemasan, misalnya 350 g atau 1,2 kg."),
        required=_l("Tulis berat kirimnya. Ongkir dihitung dari sini."),
    )


class StartForm(FlaskForm):
    """The first step: photo, name, price. Everything else can wait."""

    start = HiddenField()
    business = SelectField(_l("Usaha"), validate_choice=False)
    photos = MultipleFileField(_l("Foto produk"))
    name = StringField(
        _l("Nama produk"), filters=[strip], validators=[DataRequired(_l("Tulis nama produknya.")), at_most(NAME)]
    )
    price = price_field()
    ship_weight = ship_weight_field()

    def facts(self, photos: Sequence[PhotoFacts]) -> ProductFacts:
        """What was typed, as the catalogue wants it."""
        variant = VariantFacts(Rupiah(self.price.value), self.ship_weight.value)
        return ProductFacts(name=str(self.name.data), variants=(variant,), photos=tuple(photos))


class DetailsForm(FlaskForm):
    """Everything but photos, licences and further variants."""

    name = StringField(
        _l("Nama produk"), filters=[strip], validators=[DataRequired(_l("Tulis nama produknya.")), at_most(NAME)]
    )
    category = SelectField(_l("Kategori"), coerce=str, validate_choice=False)
    summary = StringField(_l("Ringkasan"), filters=[strip], validators=[Optional(), at_most(SUMMARY)])
    description = TextAreaField(_l("Cerita produk"), filters=[strip], validators=[Optional(), at_most(DESCRIPTION)])
    ingredients = TextAreaField(_l("Komposisi"), filters=[strip], validators=[Optional(), at_most(LIST)])
    allergens = StringField(_l("Alergen"), filters=[strip], validators=[Optional(), at_most(LIST)])
    shelf_life = ReadField(
        _l("Masa simpan"), reading.days, _l("Tulis berapa lama, misalnya 90 hari, 3 bulan, atau 1 tahun.")
    )
    storage = SelectField(_l("Cara simpan"), coerce=str)
    shipping_class = SelectField(_l("Sifat kiriman"), coerce=str)
    lead_time_days = IntegerField(
        _l("Hari pengerjaan"),
        validators=[
            Optional(),
            NumberRange(0, LONGEST_LEAD_DAYS, message=_l("Tulis jumlah hari dari 0 sampai 90.")),
        ],
    )
    external_code = StringField(_l("Kode barang"), filters=[strip], validators=[Optional(), at_most(40)])

    def prepare(self, categories: Sequence[CategoryView]) -> "DetailsForm":
        """Fill the choices."""
        self.category.choices = [("", _("Pilih kategori")), *((str(one.id), one.name) for one in categories)]
        self.storage.choices = choices(Storage)
        self.shipping_class.choices = choices(ShippingClass)
        return self

    def fill(self, facts: ProductFacts) -> "DetailsForm":
        """Show what is stored."""
        self.process(
            data={
                "name": facts.name,
                "category": str(facts.category_id or ""),
                "summary": facts.summary,
                "description": facts.description,
                "ingredients": facts.ingredients,
                "allergens": facts.allergens,
                "shelf_life": _("%(days)s hari", days=facts.shelf_life_days) if facts.shelf_life_days else "",
                "storage": facts.storage.value,
                "shipping_class": facts.shipping_class.value,
                "lead_time_days": facts.lead_time_days or None,
                "external_code": facts.external_code or "",
            }
        )
        return self

    def validate_category(self, field: Field) -> None:
        if field.data and field.data not in {value for value, _label in self.category.choices}:
            raise ValidationError(_("Pilih kategori dari daftar."))

    def facts(self, current: ProductFacts) -> ProductFacts:
        """What was typed, put into what is stored; photos, licences and variants stay."""
        return replace(
            current,
            name=str(self.name.data),
            category_id=int(self.category.data) if self.category.data else None,
            summary=self.summary.data or "",
            description=self.description.data or "",
            ingredients=self.ingredients.data or "",
            allergens=self.allergens.data or "",
            shelf_life_days=self.shelf_life.value,
            storage=Storage(self.storage.data),
            shipping_class=ShippingClass(self.shipping_class.data),
            lead_time_days=self.lead_time_days.data or 0,
            external_code=self.external_code.data or None,
        )


class VariantForm(FlaskForm):
    """One choice of a product; a product without choices has one, with an empty name."""

    name = StringField(_l("Nama pilihan"), filters=[strip], validators=[Optional(), at_most(60)])
    price = price_field()
    unit = StringField(_l("Satuan"), filters=[strip], validators=[Optional(), at_most(UNIT)])
    net_weight = ReadField(
        _l("Berat bersih"), reading.grams, _l("Tulis isi bersihnya, misalnya 250 g, 1 kg, atau 300 ml.")
    )
    ship_weight = ship_weight_field()
    length = ReadField(_l("Panjang"), reading.millimetres, _l("Tulis panjangnya, misalnya 20 cm."))
    width = ReadField(_l("Lebar"), reading.millimetres, _l("Tulis lebarnya, misalnya 15 cm."))
    height = ReadField(_l("Tinggi"), reading.millimetres, _l("Tulis tingginya, misalnya 8 cm."))
    sku = StringField(_l("Kode pilihan (SKU)"), filters=[strip], validators=[Optional(), at_most(40)])

    def fill(self, facts: VariantFacts) -> "VariantForm":
        """Show what is stored."""
        grams = {"ship_weight": facts.ship_weight_g, "net_weight": facts.net_weight_g}
        lengths = {"length": facts.length_mm, "width": facts.width_mm, "height": facts.height_mm}
        self.process(
            data={
                "name": facts.name,
                "price": f"{facts.price_idr:,}".replace(",", "."),
                "unit": facts.unit,
                "sku": facts.sku or "",
                **{key: f"{value} g" if value else "" for key, value in grams.items()},
                **{key: f"{value} mm" if value else "" for key, value in lengths.items()},
            }
        )
        return self

    def facts(self) -> VariantFacts:
        """What was typed, as the catalogue wants it."""
        return VariantFacts(
            name=self.name.data or "",
            unit=self.unit.data or "",
            price_idr=Rupiah(self.price.value),
            ship_weight_g=self.ship_weight.value,
            net_weight_g=self.net_weight.value,
            length_mm=self.length.value,
            width_mm=self.width.value,
            height_mm=self.height.value,
            sku=self.sku.data or None,
        )


class LicenceForm(FlaskForm):
    """One licence, with its proof."""

    kind = SelectField(_l("Jenis izin"), coerce=str)
    number = StringField(_l("Nomor"), filters=[strip], validators=[DataRequired(_l("Tulis nomornya.")), at_most(60)])
    expires_on = ReadField(
        _l("Berlaku sampai"), reading.day, _l("Tulis tanggalnya, misalnya 31 Desember 2027 atau 31/12/2027.")
    )
    proof = MultipleFileField(_l("Foto atau PDF surat izin"))

    def prepare(self) -> "LicenceForm":
        """Fill the choices."""
        self.kind.choices = choices(LicenceKind)
        return self

    def facts(self, number: str, expires_on: date | None, proof_file_id: int | None) -> LicenceFacts:
        """What was typed, as the catalogue wants it."""
        return LicenceFacts(LicenceKind(self.kind.data), number, expires_on, proof_file_id)


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the members of an enum with their screen words."""
    return [(member.value, str(word(member).text)) for member in kind]
