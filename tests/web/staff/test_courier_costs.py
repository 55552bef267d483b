"""What online couriers cost, as a gallery's manager sees it."""

import io

import openpyxl
import pytest

from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.courier_rows import make_booking
from tests.factories.delivery import make_parcel, order_of
from tests.factories.inventory import make_gallery_place

BASE = "/petugas/kurir-daring/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def text(answer):
    return answer.get_data(as_text=True)


def test_costs_are_those_of_the_own_gallery(manager, place, count_queries):
    own, foreign = make_parcel(place.id), make_parcel()
    make_booking(own, booked_idr=14_000), make_booking(foreign, booked_idr=99_000)
    numbers = order_of(own).number, order_of(foreign).number
    manager.get(f"{BASE}biaya/")
    with count_queries() as read:
        answer = manager.get(f"{BASE}biaya/")
    assert html.read(answer).title
    page = text(answer)
    assert read.count <= 6, read.statements
    assert (numbers[0] in page, numbers[1] in page, "+Rp1.500" in page) == (True, False, True)
    assert "Tidak ada paket" in text(manager.get(f"{BASE}biaya/?bulan=2020-01"))
    assert manager.get(f"{BASE}biaya/?bulan=2020-13").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(manager.get(f"{BASE}biaya/?unduh=xlsx").data)).active
    assert [(row[0], row[7], row[8], row[9]) for row in book.iter_rows(min_row=2, values_only=True)] == [
        (numbers[0], 12_500, 14_000, 1_500)
    ]
