"""The shop's rows follow catalogue and stock, exactly and repeatably."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from gallery.catalog.models import Licence, Product, Variant
from gallery.catalog.states import ProductStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.outbox import drain, emit
from gallery.inventory.models import Place
from gallery.listing import services
from gallery.listing.models import FacetCount, ListingEntry, SearchMiss, SearchPosting, SearchTerm
from gallery.listing.queries import catalogue_version, entries
from gallery.listing.queries.drift import listing_drift
from gallery.listing.queries.facets import versions
from gallery.registry.models import Business
from tests.factories.inventory import make_stock
from tests.factories.listing import make_offer, refresh_listing


def drift() -> list:
    db.session.rollback()
    return list(listing_drift(db.session()))


def entry(product_id: int):
    db.session.rollback()
    found = entries(db.session(), [product_id])
    return found[0] if found else None


def test_an_entry_says_what_the_catalogue_says(app):
    product_id = make_offer("Lada", prices=(50_000, 20_000), halal=True, at_home=3, in_gallery=4, sold=7)
    found = entry(product_id)
    assert (found.name, found.price_idr, found.price_max_idr) == ("Lada", 20_000, 50_000)
    assert (found.has_variants, found.is_halal, found.has_pirt) == (True, True, False)
    assert (found.available_pieces, found.gallery_pieces, found.popularity) == (7, 4, 7)
    assert (found.is_available, found.is_in_gallery) == (True, True)
    assert found.district_name == "Kota Pangkalpinang"
    assert drift() == []


def test_refreshing_again_changes_nothing(app):
    product_id = make_offer("Lada", at_home=3)
    before = versions(db.session())
    assert refresh_listing(product_id, product_id) == 0
    assert versions(db.session()) == before


@pytest.mark.parametrize(
    "change",
    [
        update(Product).values(status=ProductStatus.WITHDRAWN),
        update(Business).values(is_active=False),
        update(Variant).values(is_active=False),
    ],
    ids=["withdrawn", "business closed", "no variant"],
)
def test_what_is_no_longer_on_sale_leaves_the_shop_with_all_its_words(app, change):
    product_id = make_offer("Lada", at_home=3)
    with transaction() as session:
        session.execute(change)
    assert refresh_listing(product_id) == 1
    assert entry(product_id) is None
    assert db.session.scalars(select(SearchPosting)).all() == []
    assert set(db.session.scalars(select(SearchTerm.product_count))) == {0}
    assert set(db.session.scalars(select(FacetCount.products))) == {0}
    assert drift() == []


def test_words_and_counts_follow_a_new_name_and_district(app):
    product_id = make_offer("Lada putih", at_home=3)
    with transaction() as session:
        product = session.get_one(Product, product_id)
        product.district_code = "19.01"
        session.execute(update(Business).values(name="Usaha Baru"))
    refresh_listing(product_id)
    counts = dict(db.session.execute(select(SearchTerm.word, SearchTerm.product_count)).all())
    assert counts["baru"] == 1
    assert counts["pangkalpinang"] == 0
    assert entry(product_id).district_code == "19.01"
    assert drift() == []


def test_the_version_moves_with_what_a_page_shows(app):
    product_id = make_offer("Lada", at_home=40)
    item_id = make_stock(_variant(product_id), _place(product_id), 10)
    seen = catalogue_version(db.session())
    refresh_listing(product_id)
    assert entry(product_id).available_pieces == 50
    assert catalogue_version(db.session()) == seen  # 40 or 50: no card says so
    with transaction() as session:
        session.execute(update(Variant).values(price_idr=1_000))
    refresh_listing(product_id)
    assert catalogue_version(db.session()) == seen + 1
    assert item_id


def test_an_expired_licence_takes_its_badge_away(app, monkeypatch):
    from gallery.jobs.listing import drop_expired_licences

    product_id = make_offer("Lada", halal=True, at_home=1)
    with transaction() as session:
        session.execute(update(Licence).values(expires_on=clock.today()))
    refresh_listing(product_id)
    assert entry(product_id).is_halal
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    drop_expired_licences()
    assert not entry(product_id).is_halal
    assert isinstance(clock.today(), date)


def test_pieces_past_their_date_take_a_product_off_the_shelf(app, monkeypatch):
    from gallery.jobs.listing import drop_expired_lots

    product_id = make_offer("Lada", refresh=False)
    make_stock(_variant(product_id), _place(product_id), 3, expires_on=clock.today() + timedelta(days=1))
    refresh_listing(product_id)
    assert entry(product_id).is_available
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    drop_expired_lots()
    assert not entry(product_id).is_available
    assert drift() == []


def test_messages_bring_the_shop_up_to_date_however_often_they_come(app):
    product_id = make_offer("Lada", refresh=False)
    drain()
    with transaction() as session:
        emit(session, "product.changed", product_id=product_id)
        emit(session, "product.changed", product_id=product_id)
        emit(session, "product.changed", product_id=999_999)
    drain()
    assert entry(product_id).name == "Lada"
    make_stock(_variant(product_id), _place(product_id), 2)  # emits stock.changed by itself
    drain()
    assert entry(product_id).available_pieces == 2
    with transaction() as session:
        business = session.scalars(select(Business)).one()
        business.name = "Nama Lain"
        emit(session, "business.changed", business_id=business.id)
    drain()
    assert entry(product_id).business_name == "Nama Lain"
    assert db.session.get(Place, _place(product_id), populate_existing=True).name == "Nama Lain"
    assert drift() == []


def test_rebuild_repairs_whatever_was_damaged(app):
    product_id = make_offer("Lada", at_home=3)
    make_offer("Madu", category="Madu", in_gallery=1)
    with transaction() as session:
        session.execute(update(FacetCount).values(products=7))
        session.execute(update(SearchTerm).values(product_count=9))
        session.execute(delete(SearchPosting).where(SearchPosting.product_id == product_id))
        session.execute(update(ListingEntry).values(name="Salah"))
    assert {what for what, _ in drift()} == {"entry", "posting", "facet", "term"}
    with transaction() as session:
        assert services.rebuild(session) == 2
    assert drift() == []


def test_the_commands_prove_and_repair(app):
    make_offer("Lada", at_home=3)
    run = app.test_cli_runner().invoke
    assert run(args=["listing", "check"]).exit_code == 0
    with transaction() as session:
        session.execute(update(FacetCount).values(products=7))
    assert run(args=["listing", "check"]).exit_code == 1
    assert "1 products" in run(args=["listing", "rebuild"]).output
    assert run(args=["listing", "check"]).exit_code == 0


def test_misses_are_counted_without_what_may_be_personal(app):
    with transaction() as session:
        counted = services.record_misses(
            session, ["Durian  Monthong!", "durian monthong", "0812 3456 7890", "siti@contoh.id", "dan", "a b c d e f"]
        )
    assert counted == 2
    with transaction() as session:
        services.record_misses(session, ["DURIAN monthong"])
    assert [(miss.words, miss.times) for miss in db.session.scalars(select(SearchMiss))] == [("durian monthong", 3)]


def _variant(product_id: int) -> int:
    return db.session.scalars(select(Variant.id).where(Variant.product_id == product_id)).first()


def _place(product_id: int) -> int:
    from tests.factories.inventory import make_premises

    business_id = db.session.get(Product, product_id).business_id
    return db.session.scalar(select(Place.id).where(Place.business_id == business_id)) or make_premises(business_id).id
