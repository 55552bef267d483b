"""Consigned goods: terms, notes in each state, an unpacking in the middle, receipts for part of what lies there."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.states import ProductStatus
from gallery.consignment import services
from gallery.consignment.models import ConsignmentNote
from gallery.consignment.queries import TermsFacts
from gallery.consignment.queries import receiving as queries
from gallery.consignment.services import Count, LineFacts, NoteFacts, NoteLineFacts
from gallery.consignment.states import PaymentPeriod, RejectedAs
from gallery.core import clock
from gallery.core.money import BasisPoints
from gallery.demo import accounts
from gallery.demo.foundation import place_of_gallery
from gallery.demo.history import Action
from gallery.demo.world import World

PGK, TJP = "PGK", "TJP"
BANGKA, BELITUNG, BANGKA_TENGAH = "19.01", "19.02", "19.04"
STAFF: Final = {PGK: "staf.pgk", TJP: "staf.tjp"}
LONG_ENOUGH: Final = 122
"""Days of shelf life from which fresh goods always leave what the usual terms ask for."""


def plan(world: World) -> None:
    """Put all on the agenda: terms first, then what is brought under them."""
    at = world.agenda.at
    at(world.ago(80, 9), _agree)
    at(world.ago(24, 9), _write("bangka", BANGKA, PGK, 10, "a"))
    at(world.ago(23, 10), _receive("a", "bangka", reject=2))
    at(world.ago(17, 9), _write("belitung", BELITUNG, TJP, 8, "b"))
    at(world.ago(16, 11), _receive("b", "belitung"))
    at(world.ago(8, 9), _write("pendamping", BANGKA_TENGAH, PGK, 8, "c"))
    at(world.ago(7, 10), _receive("c", "pendamping", lines=5))
    at(world.ago(4, 9), _write("belitung", BELITUNG, TJP, 4, "x", then="cancel"))
    at(world.ago(1, 9), _write("bangka", BANGKA, PGK, 12, "d"))
    at(world.ago(1, 15), _write("belitung", BELITUNG, TJP, 6, "e"))
    at(world.ago(0.5), _write("bangka", BANGKA, PGK, 5, "f", then=""))
    at(world.now - timedelta(minutes=25), _receive("d", "bangka", lines=7, finish=False))


def _agree(session: Session) -> None:
    """The usual terms in Pangkalpinang, half the commission in Tanjungpandan."""
    manager = accounts.actor(session, "galeri.pgk")
    pgk, tjp = (place_of_gallery(session, code).gallery_id or 0 for code in (PGK, TJP))
    services.agree_terms(session, pgk, None, clock.today(), TermsFacts(note="Keputusan kepala dinas"), actor=manager)
    low = TermsFacts(commission_bps=BasisPoints(500), payment_period=PaymentPeriod.TWICE_MONTHLY)
    services.agree_terms(session, tjp, None, clock.today(), low, actor=accounts.actor(session, "galeri.tjp"))


def _write(login: str, district: str, code: str, lines: int, mark: str, then: str = "send") -> Action:
    def write(session: Session) -> None:
        officer = accounts.actor(session, login)
        gallery_id = place_of_gallery(session, code).gallery_id or 0
        facts = NoteFacts(gallery_id, district, brought_by="Mobil dinas, Pak Suhardi", remark=f"Titipan rutin {mark}")
        note = services.create_note(session, facts, actor=officer)
        for number, (variant_id, life) in enumerate(_variants(session, district, lines)):
            expires_on = clock.today() + timedelta(days=life - 3) if life else None
            code_ = f"{clock.today() - timedelta(days=3):%y%m%d}"
            line = NoteLineFacts(variant_id, 4 + number % 5 * 2, code_, expires_on)
            services.add_note_line(session, note.id, line, actor=officer)
        if then == "":
            return
        services.send_note(session, note.id, actor=officer)
        if then == "cancel":
            services.cancel_note(session, note.id, actor=officer)

    return write


def _receive(mark: str, login: str, *, lines: int = 100, reject: int = 0, finish: bool = True) -> Action:
    """Staff count the first lines; of the first some pieces are damaged."""

    def receive(session: Session) -> None:
        note = _note(session, mark)
        place = place_of_gallery(session, PGK)
        staff = accounts.actor(session, STAFF[PGK] if note.gallery_id == place.gallery_id else STAFF[TJP])
        opened = services.open_receiving(session, note.gallery_id, note_id=note.id, actor=staff)
        for number, one in enumerate(queries.counted_lines(session, opened)[:lines]):
            line, bad = one.line, reject if number == 0 else 0
            known = LineFacts(line.lot_code, line.expires_on, f"{'ABC'[number % 3]}{1 + number % 4}")
            services.describe_line(session, opened.id, line.public_id, known, actor=staff)
            good = Count(f"demo:{mark}:{number}", line.expected - bad)
            services.count_line(session, opened.id, line.public_id, good, actor=staff)
            if bad:
                broken = Count(f"demo:{mark}:{number}:x", bad, RejectedAs.BROKEN, "Kemasan penyok")
                services.count_line(session, opened.id, line.public_id, broken, actor=staff)
        if finish:
            services.finish_receiving(session, opened.id, brought_by=f"Petugas {login}", actor=staff)

    return receive


def _note(session: Session, mark: str) -> ConsignmentNote:
    return session.scalars(select(ConsignmentNote).where(ConsignmentNote.remark == f"Titipan rutin {mark}")).one()


def _variants(session: Session, district: str, most: int) -> list[tuple[int, int | None]]:
    """Variants of published goods of the district that keep long, with their shelf life; one of each product."""
    rows = session.execute(
        select(Product.id, Variant.id, ProductRevision.shelf_life_days)
        .join(Variant, Variant.product_id == Product.id)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .where(Product.district_code == district, Product.status == ProductStatus.ON_SALE, Variant.is_active)
        .order_by(Product.id, Variant.position)
    )
    found: dict[int, tuple[int, int | None]] = {}
    for product_id, variant_id, life in rows:
        if life is None or life >= LONG_ENOUGH:
            found.setdefault(product_id, (variant_id, life))
    return list(found.values())[:most]
