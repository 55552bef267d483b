from datetime import timedelta

import pytest

from gallery.core import clock
from gallery.core.db import db
from gallery.settlement.models import BankLine
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.web.staff.test_bank_lines import taken, text

PAGE = "/petugas/rekonsiliasi/"


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("province_officer"))


def today() -> str:
    return f"{PAGE}?tanggal={clock.today().isoformat()}"


def test_a_day_shows_what_the_bank_has_and_nobody_knows(officer):
    taken(officer, ("LAIN", 7_000))
    line = db.session.query(BankLine).one()
    page = text(officer.get(today()))
    assert "1 hal belum cocok" in page
    assert f"/petugas/mutasi/{line.public_id}" in page
    assert "Mutasi lengkap" in page
    assert "Tidak ada selisih" in text(officer.get(PAGE))  # yesterday


@pytest.mark.parametrize("day", ["", "besok", "2026-13-01", "9999-12-31"])
def test_a_day_that_is_none_or_to_come_is_one_that_is_there(officer, day):
    assert officer.get(f"{PAGE}?tanggal={day}").status_code == 200


def test_the_page_takes_as_many_reads_for_many_differences_as_for_one(officer, count_queries):
    taken(officer, ("LAIN", 7_000))
    with count_queries() as one:
        officer.get(today())
    taken(officer, *((f"LAIN {n}", 7_000 + n) for n in range(12)))
    with count_queries() as many:
        officer.get(today())
    assert many.count == one.count


def test_the_workbook_holds_the_differences(officer):
    taken(officer, ("LAIN", 7_000))
    answer = officer.get(f"{today()}&unduh=xlsx")
    assert answer.mimetype.endswith("spreadsheetml.sheet")


def test_a_first_day_of_all_has_one_before_it(officer):
    first = (clock.today() - timedelta(days=4000)).isoformat()
    assert officer.get(f"{PAGE}?tanggal={first}").status_code == 200
