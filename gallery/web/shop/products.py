"""The listing: search, facets, sorting, pages; and what the search box suggests."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.core import reading, spool
from gallery.core.db import db
from gallery.listing.queries import Facets, FacetValue, ListingPage, ListingQuery, Sort, listing_page, suggestions
from gallery.web.filters import angka, daerah_pendek, rupiah
from gallery.web.guards import cacheable
from gallery.web.language import gettext as _
from gallery.web.language import lazy_gettext as _l
from gallery.web.links import business_url, category_name, category_url, product_url

bp = Blueprint("products", __name__, url_prefix="/produk")

LONGEST_QUERY: Final = 100
LONGEST_PRICE: Final = 12
MOST_VALUES: Final = 20
SORTS: Final = {
    Sort.RELEVANT: _l("Paling sesuai"),
    Sort.POPULAR: _l("Terlaris"),
    Sort.NEWEST: _l("Terbaru"),
    Sort.CHEAPEST: _l("Harga terendah"),
    Sort.DEAREST: _l("Harga tertinggi"),
}
SORT_NAMES: Final = {sort.value: sort for sort in Sort}
FLAGS: Final = {"tersedia": _l("Tersedia"), "galeri": _l("Ada di galeri PLUT"), "halal": _l("Halal")}
Pairs = list[tuple[str, str]]


@bp.get("/")
@cacheable
def index() -> ResponseReturnValue:
    query = _query()
    page = listing_page(db.session(), query)
    if page.is_miss:
        _note_miss(query.q)
    return render_template("shop/products/index.html", view=_View(query, page), sorts=SORTS)


@bp.get("/saran")
@cacheable
def suggest() -> ResponseReturnValue:
    found = suggestions(db.session(), request.args.get("q", "")[:LONGEST_QUERY])
    items = [{"group": _("Cari"), "text": text, "url": _address([("q", text)])} for text in found.words]
    items += [
        {"group": _("Produk"), "text": e.name, "note": rupiah(e.price_idr), "url": product_url(e)}
        for e in found.products
    ]
    items += [{"group": _("Kategori"), "text": category_name(c), "url": category_url(c)} for c in found.categories]
    items += [{"group": _("UMKM"), "text": e.business_name, "url": business_url(e)} for e in found.businesses]
    return jsonify(items=items)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the address without it."""

    text: str
    url: str


class Tick(NamedTuple):
    """One value of a filter."""

    name: str
    value: str
    text: str
    number: str
    is_set: bool


@dataclass(frozen=True)
class _FilterBox:
    """What the filter box shows. It is the same on all pages of a list, so templates may show it ``remembered``."""

    query: ListingQuery  # of the first page
    facets: Facets
    is_capped: bool

    @cached_property
    def pairs(self) -> Pairs:
        return _pairs(self.query)

    @cached_property
    def groups(self) -> list[tuple[str, list[Tick]]]:
        """The filter's groups with what may be ticked; what leads nowhere is left out, unless it is ticked."""
        facets = self.facets
        groups = [
            (_("Kategori"), [_tick("kategori", value) for value in facets.category if _leads_on(value)]),
            (_("Kabupaten/kota"), [_tick("wilayah", value) for value in facets.district if _leads_on(value)]),
            (
                _("Ketersediaan dan sertifikat"),
                [flag for flag in map(self._flag, FLAGS) if flag.is_set or flag.number != "0"],
            ),
        ]
        return [(text, ticks) for text, ticks in groups if ticks]

    def _flag(self, name: str) -> Tick:
        facets, query = self.facets, self.query
        count, is_set = {
            "tersedia": (facets.available, query.available),
            "galeri": (facets.in_gallery, query.in_gallery),
            "halal": (facets.halal, query.halal),
        }[name]
        return Tick(name, "1", str(FLAGS[name]), _count(count, is_least=self.is_capped), is_set)

    @cached_property
    def chips(self) -> list[Chip]:
        facets, query = self.facets, self.query
        chips = [
            Chip(_value_name(name, value), self.without(name, value.value))
            for name, values in (("kategori", facets.category), ("wilayah", facets.district))
            for value in _selected(values)
        ]
        for name, is_set in (("tersedia", query.available), ("galeri", query.in_gallery), ("halal", query.halal)):
            if is_set:
                chips.append(Chip(str(FLAGS[name]), self.without(name)))
        if query.price_min is not None:
            chips.append(Chip(_("Mulai %(price)s", price=rupiah(query.price_min)), self.without("harga_min")))
        if query.price_max is not None:
            chips.append(Chip(_("Sampai %(price)s", price=rupiah(query.price_max)), self.without("harga_maks")))
        return chips

    def without(self, name: str, value: str | None = None) -> str:
        """The address with one filter less; filtering starts at the first page."""
        return _address([pair for pair in self.pairs if pair[0] != name or value not in (None, pair[1])])

    def hidden(self, *visible: str) -> Pairs:
        """What a form must send along beside its visible fields."""
        return [pair for pair in self.pairs if pair[0] not in visible]


@dataclass(frozen=True)
class _View:
    """The page's texts and addresses, made from what was asked and what was found."""

    query: ListingQuery
    page: ListingPage

    @cached_property
    def box(self) -> _FilterBox:
        return _FilterBox(replace(self.query, cursor=""), self.page.facets, self.page.is_capped)

    @property
    def pairs(self) -> Pairs:
        return self.box.pairs

    @property
    def chips(self) -> list[Chip]:
        return self.box.chips

    @cached_property
    def title(self) -> str:
        heading = self.heading
        if self.page.number == 1:
            return heading
        return _(
            "%(heading)s (halaman %(n)s dari %(of)s)",
            heading=heading,
            n=angka(self.page.number),
            of=self.page_count,
        )

    @cached_property
    def heading(self) -> str:
        if self.query.q:
            if not self.page.total:
                return _("Belum ada “%(q)s”", q=self.query.q)
            return _("Hasil untuk “%(q)s”", q=self.page.corrected or self.query.q)
        selected = [*_selected(self.page.facets.category), *_selected(self.page.facets.district)]
        few = 0 < len(selected) <= 2  # noqa: PLR2004 - more make no heading
        return ", ".join(map(category_name, selected)) if few else _("Semua produk")

    @cached_property
    def count(self) -> str:
        return angka(self.page.total) + ("+" if self.page.is_capped else "")

    @cached_property
    def page_count(self) -> str:
        return angka(self.page.page_count) + ("+" if self.page.is_capped else "")

    @cached_property
    def unfiltered_url(self) -> str:
        return _address([pair for pair in self.pairs if pair[0] in {"q", "persis", "urut"}])

    @cached_property
    def exact_url(self) -> str:
        return _address([*self.pairs, ("persis", "1")])

    @cached_property
    def previous_url(self) -> str | None:
        return self._page_url(self.page.previous_cursor)

    @cached_property
    def next_url(self) -> str | None:
        return self._page_url(self.page.next_cursor)

    @cached_property
    def canonical_url(self) -> str:
        """The address without what only orders the products."""
        pairs = [pair for pair in self.pairs if pair[0] != "urut"]
        return _address([*pairs, ("hal", self.query.cursor)] if self.page.number > 1 else pairs)

    @property
    def text(self) -> str:
        """Where the pager says that we are."""
        return _("Halaman %(n)s dari %(of)s", n=angka(self.page.number), of=self.page_count)

    def search_url(self, q: str) -> str:
        return _address([("q", q)])

    def _page_url(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        return _address([*self.pairs, ("hal", cursor)] if cursor else self.pairs)


def _query() -> ListingQuery:
    """Read the address; what makes no sense is left out, so that every address gives a page."""
    args = request.args
    lowest, highest = _price(args.get("harga_min", "")), _price(args.get("harga_maks", ""))
    if lowest is not None and highest is not None and lowest > highest:  # the two fields mistaken for each other
        lowest, highest = highest, lowest
    return ListingQuery(
        q=" ".join(args.get("q", "").split())[:LONGEST_QUERY],
        exact=args.get("persis") == "1",
        category=tuple(args.getlist("kategori")[:MOST_VALUES]),
        district=tuple(args.getlist("wilayah")[:MOST_VALUES]),
        price_min=lowest,
        price_max=highest,
        halal=args.get("halal") == "1",
        available=args.get("tersedia") == "1",
        in_gallery=args.get("galeri") == "1",
        sort=SORT_NAMES.get(args.get("urut", ""), Sort.RELEVANT),
        cursor=args.get("hal", "")[:60],
    )


def _price(text: str) -> int | None:
    """Read "25000", "25.000", "Rp 25.000" or "25rb" as people type it; anything else by its digits."""
    with suppress(reading.MisreadError):
        return reading.rupiah(text)
    digits = "".join(character for character in text if character in "0123456789")
    return int(digits) if 0 < len(digits) <= LONGEST_PRICE else None


def _pairs(query: ListingQuery) -> Pairs:
    """Return the address' parameters in one order, without those that say nothing and without the page."""
    pairs: list[tuple[str, Any]] = [
        ("q", query.q),
        ("persis", "1" if query.exact else ""),
        *(("kategori", slug) for slug in query.category),
        *(("wilayah", code) for code in query.district),
        ("harga_min", "" if query.price_min is None else str(query.price_min)),
        ("harga_maks", "" if query.price_max is None else str(query.price_max)),
        ("halal", "1" if query.halal else ""),
        ("tersedia", "1" if query.available else ""),
        ("galeri", "1" if query.in_gallery else ""),
        ("urut", "" if query.sort is Sort.RELEVANT else query.sort.value),
    ]
    return [pair for pair in pairs if pair[1]]


def _address(pairs: Pairs) -> str:
    path = url_for("shop.products.index")
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _tick(name: str, value: FacetValue) -> Tick:
    number = _count(value.count, is_least=value.is_least)
    return Tick(name, value.value, _value_name(name, value), number, value.is_selected)


def _value_name(name: str, value: FacetValue) -> str:
    return daerah_pendek(value.name) if name == "wilayah" else category_name(value)


def _count(count: int, *, is_least: bool) -> str:
    """Write a count; of a search that was cut off it is the least there are."""
    return angka(count) + ("+" if is_least and count else "")


def _leads_on(value: FacetValue) -> bool:
    return value.count > 0 or value.is_selected


def _selected(values: Any) -> list[FacetValue]:
    return [value for value in values if value.is_selected]


def _note_miss(q: str) -> None:
    """Leave a note for the worker: a GET does not write to the database."""
    spool.append(Path(current_app.config["DATA_DIR"]) / "spool" / "search-misses", q)
