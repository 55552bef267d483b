"""The counter in Pangkalpinang: yesterday's shift from opening to closing, today's still open."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.counter import queries, services
from gallery.counter.models import Shift, Till
from gallery.counter.services import Back, Payment
from gallery.counter.states import CashReason, RefundMethod, ReturnReason, ShiftStatus
from gallery.demo import accounts
from gallery.demo.foundation import place_of_gallery
from gallery.demo.history import Action
from gallery.demo.world import World
from gallery.inventory.codes import variant_code

GALLERY: Final = "PGK"
MANAGER, CASHIER = "galeri.pgk", "staf.pgk"
OPENING_IDR: Final = 300_000
# (minutes after opening, pieces of the next articles, how it is paid)
SALES: Final = (
    (9, (1,), "exact"),
    (25, (2, 1), "cash"),
    (48, (1, 1, 1), "qris"),
    (70, (3,), "cash"),
    (95, (1, 2), "mixed"),
    (131, (2,), "exact"),
    (160, (1, 1), "qris"),
    (205, (4,), "cash"),
    (233, (1,), "exact"),
    (262, (2, 2), "cash"),
    (310, (1,), "qris"),
    (341, (1, 1, 2), "cash"),
)
TODAY: Final = SALES[:3]
NOTE_IDR: Final = 50_000


def plan(world: World) -> None:
    """Put yesterday's and today's shift on the agenda."""
    opened = world.ago(1, 8.1)
    world.agenda.at(opened, _open)
    for number, (minutes, pieces, way) in enumerate(SALES):
        world.agenda.at(opened + timedelta(minutes=minutes), _sale(number, pieces, way))
    world.agenda.at(opened + timedelta(minutes=240), _bank)
    world.agenda.at(opened + timedelta(minutes=355), _return)
    world.agenda.at(opened + timedelta(minutes=480), _close)
    again = _this_morning(world, opened)
    world.agenda.at(again, _open)
    for number, (minutes, pieces, way) in enumerate(TODAY):
        world.agenda.at(again + timedelta(minutes=minutes), _sale(20 + number, pieces, way))


def _this_morning(world: World, yesterday: datetime) -> datetime:
    """Return when today's shift opens: at eight, or an hour ago where it is earlier than that."""
    return max(min(world.ago(0, 8.05), world.now - timedelta(minutes=60)), yesterday + timedelta(minutes=500))


def _open(session: Session) -> None:
    place = place_of_gallery(session, GALLERY)
    till, _spare = (
        services.add_till(session, place.id, name, actor=accounts.actor(session, MANAGER))
        for name in ("Kasir 1", "Kasir 2")
    )
    services.open_shift(session, till.id, opening_cash_idr=OPENING_IDR, actor=accounts.actor(session, CASHIER))


def _shift(session: Session) -> Shift:
    place = place_of_gallery(session, GALLERY)
    rows = select(Shift).join(Till).where(Till.place_id == place.id, Shift.status == ShiftStatus.OPEN)
    return session.scalars(rows).one()


def _sale(number: int, pieces: tuple[int, ...], way: str) -> Action:
    def sell(session: Session) -> None:
        shift = _shift(session)
        place_id = shift.till.place_id
        variants = queries.variants_here(session, place_id)
        lots = queries.lots_here(session, place_id, variants)
        plenty = [lot.variant_id for lot in lots if lot.why_not is None and lot.can_sell > max(pieces) + 3]
        chosen = [plenty[(number * 7 + place * 3) % len(plenty)] for place in range(len(pieces))]
        for variant_id, count in zip(chosen, pieces, strict=True):
            services.enter(session, shift.id, f"{count}*{variant_code(variant_id)}")
        total = services.subtotal(shift)
        actor = accounts.actor(session, CASHIER)
        services.complete_sale(session, shift.id, shift.sale_key, _payment(total, way), total_idr=total, actor=actor)

    return sell


def _payment(total: int, way: str) -> Payment:
    if way == "qris":
        return Payment(qris_idr=total, qris_reference=f"QR{total % 9973:06d}")
    if way == "mixed":
        part = total // 2 // 1_000 * 1_000
        return Payment(qris_idr=part, qris_reference=f"QR{total % 9973:06d}")
    return Payment(None if way == "exact" else -(-total // NOTE_IDR) * NOTE_IDR)


def _bank(session: Session) -> None:
    services.move_cash(
        session,
        _shift(session).id,
        -100_000,
        reason=CashReason.BANK_DEPOSIT,
        note="Setor ke rekening galeri",
        request_key="demo:bank",
        actor=accounts.actor(session, CASHIER),
    )


def _return(session: Session) -> None:
    shift = _shift(session)
    sale = queries.sales_of_shift(session, shift.id)[-2]
    services.return_sale(
        session,
        sale.id,
        shift.id,
        {sale.lines[0].id: Back(1, is_damaged=True)},
        reason=ReturnReason.DAMAGED,
        note="Kemasan sobek",
        refund_method=RefundMethod.CASH,
        request_key="demo:return",
        actor=accounts.actor(session, CASHIER),
    )


def _close(session: Session) -> None:
    shift = _shift(session)
    counted = queries.shift_sums(session, shift).cash_idr - 2_000
    services.close_shift(
        session,
        shift.id,
        counted_idr=counted,
        note="Kembalian receh kurang",
        actor=accounts.actor(session, CASHIER),
    )
