"""Couriers' notices that need a person: listed, read with people hidden, judged again, closed with a reason."""

import json
from datetime import timedelta

import pytest

from gallery.core import adapters, clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.models import CourierNotice
from gallery.delivery.services import Received
from gallery.delivery.states import Courier, NoticeOutcome
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user

LIST = "/petugas/kurir-daring/kabar/"


@pytest.fixture
def province(app):
    return signed_in(app, make_user("province_officer"))


def text(answer):
    return answer.get_data(as_text=True)


def make_notice(outcome, *, courier=Courier.BITESHIP, minutes_ago=90, **said):
    body = json.dumps({"order_id": "b-1", "courier_driver_name": "Budi Santoso", "price": 20_000, **said}).encode()
    received = Received(f"/hooks/couriers/{courier.value}/sangat-rahasia", {"X-Galeri": "rahasia-kepala"}, body)
    with transaction() as session:
        row = services.notice_row(courier, received, [], cipher=adapters.cipher())
        services.store_notices(session, [row])
        notice = session.query(CourierNotice).order_by(CourierNotice.id.desc()).first()
        notice.outcome = outcome
        notice.judged_at = notice.received_at = clock.now() - timedelta(minutes=minutes_ago)
        notice.said = said.get("status", "")
        return notice.id


def test_what_needs_a_person_is_listed_and_the_rest_one_click_away(province, count_queries):
    make_notice(NoticeOutcome.IMPOSSIBLE, status="aneh")
    make_notice(NoticeOutcome.APPLIED, status="biasa")
    make_notice(NoticeOutcome.UNKNOWN_ORDER, status="lama")
    make_notice(NoticeOutcome.UNKNOWN_ORDER, status="baru", minutes_ago=5)
    make_notice(NoticeOutcome.UNREADABLE, status="rusak", courier=Courier.LALAMOVE)
    province.get(LIST)
    with count_queries() as read:
        answer = province.get(LIST)
    assert read.count <= 5, read.statements
    assert html.read(answer).title

    def listed(page):
        return [word for word in ("aneh", "biasa", "lama", "baru", "rusak") if f">{word}<" in page]

    assert listed(text(answer)) == ["aneh", "lama", "rusak"]
    assert listed(text(province.get(f"{LIST}?kurir=lalamove"))) == ["rusak"]
    assert listed(text(province.get(f"{LIST}?tampil=semua&hal=9"))) == ["aneh", "biasa", "lama", "baru", "rusak"]


def test_a_notice_is_read_opened_judged_again_and_closed(province):
    notice_id = make_notice(NoticeOutcome.IMPOSSIBLE, status="aneh")
    page = f"{LIST}{notice_id}"
    answer = province.get(page)
    assert html.read(answer).title
    assert ("20000" in text(answer), "Budi" in text(answer)) == (True, False)
    opened = text(province.post(f"{page}/buka"))
    assert ("Budi Santoso" in opened, "rahasia" in opened) == (True, False)
    assert province.post(f"{page}/nilai", page=page).status_code == 303
    assert db.session.get(CourierNotice, notice_id).judged_at is None
    refused = province.post(f"{page}/tutup", {"note": ""}, page=page)
    assert (refused.status_code, "Tulis alasannya" in text(refused)) == (422, True)
    for _click in range(2):
        assert province.post(f"{page}/tutup", {"note": "Sudah ditelepon"}, page=page).status_code == 303
    assert db.session.get(CourierNotice, notice_id).note == "Sudah ditelepon"
    assert "Ditutup: Sudah ditelepon" in text(province.get(page))
    done = [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert (done.count("courier.wire_opened"), done.count("courier.notice_closed")) == (1, 1)


def test_a_notice_that_is_forgotten_does_not_exist(province):
    assert province.get(f"{LIST}999").status_code == 404
    for verb in ("buka", "nilai", "tutup"):
        assert province.post(f"{LIST}999/{verb}", {"note": "x"}, page=LIST).status_code == 404
