"""What the words of a sheet may mean in one district: its villages, the categories, all districts' names."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Category
from gallery.core.reading import Choices, MisreadError, digits_of, plain_key, text
from gallery.core.sheets import Cell
from gallery.regions.models import Region, RegionLevel

PLACE_ALIASES = {
    "muntok": "mentok",
    "pangkalpinang": "pangkal pinang",
    "tanjung pandan": "tanjungpandan",
    "sungai liat": "sungailiat",
    "lepar pongok": "lepar",
    "air gegas": "airgegas",
}
CODE_DIGITS = 4


@dataclass(frozen=True)
class Directory:
    """Everything that a row is read against; made once for a whole sheet."""

    district_code: str
    districts: Choices[str]
    district_codes: dict[str, str]
    ambiguous_codes: frozenset[str]
    subdistricts: Choices[str]
    villages: Choices[str]
    villages_by_subdistrict: dict[str, Choices[str]]
    categories: Choices[int]

    def district(self, cell: Cell) -> str:
        """Return the code that a name, an alias or a code means; refuse another district than the sheet's."""
        code = self._district_code(cell)
        if code != self.district_code:
            raise MisreadError("other_district")
        return code

    def _district_code(self, cell: Cell) -> str:
        words = f"{cell:.2f}" if isinstance(cell, float) and not cell.is_integer() else text(cell)
        digits = digits_of(words)
        if digits and not any(letter.isalpha() for letter in words):
            if "." not in words and digits in self.ambiguous_codes:
                raise MisreadError("ambiguous_code")
            found = self.district_codes.get(digits[:CODE_DIGITS])
            if found is None:
                raise MisreadError("unknown_choice")
            return found
        return self.districts.find(_alias(words))

    def village(self, cell: Cell, subdistrict: str | None) -> str:
        """Return the village's code; a name that stands twice in the district needs its subdistrict."""
        choices = self.villages_by_subdistrict.get(subdistrict or "", self.villages)
        try:
            return choices.find(_alias(text(cell)))
        except MisreadError as error:
            raise MisreadError(
                "ambiguous_village" if error.code == "ambiguous_choice" else error.code, **error.facts
            ) from error

    def subdistrict(self, cell: Cell) -> str:
        return self.subdistricts.find(_alias(text(cell)))


def directory_of(session: Session, district_code: str) -> Directory:
    """Read the directory of a district; three queries."""
    regencies = list(session.scalars(select(Region).where(Region.level == RegionLevel.REGENCY)))
    below = list(
        session.scalars(
            select(Region).where(
                Region.code.startswith(f"{district_code}."),
                Region.level.in_([RegionLevel.SUBDISTRICT, RegionLevel.VILLAGE]),
            )
        )
    )
    subdistricts = [region for region in below if region.level is RegionLevel.SUBDISTRICT]
    villages = [region for region in below if region.level is RegionLevel.VILLAGE]
    codes = {digits_of(region.code): region.code for region in regencies}
    swapped = {
        region.bps_code
        for region in regencies
        if region.bps_code and codes.get(region.bps_code, region.code) != region.code
    }
    categories = session.execute(select(Category.name, Category.id, Category.slug)).all()
    return Directory(
        district_code=district_code,
        districts=_choices(regencies),
        district_codes=codes,
        ambiguous_codes=frozenset(swapped),
        subdistricts=_choices(subdistricts),
        villages=_choices(villages),
        villages_by_subdistrict={
            one.code: _choices(v for v in villages if v.parent_code == one.code) for one in subdistricts
        },
        categories=Choices([(name, number) for name, number, _ in categories], {slug: n for _, n, slug in categories}),
    )


def names_of(session: Session, district_code: str) -> tuple[list[str], list[str]]:
    """Return the names of a district's subdistricts and villages, for drop-downs."""
    below = session.execute(
        select(Region.level, Region.name)
        .where(
            Region.code.startswith(f"{district_code}."),
            Region.level.in_([RegionLevel.SUBDISTRICT, RegionLevel.VILLAGE]),
        )
        .order_by(Region.name)
    ).all()
    subdistricts = [name for level, name in below if level is RegionLevel.SUBDISTRICT]
    return subdistricts, sorted({name for level, name in below if level is RegionLevel.VILLAGE})


def _choices(regions: Iterable[Region]) -> Choices[str]:
    return Choices([(region.name, region.code) for region in regions], titled=True)


def _alias(words: str) -> str:
    key = plain_key(words)
    for alias, name in PLACE_ALIASES.items():
        if key == alias or key.endswith(f" {alias}"):
            return key[: len(key) - len(alias)] + name
    return words
