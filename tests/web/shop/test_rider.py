import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.delivery import services
from gallery.delivery.models import EventOutcome, Shipment, ShipmentEvent
from gallery.delivery.services.privacy import forget_old_proofs
from gallery.delivery.states import ShipmentStatus as S
from gallery.orders.models import Parcel
from gallery.orders.states import CancelReason, OrderStatus
from gallery.orders.states import ParcelStatus as P
from gallery.payments.models import Payment
from gallery.web.headers import WITH_POSITION
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import SYSTEM, make_cash_parcel, make_parcel, make_rider, make_shipment, order_of
from tests.factories.inventory import make_gallery_place


def link(shipment):
    return "/antar/" + adapters.signer().sign("rider", shipment.public_id)


def text(answer):
    return answer.get_data(as_text=True)


def photo(size=(1600, 1200)):
    out = io.BytesIO()
    picture = Image.new("RGB", size, "teal")
    exif = picture.getexif()
    exif[0x010E] = "GPS of somebody's house"
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def say(client, shipment, step, key="k1", **fields):
    """Press a button on the rider's page, follow to what it then shows."""
    return client.post(link(shipment), data={"step": step, "key": key, **fields}, follow_redirects=True)


def deliver(client, shipment, key="k1", **given):
    fields = {"recipient": "Dewi", "photo": (io.BytesIO(photo()), "IMG_1.jpg")} | given
    return say(client, shipment, "deliver", key, **fields)


def state(shipment):
    db.session.rollback()
    fresh = db.session.get(Shipment, shipment.id, populate_existing=True)
    return fresh.status, db.session.get(Parcel, fresh.parcel_id, populate_existing=True).status


def stored():
    db.session.rollback()
    return db.session.query(StoredFile).all()


def test_the_whole_way_from_the_phone(client):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    page = text(client.get(link(shipment)))
    for words in (
        "Jl. Mentok No. 12",
        "Pagar hijau",
        "Rp12.500",
        "2 barang, 600 g",
        "tel:+6281200009999",
        "Terima",
        "Tolak",
    ):
        assert words in page
    assert "<b>Dewi</b>" in page
    assert "Anggraini" not in page  # the first name is enough to ask for
    assert "Paket sudah saya ambil" in text(say(client, shipment, "accept"))
    assert state(shipment) == (S.ACCEPTED, P.PACKED)
    assert "Nama yang menerima" in text(say(client, shipment, "pick_up"))
    assert state(shipment) == (S.PICKED_UP, P.HANDED_OVER)
    page = text(deliver(client, shipment))
    assert "Tercatat. Terima kasih." in page
    assert "diterima Dewi" in page
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert order_of(parcel).status is OrderStatus.COMPLETED


def test_the_address_is_gone_when_the_way_is_over(client):
    shipment = make_shipment(status=S.DELIVERED)
    page = text(client.get(link(shipment)))
    assert not any(secret in page for secret in ("Mentok", "9999", "Pagar hijau", "Anggraini"))
    assert client.get(link(shipment)).headers["Cache-Control"] == "no-store"


def test_the_picture_is_clean_private_and_seen_by_the_staff_only(app, client):
    parcel = make_parcel()
    shipment = make_shipment(parcel, S.PICKED_UP)
    deliver(client, shipment)
    (file,) = stored()
    with adapters.files().open(file.key) as stored_file:
        data = stored_file.read()
    assert Image.open(io.BytesIO(data)).size == (1280, 960)
    assert b"somebody" not in data
    assert (file.purpose, file.is_public) == ("delivery_proof", False)
    path = f"/petugas/pengiriman/{parcel.public_id}/bukti/{shipment.public_id}.jpg"
    gallery_id = db.session.get(Parcel, parcel.id).place.gallery_id
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    answer = staff.get(path)
    assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (data, "image/jpeg", "no-store")
    assert client.get(path).status_code == 303
    other = signed_in(app, make_user("gallery_staff", gallery_id=make_gallery_place().gallery_id))
    assert other.get(path).status_code == 404


def test_pressed_twice_is_pressed_once(client):
    shipment = make_shipment(status=S.PICKED_UP)
    for _ in range(3):
        assert "Tercatat. Terima kasih." in text(deliver(client, shipment, key="same"))
    assert db.session.query(ShipmentEvent).filter_by(event_key="rider:deliver:same").count() == 1
    assert len(stored()) == 1  # the pictures of the repeats are not kept
    folder = adapters.files()
    assert folder.exists(stored()[0].key)


def test_reported_again_later_changes_nothing(client):
    shipment = make_shipment(status=S.PICKED_UP)
    deliver(client, shipment, key="one")
    page = text(deliver(client, shipment, key="two", recipient="Orang Lain"))
    assert "sudah tercatat sebelumnya" in page
    assert "diterima Dewi" in page
    assert len(stored()) == 1


def test_a_queue_without_signal_arrives_in_the_wrong_order(client):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    deliver(client, shipment, key="c")
    for step, key in (("pick_up", "b"), ("accept", "a")):
        assert "sudah tercatat sebelumnya" in text(say(client, shipment, step, key))
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert order_of(parcel).status is OrderStatus.COMPLETED


def test_after_a_reassignment_the_link_moves_nothing(client):
    first = make_shipment()
    rider_id, parcel_id = make_rider().id, first.parcel_id
    with transaction() as session:
        services.offer_to_rider(session, parcel_id, rider_id, actor=SYSTEM)
    page = text(client.get(link(first)))
    assert "sudah dialihkan ke kurir lain" in page
    assert "Mentok" not in page
    assert "sudah dialihkan ke kurir lain" in text(deliver(client, first))
    assert (state(first), stored()) == ((S.CANCELLED, P.PACKED), [])
    kept = db.session.query(ShipmentEvent).one()
    assert (kept.status, kept.outcome) == (S.DELIVERED, EventOutcome.SUPERSEDED)


def test_declined_is_the_end_of_it(client):
    shipment = make_shipment()
    assert "Anda menolak paket ini" in text(say(client, shipment, "decline"))
    assert state(shipment) == (S.DECLINED, P.PACKED)
    assert "tidak cocok dengan keadaan paket" in text(deliver(client, shipment, key="late"))
    assert state(shipment) == (S.DECLINED, P.PACKED)


def test_a_failure_needs_a_reason_and_can_still_end_well(client):
    shipment = make_shipment(status=S.PICKED_UP)
    answer = client.post(link(shipment), data={"step": "fail", "key": "f"})
    assert (answer.status_code, "Pilih sebabnya." in text(answer)) == (422, True)
    answer = say(client, shipment, "fail", "f", reason="bosan")
    assert (answer.status_code, "Pilih salah satu dari daftar." in text(answer)) == (422, True)
    page = text(say(client, shipment, "fail", "f", reason="nobody_home", note="Pagar dikunci"))
    assert "tidak ada orang di tempat" in page
    assert state(shipment) == (S.FAILED, P.FAILED)
    deliver(client, shipment, key="after all")
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"recipient": " "}, "Tulis nama orang yang menerima paket."),
        ({"photo": (io.BytesIO(b""), "")}, "Ambil satu foto"),
        ({"photo": (io.BytesIO(b"<svg onload=alert(1)>"), "x.jpg")}, "foto"),
        ({"photo": (io.BytesIO(photo()[:500]), "x.jpg")}, "foto"),
    ],
)
def test_what_is_missing_is_asked_for_and_the_rest_is_kept(client, given, sentence):
    shipment = make_shipment(status=S.PICKED_UP)
    fields = {"step": "deliver", "key": "k", "recipient": "Bu Dewi", "photo": (io.BytesIO(photo()), "a.jpg")} | given
    answer = client.post(link(shipment), data=fields)
    page = text(answer)
    assert (answer.status_code, sentence in page) == (422, True)
    assert 'value="Bu Dewi"' in page or given.get("recipient")
    assert page.count("<title>Galat:") == 1
    assert (state(shipment), stored()) == ((S.PICKED_UP, P.HANDED_OVER), [])


def test_without_a_camera_a_sentence_will_do(client):
    shipment = make_shipment(status=S.PICKED_UP)
    deliver(client, shipment, photo=(io.BytesIO(b""), ""), note="Kamera rusak")
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)


@pytest.mark.parametrize("step", ["cancel", "return", "returned", "", "ACCEPT"])
def test_a_rider_can_say_only_what_riders_say(client, step):
    shipment = make_shipment(status=S.PICKED_UP)
    assert client.post(link(shipment), data={"step": step, "key": "k"}).status_code == 422
    assert state(shipment) == (S.PICKED_UP, P.HANDED_OVER)


def test_a_step_needs_its_key(client):
    shipment = make_shipment()
    assert client.post(link(shipment), data={"step": "accept"}).status_code == 422
    assert client.post(link(shipment), data={"step": "accept", "key": "x" * 500}).status_code == 422
    assert state(shipment) == (S.OFFERED, P.PACKED)


def test_a_forged_or_old_link_opens_nothing(client, monkeypatch):
    shipment = make_shipment()
    good = link(shipment)
    for bad in (good[:-2], "/antar/x", "/antar/" + adapters.signer().sign("order", shipment.public_id)):
        assert client.get(bad).status_code == 404
        assert client.post(bad, data={"step": "accept", "key": "k"}).status_code == 404
    import time

    real = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: real + 31 * 24 * 3600)
    assert client.get(good).status_code == 404
    assert state(shipment) == (S.OFFERED, P.PACKED)


def test_another_site_can_not_press_for_the_rider(client):
    shipment = make_shipment()
    answer = client.post(link(shipment), data={"step": "accept", "key": "k"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, state(shipment)) == (403, (S.OFFERED, P.PACKED))


def test_a_cancelled_order_is_not_brought(client):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    from gallery.orders import services as orders

    with transaction() as session:
        orders.cancel(session, parcel.order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    page = text(client.get(link(shipment)))
    assert "tidak perlu diantar lagi" in page
    assert "Mentok" not in page


def test_the_page_is_small_sets_no_cookie_and_needs_few_reads(client, count_queries):
    shipment = make_shipment(status=S.PICKED_UP)
    with count_queries() as seen:
        answer = client.get(link(shipment))
    assert len(answer.data) < 9_000
    assert "Set-Cookie" not in answer.headers
    assert seen.count <= 10
    assert not re.search(r"<script>|style=|onclick=", text(answer))


def test_the_time_of_each_step_is_kept(client, monkeypatch):
    shipment = make_shipment()
    start = clock.now()
    for minutes, step in ((5, "accept"), (20, "pick_up")):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: start + timedelta(minutes=minutes))
        say(client, shipment, step, step)
    db.session.rollback()
    fresh = db.session.get(Shipment, shipment.id, populate_existing=True)
    assert (fresh.accepted_at, fresh.picked_up_at) == (start + timedelta(minutes=5), start + timedelta(minutes=20))


def test_valuable_goods_are_handed_over_for_the_buyers_pin_only(client):
    parcel = make_parcel()
    public_id = parcel.public_id
    shipment = make_shipment(parcel, S.PICKED_UP)
    assert "PIN dari pembeli" not in text(client.get(link(shipment)))
    with transaction() as session:
        session.get(Shipment, shipment.id).needs_pin = True
    assert "PIN dari pembeli" in text(client.get(link(shipment)))
    for wrong in ({}, {"pin": "12345"}):
        answer = deliver(client, shipment, key="one", **wrong)
        assert answer.status_code == 422
        assert "PIN itu tidak cocok" in answer.get_data(as_text=True)
    assert (state(shipment), stored()) == ((S.PICKED_UP, P.HANDED_OVER), [])
    deliver(client, shipment, key="one", pin=services.pin_of(public_id, adapters.cipher()))
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)


def test_a_parcel_paid_at_the_door_shows_what_to_collect(client):
    shipment = make_shipment(make_cash_parcel(), S.PICKED_UP)
    page = text(client.get(link(shipment)))
    assert '<b class="num">Rp102.500</b>' in page
    assert "Uang tunai Rp102.500 sudah saya terima dan hitung" in page
    assert "Tidak dibayar atau ditolak penerima" in page
    assert "Uang pembeli pada Anda" not in page


def test_it_is_delivered_only_with_the_cash_ticked(client):
    shipment = make_shipment(make_cash_parcel(), S.PICKED_UP)
    answer = deliver(client, shipment)
    assert answer.status_code == 422
    assert "Terima dulu uangnya, lalu centang." in text(answer)
    assert 'value="Dewi"' in text(answer)
    assert state(shipment) == (S.PICKED_UP, P.HANDED_OVER)
    assert stored() == []
    page = text(deliver(client, shipment, cash="1"))
    assert "Tercatat. Terima kasih." in page
    assert "Uang pembeli pada Anda: Rp102.500" in page
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert db.session.query(Payment).one().collector_id == shipment.rider_id
    again = text(deliver(client, shipment, key="k2", cash="1"))
    assert "Ini sudah tercatat sebelumnya." in again
    assert "Uang pembeli pada Anda: Rp102.500" in again


def test_not_paid_it_goes_back(client):
    shipment = make_shipment(make_cash_parcel(), S.PICKED_UP)
    page = text(say(client, shipment, "fail", reason="refused"))
    assert "Bawa paketnya kembali ke pengirim" in page
    assert state(shipment) == (S.FAILED, P.FAILED)
    assert db.session.query(Payment).one().collector_id is None


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"lat": "-2.129149", "lon": "106.113851"}, "-2.1291, 106.1139"),
        ({}, ""),
        ({"lat": "di sini", "lon": "106"}, ""),
        ({"lat": "nan", "lon": "106"}, ""),
        ({"lat": "91", "lon": "106"}, ""),
    ],
)
def test_the_place_is_kept_when_the_rider_tells_it_and_never_asked_for(app, client, told, kept):
    parcel = make_parcel()
    shipment = make_shipment(parcel, S.PICKED_UP)
    page = client.get(link(shipment))
    assert page.headers["Permissions-Policy"] == WITH_POSITION
    assert "Sertakan titik tempat ini" in text(page)
    deliver(client, shipment, **told)
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert db.session.get(Shipment, shipment.id).proof_place == kept
    gallery_id = db.session.get(Parcel, parcel.id).place.gallery_id
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    shown = text(staff.get(f"/petugas/pengiriman/{parcel.public_id}"))
    assert ("Tempat penyerahan" in shown, not kept or kept in shown) == (bool(kept), True)
    assert "geolocation=()" in staff.get("/petugas/").headers["Permissions-Policy"]
    with clock.at(clock.now() + timedelta(days=731)), transaction() as session:
        forget_old_proofs(session)
    db.session.expire_all()
    fresh = db.session.get(Shipment, shipment.id)
    assert (fresh.proof_place, fresh.recipient_name) == ("", "")
