"""A product as plain values: what a form or a spreadsheet row says, and what is compared with what we have."""

from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Final

from gallery.catalog.states import LicenceKind, ShippingClass, Storage
from gallery.core.money import Rupiah


class Outcome(StrEnum):
    """What saving the facts did, or would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Gap(StrEnum):
    """What is still missing: the first three before a product can be submitted, the rest for a good page."""

    PHOTO = "photo"
    PRICE = "price"
    CATEGORY = "category"
    DESCRIPTION = "description"
    NET_WEIGHT = "net_weight"
    INGREDIENTS = "ingredients"
    LICENCE = "licence"


def full_name(product: str, variant: str | None) -> str:
    """Return what an article is called: "Kemplang – 250 g", and the product's name alone where there is no choice."""
    return f"{product} – {variant}" if variant else product


BLOCKING: Final = frozenset({Gap.PHOTO, Gap.PRICE, Gap.CATEGORY})

# Slugs of the categories of what is eaten or drunk: couriers carry it in other bags. A gift set may be anything.
FOOD: Final = frozenset(
    {
        *("makanan-ringan", "bumbu-dapur", "makanan-olahan", "hasil-laut", "kue", "minuman", "madu", "rempah"),
        *("siap-saji", "makanan-beku", "bahan-pangan"),
    }
)


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """``number`` is in the normal form of ``licences.parse``."""

    kind: LicenceKind
    number: str
    expires_on: date | None = None
    proof_file_id: int | None = None


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """An uploaded picture: the row of its private file, and the SHA-256 (hex) of the uploaded bytes."""

    file_id: int
    sha256: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """What is priced and weighed. A product without choices has one variant with an empty name."""

    price_idr: Rupiah
    ship_weight_g: int
    name: str = ""
    unit: str = ""
    net_weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """Everything a submitter may say about a product.

    ``external_code`` is the owner's own article code; with it a product is found again under a new name. Without it
    the name finds the product. ``photos`` None leaves the photos as they are; an empty tuple would remove them.
    ``variants`` adds and updates by name; variants that are not named are left alone.
    """

    name: str
    variants: tuple[VariantFacts, ...]
    category_id: int | None = None
    summary: str = ""
    description: str = ""
    ingredients: str = ""
    allergens: str = ""
    shelf_life_days: int | None = None
    storage: Storage = Storage.DRY
    shipping_class: ShippingClass = ShippingClass.NORMAL
    licences: tuple[LicenceFacts, ...] = ()
    photos: tuple[PhotoFacts, ...] | None = None
    lead_time_days: int = 0
    external_code: str | None = None


AT_ONCE: Final = frozenset({"variants", "lead_time_days", "external_code"})
"""Fields that need no review: they hold as soon as they are saved."""

REVIEWED: Final = tuple(field.name for field in fields(ProductFacts) if field.name not in AT_ONCE)
"""Fields that a reviewer looks at: changing one of them makes a new revision."""


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: case and spaces do not count."""
    return " ".join(name.split()).casefold()


def changes(current: ProductFacts, wanted: ProductFacts) -> frozenset[str]:
    """Return the names of the fields in which ``wanted`` says something else than ``current``."""
    wanted = completed(current, wanted)
    differing = {
        field.name for field in fields(ProductFacts) if getattr(current, field.name) != getattr(wanted, field.name)
    }
    return frozenset(differing - _equal_in_effect(current, wanted))


def gaps(facts: ProductFacts) -> tuple[Gap, ...]:
    """Return what is missing, in the order of the form."""
    checks = (
        (Gap.PHOTO, bool(facts.photos)),
        (Gap.PRICE, bool(facts.variants)),
        (Gap.CATEGORY, facts.category_id is not None),
        (Gap.DESCRIPTION, bool(facts.summary.strip() or facts.description.strip())),
        (Gap.NET_WEIGHT, all(variant.net_weight_g for variant in facts.variants)),
        (Gap.INGREDIENTS, bool(facts.ingredients.strip())),
        (Gap.LICENCE, bool(facts.licences)),
    )
    return tuple(gap for gap, is_there in checks if not is_there)


def completed(current: ProductFacts, wanted: ProductFacts) -> ProductFacts:
    """Fill in what ``wanted`` leaves as it is: photos, unnamed variants, a licence's proof and expiry."""
    variants = {variant.name: variant for variant in current.variants}
    variants |= {variant.name: variant for variant in wanted.variants}
    licences = {(licence.kind, licence.number): licence for licence in current.licences}
    alts = {photo.sha256: photo.alt for photo in current.photos or ()}
    photos = (
        current.photos
        if wanted.photos is None
        else tuple(replace(photo, alt=photo.alt or alts.get(photo.sha256, "")) for photo in wanted.photos)
    )
    return replace(
        wanted,
        photos=photos,
        variants=tuple(variants.values()),
        licences=tuple(_kept(licences.get((one.kind, one.number)), one) for one in wanted.licences),
        external_code=wanted.external_code or current.external_code,
    )


def _kept(known: LicenceFacts | None, wanted: LicenceFacts) -> LicenceFacts:
    if known is None:
        return wanted
    return replace(
        wanted,
        expires_on=wanted.expires_on or known.expires_on,
        proof_file_id=wanted.proof_file_id or known.proof_file_id,
    )


def _equal_in_effect(current: ProductFacts, wanted: ProductFacts) -> set[str]:
    """Fields that differ only in what does not matter: order of licences and variants, the file behind a photo."""
    same = {
        "photos": _shown(current) == _shown(wanted),
        "variants": set(current.variants) == set(wanted.variants),
        "licences": set(current.licences) == set(wanted.licences),
    }
    return {name for name, is_same in same.items() if is_same}


def _shown(facts: ProductFacts) -> list[tuple[str, str]]:
    return [(photo.sha256, photo.alt) for photo in facts.photos or ()]
