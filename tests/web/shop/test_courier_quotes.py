"""Online couriers at checkout, over real HTTP against stand-ins: asked at once, kept, honoured, never in the way."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gallery.accounts.permissions import Actor
from gallery.catalog.models import ProductRevision
from gallery.catalog.states import ShippingClass
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.models import CourierCoverage, CourierHealth, CourierQuote, GalleryCourier
from gallery.delivery.states import Courier, CoverageSource
from gallery.integrations.biteship import Biteship, BiteshipSettings
from gallery.integrations.lalamove import Lalamove, LalamoveSettings
from gallery.jobs.delivery import sweep_prices
from gallery.jobs.delivery_calls import try_broken_couriers
from gallery.orders.models import Order, Parcel
from gallery.regions.models import Region
from gallery.web import courier_quotes
from tests import html
from tests.factories.delivery import make_carrier_tariff
from tests.standins.biteship import BiteshipStandIn
from tests.standins.lalamove import LalamoveStandIn
from tests.standins.server import Fault
from tests.web.shop.test_checkout import HIDDEN, PAGE, READY, World, ready, send, text

SYSTEM = Actor.system()
FAR = {"kabupaten": "19.02", "kecamatan": "19.02.01", "desa": "19.02.01.1001"}
TO_BELITUNG = "?kirim=alamat&kabupaten=19.02&kecamatan=19.02.01&desa=19.02.01.1001"
NEXT_DOOR = READY.replace("1002", "1001")


@pytest.fixture
def world(app, monkeypatch):
    courier_quotes.ASKED.clear()
    monkeypatch.setattr(courier_quotes, "PATIENCE_S", 30.0)  # a busy machine
    made = World(app)
    with transaction() as session:
        session.get(Region, "19.71.05.1002").lat, session.get(Region, "19.71.05.1002").lon = -2.19, 106.1
    return made


@pytest.fixture
def biteship(app):
    with BiteshipStandIn() as courier:
        settings = BiteshipSettings(key=courier.key, url=courier.url, couriers=("gojek", "jne"))
        adapters.couriers()["biteship"] = Biteship(settings)
        yield courier


@pytest.fixture
def lalamove(app):
    with LalamoveStandIn() as courier:
        settings = LalamoveSettings(key=courier.key, secret=courier.secret, url=courier.url)
        adapters.couriers()["lalamove"] = Lalamove(settings)
        yield courier


def services_of(page) -> list[str]:
    radios = [radio for radio in page.tags("input", type="radio") if radio["name"].startswith("kurir-")]
    return [radio["value"] for radio in radios]


def shown(world, query=READY) -> list[str]:
    return services_of(html.read(world.buyer.get(PAGE + query)))


def run_out(model=CourierQuote) -> None:
    with transaction() as session:
        session.execute(update(model).values(expires_at=clock.now() - timedelta(seconds=1)))


def health(courier=Courier.BITESHIP) -> CourierHealth:
    db.session.rollback()
    return db.session.get(CourierHealth, courier, populate_existing=True)


GOJEK, JNE, RIDER = "biteship:gojek.instant", "biteship:jne.reg", "local_rider"


def test_the_offers_of_all_couriers_are_there_and_asked_once(world, biteship, lalamove):
    page = html.read(world.buyer.get(PAGE + READY))
    assert set(services_of(page)) == {RIDER, GOJEK, JNE, "lalamove:MOTORCYCLE"}
    labels = [label.text for label in page.tags("label", class_="choice")]
    assert any("Gojek Instant" in label and "1–3 jam setelah dijemput" in label for label in labels)
    assert any("JNE Reguler" in label and "2–4 hari" in label for label in labels)
    shown(world)
    assert (len(biteship.calls_of("quote")), len(lalamove.calls_of("quote"))) == (1, 1)
    told = biteship.calls_of("quote")[0].data
    assert not {"Dewi", "Jl. Contoh"} & set(str(told).split())
    assert "contact" not in str(told)


def test_the_chosen_offer_is_frozen_in_the_parcel(world, lalamove):
    chosen = {f"kurir-{world.place.public_id}": "lalamove:MOTORCYCLE"}
    query = READY + f"&kurir-{world.place.public_id}=lalamove:MOTORCYCLE"
    page = text(world.buyer.get(PAGE + query))
    assert send(world.buyer, dict(HIDDEN.findall(page)), **chosen).status_code == 303
    parcel, kept = db.session.scalars(select(Parcel)).one(), db.session.scalars(select(CourierQuote)).one().quotes[0]
    assert (parcel.service, parcel.shipping_idr, parcel.quote_ref) == (
        "lalamove:MOTORCYCLE",
        kept["price_idr"],
        kept["quote_ref"],
    )
    assert parcel.quote_expires_at > clock.now()
    assert parcel.takes_min == (kept["minutes"][1] or None)
    assert db.session.scalars(select(Order)).one().shipping_idr == kept["price_idr"]


def test_a_price_is_honoured_until_it_runs_out_and_then_said(world, biteship):
    name = f"kurir-{world.place.public_id}"
    query = f"{READY}&{name}={GOJEK}"
    first = html.read(world.buyer.get(PAGE + query))
    fields = {tag["name"]: tag["value"] for tag in first.tags("input", type="hidden")}
    biteship.price_idr += 7_000
    same = html.read(world.buyer.get(PAGE + query))
    assert same.one("input", name="dilihat")["value"] == fields["dilihat"]
    run_out()
    answer = send(world.buyer, fields, **{name: GOJEK}, patokan="pagar hijau")
    assert answer.status_code == 409
    price = re.search(r"baru saja berubah menjadi Rp([\d.]+\d)", text(answer))[1]
    assert "pagar hijau" in text(answer)
    again = {tag["name"]: tag["value"] for tag in html.read(answer).tags("input", type="hidden")}
    assert send(world.buyer, again, **{name: GOJEK}).status_code == 303
    parcel = db.session.scalars(select(Parcel)).one()
    assert (parcel.service, f"{parcel.shipping_idr:,}".replace(",", ".")) == (GOJEK, price)


def test_a_dead_courier_costs_its_row_only_and_is_soon_left_alone(world, biteship, lalamove):
    biteship.stop()
    for _ in range(services.SILENT_AFTER):
        assert set(shown(world)) == {RIDER, "lalamove:MOTORCYCLE"}
    broken = health()
    assert broken.opened_until > clock.now()
    failures = broken.failures
    shown(world)
    assert health().failures == failures  # nobody asked
    assert health(Courier.LALAMOVE).failures == 0
    biteship.start()
    assert GOJEK not in shown(world)
    with clock.at(broken.opened_until + timedelta(seconds=1)):
        assert GOJEK not in shown(world)  # the worker asks, not a buyer
        try_broken_couriers()
        assert GOJEK in shown(world)
    assert (health().failures, health().opened_until) == (0, None)


def test_where_no_worker_runs_a_buyer_finds_out_that_a_courier_is_back(world, biteship):
    biteship.stop()
    for _ in range(services.SILENT_AFTER):
        shown(world)
    biteship.start()
    with clock.at(health().opened_until + timedelta(minutes=2, seconds=1)):
        assert GOJEK in shown(world)
    assert (health().failures, health().opened_until) == (0, None)


def test_one_caller_tries_whether_a_courier_is_back(world):
    with transaction() as session:
        for _ in range(services.BREAKS_AFTER):
            services.note_failure(session, Courier.BITESHIP, "no connection")
    with transaction() as session:
        assert not services.claim_probe(session, Courier.BITESHIP)
        session.get(CourierHealth, Courier.BITESHIP).opened_until = clock.now()
    with transaction() as session:
        assert [services.claim_probe(session, Courier.BITESHIP) for _ in range(2)] == [True, False]
    with transaction() as session:
        services.note_failure(session, Courier.BITESHIP, "still none")
    assert health().opened_until > clock.now()


def test_a_courier_that_dawdles_is_not_waited_for(world, biteship, lalamove, monkeypatch):
    monkeypatch.setattr(courier_quotes, "PATIENCE_S", 3.0)
    biteship.slow_s = 60.0
    biteship.misbehave(Fault.SLOW, "quote")
    assert set(shown(world)) == {RIDER, "lalamove:MOTORCYCLE"}
    assert health().failures == 1
    assert health().last_error


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.RESET, Fault.LOST_TRUNCATED, Fault.ERROR])
def test_whatever_a_courier_answers_the_page_comes(world, biteship, fault):
    biteship.misbehave(fault, "quote", times=3)
    assert shown(world) == [RIDER]
    assert health().failures == 1


def test_who_asks_to_be_left_alone_is_not_asked_by_the_next_buyer(world, biteship):
    biteship.retry_after = "45"
    biteship.misbehave(Fault.TOO_MANY, "quote")
    assert shown(world) == [RIDER]
    assert shown(world, NEXT_DOOR) == [RIDER]
    assert (len(biteship.calls_of("quote")), health().failures) == (1, 0)
    with clock.at(clock.now() + timedelta(seconds=46)):
        assert GOJEK in shown(world)
    assert health().opened_until is None


def test_answers_are_written_in_one_order_whoever_answers_first(world, biteship, lalamove):
    """Otherwise two buyers who ask the same couriers would wait for each other's rows."""
    biteship.slow_s = 0.5
    biteship.misbehave(Fault.SLOW, "quote")
    shown(world)
    kept = db.session.scalars(select(CourierQuote).order_by(CourierQuote.id)).all()
    assert [quote.courier for quote in kept] == [Courier.BITESHIP, Courier.LALAMOVE]


def test_nobody_is_remembered_for_an_hour_for_the_whole_subdistrict(world, biteship):
    biteship.is_covered = False
    assert shown(world) == [RIDER]
    learnt = db.session.scalars(select(CourierCoverage)).one()
    assert (learnt.subdistrict_code, learnt.origin_island, learnt.is_covered, learnt.source) == (
        "19.71.05",
        "Bangka",
        False,
        CoverageSource.LEARNT,
    )
    shown(world, NEXT_DOOR)
    assert len(biteship.calls_of("quote")) == 1
    biteship.is_covered = True
    for model in (CourierQuote, CourierCoverage):
        run_out(model)
    assert GOJEK in shown(world)
    known = {row.service: row.is_covered for row in db.session.scalars(select(CourierCoverage))}
    assert known == {GOJEK: True, JNE: True}


def test_what_people_entered_about_coverage_counts_and_stays(world, biteship):
    key = {"subdistrict_code": "19.71.05", "origin_island": "Bangka", "courier": Courier.BITESHIP}
    with transaction() as session:
        row = CourierCoverage(**key, service=GOJEK, is_covered=False, source=CoverageSource.MANUAL)
        session.add(row)
    assert JNE in shown(world)
    assert GOJEK not in shown(world)
    assert db.session.scalars(select(CourierCoverage).filter_by(service=GOJEK)).one().source is CoverageSource.MANUAL


def test_over_the_sea_only_parcel_carriers_are_asked(world, biteship, lalamove):
    make_carrier_tariff("Bangka", "Belitung")
    assert set(shown(world, TO_BELITUNG)) == {"expedition:JNE REG", JNE}
    assert lalamove.calls == []
    assert biteship.calls_of("quote")[0].data["couriers"] == "jne"


def test_to_an_islet_without_roads_no_rider_is_asked(world, biteship, lalamove):
    with transaction() as session:
        session.get(Region, "19.71.05.1002").island = "Lepar"
    assert shown(world) == [JNE]
    assert lalamove.calls == []


def test_a_gallery_that_does_not_use_a_courier_does_not_ask_it(world, biteship):
    with transaction() as session:
        holder = f"gallery:{world.gallery_id}"
        session.add(GalleryCourier(holder=holder, gallery_id=world.gallery_id, courier=Courier.BITESHIP, is_on=False))
    assert shown(world) == [RIDER]
    assert biteship.calls == []


@pytest.mark.parametrize(
    ("shipping_class", "offered"),
    [
        (ShippingClass.READY_TO_EAT, {RIDER, GOJEK, "lalamove:MOTORCYCLE"}),
        (ShippingClass.ALCOHOL, {RIDER}),
        (ShippingClass.LIQUID, {RIDER, GOJEK, JNE, "lalamove:MOTORCYCLE"}),
    ],
)
def test_the_kind_of_goods_limits_the_couriers(world, biteship, lalamove, shipping_class, offered):
    with transaction() as session:
        for revision in session.scalars(select(ProductRevision)):
            revision.shipping_class = shipping_class
    assert set(shown(world)) == offered


def test_who_asks_for_every_village_is_not_paid_for(world, biteship, monkeypatch):
    monkeypatch.setattr(courier_quotes.ASKED, "most", 1)
    assert GOJEK in shown(world)
    assert shown(world, NEXT_DOOR) == [RIDER]
    assert len(biteship.calls_of("quote")) == 1


def test_kept_prices_cost_few_reads_and_old_ones_are_swept(world, biteship, count_queries):
    hidden = ready(world.buyer)
    assert hidden["kunci"]
    with count_queries() as plain:
        world.buyer.get(PAGE + READY)
    adapters.couriers().pop("biteship")
    with count_queries() as without:
        world.buyer.get(PAGE + READY)
    # Four reads about couriers; one less about cash at the door, which is asked where a local rider is chosen.
    assert plain.count == without.count + 3
    run_out()
    sweep_prices()
    assert db.session.scalars(select(CourierQuote)).all() == []
