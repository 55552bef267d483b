import re
from urllib.parse import parse_qs, urlsplit

import pytest

from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.models import Shipment, ShipmentEvent
from gallery.delivery.states import ShipmentStatus as S
from gallery.inventory.models import StockItem
from gallery.orders.models import Parcel
from gallery.orders.states import FulfilmentKind, OrderStatus
from gallery.orders.states import ParcelStatus as P
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import SYSTEM, make_carrier_tariff, make_parcel, make_rider, make_shipment, order_of
from tests.factories.inventory import make_gallery_place

BOARD = "/petugas/pengiriman/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


def path(parcel, rest=""):
    return f"{BOARD}{parcel.public_id}{rest}"


def text(answer):
    return answer.get_data(as_text=True)


def state(parcel):
    db.session.rollback()
    found = db.session.get(Parcel, parcel.id, populate_existing=True)
    last = db.session.query(Shipment).filter_by(parcel_id=parcel.id).order_by(Shipment.id.desc()).first()
    return found.status, last.status if last else None


def act(staff, parcel, rest, **fields):
    return staff.post(path(parcel, rest), fields, page=path(parcel))


def test_the_board_has_what_waits_to_be_handed_over(staff, place):
    ready, away = make_parcel(place.id), make_parcel(place.id)
    make_shipment(away, S.PICKED_UP)
    page = text(staff.get(BOARD))
    assert order_of(ready).number in page
    assert order_of(away).number not in page
    assert order_of(away).number in text(staff.get(f"{BOARD}?tab=on_the_way"))


def test_a_parcel_is_handed_over_in_two_clicks(app, staff, place):
    parcel, rider = make_parcel(place.id), make_rider(name="Hendra Saputra", phone="+628110002222")
    page = text(staff.get(path(parcel)))
    assert page.index("Hendra Saputra") < page.index("BN")
    assert "Wilayahnya" in page
    answer = staff.post(path(parcel, "/kurir"), {"rider": rider.public_id})  # the first click
    assert (answer.status_code, state(parcel)) == (303, (P.PACKED, S.OFFERED))
    page = text(staff.get(answer.headers["Location"]))
    link = re.search(r'href="(https://wa\.me/[^"]+)"', page)[1]  # the second click
    address = urlsplit(link.replace("&amp;", "&"))
    assert address.path == "/628110002222"
    (message,) = parse_qs(address.query)["text"]
    assert message.startswith("Halo Hendra,")
    for words in ("Galeri PLUT Pangkalpinang", "Jl. Contoh No. 1", "Ongkos: Rp12.500", "2 barang, 600 g", "Air Itam"):
        assert words in message
    # Name, street and number of the buyer stand behind the link only.
    assert not any(secret in message for secret in ("Dewi", "Mentok", "9999"))
    rider_page = guest(app).get(urlsplit(message.split()[-1]).path)
    assert (rider_page.status_code, "Jl. Mentok No. 12" in text(rider_page)) == (200, True)


def test_the_second_rider_takes_over_and_the_first_link_says_so(app, staff, place):
    parcel, one, two = make_parcel(place.id), make_rider(), make_rider()
    links = []
    for rider in (one, two):
        act(staff, parcel, "/kurir", rider=rider.public_id)
        links.append(re.search(r"/antar/[\w.-]+", text(staff.get(path(parcel))))[0])
    first, second = (text(guest(app).get(link)) for link in links)
    assert "sudah dialihkan ke kurir lain" in first
    assert "Mentok" not in first
    assert "Mentok" in second


def test_a_rider_is_withdrawn(staff, place):
    parcel = make_parcel(place.id)
    make_shipment(parcel)
    assert act(staff, parcel, "/batal-kurir").status_code == 303
    assert state(parcel) == (P.PACKED, S.CANCELLED)
    assert "Pilih kurir setempat" in text(staff.get(path(parcel)))


def test_what_can_not_be_done_is_a_sentence(staff, place):
    parcel, rider = make_parcel(place.id), make_rider()
    make_shipment(parcel, S.PICKED_UP)
    act(staff, parcel, "/kurir", rider=rider.public_id)
    assert "sudah berangkat" in text(staff.get(path(parcel)))
    act(staff, parcel, "/batal-kurir")
    assert "sedang dibawa kurir" in text(staff.get(path(parcel)))
    assert state(parcel) == (P.HANDED_OVER, S.PICKED_UP)
    assert act(staff, parcel, "/kurir", rider="nobody").status_code == 404


def test_an_unpaid_order_is_not_handed_over(staff, place):
    unpaid = {"paid": False, "status": OrderStatus.CASH_DUE, "fulfilment": FulfilmentKind.PICKUP}
    parcel, rider = make_parcel(place.id, **unpaid), make_rider()
    assert "Pilih kurir" not in text(staff.get(path(parcel)))
    act(staff, parcel, "/kurir", rider=rider.public_id)
    assert state(parcel) == (P.PACKED, None)


def test_a_carrier_with_a_tracking_number(staff, place):
    make_carrier_tariff()
    parcel = make_parcel(place.id, service="expedition:JNE REG")
    for wrong, sentence in (
        ({"carrier": "", "tracking_number": "JN123456"}, "Pilih ekspedisinya."),
        ({"carrier": "JNE", "tracking_number": ""}, "Tulis nomor resi"),
        ({"carrier": "JNE", "tracking_number": "JN<script>"}, "hanya berisi huruf"),
        ({"carrier": "-", "tracking_number": "JN123456"}, "Tulis nama ekspedisinya."),
    ):
        answer = act(staff, parcel, "/ekspedisi", **wrong)
        assert (answer.status_code, sentence in text(answer)) == (422, True), wrong
    assert state(parcel) == (P.PACKED, None)
    assert act(staff, parcel, "/ekspedisi", carrier="JNE", tracking_number="jn 123 456").status_code == 303
    assert state(parcel) == (P.HANDED_OVER, S.PICKED_UP)
    assert "JN123456" in text(staff.get(path(parcel)))
    act(staff, parcel, "/resi", tracking_number="JN654321")
    assert "JN654321" in text(staff.get(path(parcel)))


@pytest.mark.parametrize("service", ["expedition:JNE REG", "local_rider"])
def test_what_the_buyer_chose_stands_first_and_is_filled_in(staff, place, service):
    make_carrier_tariff()
    rider = make_rider()
    page = text(staff.get(path(make_parcel(place.id, service=service))))
    by_carrier, by_rider = page.index("Kirim dengan kurir ekspedisi"), page.index(rider.name)
    assert (by_carrier < by_rider, '<option selected value="JNE">' in page) == (service != "local_rider",) * 2


def test_staff_note_what_the_courier_could_not(staff, place):
    parcel = make_parcel(place.id)
    make_shipment(parcel, S.PICKED_UP)
    for wrong, sentence in (
        ({"status": "delivered", "note": "Telepon"}, "Tulis nama orang yang menerima"),
        ({"status": "failed", "note": "Telepon"}, "Pilih sebab"),
        ({"status": "delivered", "recipient_name": "Dewi"}, "Tulis alasannya"),
        ({"status": "returned", "note": "Telepon"}, "Keadaan sebenarnya"),
    ):
        answer = act(staff, parcel, "/keadaan", **wrong)
        assert (answer.status_code, sentence in text(answer)) == (422, True), wrong
    given = {"status": "delivered", "recipient_name": "Dewi", "note": "Kurir menelepon, HP rusak"}
    assert act(staff, parcel, "/keadaan", **given).status_code == 303
    assert state(parcel) == (P.DELIVERED, S.DELIVERED)
    event = db.session.query(ShipmentEvent).order_by(ShipmentEvent.id.desc()).first()
    assert (event.note, event.actor_label) == ("Kurir menelepon, HP rusak", "gallery_staff")


def test_a_failed_parcel_is_brought_again_or_taken_back(staff, place):
    parcel, rider = make_parcel(place.id), make_rider()
    make_shipment(parcel, S.FAILED)
    page = text(staff.get(path(parcel)))
    assert "Antar lagi dengan kurir setempat" in page
    assert "Tidak ada orang di tempat" in page
    act(staff, parcel, "/kurir", rider=rider.public_id)
    assert state(parcel) == (P.FAILED, S.OFFERED)
    again = db.session.query(Shipment).order_by(Shipment.id.desc()).first()
    with transaction() as session:
        services.override(session, again.id, S.FAILED, note="x", actor=SYSTEM)
    assert act(staff, parcel, "/kembali", note="").status_code == 422
    assert act(staff, parcel, "/kembali", note="Isi lengkap").status_code == 303
    assert state(parcel) == (P.RETURNED, S.RETURNED)
    assert db.session.query(StockItem.on_hand).filter_by(place_id=place.id).scalar() == 10


def test_another_gallerys_parcel_does_not_exist(staff):
    foreign = make_parcel()
    make_shipment(foreign)
    rider = make_rider()
    assert order_of(foreign).number not in text(staff.get(BOARD + "?tab=offered"))
    assert staff.get(path(foreign)).status_code == 404
    assert staff.get(path(foreign, "/bukti/0123456789.jpg")).status_code == 404
    for rest in ("/kurir", "/batal-kurir", "/ekspedisi", "/resi", "/keadaan", "/kembali"):
        assert staff.post(path(foreign, rest), {"rider": rider.public_id}, page=BOARD).status_code == 404
    assert state(foreign) == (P.PACKED, S.OFFERED)


def test_a_parcel_without_proof_has_no_picture(staff, place):
    parcel = make_parcel(place.id)
    shipment = make_shipment(parcel, S.DELIVERED)
    assert staff.get(path(parcel, f"/bukti/{shipment.public_id}.jpg")).status_code == 404


def test_the_pages_need_few_reads(staff, place, count_queries):
    parcel = make_parcel(place.id)
    make_rider()
    for _ in range(3):
        make_shipment(make_parcel(place.id))
    staff.get(BOARD)
    with count_queries() as board:
        staff.get(BOARD + "?tab=offered")
    with count_queries() as page:
        staff.get(path(parcel))
    assert (board.count <= 9, page.count <= 16) == (True, True), (board.count, page.count)


def test_a_rider_who_declined_meanwhile_is_withdrawn_without_a_wrong_sentence(staff, place):
    parcel = make_parcel(place.id)
    make_shipment(parcel, S.DECLINED)
    assert act(staff, parcel, "/batal-kurir").status_code == 303
    answer = text(staff.get(path(parcel)))
    assert "tidak ditunjuk lagi" in answer
    assert "sedang dibawa kurir" not in answer
    assert state(parcel) == (P.PACKED, S.DECLINED)
