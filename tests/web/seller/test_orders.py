import pytest

from gallery.core.db import db
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus as S
from gallery.orders.models import Parcel
from gallery.orders.states import ParcelStatus as P
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_parcel, make_rider, order_of
from tests.factories.inventory import make_business, make_gallery_place, make_premises

LIST = "/umkm-saya/pesanan/"


@pytest.fixture
def home(app):
    return make_premises(make_business().id)


@pytest.fixture
def seller(app, home):
    return signed_in(app, make_user("seller", business_id=home.business_id))


def path(parcel, rest=""):
    return f"{LIST}{parcel.public_id}{rest}"


def text(answer):
    return answer.get_data(as_text=True)


def state(parcel):
    db.session.rollback()
    return db.session.get(Parcel, parcel.id, populate_existing=True).status


def test_an_msme_packs_and_hands_over_from_home(seller, home):
    parcel, rider = make_parcel(home.id, packed=False), make_rider()
    assert order_of(parcel).number in text(seller.get(LIST))
    assert seller.post(path(parcel, "/kemas"), page=path(parcel)).status_code == 303
    assert state(parcel) is P.PACKED
    assert seller.get(path(parcel, "/isi-paket.pdf")).mimetype == "application/pdf"
    answer = seller.post(path(parcel, "/kurir"), {"rider": rider.public_id}, page=path(parcel))
    assert answer.headers["Location"].endswith(path(parcel))
    page = text(seller.get(path(parcel)))
    assert "https://wa.me/62811" in page
    assert "Ambil di: Rumah produksi" in page
    assert db.session.query(Shipment).one().status is S.OFFERED


def test_ticked_parcels_are_packed_and_printed(seller, home):
    chosen = [make_parcel(home.id, packed=False).public_id for _ in range(2)]
    assert seller.post(f"{LIST}isi-paket.pdf", {"id": chosen}, page=LIST).mimetype == "application/pdf"
    seller.post(f"{LIST}kemas", {"id": chosen}, page=LIST)
    assert [parcel.status for parcel in db.session.query(Parcel)] == [P.PACKED, P.PACKED]


def test_a_carrier_form_that_is_wrong_stays_on_the_sellers_page(seller, home):
    parcel = make_parcel(home.id)
    answer = seller.post(path(parcel, "/ekspedisi"), {"tracking_number": "AB123456"}, page=path(parcel))
    assert (answer.status_code, "AB123456" in text(answer)) == (422, True)
    assert "Ruang petugas" not in text(answer)


def test_parcels_of_the_gallery_and_of_others_do_not_exist(seller):
    gallery, other = make_parcel(make_gallery_place().id), make_parcel(make_premises(make_business().id).id)
    rider = make_rider()
    listed = text(seller.get(LIST + "?tab=ready"))
    for parcel in (gallery, other):
        assert order_of(parcel).number not in listed
        assert seller.get(path(parcel)).status_code == 404
        assert seller.get(path(parcel, "/isi-paket.pdf")).status_code == 404
        for rest in ("/kemas", "/kurir", "/ekspedisi", "/keadaan", "/kembali"):
            assert seller.post(path(parcel, rest), {"rider": rider.public_id}, page=LIST).status_code == 404
        assert state(parcel) is P.PACKED


def test_a_seller_has_no_business_in_the_staffs_room_for_others(seller, home):
    own = make_parcel(home.id)
    foreign = make_parcel()
    assert seller.get(f"/petugas/pesanan/{foreign.public_id}").status_code == 404
    assert seller.get(f"/petugas/pengiriman/{foreign.public_id}").status_code == 404
    assert state(own) is P.PACKED


def test_the_list_needs_few_reads(seller, home, count_queries):
    for _ in range(3):
        make_parcel(home.id, packed=False)
    seller.get(LIST)
    with count_queries() as seen:
        seller.get(LIST)
    assert seen.count <= 8
