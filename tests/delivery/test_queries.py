from datetime import UTC, datetime

import pytest

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.catalog.states import ShippingClass
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery import queries, services
from gallery.delivery.limits import Load
from gallery.delivery.queries import parcels, riders, shipments
from gallery.delivery.queries.parcels import Tab
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.delivery.tariffs import Point
from gallery.inventory.models import Place
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus
from gallery.regions.models import Region
from tests.factories.delivery import (
    SYSTEM,
    make_carrier_tariff,
    make_parcel,
    make_rider,
    make_shipment,
    make_tariff,
    order_of,
)
from tests.factories.inventory import BELITUNG, PANGKALPINANG, make_business, make_gallery_place, make_premises

NEIGHBOUR, SUNGAILIAT = "19.71.05.1002", "19.01.01.1001"
MORNING, EVENING = datetime(2026, 11, 24, 2, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)  # 09.00, 16.00 WIB


def move_village(code, **values):
    with transaction() as session:
        region = session.get(Region, code)
        for name, value in values.items():
            setattr(region, name, value)


def ask(place_id, village=NEIGHBOUR, weight_g=600, at=MORNING, **given):
    return queries.quote(db.session, place_id=place_id, village_code=village, weight_g=weight_g, at=at, **given)


def offers(*args, **given):
    return [(quote.service, quote.price_idr) for quote in ask(*args, **given)]


@pytest.fixture
def place_id(app):
    """A gallery with a tariff, a rider for its subdistrict, and a village ten kilometres away."""
    place = make_gallery_place()
    make_tariff(place.id)
    make_rider("19.71.05")
    move_village(NEIGHBOUR, lat=-2.19, lon=106.1)  # 10_008 m, by road 13_011 m
    return place.id


def test_a_rider_where_tariff_road_and_area_agree(place_id):
    rider, pick_up = ask(place_id)
    assert (rider.courier, rider.price_idr, rider.distance_m) == (Courier.LOCAL_RIDER, 33_000, 13_011)
    assert (pick_up.courier, pick_up.price_idr) == (Courier.PICKUP, 0)


def test_a_heavy_parcel_costs_its_step_and_too_heavy_none(place_id):
    assert offers(place_id, weight_g=5_001) == [("local_rider", 36_000), ("pickup", 0)]
    assert offers(place_id, weight_g=20_001) == [("pickup", 0)]


def test_what_is_ordered_after_the_cut_off_goes_the_next_day(place_id):
    assert [ask(place_id, at=moment)[0].days_max for moment in (MORNING, EVENING)] == [0, 1]


def test_no_rider_serves_the_subdistrict(place_id):
    move_village(SUNGAILIAT, lat=-2.19, lon=106.1)
    assert offers(place_id, SUNGAILIAT) == [("pickup", 0)]
    make_rider("19.01.01", is_active=False)
    assert offers(place_id, SUNGAILIAT) == [("pickup", 0)]
    make_rider("19.01.01")
    assert offers(place_id, SUNGAILIAT) == [("local_rider", 33_000), ("pickup", 0)]


def test_no_rider_over_the_sea_even_if_one_claims_to_serve_it(place_id):
    make_rider("19.02.01")
    make_carrier_tariff()
    assert offers(place_id, BELITUNG) == [("expedition:JNE REG", 22_000), ("pickup", 0)]


@pytest.mark.parametrize("island", ["Lepar", None])
def test_no_rider_to_an_islet_without_roads(place_id, island):
    move_village(NEIGHBOUR, island=island)
    assert offers(place_id) == [("pickup", 0)]


def test_no_rider_on_an_islet_of_its_own(place_id):
    for code in (PANGKALPINANG, NEIGHBOUR):
        move_village(code, island="Lepar", island_group="Bangka")
    assert offers(place_id) == [("pickup", 0)]


def test_an_inactive_tariff_or_none_means_no_rider(app):
    place = make_gallery_place()
    make_rider("19.71.05")
    assert offers(place.id) == [("pickup", 0)]
    make_tariff(place.id, is_active=False)
    assert offers(place.id) == [("pickup", 0)]


def test_carriers_by_price_and_only_on_their_way(place_id):
    make_carrier_tariff()
    make_carrier_tariff(carrier="Pos Indonesia", service="Biasa", first_kg_idr=18_000, next_kg_idr=15_000)
    make_carrier_tariff(carrier="Mahal", is_active=False)
    make_carrier_tariff(origin="Belitung", destination="Bangka")
    assert offers(place_id, BELITUNG, weight_g=1_500) == [
        ("expedition:Pos Indonesia Biasa", 33_000),
        ("expedition:JNE REG", 40_000),
        ("pickup", 0),
    ]


@pytest.mark.parametrize("shipping_class", [ShippingClass.FROZEN, ShippingClass.READY_TO_EAT])
def test_frozen_and_ready_to_eat_goods_stay_on_the_island(place_id, shipping_class):
    make_carrier_tariff()
    make_carrier_tariff(destination="Bangka")
    assert offers(place_id, BELITUNG, classes=[shipping_class]) == [("pickup", 0)]
    assert offers(place_id, classes=[shipping_class]) == [("local_rider", 33_000), ("pickup", 0)]


def test_an_msme_at_home_has_no_pick_up_point(app):
    premises = make_premises(make_business().id)
    make_tariff(premises.id)
    make_rider("19.71.05")
    assert offers(premises.id, PANGKALPINANG) == [("local_rider", 10_000)]


def test_a_gallery_that_says_where_its_door_is_is_fetched_there(place_id):
    """Its village's middle counts where nobody told; a buyer's point is always the middle of the village."""
    place = db.session.get(Place, place_id)
    assert shipments.sender(db.session, place).location.point == Point(-2.1, 106.1)
    with transaction() as session:
        gallery = session.get(Gallery, place.gallery_id)
        gallery.lat, gallery.lon = -2.15, 106.1  # half the way
    rider, _pick_up = ask(place_id)
    assert (rider.price_idr, rider.distance_m) == (14_500, 5_783)
    found = queries.quotes(
        db.session, loads={place_id: Load(600)}, village_code=NEIGHBOUR, at=MORNING, online=[Courier.BITESHIP]
    )
    request = found[place_id].asks[0].request
    assert (request.origin.point, request.destination.point) == (Point(-2.15, 106.1), Point(-2.19, 106.1))
    assert shipments.sender(db.session, db.session.get(Place, place_id)).location.point == Point(-2.15, 106.1)


def test_many_places_in_few_reads(place_id, count_queries):
    others = [make_premises(make_business().id).id for _ in range(4)]
    with count_queries() as seen:
        found = queries.quotes(
            db.session, loads=dict.fromkeys([place_id, *others], Load(500)), village_code=NEIGHBOUR, at=MORNING
        )
    assert (len(found), seen.count) == (5, 5)


def test_an_unknown_place_is_not_found_and_an_unknown_village_has_no_courier(place_id):
    with pytest.raises(NotFoundError):
        ask(999)
    assert offers(place_id, "11.01.01.1001") == [("pickup", 0)]


# Work on parcels


def numbers(scope, tab, **given):
    return [parcel.id for parcel in parcels.parcels(db.session, scope, tab, **given).parcels]


def test_each_parcel_is_in_the_lists_of_its_state(app):
    place_id = make_gallery_place().id
    unpaid = make_parcel(place_id, paid=False, packed=False).id
    to_pack = make_parcel(place_id, packed=False).id
    cash = make_parcel(place_id, paid=False, packed=False, status=OrderStatus.CASH_DUE, service="pickup").id
    ready = make_parcel(place_id).id
    to_fetch = make_parcel(place_id, service="pickup").id
    offered = make_shipment(make_parcel(place_id)).parcel_id
    away = make_shipment(make_parcel(place_id), ShipmentStatus.PICKED_UP).parcel_id
    failed = make_shipment(make_parcel(place_id), ShipmentStatus.FAILED).parcel_id
    done = make_shipment(make_parcel(place_id), ShipmentStatus.DELIVERED).parcel_id
    assert {tab: numbers(EVERYTHING, tab) for tab in Tab} == {
        Tab.UNPAID: [unpaid],
        Tab.TO_PACK: [to_pack, cash],
        Tab.READY: [ready, to_fetch, offered],
        Tab.SENT: [failed, away],
        Tab.DONE: [done],
        Tab.CANCELLED: [],
        Tab.TO_BOOK: [],
        Tab.TROUBLE: [],
        Tab.TO_HAND_OVER: [ready],
        Tab.OFFERED: [offered],
        Tab.ON_THE_WAY: [away],
        Tab.FAILED: [failed],
        Tab.TO_FETCH: [to_fetch],
    }
    counts = parcels.tab_counts(db.session, EVERYTHING, list(Tab))
    assert {tab: counts[tab] for tab in Tab} == {tab: len(numbers(EVERYTHING, tab)) for tab in Tab}


def test_another_gallery_sees_nothing_of_it(app):
    mine, other = make_parcel(), make_parcel()
    gallery_id = db.session.get(Parcel, mine.id).place.gallery_id
    scope = Scope(galleries=frozenset({gallery_id}))
    assert numbers(scope, Tab.READY) == [mine.id]
    assert parcels.tab_counts(db.session, scope, [Tab.READY]) == {Tab.READY: 1}
    with pytest.raises(NotFoundError):
        parcels.parcel(db.session, other.public_id, scope)
    assert parcels.to_print(db.session, scope, [mine.public_id, other.public_id]) == [mine]
    assert numbers(Scope(), Tab.READY) == []


def test_search_by_number_or_name_takes_signs_literally(app):
    place_id = make_gallery_place().id
    one = make_parcel(place_id, contact_name="Dewi 100%").id
    make_parcel(place_id, contact_name="Rudi")
    assert numbers(EVERYTHING, Tab.READY, search="100%") == [one]
    assert numbers(EVERYTHING, Tab.READY, search="%") == [one]
    assert numbers(EVERYTHING, Tab.READY, search="dewi") == [one]
    assert numbers(EVERYTHING, Tab.READY, search="gu-") == [one, one + 1]


def test_pages(app, monkeypatch):
    monkeypatch.setattr(parcels, "PAGE_SIZE", 2)
    place_id = make_gallery_place().id
    for _ in range(3):
        make_parcel(place_id)
    first = parcels.parcels(db.session, EVERYTHING, Tab.READY)
    second = parcels.parcels(db.session, EVERYTHING, Tab.READY, number=2)
    beyond = parcels.parcels(db.session, EVERYTHING, Tab.READY, number=9)
    assert [(len(page.parcels), page.number, page.total, page.pages) for page in (first, second, beyond)] == [
        (2, 1, 3, 2),
        (1, 2, 3, 2),
        (2, 1, 3, 2),
    ]


# Shipments, as buyer and rider see them


def test_the_buyer_sees_the_riders_number_only_while_he_is_under_way(app):
    parcel = make_parcel()
    rider_id = make_rider(name="Hendra Saputra", phone="+628110001", plate="BN 3312 XX").id
    shipment = make_shipment(parcel, ShipmentStatus.ACCEPTED, rider_id=rider_id)
    (view,) = shipments.shipments_of_order(db.session, parcel.order_id)
    assert (view.rider_first_name, view.rider_plate, view.rider_phone) == ("Hendra", "BN 3312 XX", "+628110001")
    with transaction() as session:
        services.override(session, shipment.id, ShipmentStatus.DELIVERED, note="", recipient_name="Dewi", actor=SYSTEM)
    (view,) = shipments.shipments_of_order(db.session, parcel.order_id)
    assert (view.rider_phone, view.recipient_name, view.status) == ("", "Dewi", ShipmentStatus.DELIVERED)


@pytest.mark.parametrize("status", [ShipmentStatus.OFFERED, ShipmentStatus.DECLINED])
def test_the_buyer_does_not_see_who_was_only_asked(app, status):
    shipment = make_shipment(status=status)
    parcel = db.session.get(Parcel, shipment.parcel_id)
    assert shipments.shipments_of_order(db.session, parcel.order_id) == []


def test_the_rider_sees_the_way_until_it_is_over(app):
    shipment = make_shipment(status=ShipmentStatus.PICKED_UP)
    job = shipments.rider_job(db.session, shipment.public_id)
    assert job.pick_up.address == "Jl. Contoh No. 1, Air Itam, Bukit Intan, Kota Pangkalpinang"
    assert job.drop_off.name == "Dewi Anggraini"
    assert job.drop_off.address == (
        "Jl. Mentok No. 12, RT 003/RW 001, Air Itam, Bukit Intan, Kota Pangkalpinang, 33149"
    )
    assert (job.pieces, job.weight_g, job.price_idr, job.is_superseded) == (2, 600, 12_500, False)
    with transaction() as session:
        services.override(session, shipment.id, ShipmentStatus.DELIVERED, note="", actor=SYSTEM)
    job = shipments.rider_job(db.session, shipment.public_id)
    assert (job.pick_up, job.drop_off) == (None, None)


def test_a_reassigned_rider_sees_that_and_no_address(app):
    first = make_shipment()
    rider_id, parcel_id = make_rider().id, first.parcel_id
    with transaction() as session:
        services.offer_to_rider(session, parcel_id, rider_id, actor=SYSTEM)
    job = shipments.rider_job(db.session, first.public_id)
    assert (job.is_superseded, job.drop_off) == (True, None)


def test_only_riders_have_a_rider_page(app):
    parcel = make_parcel()
    with transaction() as session:
        sent = services.send_by_carrier(session, parcel.id, carrier="JNE", tracking_number="1", actor=SYSTEM)
    with pytest.raises(NotFoundError):
        shipments.rider_job(db.session, sent.public_id)


# The register


def test_candidates_are_of_the_island_the_covering_and_the_idle_first(app):
    far = make_rider("19.01.01", name="Jauh")
    busy = make_rider("19.71.05", name="Ahmad")
    idle = make_rider("19.71.05", name="Zul")
    make_rider("19.02.01", name="Belitung")
    make_rider("19.71.05", name="Berhenti", is_active=False)
    parcel_id = make_shipment(rider_id=busy.id).parcel_id
    found = riders.candidates(db.session, parcel_id, origin_village=PANGKALPINANG, destination_village=NEIGHBOUR)
    assert [(row.name, row.covers, row.jobs) for row in found] == [
        (idle.name, True, 0),
        (busy.name, True, 1),
        (far.name, False, 0),
    ]


def test_a_rider_who_declined_this_parcel_comes_last_and_is_marked(app):
    declining = make_rider("19.71.05", name="Ahmad")
    make_rider("19.01.01", name="Jauh")
    parcel = make_parcel()
    parcel_id = parcel.id
    make_shipment(parcel, ShipmentStatus.DECLINED, rider_id=declining.id)
    asked = {"origin_village": PANGKALPINANG, "destination_village": NEIGHBOUR}
    found = riders.candidates(db.session, parcel_id, **asked)
    assert [(row.name, row.covers, row.declined) for row in found] == [("Jauh", False, False), ("Ahmad", True, True)]
    of_another_parcel = riders.candidates(db.session, parcel_id + 1, **asked)
    assert [(row.name, row.declined) for row in of_another_parcel] == [("Ahmad", False), ("Jauh", False)]


def test_a_gallery_keeps_its_own_riders(app):
    gallery_id = make_gallery_place().gallery_id
    mine = make_rider(gallery_id=gallery_id)
    other = make_rider()
    scope = Scope(galleries=frozenset({gallery_id}))
    assert list(riders.riders(db.session, scope).rows) == [mine]
    assert riders.riders(db.session, EVERYTHING).total == 2
    assert list(riders.riders(db.session, EVERYTHING, search=mine.plate).rows) == [mine]
    with pytest.raises(NotFoundError):
        riders.rider(db.session, other.public_id, scope)


def test_places_with_and_without_a_tariff(app):
    with_tariff, without = make_gallery_place(name="Galeri A"), make_gallery_place(name="Galeri B")
    make_tariff(with_tariff.id)
    rows = riders.places_with_tariff(db.session, EVERYTHING)
    assert [(place.name, tariff is not None) for place, tariff in rows] == [("Galeri A", True), ("Galeri B", False)]
    scope = Scope(galleries=frozenset({with_tariff.gallery_id}))
    assert len(riders.places_with_tariff(db.session, scope)) == 1
    with pytest.raises(NotFoundError):
        riders.place_with_tariff(db.session, without.public_id, scope)


def test_the_pick_list_names_the_reserved_lots_and_their_orders(app):
    place_id = make_gallery_place().id
    one, two = make_parcel(place_id, packed=False), make_parcel(place_id, packed=False, quantity=3)
    gone = make_shipment(make_parcel(place_id), ShipmentStatus.PICKED_UP).parcel_id
    picks = parcels.pick_list(db.session, [one.id, two.id, gone])
    assert [(pick.product, pick.variant, pick.pieces) for pick in picks] == [("Lada Putih Muntok", "250 g", 5)]
    assert picks[0].orders == ((order_of(one).number, 2), (order_of(two).number, 3))
