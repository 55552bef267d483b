"""What the province keeps about online couriers: where they go, a statement with a doubt or two, a strange notice."""

import hashlib
import json
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery import services as delivery
from gallery.delivery.models import CourierBooking, CourierNotice
from gallery.delivery.services import Received, coverage_sheet, statements
from gallery.delivery.services.coverage_sheet import CoverageFacts
from gallery.delivery.services.statements import Charge, StatementSheet
from gallery.delivery.states import Courier, NoticeOutcome
from gallery.demo.world import World
from gallery.regions.models import Region, RegionLevel

NAME: Final = "contoh-tagihan-biteship.xlsx"
GOJEK: Final = "biteship:gojek.instant"
TOWNS: Final = {"19.71": "Bangka", "19.02.01": "Belitung"}
"""Where Gojek rides, by the newspapers of 2018 and 2020: the city of Pangkalpinang, and Tanjungpandan."""
RAISED: Final = Rupiah(4_000)
SYSTEM: Final = Actor.system()


def plan(world: World) -> None:
    """Do it at the end, when the parcels of the demo are on their way."""
    world.agenda.at(world.now - timedelta(seconds=60), _tell_coverage)
    world.agenda.at(world.now - timedelta(seconds=50), _read_statement)
    world.agenda.at(world.now - timedelta(seconds=40), lambda session: _keep_notice(session, world))


def _tell_coverage(session: Session) -> None:
    codes = session.scalars(select(Region.code).where(Region.level == RegionLevel.SUBDISTRICT).order_by(Region.code))
    rows = [
        CoverageFacts(code, island, Courier.BITESHIP, GOJEK, is_covered=True)
        for code in codes
        for town, island in TOWNS.items()
        if code.startswith(town)
    ]
    coverage_sheet.import_coverage(session, rows, actor=SYSTEM)


def _read_statement(session: Session) -> None:
    booked = session.scalars(
        select(CourierBooking)
        .where(CourierBooking.courier == Courier.BITESHIP, CourierBooking.booking_ref.is_not(None))
        .order_by(CourierBooking.id)
        .limit(8)
    ).all()
    charges = [
        _charge(row, str(booking.booking_ref), Rupiah((booking.booked_idr or 0) + (RAISED if row == 2 else 0)))  # noqa: PLR2004
        for row, booking in enumerate(booked, start=2)
    ]
    charges.append(_charge(len(charges) + 2, "CONTOH00000000", Rupiah(17_500)))
    digest = hashlib.sha256(NAME.encode()).hexdigest()
    statements.import_statement(session, StatementSheet(Courier.BITESHIP, NAME, digest, charges, ()), actor=SYSTEM)


def _charge(row: int, booking_ref: str, amount_idr: Rupiah) -> Charge:
    return Charge(row, booking_ref, "", "", clock.today(), "instant", amount_idr)


def _keep_notice(session: Session, world: World) -> None:
    body = json.dumps({"event": "order.status", "order_id": "CONTOH00000000", "status": "diproses"}).encode()
    received = Received("/hooks/couriers/biteship/contoh", {}, body)
    delivery.store_notices(session, [delivery.notice_row(Courier.BITESHIP, received, [], cipher=world.cipher)])
    notice = session.scalars(select(CourierNotice).order_by(CourierNotice.id.desc()).limit(1)).one()
    notice.said = "diproses"
    delivery.note_judged(session, notice.id, NoticeOutcome.UNKNOWN_WORD)
