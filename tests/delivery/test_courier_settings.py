"""What people set for online couriers: who uses which, when they may be called, where they go, try again."""

from datetime import timedelta

import pytest

from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.sheets import UnreadableSheetError, xlsx_table
from gallery.delivery.errors import NoPickUpHoursError
from gallery.delivery.models import CourierCoverage, CourierHealth, GalleryCourier, PickUpHours
from gallery.delivery.queries.couriers import UseFacts
from gallery.delivery.services import coverage_sheet, settings
from gallery.delivery.services.coverage_sheet import HEADINGS, CoverageFacts
from gallery.delivery.states import Courier, CoverageSource
from tests.factories.courier_rows import make_coverage
from tests.factories.delivery import SYSTEM
from tests.factories.inventory import make_gallery_place, make_regions

HERE = "19.71.05"


def audited() -> list[str]:
    return [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_a_gallery_and_the_homes_choose_their_couriers(app):
    gallery_id = make_gallery_place().gallery_id
    off, on = UseFacts(False, False, Rupiah(7_500)), UseFacts(True, True, None)
    for holder, facts in ((gallery_id, off), (None, off), (gallery_id, on), (gallery_id, on)):
        with transaction() as session:
            settings.save_use(session, holder, Courier.BITESHIP, facts, actor=SYSTEM)
    rows = {row.holder: row for row in db.session.query(GalleryCourier)}
    assert {name: row.is_on for name, row in rows.items()} == {f"gallery:{gallery_id}": True, "home": False}
    assert (rows["home"].max_extra_idr, rows["home"].gallery_id) == (7_500, None)
    assert audited().count("courier.use_changed") == 3  # the last one said nothing new
    for holder, courier in ((gallery_id, Courier.PICKUP), (999_999, Courier.BITESHIP)):
        with pytest.raises(NotFoundError), transaction() as session:
            settings.save_use(session, holder, courier, on, actor=SYSTEM)


def test_hours_replace_those_before(app):
    gallery_id = make_gallery_place().gallery_id
    for hours in ({0: (480, 960), 1: (480, 960)}, {1: (540, 720), 5: (0, 1_440)}):
        with transaction() as session:
            settings.save_hours(session, gallery_id, hours, actor=SYSTEM)
    rows = db.session.query(PickUpHours).order_by(PickUpHours.weekday)
    assert [(row.weekday, row.opens_min, row.closes_min) for row in rows] == [(1, 540, 720), (5, 0, 1_440)]
    for wrong in ({}, {0: (600, 600)}, {0: (600, 1_500)}):
        with pytest.raises(NoPickUpHoursError), transaction() as session:
            settings.save_hours(session, gallery_id, wrong, actor=SYSTEM)


def test_a_courier_that_failed_is_tried_again_at_once(app):
    later = clock.now() + timedelta(minutes=2)
    with transaction() as session:
        session.add(CourierHealth(courier=Courier.LALAMOVE, failures=5, opened_until=later, probing_until=later))
    with transaction() as session:
        settings.try_again(session, Courier.LALAMOVE, actor=SYSTEM)
        settings.try_again(session, Courier.BITESHIP, actor=SYSTEM)  # never asked: nothing to do
    health = db.session.get(CourierHealth, Courier.LALAMOVE)
    assert (health.failures, health.opened_until <= clock.now(), health.probing_until) == (5, True, None)
    assert audited() == ["courier.tried_again"]


def test_what_people_say_of_a_way_outlives_what_was_learnt(app):
    make_regions()
    make_coverage(HERE, source=CoverageSource.LEARNT, is_covered=True, expires_at=clock.now() + timedelta(days=9))
    facts = CoverageFacts(HERE, "Bangka", Courier.BITESHIP, "", is_covered=True)
    with transaction() as session:
        coverage_sheet.set_coverage(session, facts, actor=SYSTEM)
    row = db.session.query(CourierCoverage).one()
    assert (row.source, row.expires_at, row.is_covered) == (CoverageSource.MANUAL, None, True)
    for code, island in (("19.71.99", "Bangka"), (HERE, "Atlantis")):
        with pytest.raises(NotFoundError), transaction() as session:
            wrong = CoverageFacts(code, island, Courier.BITESHIP, "", is_covered=True)
            coverage_sheet.set_coverage(session, wrong, actor=SYSTEM)
    with transaction() as session:
        coverage_sheet.forget_coverage(session, row.id, actor=SYSTEM)
    assert db.session.query(CourierCoverage).count() == 0


def sheet(*rows) -> bytes:
    return xlsx_table("Jangkauan", HEADINGS, rows)


GOOD = (HERE, "Bukit Intan", "", "Bangka", "Biteship", "gojek.instant", "ya")


def test_a_sheet_says_each_row_or_what_is_wrong_with_it(app):
    make_regions()
    data = sheet(
        GOOD,
        (HERE, "", "", "bangka", "grab", "", "TIDAK"),
        ("19.71.99", "", "", "Atlantis", "Ojek", "x" * 70, "mungkin"),
        (None, None, None, None, None, None, None),
        GOOD,
        (HERE, "", "", "Bangka", "Biteship", "lalamove:VAN", "ya"),
        (HERE, "", "", "", "", "", ""),
    )
    read = coverage_sheet.read_coverage(db.session(), data)
    assert [(row.courier, row.service, row.is_covered) for row in read.rows] == [
        (Courier.BITESHIP, "biteship:gojek.instant", True),
        (Courier.GRAB_EXPRESS, "", False),
    ]
    assert {(problem.number, problem.heading, problem.code) for problem in read.problems} == {
        (4, "Kode kecamatan", "unknown_choice"),
        (4, "Dari pulau", "unknown_choice"),
        (4, "Kurir", "unknown_choice"),
        (4, "Layanan", "too_long"),
        (4, "Dilayani", "unknown_choice"),
        (6, "", "duplicate_row"),
        (7, "Layanan", "unknown_choice"),
        (8, "Dari pulau", "needed"),
        (8, "Kurir", "needed"),
        (8, "Dilayani", "needed"),
    }
    changed = []
    for _ in range(2):
        with transaction() as session:
            changed.append(coverage_sheet.import_coverage(session, read.rows, actor=SYSTEM))
    assert changed == [2, 0]
    assert {row.source for row in db.session.query(CourierCoverage)} == {CoverageSource.IMPORTED}
    assert audited().count("courier.coverage_imported") == 1


@pytest.mark.parametrize("data", [b"", b"\x00\x01", xlsx_table("Lain", ["Nama", "Harga"], [["a", 1]])])
def test_another_sheet_is_refused_as_a_whole(app, data):
    with pytest.raises(UnreadableSheetError):
        coverage_sheet.read_coverage(db.session(), data)
