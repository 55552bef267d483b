"""Statements of couriers: read, matched with bookings, accepted where they differ; and what it all cost."""

from datetime import UTC, date, datetime

import pytest

from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.sheets import UnreadableSheetError, csv_table, xlsx_table
from gallery.delivery.errors import StatementLineSettledError
from gallery.delivery.models import CourierBooking, CourierStatement, CourierStatementLine
from gallery.delivery.queries import costs
from gallery.delivery.services import statements
from gallery.delivery.services.statement_layouts import LAYOUTS, OwnHeadings
from gallery.delivery.states import BookingStatus, Courier, ShipmentStatus, StatementOutcome
from tests.factories.courier_rows import make_booking
from tests.factories.delivery import SYSTEM, make_parcel
from tests.factories.inventory import BELITUNG, make_gallery_place

O = StatementOutcome  # noqa: E741
HEADINGS = ("Tanggal", "Order ID", "Nomor Resi", "Layanan", "Total tagihan")


def bill(*rows, headings=HEADINGS) -> bytes:
    return xlsx_table("Tagihan", headings, rows)


def take(data: bytes, courier: Courier = Courier.BITESHIP, name: str = "nov.xlsx"):
    read = statements.read_statement(courier, data, name)
    with transaction() as session:
        return statements.import_statement(session, read, actor=SYSTEM).is_known


def lines() -> list[tuple]:
    rows = db.session.query(CourierStatementLine).order_by(CourierStatementLine.row_number)
    return [(row.outcome, row.amount_idr, row.expected_idr) for row in rows]


def cost(booking) -> int | None:
    return db.session.get(CourierBooking, booking.id, populate_existing=True).cost_idr


def test_charges_are_matched_by_any_number_and_the_same_file_changes_nothing(app):
    by_ref, former = make_booking(booking_ref="b-1"), make_booking(booking_ref="neu", former_ref="b-2")
    by_waybill = make_booking(tracking_number="WYB-3")
    dearer = make_booking(booking_ref="b-4")
    other = make_booking(service="lalamove:MOTORCYCLE", booking_ref="b-5")
    data = bill(
        (date(2026, 11, 3), "b-1", "", "gojek", 12_500),
        (date(2026, 11, 3), "b-2", "", "gojek", "Rp 12.500"),
        ("4/11/2026", "", "WYB-3", "", 12_500),
        (None, "b-4", "", "", 15_000),
        (None, "b-5", "", "", 12_500),  # of another courier
        (None, "b-1", "", "", 12_500),  # a second time
        (None, None, None, None, None),
        (None, "Total", None, None, 77_500),
        ("Total", None, None, None, 77_500),
    )
    assert take(data) is False
    assert lines() == [
        (O.MATCHED, 12_500, 12_500),
        (O.MATCHED, 12_500, 12_500),
        (O.MATCHED, 12_500, 12_500),
        (O.DIFFERENT, 15_000, 12_500),
        (O.UNMATCHED, 12_500, None),
        (O.DIFFERENT, 12_500, 0),
    ]
    assert [cost(one) for one in (by_ref, former, by_waybill, dearer, other)] == [12_500, 12_500, 12_500, None, None]
    assert take(data, name="again.xlsx") is True
    assert (db.session.query(CourierStatement).count(), len(lines())) == (1, 6)


def test_what_differs_is_accepted_once_with_a_reason(app):
    dearer, twice = make_booking(booking_ref="b-1"), make_booking(booking_ref="b-2")
    take(bill((None, "b-1", "", "", 15_000), (None, "b-2", "", "", 12_500), (None, "b-2", "", "", 3_000)))
    rows = {row.row_number: row.id for row in db.session.query(CourierStatementLine)}
    for number in (2, 4):
        with transaction() as session:
            statements.accept_line(session, rows[number], note="Ditimbang ulang", actor=SYSTEM)
    assert (cost(dearer), cost(twice)) == (15_000, 15_500)
    for number in (2, 3):  # accepted already, and never in doubt
        with pytest.raises(StatementLineSettledError), transaction() as session:
            statements.accept_line(session, rows[number], note="x", actor=SYSTEM)
    with pytest.raises(NotFoundError), transaction() as session:
        statements.accept_line(session, 999_999, note="x", actor=SYSTEM)
    summary = costs.statements(db.session())[0]
    assert (summary.lines, summary.open_lines, summary.counts) == (3, 0, {O.ACCEPTED: 2, O.MATCHED: 1})


@pytest.mark.parametrize("courier", LAYOUTS)
def test_every_heading_of_every_layout_is_found(courier):
    layout = LAYOUTS[courier]
    for ref in layout.booking_ref:
        for amount in layout.amount:
            data = csv_table(
                ["Laporan", "", ""], [["periode", "November"], [ref.upper(), f" {amount} :"], ["b-1", "5.000"]]
            )
            (charge,) = statements.read_statement(courier, data, "x.csv").charges
            assert (charge.booking_ref, charge.amount_idr, charge.row_number) == ("b-1", 5_000, 4)


def test_headings_that_nobody_knows_are_told_and_can_be_named(app):
    by_waybill = make_booking(tracking_number="WYB-3")
    titles = [["Laporan bulanan"], ["", "Kode kiriman", "Ongkir akhir", "Dibayar"]]
    data = csv_table(["Galeri", "", "", ""], [*titles, ["1", "WYB-3", "12.500", "ya"]])
    with pytest.raises(UnreadableSheetError) as unknown:
        statements.read_statement(Courier.BITESHIP, data, "x.csv")
    assert unknown.value.facts["found"] == "Kode kiriman, Ongkir akhir, Dibayar"
    for own in (OwnHeadings("kode kiriman"), OwnHeadings("", "Ongkir akhir"), OwnHeadings("Kode", "Ongkir akhir")):
        with pytest.raises(UnreadableSheetError):
            statements.read_statement(Courier.BITESHIP, data, "x.csv", own)
    sheet = statements.read_statement(Courier.BITESHIP, data, "x.csv", OwnHeadings("kode kiriman", "ONGKIR AKHIR"))
    with transaction() as session:
        statements.import_statement(session, sheet, actor=SYSTEM)
    assert lines() == [(O.MATCHED, 12_500, 12_500)]  # whatever kind of number it is
    assert cost(by_waybill) == 12_500


def test_rows_that_charge_nothing_readable_are_told(app):
    data = bill(
        (None, "b-1", "", "", "gratis"),
        ("besok", "b-2", "", "", 1_000),
        (None, "b-3", "", "", ""),
        (None, "b-4", "", "", 0),
    )
    read = statements.read_statement(Courier.BITESHIP, data, "x")
    assert [(problem.number, problem.code) for problem in read.problems] == [
        (2, "not_a_number"),
        (3, "not_a_date"),
        (4, "needed"),
    ]
    assert [charge.amount_idr for charge in read.charges] == [0]


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", bill(headings=("Nama", "Alamat")), bill(headings=HEADINGS), bill((1,), headings=("Total",))],
)
def test_what_is_no_statement_is_refused_as_a_whole(data):
    with pytest.raises(UnreadableSheetError):
        statements.read_statement(Courier.BITESHIP, data, "x")


def test_costs_by_parcel_and_month(app):
    here, there = make_gallery_place(), make_gallery_place(BELITUNG)
    here_id, there_id, gallery_id = here.id, there.id, here.gallery_id
    november, october = datetime(2026, 11, 5, tzinfo=UTC), datetime(2026, 10, 31, 16, 59, tzinfo=UTC)
    first = make_parcel(here_id)
    make_booking(
        first, created_at=november, shipment_status=ShipmentStatus.DECLINED, is_open=False, cost_idr=2_000
    )  # charged although nobody came
    make_booking(first, created_at=november, cost_idr=14_000)
    make_booking(make_parcel(here_id), created_at=november, shipment_status=ShipmentStatus.CANCELLED, is_open=False)
    make_booking(make_parcel(here_id), BookingStatus.REFUSED, created_at=november)
    make_booking(make_parcel(here_id), created_at=october)
    make_booking(make_parcel(there_id), created_at=november, booked_idr=11_000)
    with clock.at(datetime(2026, 11, 20, tzinfo=UTC)):
        mine = Scope(galleries=frozenset({gallery_id}))
        (row,) = costs.parcel_costs(db.session(), mine, date(2026, 11, 1))
        assert (row.attempts, row.paid_idr, row.cost_idr, row.difference_idr, row.unsettled) == (
            2,
            12_500,
            16_000,
            3_500,
            0,
        )
        months = costs.month_costs(db.session(), EVERYTHING)
        assert [(one.month, one.parcels, one.difference_idr) for one in months] == [
            (date(2026, 11, 1), 2, 2_000),
            (date(2026, 10, 1), 1, 0),
        ]
        assert costs.parcel_costs(db.session(), mine, date(2026, 9, 1)) == []
