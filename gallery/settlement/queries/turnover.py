"""Turnover of a year and the statement about it (PP 55/2022).

Counted is gross turnover (peredaran bruto): the selling price of every piece of the MSME's that a buyer got in the
year, over the counter when it was sold and online when it was delivered, before the gallery's commission, before
discounts (they are the gallery's own) and before what came back later; returns are told beside it. Shipping is not the
MSME's. Goods that the gallery lost and paid for were not sold. What the MSME sells elsewhere nobody here knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Select, case, cast, extract, func, or_, select
from sqlalchemy.orm import Session, joinedload

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.regions.models import Region
from gallery.registry.models import Business
from gallery.settlement.models import OwnerShare, TurnoverStatement
from gallery.settlement.queries.balances import owners_in_scope
from gallery.settlement.states import Channel, ShareKind

TAX_FREE_IDR: Final = 500_000_000  # a person's turnover of a year up to here is not taxed (PP 55/2022 art. 60)
NEAR_IDR: Final = 400_000_000  # from here on the office talks to the MSME
FINAL_TAX_IDR: Final = 4_800_000_000  # beyond it the final tax of small turnovers does not hold any more (art. 57)
GIVEN_BACK: Final = (ShareKind.RETURNED, ShareKind.REFUNDED)
PAGE_SIZE: Final = 25
MONTHS: Final = 12


class Order(StrEnum):
    """What the list is sorted by."""

    TURNOVER = "turnover"
    NAME = "name"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Turnover:
    """One MSME's year in rupiah. ``returned_idr`` (not negative) is told, never taken off."""

    business_id: int
    public_id: str
    name: str
    district: str
    counter_idr: int
    online_idr: int
    returned_idr: int
    statement_at: datetime | None

    @property
    def gross_idr(self) -> int:
        return self.counter_idr + self.online_idr

    @property
    def percent_used(self) -> int:
        """How much of what is free of tax is used, rounded down; more than 100 beyond it."""
        return 100 * self.gross_idr // TAX_FREE_IDR

    @property
    def is_near(self) -> bool:
        return self.gross_idr > NEAR_IDR

    @property
    def is_taxed(self) -> bool:
        return self.gross_idr > TAX_FREE_IDR

    @property
    def is_past_final_tax(self) -> bool:
        return self.gross_idr > FINAL_TAX_IDR


@dataclass(frozen=True, slots=True)
class TurnoverPage:
    """One page of MSMEs."""

    rows: Sequence[Turnover]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which MSMEs of which year: part of a name, one district or all, only those without a statement."""

    year: int
    search: str = ""
    district: str = ""
    only_missing: bool = False
    order: Order = Order.TURNOVER


@dataclass(frozen=True, slots=True)
class Filed:
    """The statement of a year with the name of who filed it; empty for an account that is gone."""

    statement: TurnoverStatement
    by: str


def turnovers(session: Session, scope: Scope, asked: Asked, *, number: int = 1, limit: int = PAGE_SIZE) -> TurnoverPage:
    """Return one page of the MSMEs in scope that sold something in the year or have a statement for it."""
    rows = _rows(asked.year).where(owners_in_scope(scope))
    columns = rows.selected_columns
    rows = rows.where(or_(columns.counter + columns.online + columns.returned > 0, TurnoverStatement.id.is_not(None)))
    if asked.search:
        rows = rows.where(Business.name.icontains(asked.search, autoescape=True))
    if asked.district:
        rows = rows.where(Business.district_code == asked.district)
    if asked.only_missing:
        rows = rows.where(TurnoverStatement.id.is_(None))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    by: dict[Order, tuple[Any, ...]] = {
        Order.TURNOVER: ((columns.counter + columns.online).desc(),),
        Order.NAME: (),
        Order.DISTRICT: (Region.name,),
    }
    rows = rows.order_by(*by[asked.order], Business.name, Business.id)
    found = session.execute(rows.limit(limit).offset((number - 1) * PAGE_SIZE))
    return TurnoverPage([_turnover(row) for row in found], total, number)


def turnover_of(session: Session, business_id: int, year: int) -> Turnover:
    """Return one MSME's year; zeros where nothing was sold."""
    rows = _rows(year, OwnerShare.business_id == business_id).where(Business.id == business_id)
    return _turnover(session.execute(rows).one())


def months_of(session: Session, business_id: int, year: int) -> list[tuple[int, int]]:
    """Return what was sold over the counter and online in each of the twelve months."""
    month = _local_month(session)
    rows = session.execute(
        select(month, _sold(Channel.COUNTER), _sold(Channel.ONLINE))
        .where(OwnerShare.business_id == business_id, *_inside(year))
        .group_by(month)
    )
    found = {int(key): (int(counter), int(online)) for key, counter, online in rows}
    return [found.get(number, (0, 0)) for number in range(1, MONTHS + 1)]


def filed_statement(session: Session, business_id: int, year: int) -> Filed | None:
    """Return the statement of that year, if there is one."""
    row = session.execute(
        select(TurnoverStatement, User.name)
        .outerjoin(User, User.id == TurnoverStatement.recorded_by)
        .where(TurnoverStatement.business_id == business_id, TurnoverStatement.year == year)
    ).one_or_none()
    return Filed(row[0], row[1] or "") if row else None


def statement_file(session: Session, business_id: int, year: int) -> StoredFile:
    """Return the file of that year's statement; :class:`NotFoundError` where there is none."""
    found = session.scalar(
        select(StoredFile)
        .join(TurnoverStatement, TurnoverStatement.file_id == StoredFile.id)
        .where(TurnoverStatement.business_id == business_id, TurnoverStatement.year == year)
    )
    if found is None:
        raise NotFoundError("TurnoverStatement")
    return found


def statement_business(session: Session, public_id: str, scope: Scope) -> Business:
    """Return an MSME with its owner; :class:`NotFoundError` outside the scope."""
    found = session.scalar(
        select(Business)
        .where(Business.public_id == public_id, owners_in_scope(scope))
        .options(joinedload(Business.owner))
    )
    if found is None:
        raise NotFoundError("Business")
    return found


def districts_in_scope(session: Session, scope: Scope) -> Sequence[tuple[str, str]]:
    """Return (code, name) of the districts that the scope's MSMEs come from."""
    rows = select(Region.code, Region.name).where(
        select(Business.id).where(Business.district_code == Region.code, owners_in_scope(scope)).exists()
    )
    return [(code, name) for code, name in session.execute(rows.order_by(Region.name))]


def _rows(year: int, *whose: ColumnElement[bool]) -> Select[int, str, str, str, Any, Any, Any, datetime]:
    sums = (
        select(
            OwnerShare.business_id,
            _sold(Channel.COUNTER).label("counter"),
            _sold(Channel.ONLINE).label("online"),
            func.sum(case((OwnerShare.kind.in_(GIVEN_BACK), -OwnerShare.gross_idr), else_=0)).label("returned"),
        )
        .where(*whose, *_inside(year))
        .group_by(OwnerShare.business_id)
        .subquery()
    )
    return (
        select(
            Business.id,
            Business.public_id,
            Business.name,
            Region.name.label("district"),
            func.coalesce(sums.c.counter, 0).label("counter"),
            func.coalesce(sums.c.online, 0).label("online"),
            func.coalesce(sums.c.returned, 0).label("returned"),
            TurnoverStatement.recorded_at,
        )
        .join(Region, Region.code == Business.district_code)
        .outerjoin(sums, sums.c.business_id == Business.id)
        .outerjoin(TurnoverStatement, (TurnoverStatement.business_id == Business.id) & (TurnoverStatement.year == year))
    )


def _turnover(row: Sequence[Any]) -> Turnover:
    business_id, public_id, name, district, counter, online, returned, filed_at = row
    return Turnover(business_id, public_id, name, district, int(counter), int(online), int(returned), filed_at)


def _sold(channel: Channel) -> ColumnElement[int]:
    mine = (OwnerShare.kind == ShareKind.SOLD) & (OwnerShare.channel == channel)
    return func.sum(case((mine, OwnerShare.gross_idr), else_=0))


def _inside(year: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        OwnerShare.happened_at >= clock.midnight(date(year, 1, 1)),
        OwnerShare.happened_at < clock.midnight(date(year + 1, 1, 1)),
    )


def _local_month(session: Session) -> ColumnElement[Any]:
    """The month in the province: each database has words of its own for it."""
    if session.get_bind().dialect.name == "postgresql":
        return extract("month", cast(func.timezone("Asia/Jakarta", OwnerShare.happened_at), Date))
    return func.strftime("%m", OwnerShare.happened_at, "+7 hours")
