"""What people do in the galleries of ``gallery_world.py`` with goods that leave, move, are counted or blocked."""

from datetime import timedelta

from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.consignment.models import OwnerReturn, Transfer, WriteOff
from gallery.consignment.services import returns, transfers, write_offs
from gallery.consignment.services.transfers import Counted
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import MissingAs, OwnerReturnStatus, TransferStatus, WriteOffStatus
from gallery.core.db import db
from gallery.inventory import services as inventory
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.states import LotBlock, MovementReason
from gallery.stocktake import services as stocktake
from gallery.stocktake.errors import UnsettledLinesError
from gallery.stocktake.models import Stocktake, StocktakeCount, StocktakeLine
from gallery.stocktake.states import VARIANCE_REASONS, StocktakeStatus, Trouble
from tests.inventory.gallery_world import World

LOSSES = (MovementReason.DAMAGED, MovementReason.EXPIRED, MovementReason.RECALLED)


def prepare_return(w: World) -> None:
    """Free pieces of one owner are put aside for it."""
    chosen = _some_pieces(w)
    if chosen is None:
        return
    place_id, business_id, pieces = chosen
    key = w.key()
    w.perform(
        lambda session: (
            returns.prepare_return(session, place_id, business_id, pieces, request_key=key, actor=w.staff[0]).id
        )
    )


def end_return(w: World) -> None:
    """The owner fetches the pieces, or they go back on sale."""
    row = w.some(select(OwnerReturn.id).where(OwnerReturn.status == OwnerReturnStatus.PREPARED), OwnerReturn.id)
    if row is None:
        return
    if w.random.random() < 0.7:
        w.perform(lambda session: returns.hand_over_return(session, row, collected_by="Bu Uji", actor=w.staff[0]).id)
    else:
        w.perform(lambda session: returns.cancel_return(session, row, actor=w.staff[0]).id)


def prepare_write_off(w: World) -> None:
    """Damaged pieces are put aside until a second person has seen them."""
    chosen = _some_pieces(w)
    if chosen is None:
        return
    place_id, business_id, pieces = chosen
    losses, key = [Loss(item, count, w.random.choice(LOSSES)) for item, count in pieces.items()], w.key()
    w.perform(
        lambda session: (
            write_offs.prepare_write_off(session, place_id, business_id, losses, request_key=key, actor=w.staff[0]).id
        )
    )


def end_write_off(w: World) -> None:
    """Who prepared it can not approve it; the manager approves or refuses."""
    row = w.some(select(WriteOff.id).where(WriteOff.status == WriteOffStatus.WAITING), WriteOff.id)
    if row is None:
        return
    if w.random.random() < 0.3:
        w.perform(lambda session: write_offs.approve_write_off(session, row, actor=w.staff[0]).id)
        waiting = db.session.get_one(WriteOff, row, populate_existing=True)
        assert waiting.status is WriteOffStatus.WAITING, "one person wrote pieces off"
    elif w.random.random() < 0.8:
        w.perform(lambda session: write_offs.approve_write_off(session, row, actor=w.manager).id)
    else:
        w.perform(lambda session: write_offs.refuse_write_off(session, row, note="Masih baik", actor=w.manager).id)


def draft_transfer(w: World) -> None:
    from_id, to_id = w.random.sample(list(w.places), 2)
    pieces = {}
    for _ in range(w.random.randint(1, 3)):
        item_id = w.some_item(from_id)
        if item_id is not None:
            pieces[item_id] = w.random.randint(1, 4)
    key = w.key()
    w.perform(
        lambda session: transfers.draft_transfer(session, from_id, to_id, pieces, request_key=key, actor=w.staff[0]).id
    )


def move_transfer(w: World) -> None:
    """A draft is sent or given up; what is on the way arrives, is lost, or went back."""
    row = w.some(
        select(Transfer.id).where(Transfer.status.in_([TransferStatus.DRAFT, TransferStatus.SENT])), Transfer.id
    )
    if row is None:
        return
    transfer = db.session.get_one(Transfer, row, populate_existing=True)
    if transfer.status is TransferStatus.SENT:
        counted = {line.id: _arrived(w, line.pieces) for line in transfer.lines}
        w.perform(lambda session: transfers.receive_transfer(session, row, counted, actor=w.staff[1]).id)
    elif w.random.random() < 0.8:
        w.perform(lambda session: transfers.send_transfer(session, row, carried_by="KMP Uji", actor=w.staff[0]).id)
    else:
        w.perform(lambda session: transfers.cancel_transfer(session, row, actor=w.staff[0]).id)


def _arrived(w: World, sent: int) -> Counted:
    pieces = sent if w.random.random() < 0.6 else w.random.randint(0, sent)
    if pieces == sent:
        return Counted(pieces)
    return Counted(pieces, w.random.choice(list(MissingAs)), "Peti rusak")


def _some_pieces(w: World) -> tuple[int, int, dict[int, int]] | None:
    """Choose a place, an owner, and pieces of one or two of its rows there; now and then more than are free."""
    place_id = w.random.choice(list(w.places))
    first = w.some_item(place_id)
    if first is None:
        return None
    business_id = db.session.scalars(select(Lot.business_id).join(StockItem).where(StockItem.id == first)).one()
    mine = select(StockItem.id).join(Lot, Lot.id == StockItem.lot_id)
    mine = mine.where(StockItem.place_id == place_id, Lot.business_id == business_id, StockItem.on_hand > 0)
    items = {first, w.some(mine, StockItem.id)}
    return place_id, business_id, {item: w.random.randint(1, max(1, w.free(item)) + 1) for item in items if item}


def open_stocktake(w: World) -> None:
    is_running = select(Stocktake.id).where(Stocktake.status.in_([StocktakeStatus.COUNTING, StocktakeStatus.REVIEWING]))
    if w.some(is_running, Stocktake.id) is not None and w.random.random() < 0.7:
        return
    place_id = w.random.choice(list(w.places))
    given = w.random.choice([{}, {"shelf": "A1"}, {"business_id": w.random.choice(w.goods).business_id}])
    w.perform(lambda session: stocktake.open_stocktake(session, place_id, actor=w.staff[0], **given).id)


def count_shelf(w: World) -> None:
    """Two people scan what they see; mostly they are right."""
    row = w.some(select(Stocktake.id).where(Stocktake.status == StocktakeStatus.COUNTING), Stocktake.id)
    if row is None:
        return
    running = (StocktakeCount.line_id == StocktakeLine.id, StocktakeCount.round == StocktakeLine.round)
    is_counted = select(StocktakeCount.id).where(*running).correlate(StocktakeLine).exists()
    lines = db.session.execute(
        select(StocktakeLine.stock_item_id, StockItem.on_hand)
        .join(StockItem, StockItem.id == StocktakeLine.stock_item_id)
        .where(StocktakeLine.stocktake_id == row, ~is_counted)
        .order_by(StocktakeLine.id)
    ).all()
    for item_id, on_hand in lines:
        if w.random.random() < 0.9:
            pieces = max(0, on_hand + w.random.choice([0, 0, 0, 0, -1, 1]))
            key, actor = w.key(), w.random.choice(w.staff)
            w.perform(
                lambda s, i=item_id, p=pieces, k=key, a=actor: (
                    stocktake.count_pieces(s, row, i, p, client_key=k, actor=a).id
                )
            )
    if w.random.random() < 0.2:
        variant, key = w.random.choice(w.variants), w.key()
        w.perform(
            lambda session: (
                stocktake.enter_found(session, row, variant, 2, note="Di gudang", client_key=key, actor=w.staff[1]).id
            )
        )
    w.perform(lambda session: stocktake.close_count(session, row, actor=w.staff[0]).id)


def end_stocktake(w: World) -> None:
    """Counters can not approve; the manager explains, leaves alone or has counted again what is not settled."""
    row = w.some(select(Stocktake.id).where(Stocktake.status == StocktakeStatus.REVIEWING), Stocktake.id)
    if row is None:
        return
    if w.random.random() < 0.1:
        w.perform(lambda session: stocktake.cancel_stocktake(session, row, actor=w.manager).id)
        return
    if w.random.random() < 0.2:
        _approve(w, row, w.staff[0])
        assert db.session.get_one(Stocktake, row).status is StocktakeStatus.REVIEWING, "a counter approved"
    _approve(w, row, w.manager)
    if not isinstance(w.last_refusal, UnsettledLinesError):
        return
    again = []
    for line, trouble in w.last_refusal.lines.items():
        if trouble in (Trouble.MOVED_WHILE_COUNTED, Trouble.CORRECTED_SINCE) and w.random.random() < 0.5:
            again.append(line)
            continue
        given = {"reason": w.random.choice(VARIANCE_REASONS), "note": "Dihitung dua kali"}
        if trouble is not Trouble.NO_REASON:
            given = {"reason": None, "deferred": True}
        w.perform(lambda s, n=line, g=given: stocktake.explain_line(s, row, n, actor=w.manager, **g).id)
    if again:
        w.perform(lambda session: stocktake.recount_lines(session, row, again, actor=w.manager).id)
    else:
        _approve(w, row, w.manager)


def _approve(w: World, row: int, actor: Actor) -> None:
    connected = not any(desk.queue for desk in w.desks)
    w.perform(lambda session: stocktake.approve_stocktake(session, row, tills_connected=connected, actor=actor).id)
    db.session.rollback()


def block(w: World) -> None:
    """A lot is recalled or looks bad: it is sold nowhere from now on."""
    item_id = w.some_item(w.random.choice(list(w.places)))
    if item_id is None:
        return
    lot_id, reason = db.session.get_one(StockItem, item_id).lot_id, w.random.choice(list(LotBlock))
    w.doubtful.update(db.session.scalars(select(StockItem.id).where(StockItem.lot_id == lot_id)))
    w.perform(lambda session: len(inventory.block_lot(session, lot_id, reason=reason, note="Uji", actor=w.manager)))


def unblock(w: World) -> None:
    lot_id = w.some(select(Lot.id).where(Lot.blocked_as.is_not(None)), Lot.id)
    if lot_id is not None:
        w.perform(lambda session: inventory.unblock_lot(session, lot_id, actor=w.manager))


def tidy_up(w: World) -> None:
    """The nightly jobs: holds that ran out, and holds on lots that ran out."""
    w.perform(inventory.release_expired)
    place_id = w.random.choice(list(w.places))
    w.doubtful.update(db.session.scalars(select(StockItem.id).where(StockItem.place_id == place_id)))
    w.perform(lambda session: len(inventory.reseat_unsellable(session, place_id)))


def time_passes(w: World) -> None:
    w.now += timedelta(hours=w.random.randint(1, 30))
