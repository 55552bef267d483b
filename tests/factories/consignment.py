"""Builders of consigned goods: notes, unpackings, receipts."""

from datetime import date, timedelta
from itertools import count

from gallery.accounts.permissions import Actor
from gallery.consignment import services
from gallery.consignment.models import ConsignmentNote, Receipt, Receiving
from gallery.consignment.services import Count, LineFacts, NoteFacts, NoteLineFacts
from gallery.core import clock
from gallery.core.db import transaction
from tests.factories.inventory import Goods, make_gallery_place, make_goods

_n = count(1)
SYSTEM = Actor.system()


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def key() -> str:
    return f"key-{next(_n):08}"


def make_note(
    *lines: tuple[Goods, int],
    gallery_id: int | None = None,
    district_code: str | None = None,
    sent: bool = True,
    expires_on: date | None = None,
) -> ConsignmentNote:
    """A note of these goods; of the first one's enterprise unless a district sends it."""
    lines = lines or ((make_goods(), 10),)
    gallery_id = gallery_id or make_gallery_place().gallery_id
    business_id = None if district_code else lines[0][0].business_id
    with transaction() as session:
        facts = NoteFacts(gallery_id, district_code, business_id, brought_by="Pak Contoh")
        note = services.create_note(session, facts, actor=SYSTEM)
        for goods, pieces in lines:
            line = NoteLineFacts(goods.variant_id, pieces, "L1", expires_on or in_days(365))
            services.add_note_line(session, note.id, line, actor=SYSTEM)
        if sent:
            services.send_note(session, note.id, actor=SYSTEM)
    return note


def make_receiving(note: ConsignmentNote | None = None, *, gallery_id: int | None = None) -> Receiving:
    with transaction() as session:
        place = note.gallery_id if note else gallery_id
        return services.open_receiving(session, place, note_id=note.id if note else None, actor=SYSTEM)


def scan(receiving_id: int, goods: Goods, pieces: int = 1, *, scan_key: str | None = None, **given) -> str:
    """Count pieces of the goods; returns the line's public id."""
    with transaction() as session:
        scanned = Count(scan_key or key(), pieces, **given)
        return services.count_variant(session, receiving_id, goods.variant_id, scanned, actor=SYSTEM).public_id


def describe(receiving_id: int, line: str, **given) -> None:
    with transaction() as session:
        services.describe_line(session, receiving_id, line, LineFacts(**given), actor=SYSTEM)


def finish(receiving_id: int, actor: Actor = SYSTEM) -> list[Receipt]:
    with transaction() as session:
        return services.finish_receiving(session, receiving_id, actor=actor)


def make_receipt(
    goods: Goods | None = None, pieces: int = 10, *, gallery_id: int | None = None, days: int = 365
) -> Receipt:
    """Goods without a note, received at the gallery."""
    goods = goods or make_goods()
    receiving = make_receiving(gallery_id=gallery_id or make_gallery_place().gallery_id)
    line = scan(receiving.id, goods, pieces)
    describe(receiving.id, line, expires_on=in_days(days), lot_code="L1", shelf="A1")
    return finish(receiving.id)[0]
