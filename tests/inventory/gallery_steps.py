"""What people do in the galleries of ``gallery_world.py``: goods come in, are sold and brought back.

What leaves, moves and is counted is in ``gallery_leaving.py``.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Variant
from gallery.consignment import services as consignment
from gallery.consignment.errors import ReceivingIncompleteError
from gallery.consignment.models import ConsignmentNote, Receiving, ReceivingLine
from gallery.consignment.queries.receiving import counted_lines
from gallery.consignment.services import Count, LineFacts, NoteFacts, NoteLineFacts
from gallery.consignment.states import NoteStatus, ReceivingStatus, RejectedAs
from gallery.core import clock
from gallery.core.db import db
from gallery.counter import services as counter
from gallery.counter.errors import OfflineSaleError
from gallery.counter.models import CounterSale, CounterSaleLine, Shift
from gallery.counter.queries import lease_of, shift_sums
from gallery.counter.services import Back, OfflineLine, OfflineSale, Payment, Policy
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory import services as inventory
from gallery.inventory.codes import lot_code, variant_code
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.queries import available
from gallery.inventory.services import Wanted
from gallery.inventory.states import ReservationStatus
from tests.inventory.gallery_world import Desk, World

SYSTEM = Actor.system()
DAYS = (3, 20, 90, 400)
COUNTED = (NoteStatus.SENT, NoteStatus.PARTLY_RECEIVED)
Step = Callable[[World], None]


def write_note(w: World) -> None:
    """A district or an MSME announces goods; some notes are called back or cancelled."""
    first = w.random.choice(w.goods)
    is_district = w.random.random() < 0.5
    gallery_id = w.random.choice(list(w.galleries))
    facts = NoteFacts(
        gallery_id, "19.71" if is_district else None, None if is_district else first.business_id, brought_by="Pak Uji"
    )
    goods = [one for one in w.goods if is_district or one.business_id == first.business_id]
    lines = [(w.random.choice(goods), w.random.randint(1, 15), w.random.choice(DAYS)) for _ in range(4)]

    def write(session):
        note = consignment.create_note(session, facts, actor=w.staff[0])
        for number, (one, pieces, days) in enumerate(lines):
            line = NoteLineFacts(one.variant_id, pieces, f"L{days}", clock.today() + timedelta(days=days))
            consignment.add_note_line(session, note.id, line, request_key=str(number), actor=w.staff[0])
        return note.id

    note_id = w.perform(write)
    if note_id is not None:
        w.perform(lambda session: consignment.send_note(session, note_id, actor=w.staff[0]).id)


def end_note(w: World) -> None:
    note_id = w.some(select(ConsignmentNote.id).where(ConsignmentNote.status.in_(COUNTED)), ConsignmentNote.id)
    if note_id is not None:
        end = w.random.choice([consignment.cancel_note, consignment.close_note])
        w.perform(lambda session: end(session, note_id, actor=w.manager).id)


def begin_receiving(w: World) -> None:
    """Unpack a note, or goods that came without one."""
    note_id = w.some(select(ConsignmentNote.id).where(ConsignmentNote.status.in_(COUNTED)), ConsignmentNote.id)
    note = db.session.get(ConsignmentNote, note_id) if note_id and w.random.random() < 0.8 else None
    gallery_id, note_id = (note.gallery_id, note.id) if note else (w.random.choice(list(w.galleries)), None)
    key = w.key()
    w.perform(
        lambda session: (
            consignment.open_receiving(session, gallery_id, note_id=note_id, request_key=key, actor=w.staff[0]).id
        )
    )


def scan_arrivals(w: World) -> None:
    """Two people count what is in the boxes; some pieces are rejected, some counts taken back."""
    receiving_id = _open_receiving(w)
    if receiving_id is None:
        return
    lines = db.session.scalars(select(ReceivingLine.public_id).where(ReceivingLine.receiving_id == receiving_id)).all()
    for _ in range(w.random.randint(2, 5)):
        rejected = w.random.choice([None, None, None, RejectedAs.BROKEN])
        count = Count(w.key(), w.random.choice([1, 3, 8, 15, -1]), rejected)
        actor = w.random.choice(w.staff)
        if lines and w.random.random() < 0.7:
            line = w.random.choice(lines)
            w.perform(
                lambda s, c=count, a=actor, n=line: consignment.count_line(s, receiving_id, n, c, actor=a).public_id
            )
        else:
            variant = w.random.choice(w.variants)
            w.perform(
                lambda s, c=count, a=actor, v=variant: (
                    consignment.count_variant(s, receiving_id, v, c, actor=a).public_id
                )
            )


def finish_receiving(w: World) -> None:
    """Dates are written, short ones accepted by the manager, and the receipts issued; or the unpacking is given up."""
    receiving_id = _open_receiving(w)
    if receiving_id is None:
        return
    if w.random.random() < 0.1:
        w.perform(lambda session: consignment.abandon_receiving(session, receiving_id, actor=w.manager).id)
        return
    for counted in counted_lines(db.session(), db.session.get_one(Receiving, receiving_id)):
        line, days = counted.line.public_id, w.random.choice(DAYS)
        is_over = counted.line.expires_on is not None and counted.line.expires_on <= clock.today()
        if is_over or (counted.line.expires_on is None and w.random.random() < 0.8):
            facts = LineFacts(f"L{days}", clock.today() + timedelta(days=days), w.random.choice(["A1", "B2"]))
            w.perform(lambda s, n=line, f=facts: consignment.describe_line(s, receiving_id, n, f, actor=w.staff[1]).id)
    w.perform(lambda session: len(consignment.finish_receiving(session, receiving_id, actor=w.manager)))
    if isinstance(w.last_refusal, ReceivingIncompleteError):
        for problem in w.last_refusal.problems:
            w.perform(
                lambda s, n=problem.line: (
                    consignment.accept_short_life(s, receiving_id, n, "Laku cepat", actor=w.manager).public_id
                )
            )
        w.perform(lambda session: len(consignment.finish_receiving(session, receiving_id, actor=w.manager)))


def _open_receiving(w: World) -> int | None:
    return w.some(select(Receiving.id).where(Receiving.status == ReceivingStatus.OPEN), Receiving.id)


def sell_at_the_counter(w: World) -> None:
    """Scan labels or makers' codes, then pay in cash; what the counter refuses stays out of the sale."""
    desk = w.random.choice(w.desks)
    if desk.is_offline or not _shift(w, desk):
        return
    w.perform(lambda session: counter.clear(session, desk.shift_id))
    for _ in range(w.random.randint(1, 3)):
        item_id = w.some_item(desk.place_id)
        if item_id is None:
            return
        item = db.session.get_one(StockItem, item_id)
        code = lot_code(item.lot_id) if w.random.random() < 0.5 else variant_code(item.variant_id)
        text = f"{w.random.randint(1, 4)}*{code}"
        w.perform(lambda session, text=text: bool(counter.enter(session, desk.shift_id, text)))
    shift = db.session.get_one(Shift, desk.shift_id, populate_existing=True)
    total, key = counter.subtotal(shift), shift.sale_key
    if total:
        w.perform(
            lambda session: (
                counter.complete_sale(session, desk.shift_id, key, Payment(), total_idr=total, actor=w.staff[0]).id
            )
        )


def _shift(w: World, desk: Desk) -> bool:
    if desk.shift_id is None:
        desk.shift_id = w.perform(
            lambda session: counter.open_shift(session, desk.till_id, opening_cash_idr=500_000, actor=w.staff[0]).id
        )
        if desk.shift_id is None:  # the answer was lost: the shift may be open all the same
            desk.shift_id = w.some(
                select(Shift.id).where(Shift.till_id == desk.till_id, Shift.closed_at.is_(None)), Shift.id
            )
    return desk.shift_id is not None


def top_up_lease(w: World) -> None:
    """A till is told what it may sell without a connection."""
    desk = w.random.choice(w.desks)
    if desk.is_offline or not _shift(w, desk):
        return
    policy = Policy(pieces=w.random.randint(1, 5), percent=50)
    w.perform(lambda session: counter.top_up_lease(session, desk.shift_id, w.variants, policy).id)


def lose_the_connection(w: World) -> None:
    """From now on the till sells what it was told, and nothing else."""
    desk = w.random.choice(w.desks)
    if desk.is_offline or desk.shift_id is None:
        return
    db.session.rollback()
    lease = lease_of(db.session(), desk.shift_id)
    if lease is None:
        return
    rows = select(Reservation.stock_item_id, Reservation.pieces).where(
        Reservation.holder == lease.holder, Reservation.status == ReservationStatus.ACTIVE
    )
    desk.told = {}
    for item_id, pieces in db.session.execute(rows):
        desk.told[item_id] = desk.told.get(item_id, 0) + pieces
    if not any(one.is_offline for one in w.desks):
        w.doubtful.clear()
    desk.is_offline = True


def sell_offline(w: World) -> None:
    """Sell out of the lease in the browser; the server learns of it later."""
    desk = w.random.choice(w.desks)
    left = [item_id for item_id, pieces in desk.told.items() if pieces]
    if not desk.is_offline or not left:
        return
    lines = []
    for item_id in w.random.sample(sorted(left), min(len(left), w.random.randint(1, 2))):
        pieces = w.random.randint(1, desk.told[item_id])
        desk.told[item_id] -= pieces
        variant = db.session.get_one(Variant, db.session.get_one(StockItem, item_id).variant_id)
        lines.append(OfflineLine(item_id, pieces, variant.price_idr))
    total = sum(line.pieces * line.price_idr for line in lines)
    w.now += timedelta(seconds=5)
    desk.queue.append(OfflineSale(w.key(), w.now, lines, Payment(), total, {}))


def reconnect(w: World) -> None:
    """All that was sold meanwhile is booked; only a lot that was blocked or corrected since may stand in the way."""
    desk = w.random.choice(w.desks)
    if not desk.is_offline:
        return
    for sale in desk.queue:
        w.perform(lambda session, sale=sale: _book(w, session, desk, sale))
        if counter.sale_by_key(db.session(), sale.sale_key) is None:  # it died: the till sends it until it is answered
            w.perform_safely(lambda session, sale=sale: _book(w, session, desk, sale))
    db.session.rollback()
    assert all(counter.sale_by_key(db.session(), sale.sale_key) for sale in desk.queue if not _is_doubtful(w, sale))
    desk.is_offline, desk.told, desk.queue = False, {}, []


def _book(w: World, session, desk: Desk, sale: OfflineSale) -> int | None:
    try:
        return counter.book_offline_sale(session, desk.shift_id, sale, actor=w.staff[0])[0].id
    except OfflineSaleError as refusal:
        if not _is_doubtful(w, sale):
            raise AssertionError(refusal) from refusal
        counter.note_unbooked(session, desk.shift_id, sale, str(refusal))
        return None


def _is_doubtful(w: World, sale: OfflineSale) -> bool:
    return any(line.stock_item_id in w.doubtful for line in sale.lines)


def close_shift(w: World) -> None:
    desk = w.random.choice(w.desks)
    if desk.is_offline or desk.shift_id is None:
        return
    cash = shift_sums(db.session(), db.session.get_one(Shift, desk.shift_id)).cash_idr
    shift_id = desk.shift_id
    w.perform(lambda session: counter.close_shift(session, shift_id, counted_idr=cash, actor=w.staff[0]).id)
    if db.session.get_one(Shift, shift_id, populate_existing=True).closed_at is not None:
        desk.shift_id = None


def bring_back(w: World) -> None:
    """A buyer brings something back: into the lot it came from, or to damage."""
    desk = w.random.choice(w.desks)
    sale_id = w.some(select(CounterSale.id).where(CounterSale.gallery_id == w.places[desk.place_id]), CounterSale.id)
    if sale_id is None or desk.is_offline or not _shift(w, desk):
        return
    lines = db.session.scalars(select(CounterSaleLine.id).where(CounterSaleLine.sale_id == sale_id)).all()
    back = {line: Back(w.random.randint(0, 3), is_damaged=w.random.random() < 0.3) for line in lines}
    key = w.key()
    w.perform(
        lambda session: (
            counter.return_sale(
                session,
                sale_id,
                desk.shift_id,
                back,
                reason=ReturnReason.QUALITY,
                note="",
                refund_method=RefundMethod.OTHER,
                request_key=key,
                actor=w.staff[1],
            ).id
        )
    )


def order_online(w: World) -> None:
    """A web order holds all its pieces or none: exactly when they can be had."""
    place_id = w.random.choice(list(w.places))
    wanted = [Wanted(v, place_id, w.random.randint(1, 5)) for v in w.random.sample(w.variants, w.random.randint(1, 2))]
    db.session.rollback()
    had = available(db.session(), w.variants)
    holder = f"order:{w.key()}"

    def place_order(session):
        mine = session.scalar(select(Reservation.id).where(Reservation.holder == holder))
        if mine is None:  # the order's own key sees to that in the shop
            inventory.reserve(session, holder, wanted, expires_at=w.now + timedelta(hours=24))
        return holder

    refused = w.refused["insufficient_stock"]
    if w.perform(place_order):
        w.orders.append(holder)
        assert all(one.pieces <= had.get((one.variant_id, one.place_id), 0) for one in wanted)
    elif w.refused["insufficient_stock"] > refused:
        assert any(one.pieces > had.get((one.variant_id, one.place_id), 0) for one in wanted)


def follow_an_order(w: World) -> None:
    """Pay, cancel, hand over or take back a web order, in whatever state it is."""
    if not w.orders:
        return
    holder = w.random.choice(w.orders[-15:])
    place_id = db.session.scalars(
        select(StockItem.place_id).join(Reservation).where(Reservation.holder == holder).limit(1)
    ).one()
    what = w.random.choice(["pay", "cancel", "hand over", "hand over", "take back"])
    if what == "pay":
        w.perform(lambda session: inventory.extend(session, holder, None))
    elif what == "cancel":
        w.perform(lambda session: inventory.release(session, holder))
    elif what == "hand over":
        w.perform(lambda session: len(inventory.consume(session, holder, place_id=place_id, actor=w.staff[0])))
    else:
        for send in (w.perform, w.perform_safely):  # whatever became of the first, once
            send(lambda session: inventory.take_back(session, holder, place_id=place_id, actor=w.staff[0]))
        gone = select(Reservation.id).where(
            Reservation.holder == holder, Reservation.status == ReservationStatus.CONSUMED
        )
        if db.session.scalars(gone).first() is not None:
            w.came_back.add(holder)
            w.orders.remove(holder)
