"""Pages agree with a naive filter over all products, whatever is asked; cursors visit each product once."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from gallery.core.db import db, transaction
from gallery.listing.models import ListingEntry
from gallery.listing.queries import (
    Entry,
    ListingQuery,
    Sort,
    browse,
    by_business,
    counts_by_category,
    counts_by_district,
    entries,
    listing_page,
    newest,
    popular,
    price,
)
from gallery.listing.queries.entries import COLUMNS
from tests.factories.listing import make_offer, refresh_listing

CATEGORIES = ("Rempah", "Madu", "Kue")
DISTRICTS = ("19.71", "19.01", "19.02")
PRODUCTS = 60


class Shop(dict[int, Entry]):
    """All products by id; hypothesis prints the arguments of a failing test, and this one is long."""

    def __repr__(self) -> str:
        return "shop"


@pytest.fixture
def shop(app) -> Shop:
    """Sixty products of all kinds; one category is never halal, one district has little."""
    chance = random.Random(7)
    for _ in range(PRODUCTS):
        category = chance.choice(CATEGORIES)
        make_offer(
            f"{chance.choice(('Lada', 'Kopi', 'Teh'))} {chance.choice(('manis', 'pahit'))}",
            category=category,
            district=chance.choices(DISTRICTS, (6, 4, 1))[0],
            prices=(chance.randrange(1, 10) * 5_000,),
            halal=category != "Kue" and chance.random() < 0.5,
            at_home=chance.choice((0, 0, 2)),
            in_gallery=chance.choice((0, 0, 3)),
            sold=chance.choice((0, 0, 1, 5, 9)),
            day=chance.randrange(20),
            refresh=False,
        )
    refresh_listing(*range(1, PRODUCTS + 1))
    return Shop((row[0], Entry._make(row)) for row in db.session.execute(db.select(*COLUMNS)))


SORTED = {
    Sort.RELEVANT: lambda e: (e.is_available, e.popularity, e.product_id),
    Sort.POPULAR: lambda e: (e.is_available, e.popularity, e.product_id),
    Sort.NEWEST: lambda e: (e.is_available, e.published_at, e.product_id),
    Sort.CHEAPEST: lambda e: (e.is_available, -e.price_idr, e.product_id),
    Sort.DEAREST: lambda e: (e.is_available, e.price_idr, e.product_id),
}
queries = st.builds(
    ListingQuery,
    q=st.sampled_from(["", "", "lada", "kopi manis", "kopy", "tidakada"]),
    category=st.sets(st.sampled_from(["rempah", "madu", "kue", "lain"])).map(tuple),
    district=st.sets(st.sampled_from([*DISTRICTS, "99"])).map(tuple),
    price_min=st.none() | st.integers(0, 50_000),
    price_max=st.none() | st.integers(0, 50_000),
    halal=st.booleans(),
    available=st.booleans(),
    in_gallery=st.booleans(),
    sort=st.sampled_from(Sort),
    page_size=st.integers(1, 30),
)
MEANT = {"kopy": "kopi"}


def matches(entry: Entry, query: ListingQuery, *, without: str = "") -> bool:
    slug = SLUGS[entry.category_id]
    known_category = set(query.category) & set(SLUGS.values())
    known_district = set(query.district) & set(DISTRICTS)
    words = (MEANT.get(query.q, query.q)).split()
    return (
        all(word in entry.name.lower() for word in words)
        and (without == "category" or not known_category or slug in known_category)
        and (without == "district" or not known_district or entry.district_code in known_district)
        and (query.price_min is None or entry.price_idr >= query.price_min)
        and (query.price_max is None or entry.price_idr <= query.price_max)
        and (not query.halal or entry.is_halal)
        and (not query.available or entry.is_available)
        and (not query.in_gallery or entry.is_in_gallery)
    )


SLUGS: dict[int, str] = {}


def check(shop: dict[int, Entry], query: ListingQuery) -> None:
    page = listing_page(db.session(), query)
    expected = [entry for entry in shop.values() if matches(entry, query)]
    assert page.total == len(expected)
    assert not page.is_capped
    if query.q and query.sort is Sort.RELEVANT:
        assert {e.product_id for e in walk(query)} == {e.product_id for e in expected}
    else:
        expected.sort(key=SORTED[query.sort], reverse=True)
        assert [e.product_id for e in walk(query)] == [e.product_id for e in expected]
    for name, values in (("category", page.facets.category), ("district", page.facets.district)):
        for value in values:
            alone = [e for e in shop.values() if matches(e, query, without=name)]
            key = (lambda e: SLUGS[e.category_id]) if name == "category" else (lambda e: e.district_code)
            assert value.count == sum(key(e) == value.value for e in alone), (name, value)
    assert page.facets.halal == sum(e.is_halal for e in expected)
    assert page.facets.available == sum(e.is_available for e in expected)
    assert page.facets.in_gallery == sum(e.is_in_gallery for e in expected)


def walk(query: ListingQuery) -> list[Entry]:
    """Go through all pages by their cursors, there and back again, and return the products in order."""
    from dataclasses import replace

    page, pages = listing_page(db.session(), query), []
    while True:
        pages.append(page)
        assert page.number == len(pages) <= page.page_count
        if page.next_cursor is None:
            break
        page = listing_page(db.session(), replace(query, cursor=page.next_cursor))
    assert len(pages) == page.page_count
    for earlier in reversed(pages[:-1]):
        page = listing_page(db.session(), replace(query, cursor=page.previous_cursor))
        assert [e.product_id for e in page.entries] == [e.product_id for e in earlier.entries]
        assert page.number == earlier.number
    assert page.previous_cursor is None
    return [entry for page in pages for entry in page.entries]


@pytest.fixture(autouse=True)
def slugs(request):
    if "shop" in request.fixturenames:
        from gallery.catalog.models import Category

        request.getfixturevalue("shop")
        SLUGS.clear()
        SLUGS.update(db.session.execute(db.select(Category.id, Category.slug)).all())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries)
def test_a_page_shows_what_a_naive_filter_finds(shop, query):
    check(shop, query)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries)
def test_few_matches_are_gathered_and_sorted_with_the_same_result(shop, query):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browse, "MOST_WALKED", 0)
        check(shop, query)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries)
def test_many_alternatives_are_read_as_one_filter_with_the_same_result(shop, query):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browse, "MOST_ARMS", 1)
        check(shop, query)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sort=st.sampled_from(Sort),
    low=st.integers(0, 50_000),
    width=st.integers(0, 50_000),
    cap=st.integers(1, PRODUCTS + 5),
    district=st.sampled_from([(), ("19.01",)]),
)
def test_a_price_range_with_more_than_is_looked_at_shows_the_best_of_it(shop, sort, low, width, cap, district):
    query = ListingQuery(price_min=low, price_max=low + width, sort=sort, district=district, page_size=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(price, "CAP", cap)
        page = listing_page(db.session(), query)
    expected = [e for e in shop.values() if matches(e, query)]
    expected.sort(key=SORTED[sort], reverse=True)
    assert page.total == min(cap, len(expected))
    assert page.is_capped == (len(expected) > cap)
    assert [e.product_id for e in page.entries] == [e.product_id for e in expected[:cap]]


def test_a_page_that_is_gone_gives_the_first(shop):
    first = listing_page(db.session(), ListingQuery())
    for cursor in ("9a0-0", "2s9999999999999999-1", "1a5-5", "x", "2a5"):
        page = listing_page(db.session(), ListingQuery(cursor=cursor))
        assert (page.number, page.entries) == (1, first.entries)


def test_a_product_that_moves_between_pages_breaks_nothing(shop):
    first = listing_page(db.session(), ListingQuery(sort=Sort.NEWEST))
    with transaction() as session:
        session.execute(
            update(ListingEntry).where(ListingEntry.product_id == first.entries[-1].product_id).values(newest_key=0)
        )
    second = listing_page(db.session(), ListingQuery(sort=Sort.NEWEST, cursor=first.next_cursor))
    assert not {e.product_id for e in first.entries} & {e.product_id for e in second.entries}


def test_shelves(shop):
    by_sales = sorted(shop.values(), key=SORTED[Sort.POPULAR], reverse=True)
    by_age = sorted(shop.values(), key=SORTED[Sort.NEWEST], reverse=True)
    session = db.session()
    assert popular(session, 5) == by_sales[:5]
    assert newest(session, 5) == by_age[:5]
    assert popular(session, 5, district_code="19.01") == [e for e in by_sales if e.district_code == "19.01"][:5]
    business_id = by_sales[0].business_id
    assert by_business(session, business_id) == [e for e in by_sales if e.business_id == business_id]
    assert [e.product_id for e in entries(session, [3, 999, 1])] == [3, 1]
    assert sum(counts_by_district(session).values()) == sum(counts_by_category(session).values()) == PRODUCTS
