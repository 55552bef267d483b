"""An owner with an account: its own notes and receipt, a return to fetch, a loss with minutes, a price, a request."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, Variant
from gallery.consignment import services
from gallery.consignment.models import ConsignmentNote, WriteOff
from gallery.consignment.queries import receiving as queries
from gallery.consignment.services import Count, LineFacts, NoteFacts, NoteLineFacts, prices, replenish, returns
from gallery.consignment.services import write_offs as losses
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.demo import accounts
from gallery.demo.foundation import place_of_gallery
from gallery.demo.world import World
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.states import MovementReason

OWNER: Final = "kemplang"
CODE, STAFF, MANAGER = "PGK", "staf.pgk", "galeri.pgk"
SHELF_LIFE: Final = 88
PIECES: Final = 12
LOSS: Final = "demo-own-loss"


def plan(world: World) -> None:
    """Put all on the agenda, one after the other as the days went."""
    at = world.agenda.at
    at(world.ago(20, 8), _bring)
    at(world.ago(19, 10), _receive)
    at(world.ago(4, 10), _lose)
    at(world.ago(4, 15), _approve)
    at(world.ago(2, 14), _give_back)
    at(world.ago(1, 10), _ask_for_more)
    at(world.ago(1, 16), _ask_price)
    at(world.ago(0.4), _prepare)


def _business_id(session: Session) -> int:
    (found,) = accounts.actor(session, OWNER).scope("consignment.view").businesses
    return found


def _variants(session: Session) -> Sequence[Variant]:
    own = select(Variant).join(Product).where(Product.business_id == _business_id(session), Variant.is_active)
    return session.scalars(own.order_by(Variant.id).limit(2)).all()


def _bring(session: Session) -> None:
    owner, gallery_id = accounts.actor(session, OWNER), place_of_gallery(session, CODE).gallery_id or 0
    facts = NoteFacts(gallery_id, business_id=_business_id(session), brought_by="Diantar sendiri")
    note = services.create_note(session, facts, actor=owner)
    made = clock.today() - timedelta(days=2)
    for variant in _variants(session):
        line = NoteLineFacts(variant.id, PIECES, f"{made:%y%m%d}", made + timedelta(days=SHELF_LIFE))
        services.add_note_line(session, note.id, line, actor=owner)
    services.send_note(session, note.id, actor=owner)


def _prepare(session: Session) -> None:
    """The next note is begun and not sent yet."""
    owner, gallery_id = accounts.actor(session, OWNER), place_of_gallery(session, CODE).gallery_id or 0
    facts = NoteFacts(gallery_id, business_id=_business_id(session), remark="Untuk akhir pekan")
    note = services.create_note(session, facts, actor=owner)
    made = clock.today() - timedelta(days=1)
    first = _variants(session)[0]
    line = NoteLineFacts(first.id, PIECES // 2, f"{made:%y%m%d}", made + timedelta(days=SHELF_LIFE))
    services.add_note_line(session, note.id, line, actor=owner)


def _receive(session: Session) -> None:
    """Staff count; the manager takes dates that are shorter than agreed, since these goods sell within weeks."""
    staff, manager = accounts.actor(session, STAFF), accounts.actor(session, MANAGER)
    note = session.scalars(select(ConsignmentNote).where(ConsignmentNote.business_id == _business_id(session))).one()
    opened = services.open_receiving(session, note.gallery_id, note_id=note.id, actor=staff)
    for number, one in enumerate(queries.counted_lines(session, opened)):
        line = one.line
        known = LineFacts(line.lot_code, line.expires_on, f"A{1 + number}")
        services.describe_line(session, opened.id, line.public_id, known, actor=staff)
        services.accept_short_life(session, opened.id, line.public_id, "Laris, habis dalam sebulan", actor=manager)
        count = Count(f"demo:own:{number}", line.expected)
        services.count_line(session, opened.id, line.public_id, count, actor=staff)
    services.finish_receiving(session, opened.id, brought_by="Pemilik usaha", actor=staff)


def _goods(session: Session) -> StockItem:
    """The own row with the most pieces that nobody holds."""
    rows = (
        select(StockItem)
        .join(Lot)
        .where(
            Lot.business_id == _business_id(session),
            Lot.intake != "",
            StockItem.place_id == place_of_gallery(session, CODE).id,
        )
    )
    return session.scalars(rows.order_by((StockItem.on_hand - StockItem.reserved).desc(), StockItem.id)).all()[0]


def _lose(session: Session) -> None:
    row = _goods(session)
    losses.prepare_write_off(
        session,
        row.place_id,
        row.lot.business_id,
        [losses.Loss(row.id, 1, MovementReason.DAMAGED)],
        note="Kemasan sobek saat ditata di rak",
        request_key=LOSS,
        actor=accounts.actor(session, STAFF),
    )


def _approve(session: Session) -> None:
    loss_id = session.scalars(select(WriteOff.id).where(WriteOff.request_key == LOSS)).one()
    losses.approve_write_off(session, loss_id, note="Sesuai barang", actor=accounts.actor(session, MANAGER))


def _give_back(session: Session) -> None:
    row = _goods(session)
    returns.prepare_return(
        session,
        row.place_id,
        row.lot.business_id,
        {row.id: 3},
        note="Diganti kemasan baru",
        request_key="demo-own-return",
        actor=accounts.actor(session, STAFF),
    )


def _ask_for_more(session: Session) -> None:
    gallery_id = place_of_gallery(session, CODE).gallery_id or 0
    staff, variant = accounts.actor(session, STAFF), _variants(session)[0]
    replenish.ask_goods(session, gallery_id, variant.id, PIECES, note="Untuk akhir pekan", actor=staff)


def _ask_price(session: Session) -> None:
    variant = _variants(session)[0]
    prices.ask_price(
        session,
        variant.id,
        Rupiah(variant.price_idr + 2_000),
        wanted_from=clock.today() + timedelta(days=14),
        rise_days=7,
        note="Harga ikan naik",
        actor=accounts.actor(session, OWNER),
    )
