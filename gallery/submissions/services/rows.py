"""One row: from cells to facts that can be stored as JSON, and everything that is wrong with it."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from gallery.catalog import licences
from gallery.catalog.errors import LicenceNumberError
from gallery.catalog.states import LicenceKind
from gallery.core import reading
from gallery.core.crypto import FieldCipher
from gallery.core.reading import MisreadError, is_blank
from gallery.core.sheets import Cell
from gallery.submissions.services.columns import SECRET, SHIPPING, STORAGE
from gallery.submissions.services.directory import Directory
from gallery.submissions.services.layouts import Layout

V = TypeVar("V")
NIK_CONTEXT: Final = "submission_row.nik"
SHOWN_LENGTH: Final = 120
LONGEST: Final = {
    "product": 120,
    "business": 120,
    "summary": 300,
    "description": 5_000,
    "ingredients": 1_000,
    "address": 300,
}
PACKAGING_PERCENT: Final = 20  # what boxes and padding add when nobody weighed the parcel
ROUND_TO_G: Final = 10
MOST_PHOTOS: Final = 8
LICENCE_KINDS: Final = {"pirt": LicenceKind.PIRT, "bpom": LicenceKind.BPOM, "halal": LicenceKind.HALAL}
LENGTHS: Final = {"length": "length_mm", "width": "width_mm", "height": "height_mm"}
PHOTO_KEYS: Final = ("photos", *(f"photos{number}" for number in range(2, MOST_PHOTOS + 1)))
SPLIT_PHOTOS: Final = re.compile(r"[;,|\n]+")


@dataclass
class ReadRow:
    """A row as understood. A problem is ``{key, value, code, facts}``; one with ``note`` does not stop the row."""

    number: int
    cells: dict[str, str]
    facts: dict[str, Any]
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        return any(not problem.get("note") for problem in self.problems)

    def add(self, key: str, code: str, *, note: bool = False, **facts: Any) -> None:
        self.problems.append(
            {"key": key, "value": self.cells.get(key, ""), "code": code, "facts": facts}
            | ({"note": True} if note else {})
        )


class RowReader:
    """Reads the rows of one sheet; ``defaults`` fill cells that an export of a single shop does not have."""

    def __init__(self, directory: Directory, layout: Layout, defaults: Mapping[str, str], cipher: FieldCipher) -> None:
        self.directory, self.layout, self.defaults, self.cipher = directory, layout, defaults, cipher

    def read(self, number: int, cells: Mapping[str, Cell]) -> ReadRow:
        filled = {key: value for key, value in self.defaults.items() if value and is_blank(cells.get(key))}
        cells = {**cells, **filled}
        row = ReadRow(number, {key: shown(key, cell) for key, cell in cells.items() if not is_blank(cell)}, {})
        take = _Taker(row, cells)
        row.facts = {
            "business": self._business(take),
            "product": self._product(take),
            "variant": self._variant(take),
            "licences": self._licences(take),
            "photos": _photo_names(take),
            "stock": take("stock", reading.pieces),
        }
        return row

    def _business(self, take: "_Taker") -> dict[str, Any]:
        if not is_blank(take.cells.get("district")):
            take("district", self.directory.district)
        subdistrict = take("subdistrict", self.directory.subdistrict)
        facts = {
            "name": take("business", _words("business"), needed=True),
            "owner": take("owner", _words("owner")),
            "phone": take("phone", reading.phone),
            "nib": take("nib", reading.nib),
            "village": take("village", lambda cell: self.directory.village(cell, subdistrict)),
            "address": take("address", _words("address")),
        }
        if (nik := take("nik", reading.nik)) is not None:
            facts |= {
                "nik": self.cipher.encrypt(nik, NIK_CONTEXT).hex(),
                "nik_index": self.cipher.blind_index(nik, "person.nik"),
            }
        return _given(facts)

    def _product(self, take: "_Taker") -> dict[str, Any]:
        category = take("category", self.directory.categories.find, needed=True)
        return _given(
            {
                "name": take("product", _words("product"), needed=True),
                "code": take("code", _words("code", 60)),
                "category_id": category,
                "summary": take("summary", _words("summary")),
                "description": take("description", _words("description")),
                "ingredients": take("ingredients", _words("ingredients")),
                "allergens": take("allergens", _words("allergens")),
                "shelf_life_days": take("shelf_life", reading.days),
                "storage": take("storage", STORAGE.find),
                "shipping_class": take("shipping_class", SHIPPING.find),
                "lead_time_days": take("lead_time", lambda cell: reading.days(cell, most=365)),
            }
        )

    def _variant(self, take: "_Taker") -> dict[str, Any]:
        unit = self.layout.weight_unit
        net = take("net_weight", lambda cell: reading.grams(cell, unit=unit))
        ship = take("ship_weight", lambda cell: reading.grams(cell, unit=unit, volume_counts=False))
        if ship is None and net is not None and is_blank(take.cells.get("ship_weight")):
            ship = -(-net * (100 + PACKAGING_PERCENT) // (100 * ROUND_TO_G)) * ROUND_TO_G
            take.row.add("ship_weight", "ship_weight_assumed", note=True, grams=ship)
        elif ship is None and is_blank(take.cells.get("net_weight")) and is_blank(take.cells.get("ship_weight")):
            take.row.add("ship_weight" if self.layout.ships_its_weight else "net_weight", "needed")
        elif ship is not None and net is not None and ship < net:
            take.row.add("ship_weight", "lighter_than_net", net=net)
        facts = {
            "name": take("variant", _words("variant", 60)),
            "unit": take("unit", _words("unit", 30)),
            "price_idr": take("price", reading.rupiah, needed=True),
            "net_weight_g": net,
            "ship_weight_g": ship,
        }
        return _given(facts | {name: take(key, reading.millimetres) for key, name in LENGTHS.items()})

    def _licences(self, take: "_Taker") -> list[list[str | None]]:
        expiry = take("licence_expiry", reading.day)
        found: list[list[str | None]] = []
        for key, kind in LICENCE_KINDS.items():
            if _says_no(take.cells.get(key)):
                continue
            if (number := take(key, _licence(kind))) is not None:
                found.append(_licence_facts(number, expiry))
        other = None if _says_no(take.cells.get("licence")) else take("licence", _any_licence)
        if other is not None and all(known[:2] != [other.kind.value, other.number] for known in found):
            found.append(_licence_facts(other, expiry))
        return found


class _Taker:
    """Reads one cell at a time and writes down what is wrong with it."""

    def __init__(self, row: ReadRow, cells: Mapping[str, Cell]) -> None:
        self.row, self.cells = row, cells

    def __call__(self, key: str, read: Callable[[Cell], V], *, needed: bool = False) -> V | None:
        cell = self.cells.get(key)
        if cell is None or is_blank(cell):
            if needed:
                self.row.add(key, "needed")
            return None
        try:
            return read(cell)
        except MisreadError as error:
            self.row.add(key, error.code, **error.facts)
        except LicenceNumberError as error:
            self.row.add(key, f"licence_{error.problem}")
        return None


def shown(key: str, cell: Cell) -> str:
    """Return what the preview shows of a cell: short, and masked where it is secret."""
    if isinstance(cell, dt.date):
        words = cell.strftime("%d/%m/%Y")
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e21:  # noqa: PLR2004 - still readable
        words = str(int(cell))
    else:
        words = " ".join(str(cell).split())
    if key in SECRET:
        digits = reading.digits_of(words)
        words = f"{digits[:4]}{'*' * max(0, len(digits) - 6)}{digits[-2:]}" if len(digits) > 8 else "*" * len(words)  # noqa: PLR2004
    return words if len(words) <= SHOWN_LENGTH else f"{words[: SHOWN_LENGTH - 1]}…"


def _given(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value is not None and value != ""}


def _words(key: str, longest: int | None = None) -> Callable[[Cell], str]:
    return lambda cell: reading.text(cell, longest=longest or LONGEST.get(key, 200))


def _licence(kind: LicenceKind) -> Callable[[Cell], licences.LicenceNumber]:
    return lambda cell: licences.parse(kind, reading.text(cell, longest=80))


def _any_licence(cell: Cell) -> licences.LicenceNumber:
    words = reading.text(cell, longest=80)
    if (number := licences.recognise(words)) is None:
        raise MisreadError("licence_unknown")
    return number


def _says_no(cell: Cell | None) -> bool:
    """Tell whether a licence column says "belum" or "proses": there is none yet, and that is no mistake."""
    if cell is None or is_blank(cell):
        return True
    words = reading.plain_key(str(cell))
    return words.startswith(("belum", "tidak", "tdk", "proses", "dalam proses", "sedang")) or cell is False


def _licence_facts(number: licences.LicenceNumber, expiry: dt.date | None) -> list[str | None]:
    until = number.expires_on or (expiry if number.kind is not LicenceKind.HALAL else None)
    return [number.kind.value, number.number, until.isoformat() if until else None]


def _photo_names(take: _Taker) -> list[str]:
    names: list[str] = []
    for key in PHOTO_KEYS:
        if key not in take.cells:
            continue
        for name in SPLIT_PHOTOS.split(take(key, lambda cell: reading.text(cell, longest=1_000)) or ""):
            # An export names addresses; nothing is fetched, the ZIP is searched for its folders and name.
            path = name.partition("?")[0].replace("\\", "/").strip(" /")
            if path and path not in names:
                names.append(path)
    return names[:MOST_PHOTOS]
