"""From a district's spreadsheet to a parcel at the door, every role in a browser of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import (
    WORK_MS,
    approve,
    hand_in,
    hand_to_rider,
    order_for_delivery,
    pack,
    receive_stock,
    verify_payment,
)

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("viewport", "name"), [(PHONE, "Kemplang Belinyu"), (OFFICE, "Keretek Sungailiat")], ids=["360 px", "1366 px"]
)
def test_from_the_spreadsheet_to_the_door(person, tmp_path, viewport, name):
    district = person(viewport).signed_in_as("bangka")
    hand_in(district, tmp_path, name)
    curator = person(viewport).signed_in_as("kurator")
    approve(curator, f"{name} panggang")
    staff = person(viewport).signed_in_as("staf.pgk")
    receive_stock(staff, f"{name} panggang", 10)

    buyer = person(viewport)
    find_with_a_typing_error(buyer, name)
    number = order_for_delivery(buyer, pieces=2)
    buyer.page.get_by_label("Bukti transfer").set_input_files(
        papers.picture_file(tmp_path / "bukti.jpg", (20, 90, 160))
    )
    buyer.page.get_by_role("button", name="Kirim bukti transfer").click()
    buyer.sees("Bukti transfer sedang diperiksa")
    verify_payment(person(viewport).signed_in_as("galeri.pgk"), number)

    pack(staff, number)
    rider = person(PHONE)
    rider.goes(hand_to_rider(staff, number))
    deliver(rider, tmp_path)

    everybody_sees_it(buyer, staff, curator, number)


def find_with_a_typing_error(buyer: Person, name: str) -> None:
    """Swap two letters of the name, follow the correction, and put two into the cart."""
    wrong = f"{name[:2]}{name[3]}{name[2]}{name[4:]}"
    page = buyer.goes("/")
    page.locator("input[name=q]").first.fill(wrong)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/produk/"))
    for _ in range(WORK_MS // 500):  # the worker may still be about to list it
        if page.get_by_role("link", name=f"{name} panggang").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    buyer.sees(name.split(maxsplit=1)[0].lower())
    page.get_by_role("link", name=f"{name} panggang").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{name} panggang")


def deliver(rider: Person, tmp_path) -> None:
    page = rider.page
    rider.sees_no_sideways_scrolling()
    rider.sees_an_accessible_page()
    page.get_by_role("button", name="Terima").click()
    page.get_by_role("button", name="Paket sudah saya ambil").click()
    page.get_by_label("Nama yang menerima").fill("Bu Yanti")
    page.get_by_label("Foto paket").set_input_files(papers.picture_file(tmp_path / "terima.jpg", (90, 120, 40)))
    page.get_by_role("button", name="Paket sudah diterima").click()
    rider.sees(re.compile("Selesai: diterima Bu Yanti"))


def everybody_sees_it(buyer: Person, staff: Person, curator: Person, number: str) -> None:
    """The same truth for whoever bought, packed, or runs it."""
    buyer.page.get_by_role("link", name="Cek status").first.click()
    expect(buyer.page.get_by_role("heading", level=1)).to_contain_text(number)
    buyer.sees("Diterima oleh Bu Yanti")
    buyer.sees("Selesai")
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()
    staff.page.reload()
    staff.sees("Bu Yanti")
    staff.sees_an_accessible_page()
    expect(staff.page.get_by_role("img", name="Foto bukti serah terima")).to_be_visible()
    curator.goes(f"/petugas/pesanan/?tab=done&q={number}")
    curator.page.get_by_role("link", name=number).first.click()
    curator.sees("Bu Yanti")
