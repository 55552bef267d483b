"""What a courier says it charged, against what we booked: statements read, matched, and accepted where they differ."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.db import insert_into
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_rows
from gallery.core.money import Rupiah
from gallery.core.reading import MisreadError, day, is_blank, plain_key, rupiah, text
from gallery.core.sheets import Cell, Limits, SheetProblem, UnreadableSheetError, read_table
from gallery.delivery.errors import StatementLineSettledError
from gallery.delivery.models import CourierBooking, CourierStatement, CourierStatementLine, Shipment
from gallery.delivery.services.sheet_rows import RowProblem
from gallery.delivery.services.statement_layouts import Heading, OwnHeadings, need_heading
from gallery.delivery.states import Courier, StatementOutcome
from gallery.orders.models import Order, Parcel

LIMITS: Final = Limits(file_bytes=2 * 1024 * 1024, data_rows=5_000, columns=60)
LONGEST_NAME: Final = 120
_TOTALS: Final = frozenset({"total", "grand total", "jumlah", "subtotal", "sub total"})


@dataclass(frozen=True, slots=True)
class Charge:
    """One row of a statement. ``key`` is our own reference, where the courier repeats it."""

    row_number: int
    booking_ref: str
    tracking_number: str
    key: str
    charged_on: date | None
    service: str
    amount_idr: Rupiah


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """What a courier's spreadsheet says; ``problems`` are rows of which nobody can say what they charge."""

    courier: Courier
    name: str
    sha256: str
    charges: Sequence[Charge]
    problems: Sequence[RowProblem]


@dataclass(frozen=True, slots=True)
class Imported:
    """The statement; ``is_known`` says that this very file had been read before, and nothing changed."""

    statement: CourierStatement
    is_known: bool


def read_statement(
    courier: Courier,
    data: bytes,
    name: str,
    own: OwnHeadings = OwnHeadings(),  # noqa: B008 - frozen
) -> StatementSheet:
    """Return what a spreadsheet of unknown origin charges; raise :class:`UnreadableSheetError` for what is none."""
    table = read_table(data, LIMITS)
    heading = need_heading(table, courier, own)
    charges, problems = list[Charge](), list[RowProblem]()
    for number, row in table.rows[heading.row + 1 :]:
        if _is_silent(heading, row):
            continue
        try:
            charges.append(_charge(heading, number, row))
        except MisreadError as error:
            shown = str(heading.cell(row, "amount"))[:60]
            problems.append(RowProblem(number, "", shown, error.code, error.facts))
    if not charges and not problems:
        raise UnreadableSheetError(SheetProblem.EMPTY)
    return StatementSheet(courier, name[:LONGEST_NAME], hashlib.sha256(data).hexdigest(), charges, problems)


def import_statement(session: Session, sheet: StatementSheet, *, actor: Actor) -> Imported:
    """Each charge is matched with its booking; the same file twice changes nothing, also when two send it at once.

    A charge that is what we expected becomes the booking's final cost. A second charge for one booking is expected
    to be nothing, so it differs.
    """
    statement_id = _inserted(session, sheet, actor)
    if statement_id is None:
        known = session.scalars(select(CourierStatement).where(CourierStatement.sha256 == sheet.sha256)).one()
        return Imported(known, is_known=True)
    bookings = _bookings(session, sheet)
    held = _locked(session, set(bookings.values()))
    charged = _charged_before(session, held)
    counts = dict.fromkeys(StatementOutcome, 0)
    for charge in sheet.charges:
        booking = held.get(bookings.get(charge.row_number, 0))
        line = _line(statement_id, charge, booking, is_second=booking is not None and booking.id in charged)
        counts[line.outcome] += 1
        session.add(line)
        if booking is not None:
            if line.outcome is StatementOutcome.MATCHED:
                booking.cost_idr = charge.amount_idr
            charged.add(booking.id)
    statement = session.get_one(CourierStatement, statement_id)
    facts = {outcome.value: count for outcome, count in counts.items() if count}
    audit.record(session, actor, "courier.statement_imported", f"statement:{statement.public_id}", **facts)
    return Imported(statement, is_known=False)


def accept_line(session: Session, line_id: int, *, note: str, actor: Actor) -> CourierStatementLine:
    """A person says that the charge is right, and why; it adds to the booking's cost where there is a booking.

    Raises :class:`StatementLineSettledError` for a line that needs nobody, or that somebody accepted meanwhile.
    """
    booking_id = session.scalar(select(CourierStatementLine.booking_id).where(CourierStatementLine.id == line_id))
    held = _locked(session, {booking_id} if booking_id is not None else set())
    line = session.scalar(
        select(CourierStatementLine)
        .where(CourierStatementLine.id == line_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if line is None:
        raise NotFoundError("CourierStatementLine")
    if line.outcome not in {StatementOutcome.DIFFERENT, StatementOutcome.UNMATCHED}:
        raise StatementLineSettledError(str(line_id))
    line.outcome, line.note = StatementOutcome.ACCEPTED, note
    line.decided_by, line.decided_at = actor.user_id, clock.now()
    booking = held.get(booking_id or 0)
    if booking is not None:
        is_second = line.expected_idr == 0
        booking.cost_idr = Rupiah((booking.cost_idr or 0) + line.amount_idr) if is_second else line.amount_idr
    subject = f"statement:{line.statement.public_id}"
    audit.record(session, actor, "courier.charge_accepted", subject, row=line.row_number, amount_idr=line.amount_idr)
    return line


def _is_silent(heading: Heading, row: Sequence[Cell]) -> bool:
    """Whether a row charges nothing: empty, or the sum below the table."""
    numbers = [heading.cell(row, name) for name in ("booking_ref", "tracking_number", "key")]
    sums = any(isinstance(cell, str) and plain_key(cell) in _TOTALS for cell in row)
    nameless = all(is_blank(cell) or plain_key(str(cell)) in _TOTALS for cell in numbers)
    return nameless and (sums or is_blank(heading.cell(row, "amount")))


def _charge(heading: Heading, number: int, row: Sequence[Cell]) -> Charge:
    def words(name: str) -> str:
        cell = heading.cell(row, name)
        return "" if is_blank(cell) else text(cell, longest=100)

    amount = heading.cell(row, "amount")
    if is_blank(amount):
        raise MisreadError("needed")
    day_cell = heading.cell(row, "charged_on")
    return Charge(
        row_number=number,
        booking_ref=words("booking_ref"),
        tracking_number=words("tracking_number"),
        key=words("key"),
        charged_on=None if is_blank(day_cell) else day(day_cell),
        service=words("service"),
        amount_idr=Rupiah(0) if amount in {0, "0"} else rupiah(amount),
    )


def _inserted(session: Session, sheet: StatementSheet, actor: Actor) -> int | None:
    """Insert the statement unless its file is known; PostgreSQL waits for a concurrent inserter to decide."""
    statement = insert_into(session, CourierStatement).values(
        courier=sheet.courier,
        name=sheet.name,
        sha256=sheet.sha256,
        total_idr=sum(charge.amount_idr for charge in sheet.charges),
        imported_by=actor.user_id,
    )
    return session.scalar(
        statement.on_conflict_do_nothing(index_elements=[CourierStatement.sha256]).returning(CourierStatement.id)
    )


def _bookings(session: Session, sheet: StatementSheet) -> Mapping[int, int]:
    """Return the booking that each row charges, by row: by the courier's number, ours, or the waybill."""
    refs = {charge.booking_ref for charge in sheet.charges} - {""}
    keys = {charge.key for charge in sheet.charges} - {""}
    waybills = {charge.tracking_number for charge in sheet.charges} - {""}
    rows = session.execute(
        select(
            CourierBooking.id,
            CourierBooking.booking_ref,
            CourierBooking.former_ref,
            CourierBooking.key,
            Shipment.tracking_number,
        )
        .join(Shipment, Shipment.id == CourierBooking.shipment_id)
        .where(
            CourierBooking.courier == sheet.courier,
            or_(
                CourierBooking.booking_ref.in_(refs),
                CourierBooking.former_ref.in_(refs),
                CourierBooking.key.in_(keys),
                Shipment.tracking_number.in_(waybills),
            ),
        )
        .order_by(CourierBooking.id)
    )
    by_name: dict[tuple[str, str], int] = {}
    for booking_id, ref, former, key, waybill in rows:
        by_name |= {("ref", ref or ""): booking_id, ("ref", former or ""): booking_id}
        by_name |= {("key", key): booking_id, ("waybill", waybill): booking_id}
    found = {}
    for charge in sheet.charges:
        names = (("ref", charge.booking_ref), ("key", charge.key), ("waybill", charge.tracking_number))
        booking = next((by_name[name] for name in names if name[1] and name in by_name), None)
        if booking is not None:
            found[charge.row_number] = booking
    return found


def _locked(session: Session, booking_ids: set[int]) -> dict[int, CourierBooking]:
    """Lock the shipments of these bookings in the order of all locks, and return the bookings as they are now."""
    rows = session.execute(
        select(Parcel.order_id, Parcel.id, Shipment.id)
        .join(Shipment, Shipment.parcel_id == Parcel.id)
        .join(CourierBooking, CourierBooking.shipment_id == Shipment.id)
        .where(CourierBooking.id.in_(booking_ids))
    ).all()
    lock_rows(session, Order, (order_id for order_id, _parcel, _shipment in rows))
    lock_rows(session, Parcel, (parcel_id for _order, parcel_id, _shipment in rows))
    lock_rows(session, Shipment, (shipment_id for _order, _parcel, shipment_id in rows))
    wanted = select(CourierBooking).where(CourierBooking.id.in_(booking_ids))
    return {row.id: row for row in session.scalars(wanted.execution_options(populate_existing=True))}


def _charged_before(session: Session, bookings: Mapping[int, CourierBooking]) -> set[int]:
    lines = select(CourierStatementLine.booking_id).where(CourierStatementLine.booking_id.in_(list(bookings)))
    return {booking_id for booking_id in session.scalars(lines) if booking_id is not None}


def _line(
    statement_id: int, charge: Charge, booking: CourierBooking | None, *, is_second: bool
) -> CourierStatementLine:
    expected: Rupiah | None = None
    if booking is not None:
        costs = (booking.cost_idr, booking.booked_idr, booking.quoted_idr)
        expected = Rupiah(0) if is_second else next(cost for cost in costs if cost is not None)
    outcome = StatementOutcome.UNMATCHED
    if expected is not None:
        outcome = StatementOutcome.MATCHED if expected == charge.amount_idr else StatementOutcome.DIFFERENT
    return CourierStatementLine(
        statement_id=statement_id,
        row_number=charge.row_number,
        booking_ref=charge.booking_ref,
        tracking_number=charge.tracking_number,
        charged_on=charge.charged_on,
        service=charge.service,
        amount_idr=charge.amount_idr,
        expected_idr=expected,
        outcome=outcome,
        booking_id=booking.id if booking else None,
    )
