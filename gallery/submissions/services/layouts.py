"""Whose table it is: the office's own template, or an export of Tokopedia, Shopee, Shopify or WooCommerce."""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gallery.core.reading import is_blank, plain_key
from gallery.core.sheets import Cell, SheetProblem, Table, UnreadableSheetError
from gallery.core.sheets.xml_scan import column_letters
from gallery.submissions.services.columns import COLUMNS, MORE_PHOTOS, OWN_HEADINGS, UNREAD_HEADINGS

HEADING_ROWS: Final = 15
SHOWN_HEADING: Final = 40
ENOUGH: Final = 2  # headings that must be known: the product and its price


@dataclass(frozen=True)
class Layout:
    """How one kind of file is read. ``signs`` are headings that only this kind has."""

    name: str
    headings: Mapping[str, str]
    signs: frozenset[str] = frozenset()
    weight_unit: str = "g"
    group: str = ""  # extra column whose equal values make rows variants of one product
    parent: str = ""  # extra column that names the product row above a variant (WooCommerce)
    skip: frozenset[str] = field(default_factory=frozenset)  # words in the product cell of explaining rows
    ships_its_weight: bool = False  # the weight column is what is sent, not what is eaten


OWN: Final = Layout("own", OWN_HEADINGS)
TOKOPEDIA: Final = Layout(
    "tokopedia",
    {
        "nama produk": "product", "deskripsi produk": "description", "berat gram": "ship_weight",
        "sku name": "code", "jumlah stok": "stock", "harga rp": "price", "foto produk 1": "photos",
        "gambar 1": "photos", "waktu proses preorder": "lead_time", "stok": "stock", "sku": "code",
        "panjang cm": "length", "lebar cm": "width", "tinggi cm": "height",
    },
    signs=frozenset({"minimum pemesanan", "nomor etalase", "kode kategori", "kategori kode", "waktu proses preorder"}),
    ships_its_weight=True,
    skip=frozenset({"wajib diisi", "masukkan nama produk", "nama produk maksimal"}),
)  # fmt: skip
SHOPEE: Final = Layout(
    "shopee",
    {
        "nama produk": "product", "deskripsi produk": "description", "sku induk": "code", "harga": "price",
        "stok": "stock", "berat kg": "ship_weight", "panjang cm": "length", "lebar cm": "width", "tinggi cm": "height",
        "foto sampul": "photos", "varian untuk variasi 1": "variant", "kode integrasi variasi": "@group",
        "berat": "ship_weight", "panjang": "length", "lebar": "width", "tinggi": "height",
        "ps product name": "product", "ps product description": "description", "ps sku parent short": "code",
        "ps price": "price", "ps stock": "stock", "ps weight": "ship_weight", "ps length": "length",
        "ps width": "width", "ps height": "height", "ps item cover image": "photos",
        "et title option for variation 1": "variant", "et title variation integration no": "@group",
    },
    signs=frozenset(
        {"ps product name", "ps price", "sku induk", "kode integrasi variasi", "foto sampul", "produk berbahaya"}
    ),
    weight_unit="kg",
    group="@group",
    ships_its_weight=True,
    skip=frozenset({"wajib", "nama produk", "ps product name", "opsional", "product name"}),
)  # fmt: skip
SHOPIFY: Final = Layout(
    "shopify",
    {
        "handle": "@group", "url handle": "@group", "title": "product", "body html": "description",
        "description": "description", "vendor": "business", "type": "category", "product category": "category",
        "option1 value": "variant", "variant sku": "code", "sku": "code", "variant grams": "ship_weight",
        "weight value grams": "ship_weight", "variant inventory qty": "stock", "inventory quantity": "stock",
        "variant price": "price", "price": "price", "image src": "photos", "product image url": "photos",
    },
    signs=frozenset({"body html", "variant price", "url handle", "option1 value", "variant sku", "weight value grams"}),
    group="@group",
    ships_its_weight=True,
)  # fmt: skip
WOOCOMMERCE: Final = Layout(
    "woocommerce",
    {
        "id": "@id", "type": "@type", "tipe": "@type", "sku": "code", "name": "product", "nama": "product",
        "short description": "summary", "deskripsi singkat": "summary", "description": "description",
        "deskripsi": "description", "stock": "stock", "stok": "stock", "weight kg": "ship_weight",
        "berat kg": "ship_weight", "length cm": "length", "panjang cm": "length", "width cm": "width",
        "lebar cm": "width", "height cm": "height", "tinggi cm": "height", "regular price": "price",
        "harga reguler": "price", "harga normal": "price", "categories": "category", "kategori": "category",
        "images": "photos", "gambar": "photos", "parent": "@parent", "induk": "@parent",
        "attribute 1 value s": "variant", "nilai atribut 1": "variant",
    },
    signs=frozenset(
        {"regular price", "harga reguler", "harga normal", "is featured", "visibility in catalog", "tax status"}
    ),
    weight_unit="kg",
    parent="@parent",
    ships_its_weight=True,
)  # fmt: skip
FOREIGN: Final = (TOKOPEDIA, SHOPEE, SHOPIFY, WOOCOMMERCE)
ALL: Final = {layout.name: layout for layout in (OWN, *FOREIGN)}
SIGNS_NEEDED: Final = 2
MARKUP: Final = re.compile(r"<[^>]{0,500}>")


@dataclass
class Heading:
    """Where the table begins: its layout, and the column index and heading of every known column.

    ``unknown`` and ``doubled`` name, for people, the columns of the office's own layout that are not read.
    """

    layout: Layout
    row: int  # index in the table's rows
    places: dict[str, int]
    texts: dict[str, str]
    unknown: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def find_heading(rows: list[tuple[int, list[Cell]]]) -> Heading | None:
    """Return the best heading among the first rows, or None where no row looks like one."""
    best: Heading | None = None
    for index, (_, row) in enumerate(rows[:HEADING_ROWS]):
        found = _heading(index, row)
        enough = {"product", "price"} <= found.places.keys() and len(found.places) >= ENOUGH
        if enough and (best is None or len(found.places) > len(best.places)):
            best = found
    return best


def _heading(index: int, row: list[Cell]) -> Heading:
    keys = [_heading_key(cell) for cell in row]
    found = Heading(_layout_of(frozenset(keys)), index, {}, {})
    for place, key in enumerate(keys):
        meaning = found.layout.headings.get(key) or MORE_PHOTOS.get(key)
        text = str(row[place]).strip(" *\n")
        if meaning == "photos" and meaning in found.places:  # "Foto" once more is the next photo
            meaning = next((name for name in MORE_PHOTOS.values() if name not in found.places), meaning)
        if meaning and meaning not in found.places:
            found.places[meaning], found.texts[meaning] = place, text
        elif found.layout is OWN and key and key not in UNREAD_HEADINGS:
            (found.doubled if meaning else found.unknown).append(f"{text[:SHOWN_HEADING]} ({column_letters(place)})")
    return found


def score(_name: str, head: list[tuple[int, list[Cell]]]) -> int:
    """Points of a sheet: its known headings, and then whether anything stands below them."""
    heading = find_heading(head)
    if heading is None:
        return 0
    return 10 * len(heading.places) + min(9, len(head) - heading.row - 1)


def records(table: Table, heading: Heading) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Yield (row number, cells by column key); continuation rows of variants get their product's cells."""
    layout = heading.layout
    groups: dict[str, dict[str, Cell]] = {}
    start = heading.row + 1
    if layout is OWN and start < len(table.rows) and _only_numbers_columns(table.rows[start][1]):
        start += 1
    for number, row in table.rows[start:]:
        cells = {key: row[place] for key, place in heading.places.items() if place < len(row)}
        if not any(not is_blank(cell) for cell in cells.values()) or _explains(cells, layout):
            continue
        if layout is not OWN:
            cells = _inherited(cells, layout, groups)
            if cells.get("price", "") == "" and (layout.group or layout.parent):
                continue  # a picture's row, or the frame of a product with variants
            cells = _without_markup(cells)
        yield number, {key: cell for key, cell in cells.items() if not key.startswith("@")}


def frames(table: Table, heading: Heading, numbers: Collection[int]) -> set[int]:
    """Return the rows of whole products to which these rows of variants belong: without them they say too little."""
    if not heading.layout.parent:
        return set()
    read = {
        number: {key: row[place] for key, place in heading.places.items() if place < len(row)}
        for number, row in table.rows[heading.row + 1 :]
    }
    asked = {_plain(read[number].get(heading.layout.parent)) for number in numbers if number in read} - {""}
    return {
        number
        for number, cells in read.items()
        if {f"id:{_plain(cells.get('@id'))}", _plain(cells.get("code"))} & asked
    }


def _only_numbers_columns(row: list[Cell]) -> bool:
    """Tell whether a row says 1, 2, 3, 4 … below the headings, as tables of offices do."""
    numbers = [_plain(cell).strip("()") for cell in row if not is_blank(cell)]
    return len(numbers) > ENOUGH and numbers == [str(number) for number in range(1, len(numbers) + 1)]


def need_heading(table: Table) -> Heading:
    """Return the heading; raise the refusal of the whole file where there is none."""
    heading = find_heading(table.rows)
    if not table.rows:
        raise UnreadableSheetError(SheetProblem.EMPTY)
    if heading is None:
        raise UnreadableSheetError(
            SheetProblem.NO_HEADER,
            needed=", ".join(column.heading for column in COLUMNS if column.needed),
            found=", ".join(str(cell)[:30] for _, row in table.rows[:1] for cell in row[:8] if str(cell).strip()),
        )
    return heading


def _heading_key(cell: Cell) -> str:
    return plain_key(str(cell)) if isinstance(cell, str) else ""


def _layout_of(keys: frozenset[str]) -> Layout:
    signs = {layout.name: len(layout.signs & keys) for layout in FOREIGN}
    best = max(signs, key=lambda name: signs[name])
    return ALL[best] if signs[best] >= SIGNS_NEEDED else OWN


def _explains(cells: dict[str, Cell], layout: Layout) -> bool:
    """Tell whether a row below a marketplace's heading only explains the columns."""
    words = plain_key(str(cells.get("product", "")))
    price = plain_key(str(cells.get("price", "")))
    return any(words.startswith(start) for start in layout.skip) or (
        layout is not OWN and price.startswith(("wajib", "harga", "ps "))
    )


def _inherited(cells: dict[str, Cell], layout: Layout, groups: dict[str, dict[str, Cell]]) -> dict[str, Cell]:
    if layout.parent:
        mine = [f"id:{_plain(cells.get('@id'))}", _plain(cells.get("code"))]
        parent = groups.get(_plain(cells.get("@parent")))
        for key in mine:
            groups.setdefault(key, cells)
        if parent is None:
            return cells | {"variant": ""}  # the attributes of a whole product are all its choices
        return parent | {key: cell for key, cell in cells.items() if not is_blank(cell) and key != "product"}
    key = _plain(cells.get(layout.group))
    if not key:
        return cells
    first = groups.setdefault(key, cells)
    if first is cells or not is_blank(cells.get("product")):
        return cells
    # Price, stock and the variant are the row's own; everything else comes from the product's first row.
    own = {"price", "stock", "variant", "photos", layout.group}
    return {k: c for k, c in first.items() if k not in own} | {k: c for k, c in cells.items() if not is_blank(c)}


def _plain(cell: Cell | None) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell or "").strip()


def _without_markup(cells: dict[str, Cell]) -> dict[str, Cell]:
    for key in ("description", "summary"):
        if isinstance(value := cells.get(key), str) and "<" in value:
            cells[key] = html.unescape(MARKUP.sub(" ", value.replace("</p>", "\n").replace("<br", "\n<br")))
    if str(cells.get("variant", "")).strip() in {"Default Title", "Default"}:
        cells["variant"] = ""
    if isinstance(category := cells.get("category"), str) and ">" in category:
        cells["category"] = category.split(",")[0].split(">")[-1].strip()
    return cells
