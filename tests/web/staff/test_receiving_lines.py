"""One line of an unpacking: pieces that are not taken, their picture, too short a date."""

import io
import re

from gallery.core.db import db
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import picture_bytes
from tests.factories.consignment import in_days
from tests.factories.inventory import BELITUNG, make_gallery_place
from tests.web.staff.test_receiving import counted, fill, gallery_id, goods, line_of, page, scan, staff

__all__ = ["gallery_id", "goods", "page", "staff"]  # fixtures


def test_pieces_are_rejected_with_a_picture_that_only_the_gallery_sees(app, staff, page):
    line = line_of(page)
    scan(staff, page, "lada")
    form = {"pieces": "2", "reason": "broken", "note": "penyok", "key": "r" * 12}
    form["foto"] = (io.BytesIO(picture_bytes()), "penyok.jpg")
    answer = staff.post(f"{page}/baris/{line}/tolak", form, page=f"{page}/baris/{line}/")
    assert answer.status_code == 303
    assert counted(page) == [(1, 2)]
    shown = staff.get(f"{page}/baris/{line}/").get_data(as_text=True)
    assert "penyok" in shown
    photo = next(part for part in shown.split('"') if "/foto/" in part)
    assert staff.get(photo).data[:2] == b"\xff\xd8"
    elsewhere = signed_in(app, make_user("gallery_staff", gallery_id=make_gallery_place(BELITUNG).gallery_id))
    assert elsewhere.get(photo).status_code == 404


def test_pieces_that_were_counted_already_are_taken_off_the_count_once(staff, page):
    line = line_of(page)
    scan(staff, page, "5*lada")
    url = f"{page}/baris/{line}/"
    form = {"pieces": "2", "reason": "broken", "counted": "y", "key": "r" * 12}
    for _ in range(2):
        assert staff.post(f"{url}tolak", form, page=url).status_code == 303
    assert counted(page) == [(3, 2)]
    too_many = staff.post(f"{url}tolak", form | {"pieces": "4", "key": "s" * 12}, page=url)
    assert too_many.status_code == 422
    assert "Yang terhitung diterima hanya 3 barang" in too_many.get_data(as_text=True)
    assert counted(page) == [(3, 2)]


def test_the_tick_is_set_once_all_that_was_announced_is_counted(staff, page):
    url = f"{page}/baris/{line_of(page)}/"

    def is_ticked() -> bool:
        return bool(re.search(r'<input[^>]* checked [^>]*name="counted"', staff.get(url).get_data(as_text=True)))

    scan(staff, page, "9*lada")
    assert not is_ticked()
    scan(staff, page, "lada", key="t" * 12)
    assert is_ticked()


def test_a_hostile_picture_is_refused_and_nothing_is_counted(staff, page):
    line = line_of(page)
    form = {"pieces": "2", "reason": "broken", "key": "r" * 12, "foto": (io.BytesIO(b"<svg onload=x>"), "a.jpg")}
    answer = staff.post(f"{page}/baris/{line}/tolak", form, page=f"{page}/baris/{line}/")
    assert answer.status_code == 422
    assert counted(page) == [(0, 0)]


def test_only_the_manager_takes_too_short_a_date(app, staff, page, gallery_id):
    line = line_of(page)
    scan(staff, page, "lada")
    fill(staff, page, line, got="1", was="1", expires_on=in_days(20).isoformat())
    url = f"{page}/baris/{line}/terima-pendek"
    assert staff.post(url, {"reason": "laku"}, page=page).status_code == 403
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    assert manager.post(url, {"reason": ""}, page=f"{page}/baris/{line}/").status_code == 422
    assert manager.post(url, {"reason": "Habis sebelum Lebaran"}, page=f"{page}/baris/{line}/").status_code == 303
    assert staff.post(f"{page}/selesai", {}, page=page).status_code == 303
    assert db.session.query(StockItem).one().on_hand == 1
