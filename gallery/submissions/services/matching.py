"""Which business and which product a row means, and whether it says anything new about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gallery.catalog.facts import LicenceFacts, PhotoFacts, ProductFacts, VariantFacts, name_key
from gallery.catalog.states import LicenceKind, ShippingClass, Storage
from gallery.core.money import Rupiah
from gallery.core.reading import plain_key
from gallery.registry.models import Business, Person

SHOWN_DIGITS: Final = 4
CHUNK: Final = 500


@dataclass
class Match:
    """A business of the register, or a problem why none can be named; both empty means a new one."""

    business_id: int | None = None
    key: str = ""
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Register:
    """The businesses of one district, found by NIB, NIK, or name with telephone.

    ``only`` reads no more of them than one business' facts can match.
    """

    def __init__(self, session: Session, district_code: str, *, only: dict[str, Any] | None = None) -> None:
        self._by_nib: dict[str, int] = {}
        self._by_name: dict[str, list[tuple[int, str, str | None]]] = {}
        statement = (
            select(Business.id, Business.name, Business.phone, Business.nib, Person.nik_index)
            .join(Person, Person.id == Business.owner_id)
            .where(Business.district_code == district_code)
            .order_by(Business.id)
        )
        if only is not None:
            statement = statement.where(
                or_(
                    Business.phone == only.get("phone"),
                    Business.nib == only.get("nib"),
                    Person.nik_index == only.get("nik_index"),
                    func.lower(Business.name) == only["name"].lower(),
                )
            )
        for business_id, name, phone, nib, nik_index in session.execute(statement):
            if nib:
                self._by_nib[nib] = business_id
            self._by_name.setdefault(plain_key(name), []).append((business_id, phone, nik_index))

    def find(self, facts: dict[str, Any]) -> Match:
        """Return which business these facts mean. Equal names alone are enough only where nothing contradicts."""
        if (nib := facts.get("nib")) and nib in self._by_nib:
            return Match(self._by_nib[nib])
        known = self._by_name.get(plain_key(facts["name"]), [])
        phone, nik_index = facts.get("phone"), facts.get("nik_index")
        certain = [one for one in known if (phone and one[1] == phone) or (nik_index and one[2] == nik_index)]
        if certain:
            return Match(certain[0][0])
        if len(known) > 1:
            return Match(key="phone", code="business_ambiguous")
        if known and not phone:
            return Match(known[0][0])
        if known:  # one of this name with another number: the same or another business? A person must say.
            return Match(key="phone", code="business_other_phone", facts={"ending": known[0][1][-SHOWN_DIGITS:]})
        return Match()


def nibs_elsewhere(session: Session, district_code: str, nibs: Iterable[str]) -> set[str]:
    """Return those NIBs that businesses of other districts have: one NIB is one business."""
    wanted_nibs, found = sorted(set(nibs)), set[str]()
    for start in range(0, len(wanted_nibs), CHUNK):
        chunk = wanted_nibs[start : start + CHUNK]
        statement = select(Business.nib).where(Business.nib.in_(chunk), Business.district_code != district_code)
        found |= {nib for nib in session.scalars(statement) if nib}
    return found


def merged_business(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Unite what the rows of one new business say; the first row that says a thing counts."""
    united: dict[str, Any] = {}
    for facts in rows:
        united = facts | united
    return united


def gaps_of_new(facts: dict[str, Any]) -> list[str]:
    """Return the columns that a new business still needs."""
    return [key for key in ("owner", "phone") if not facts.get(key)]


def wanted(
    rows: Sequence[dict[str, Any]], current: ProductFacts | None, photos: Iterable[PhotoFacts] | None
) -> ProductFacts:
    """Return the product as the rows of one unit want it. An empty cell leaves what is there as it is."""
    product = merged_business([row["product"] for row in rows])
    base = current or ProductFacts(name=product["name"], variants=())
    said = {key: value for key, value in product.items() if key not in {"name", "code", "storage", "shipping_class"}}
    if "storage" in product:
        said["storage"] = Storage(product["storage"])
    if "shipping_class" in product:
        said["shipping_class"] = ShippingClass(product["shipping_class"])
    pictures = _pictures(rows, base, tuple(photos or ()))
    return replace(
        base,
        **said,
        name=product["name"],
        external_code=_one_code(rows) or base.external_code,
        variants=tuple(_variant(row, base) for row in rows),
        licences=_licences(rows, base),
        photos=pictures,
    )


def _pictures(
    rows: Sequence[dict[str, Any]], base: ProductFacts, found: tuple[PhotoFacts, ...]
) -> tuple[PhotoFacts, ...] | None:
    """Return the pictures to show, None for "as they are". Some of them missing in this ZIP: those we have stay."""
    if not found:
        return None
    named = {name for row in rows for name in row["photos"]}
    if len(found) >= len(named):
        return found
    new = {photo.sha256 for photo in found}
    return (*(photo for photo in base.photos or () if photo.sha256 not in new), *found)


def _variant(row: dict[str, Any], base: ProductFacts) -> VariantFacts:
    said = dict(row["variant"])
    known = {name_key(variant.name): variant for variant in base.variants}
    before = known.get(name_key(said.get("name", "")))
    if row["product"].get("code"):
        said["sku"] = row["product"]["code"]
    said["price_idr"] = Rupiah(said["price_idr"])
    return replace(before, **said | {"name": before.name}) if before else VariantFacts(**said)


def _one_code(rows: Sequence[dict[str, Any]]) -> str | None:
    """Return the article code of the whole product: the one that all its rows carry."""
    codes = {row["product"].get("code") for row in rows}
    return codes.pop() if len(codes) == 1 else None


def _licences(rows: Sequence[dict[str, Any]], base: ProductFacts) -> tuple[LicenceFacts, ...]:
    found: dict[LicenceKind, LicenceFacts] = {licence.kind: licence for licence in base.licences}
    for row in reversed(rows):
        for kind, number, until in row["licences"]:
            licence = LicenceFacts(LicenceKind(kind), number, date.fromisoformat(until) if until else None)
            before = found.get(licence.kind)
            if before is None or before.number != number or licence.expires_on:
                proof = before.proof_file_id if before and before.number == number else None
                found[licence.kind] = replace(licence, proof_file_id=proof)
    return tuple(found.values())
