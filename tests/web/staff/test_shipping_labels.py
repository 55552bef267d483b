"""Shipping labels: what a scanner reads from them, and who may print which."""

import pytest
from sqlalchemy import select

from gallery.catalog.models import ProductRevision
from gallery.catalog.states import ShippingClass
from gallery.core.db import transaction
from gallery.delivery import services
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import SYSTEM, make_cash_parcel, make_parcel, order_of
from tests.factories.inventory import make_gallery_place
from tests.printed import codes, pdf_pages, pdf_text

BOARD = "/petugas/pengiriman/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


def sent(parcel, number):
    with transaction() as session:
        services.send_by_carrier(session, parcel.id, carrier="JNE", tracking_number=number, actor=SYSTEM)


def test_a_label_says_where_to_and_its_codes_are_read_by_a_scanner(staff, place):
    parcel = make_parcel(place.id, service="expedition:JNE REG", note="Titip di satpam")
    number, parcel_id = order_of(parcel).number, parcel.public_id
    sent(parcel, "JN0123456789ID")
    answer = staff.get(f"{BOARD}{parcel_id}/label.pdf")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    (page,) = pdf_pages(answer.data, scale=1)
    assert [round(side / 72 * 25.4) for side in page.size] == [105, 148]
    text = pdf_text(answer.data)
    for words in (number, "Dewi Anggraini", "Jl. Mentok No. 12", "Pagar hijau", "JNE REG", "Titip di satpam", "600 g"):
        assert words in text, words
    assert codes(answer.data) == [
        ("QRCode", f"http://localhost/petugas/pengiriman/{parcel_id}"),
        ("Code128", "JN0123456789ID"),
    ]


@pytest.mark.parametrize("number", ["12345", "SPXID0480000000000123456789-001/ABCDEFGH"])
def test_short_and_long_numbers_are_read_too(staff, place, number):
    parcel = make_parcel(place.id, address="Jalan yang panjang sekali namanya " * 12, landmark="Dekat masjid " * 20)
    sent(parcel, number)
    pdf = staff.get(f"{BOARD}{parcel.public_id}/label.pdf").data
    assert ("Code128", number) in codes(pdf)
    assert len(pdf_pages(pdf, scale=1)) == 1


def test_ticked_parcels_are_printed_together_and_foreign_ones_are_not(staff, place):
    own, foreign = [make_parcel(place.id).public_id for _ in range(3)], make_parcel().public_id
    pdf = staff.post(f"{BOARD}label.pdf", {"id": [*own, foreign]}, page=BOARD).data
    assert sorted(text.rpartition("/")[2] for _kind, text in codes(pdf)) == sorted(own)
    assert staff.get(f"{BOARD}{foreign}/label.pdf").status_code == 404
    nothing = staff.post(f"{BOARD}label.pdf", {"id": [foreign]})
    assert (nothing.status_code, nothing.location) == (303, BOARD)


def test_what_breaks_is_marked_on_the_label_and_on_the_slip(staff, place):
    fragile = make_parcel(place.id).public_id
    with transaction() as session:
        session.scalars(select(ProductRevision)).one().shipping_class = ShippingClass.FRAGILE
    sturdy = make_parcel(place.id, product="Kopi Bubuk").public_id
    for parcel_id, is_marked in ((fragile, True), (sturdy, False)):
        for address in (f"{BOARD}{parcel_id}/label.pdf", f"/petugas/pesanan/{parcel_id}/isi-paket.pdf"):
            assert ("pecah belah" in pdf_text(staff.get(address).data).lower()) is is_marked, address


def test_what_is_collected_at_the_door_stands_on_the_label_and_on_the_slip(staff, place):
    parcel_id = make_cash_parcel(place.id).public_id
    for address in (f"{BOARD}{parcel_id}/label.pdf", f"/petugas/pesanan/{parcel_id}/isi-paket.pdf"):
        text = " ".join(pdf_text(staff.get(address).data).split())
        assert "tagih Rp102.500 tunai" in text
