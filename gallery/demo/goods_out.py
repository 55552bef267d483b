"""Goods that leave the galleries: returns, a loss that waits, transfers, a recalled lot, dates that end, requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.catalog.states import ProductStatus
from gallery.consignment.models import OwnerReturn, Transfer
from gallery.consignment.services import prices, replenish, returns, transfers, write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.demo import accounts
from gallery.demo.consignment import PGK, STAFF, TJP
from gallery.demo.foundation import place_of_gallery
from gallery.demo.history import Action
from gallery.demo.world import World
from gallery.inventory import services as inventory
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.states import LotBlock, MovementReason

ENOUGH: Final = 5
CHEAPEST: Final = 10_000
ENDING: Final = ((-2, 3), (4, 6), (11, 5), (25, 8))
"""Days until the date, and pieces, of the lots for the expiry board."""


def plan(world: World) -> None:
    """Put everything on the agenda; the goods came weeks before."""
    at = world.agenda.at
    at(world.ago(6, 9), _prepare_return(PGK, 0, "demo-return-1", "Kurang laku, diganti stok baru"))
    at(world.ago(5, 14), _hand_over("demo-return-1", "Ibu Rohani"))
    at(world.ago(1, 10), _prepare_return(PGK, 9, "demo-return-2", "Mendekati tanggal kedaluwarsa"))
    at(world.ago(9, 9), _draft_transfer(PGK, TJP, 3, "demo-transfer-1"))
    at(world.ago(9, 11), _send_transfer("demo-transfer-1", "KM Express Bahari, Pak Rudi"))
    at(world.ago(7, 15), _receive_transfer("demo-transfer-1"))
    at(world.ago(1, 13), _draft_transfer(PGK, TJP, 12, "demo-transfer-2"))
    at(world.ago(1, 14), _send_transfer("demo-transfer-2", "KM Express Bahari, Pak Rudi"))
    at(world.ago(1, 16), _draft_transfer(PGK, TJP, 21, "demo-transfer-3"))
    at(world.ago(3, 10), _lose(PGK, 6))
    at(world.ago(2, 11), _recall(TJP, 5))
    at(world.ago(2, 9), _arrive_ending(PGK))
    at(world.ago(1, 9), _ask_for_more(PGK, 15, 12))
    at(world.ago(1, 15), _propose_cut(PGK, 18))


def _owned(session: Session, code: str, skip: int) -> Sequence[StockItem]:
    """Rows of one owner in the gallery that nobody holds; ``skip`` chooses which owner."""
    place = place_of_gallery(session, code)
    rows = (
        select(StockItem)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(
            StockItem.place_id == place.id,
            StockItem.reserved == 0,
            StockItem.on_hand >= ENOUGH,
            Lot.blocked_as.is_(None),
        )
        .order_by(StockItem.id)
    )
    found = session.scalars(rows).all()
    first = found[skip * 2 % len(found)]
    return [row for row in found if row.lot.business_id == first.lot.business_id][:2]


def _prepare_return(code: str, skip: int, key: str, note: str) -> Action:
    def prepare(session: Session) -> None:
        rows = _owned(session, code, skip)
        returns.prepare_return(
            session,
            rows[0].place_id,
            rows[0].lot.business_id,
            {row.id: 2 for row in rows},
            note=note,
            request_key=key,
            actor=accounts.actor(session, STAFF[code]),
        )

    return prepare


def _hand_over(key: str, who: str) -> Action:
    def hand_over(session: Session) -> None:
        row_id = session.scalars(select(OwnerReturn.id).where(OwnerReturn.request_key == key)).one()
        returns.hand_over_return(session, row_id, collected_by=who, actor=accounts.actor(session, STAFF[PGK]))

    return hand_over


def _draft_transfer(code: str, to: str, skip: int, key: str) -> Action:
    def draft(session: Session) -> None:
        rows = _owned(session, code, skip)
        transfers.draft_transfer(
            session,
            rows[0].place_id,
            place_of_gallery(session, to).id,
            {row.id: 3 for row in rows},
            note="Untuk pameran di Tanjungpandan",
            request_key=key,
            actor=accounts.actor(session, STAFF[code]),
        )

    return draft


def _send_transfer(key: str, who: str) -> Action:
    def send(session: Session) -> None:
        row_id = session.scalars(select(Transfer.id).where(Transfer.request_key == key)).one()
        transfers.send_transfer(session, row_id, carried_by=who, actor=accounts.actor(session, STAFF[PGK]))

    return send


def _receive_transfer(key: str) -> Action:
    def receive(session: Session) -> None:
        row = session.scalars(select(Transfer).where(Transfer.request_key == key)).one()
        counted = {line.id: transfers.Counted(line.pieces) for line in row.lines}
        transfers.receive_transfer(session, row.id, counted, actor=accounts.actor(session, STAFF[TJP]))

    return receive


def _lose(code: str, skip: int) -> Action:
    def lose(session: Session) -> None:
        row = _owned(session, code, skip)[0]
        write_offs.prepare_write_off(
            session,
            row.place_id,
            row.lot.business_id,
            [Loss(row.id, 2, MovementReason.DAMAGED)],
            note="Kemasan sobek saat rak dipindah. Disisihkan di gudang, difoto.",
            request_key="demo-loss-1",
            actor=accounts.actor(session, STAFF[code]),
        )

    return lose


def _recall(code: str, skip: int) -> Action:
    def recall(session: Session) -> None:
        row = _owned(session, code, skip)[0]
        actor = accounts.actor(session, STAFF[code])
        note = "Pemilik melapor segel kemasan lot ini bocor"
        inventory.block_lot(session, row.lot_id, reason=LotBlock.RECALLED, note=note, actor=actor)

    return recall


def _arrive_ending(code: str) -> Action:
    """A few lots of goods that keep for a while, whose dates end about now."""

    def arrive(session: Session) -> None:
        place = place_of_gallery(session, code)
        variants = session.scalars(_on_sale().offset(20).limit(len(ENDING))).all()
        for variant, (days, pieces) in zip(variants, ENDING, strict=True):
            ends = clock.today() + timedelta(days=days + 2)
            inventory.receive(
                session,
                variant.id,
                place.id,
                pieces,
                expires_on=ends,
                lot_code=f"{ends:%y%m}A",
                shelf="B2",
                request_key=f"demo-ending:{variant.id}",
                actor=accounts.actor(session, STAFF[code]),
            )

    return arrive


def _ask_for_more(code: str, skip: int, pieces: int) -> Action:
    def ask(session: Session) -> None:
        gallery_id = place_of_gallery(session, code).gallery_id
        actor = accounts.actor(session, STAFF[code])
        for number, variant in enumerate(session.scalars(_on_sale().offset(skip).limit(2)).all()):
            row = replenish.ask_goods(
                session, gallery_id or 0, variant.id, pieces, note="Laris sepekan ini", actor=actor
            )
            if number:
                answer = f"Siap, {pieces} diantar hari Kamis."
                replenish.answer_goods(session, row.id, answer=answer, actor=Actor.system())

    return ask


def _propose_cut(code: str, skip: int) -> Action:
    def propose(session: Session) -> None:
        variant = session.scalars(_on_sale().offset(skip).limit(1)).one()
        prices.ask_price(
            session,
            variant.id,
            Rupiah(variant.price_idr * 8 // 10 // 500 * 500),
            wanted_from=clock.today() + timedelta(days=2),
            rise_days=7,
            note="Tinggal dua pekan sebelum kedaluwarsa",
            proposed_by_gallery=place_of_gallery(session, code).gallery_id,
            actor=accounts.actor(session, STAFF[code]),
        )

    return propose


def _on_sale() -> Select[Variant]:
    rows = select(Variant).join(Product, Product.id == Variant.product_id)
    return rows.where(Product.status == ProductStatus.ON_SALE, Variant.price_idr >= CHEAPEST).order_by(Variant.id)
