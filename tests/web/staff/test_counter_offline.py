"""The till without a connection, as the server gives it out: the same for everybody, complete, and gone at sign-out."""

import json
import re

import pytest

from gallery.core import clock
from gallery.core.db import db
from gallery.counter.models import Shift
from gallery.inventory.codes import variant_code
from gallery.web import till_cookie
from gallery.web.assets import SOURCE
from gallery.web.headers import WITH_CAMERA
from tests.browser import PASSWORD, guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import enter, make_desk, on_shelf

PAGE = "/petugas/kasir/luring"
WORKER = "/petugas/kasir/penjaga.js"
ASSET = re.compile(r"/static/[\w./-]+\.[0-9a-f]{10}\.\w+")


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def staff(app, desk):
    return signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id))


def lease(staff, desk):
    headers = {"X-CSRFToken": staff.token, "Accept": "application/json"}
    return staff.client.post(f"/petugas/kasir/{desk.public_id}/sewa", headers=headers)


def told(answer):
    """What the worker was told by the server."""
    return json.loads(answer.get_data(as_text=True).split("\n", 1)[0].removeprefix("self.till = ").removesuffix(";"))


def test_the_page_is_the_same_for_everybody_and_holds_nothing_of_anybody(app, staff):
    mine, guests = staff.get(PAGE), guest(app).get(PAGE)
    assert mine.data == guests.data
    assert "csrf_token" not in guests.get_data(as_text=True)
    assert "Set-Cookie" not in guests.headers
    assert guests.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_worker_keeps_all_that_its_page_loads(client, prefix):
    answer = client.get(prefix + WORKER)
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == f"{prefix}/petugas/kasir/"
    assert answer.headers["Cache-Control"] == "no-cache"
    given = told(answer)
    assert given["page"] == prefix + PAGE
    needed = set(ASSET.findall(client.get(prefix + PAGE).get_data(as_text=True)))
    for path in list(needed):
        file = SOURCE / "dist" / path.removeprefix("/static/")
        if file.suffix == ".js":
            needed |= {f"/static/js/{name}" for name in re.findall(r" from '\./([^']+)';", file.read_text())}
        if file.suffix == ".css":
            needed |= {f"/static/{name}" for name in re.findall(r'url\("\.\./(fonts/[^"]+)"\)', file.read_text())}
    assert needed - set(given["files"]) == set()
    for path in given["files"]:
        kept = client.get(path)
        assert kept.status_code == 200, path
        kept.close()


def test_each_language_has_a_worker_that_drops_only_its_own_files(client):
    one, other = told(client.get(WORKER)), told(client.get(f"/en{WORKER}"))
    assert one["cache"].startswith(one["prefix"])
    assert not other["cache"].startswith(one["prefix"])
    assert not one["cache"].startswith(other["prefix"])


def test_the_worker_is_another_when_a_text_of_its_page_is(app, client):
    before = told(client.get(WORKER))["cache"]
    assert told(client.get(WORKER))["cache"] == before
    site = app.jinja_env.globals["site"]
    app.jinja_env.globals["site"] = type("Renamed", (), {"name": "Galeri Baru", "owner": site.owner, "region": ""})()
    try:
        assert told(client.get(WORKER))["cache"] != before
    finally:
        app.jinja_env.globals["site"] = site


def test_only_pages_with_a_scanner_may_open_the_camera(staff, desk):
    assert staff.get(f"/petugas/kasir/{desk.public_id}/").headers.getlist("Permissions-Policy") == [WITH_CAMERA]
    assert staff.get(PAGE).headers.getlist("Permissions-Policy") == [WITH_CAMERA]
    assert "camera=()" in staff.get("/petugas/kasir/").headers["Permissions-Policy"]


def test_the_lease_marks_the_browser_and_signing_out_takes_the_mark(staff, desk):
    staff.get(f"/petugas/kasir/{desk.public_id}/")
    lease(staff, desk)
    assert staff.client.get_cookie(till_cookie.NAME).value == desk.public_id
    staff.post("/keluar", page="/akun/")
    assert staff.client.get_cookie(till_cookie.NAME) is None


def test_signing_in_as_somebody_else_takes_the_mark_too(app, staff, desk):
    staff.get(f"/petugas/kasir/{desk.public_id}/")
    lease(staff, desk)
    other = make_user()
    staff.post("/masuk", {"login": other.email, "password": PASSWORD}, page="/masuk")
    assert staff.client.get_cookie(till_cookie.NAME) is None


def test_the_running_sale_that_was_finished_without_a_connection_is_over(staff, desk):
    goods, item = on_shelf(desk)
    enter(desk, f"2*{variant_code(goods.variant_id)}")
    staff.get(f"/petugas/kasir/{desk.public_id}/")
    lease(staff, desk)
    key = db.session.get(Shift, desk.shift_id).sale_key
    sale = {
        "sale_key": key,
        "happened_at": clock.now().isoformat(),
        "lines": [{"stock_item_id": item, "pieces": 2, "price_idr": 45_000}],
        "tenders": [{"method": "cash", "amount_idr": 90_000, "given_idr": 100_000}],
    }
    headers = {"X-CSRFToken": staff.token, "Accept": "application/json"}
    answer = staff.client.post(f"/petugas/kasir/{desk.public_id}/sinkron", json={"sales": [sale]}, headers=headers)
    assert answer.json["results"][0]["outcome"] == "booked"
    db.session.rollback()
    shift = db.session.get(Shift, desk.shift_id, populate_existing=True)
    assert shift.basket == []
    assert shift.sale_key != key
