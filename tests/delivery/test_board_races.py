"""Two officers at the same parcel, statement or settings: one of them is first, and nobody gets an error."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gallery.core.db import db, transaction
from gallery.core.sheets import xlsx_table
from gallery.delivery.models import (
    CourierBooking,
    CourierCoverage,
    CourierStatement,
    CourierStatementLine,
    GalleryCourier,
    PickUpHours,
    Shipment,
)
from gallery.delivery.queries.couriers import UseFacts
from gallery.delivery.services import coverage_sheet, settings, statements
from gallery.delivery.services.bookings import Rules, want_booking
from gallery.delivery.services.coverage_sheet import CoverageFacts
from gallery.delivery.states import Courier
from tests.factories.courier_rows import make_booking
from tests.factories.delivery import SYSTEM, make_parcel
from tests.factories.inventory import make_gallery_place, make_regions

OFFICERS = 4


def at_once(app, do):
    """Let several officers do it in the same moment; each in a session of its own."""
    start = Barrier(OFFICERS)

    def one(number):
        with app.app_context():
            start.wait(timeout=10)
            try:
                with transaction() as session:
                    return do(session, number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(OFFICERS) as pool:
        return list(pool.map(one, range(OFFICERS)))


def test_a_parcel_is_wanted_once(app):
    parcel_id = make_parcel(service="biteship:gojek.instant").id
    rules = Rules(5_000, 0)
    db.session.remove()
    found = at_once(app, lambda session, _n: want_booking(session, parcel_id, rules, actor=SYSTEM).id)
    assert (len(set(found)), db.session.query(CourierBooking).count(), db.session.query(Shipment).count()) == (1, 1, 1)


def test_a_statement_is_read_once_and_a_charge_accepted_once(app):
    make_booking(booking_ref="b-1")
    data = xlsx_table("x", ("Order ID", "Total"), [("b-1", 20_000)])
    sheet = statements.read_statement(Courier.BITESHIP, data, "x.xlsx")
    db.session.remove()
    known = at_once(app, lambda session, _n: statements.import_statement(session, sheet, actor=SYSTEM).is_known)
    assert (known.count(False), db.session.query(CourierStatement).count()) == (1, 1)
    line_id = db.session.query(CourierStatementLine).one().id
    db.session.remove()

    def accept(session, number):
        try:
            statements.accept_line(session, line_id, note=f"petugas {number}", actor=SYSTEM)
        except statements.StatementLineSettledError:
            return False
        return True

    assert at_once(app, accept).count(True) == 1
    assert db.session.query(CourierBooking).one().cost_idr == 20_000


@pytest.mark.parametrize("round_", range(2))
def test_settings_are_set_by_one_after_the_other(app, round_):
    gallery_id = make_gallery_place().gallery_id
    make_regions()
    db.session.remove()

    def save(session, number):
        facts = UseFacts(is_on=number % 2 == 0, books_itself=True, max_extra_idr=None)
        settings.save_use(session, gallery_id, Courier.BITESHIP, facts, actor=SYSTEM)
        settings.save_hours(session, gallery_id, {number: (480, 960), 6: (480, 600 + number)}, actor=SYSTEM)
        way = CoverageFacts("19.71.05", "Bangka", Courier.BITESHIP, "", is_covered=number % 2 == 0)
        coverage_sheet.set_coverage(session, way, actor=SYSTEM)

    at_once(app, save)
    counts = [db.session.query(table).count() for table in (GalleryCourier, CourierCoverage)]
    assert (counts, db.session.query(PickUpHours).filter_by(weekday=6).count()) == ([1, 1], 1)
