"""Lists of what leaves a gallery: returns, write-offs, transfers. Newest first, 30 on a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from gallery.accounts.permissions import Scope
from gallery.consignment.models import OwnerReturn, Transfer, WriteOff
from gallery.consignment.states import OwnerReturnStatus, TransferStatus, WriteOffStatus
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Place
from gallery.inventory.queries import place_in_scope
from gallery.registry.models import Business

PAGE_SIZE: Final = 30
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list; ``counts`` says how many there are of each status."""

    rows: Sequence[R]
    counts: dict[str, int]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def goods_in_scope(scope: Scope, business_id: Any) -> ColumnElement[bool]:
    """Condition on a paper joined with its :class:`Place`: the gallery is the actor's, or the goods' owner is."""
    return or_(place_in_scope(scope), owner_in_scope(scope, business_id))


def owner_in_scope(scope: Scope, business_id: Any) -> ColumnElement[bool]:
    """Condition: the actor answers for the owner; a gallery alone does not."""
    if scope.everything:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if scope.businesses:
        conditions.append(business_id.in_(scope.businesses))
    if scope.districts:
        conditions.append(business_id.in_(select(Business.id).where(Business.district_code.in_(scope.districts))))
    return or_(*conditions) if conditions else false()


def returns(
    session: Session, scope: Scope, status: OwnerReturnStatus | None, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[OwnerReturn]:
    """Return a page of returns to owners."""
    mine = goods_in_scope(scope, OwnerReturn.business_id)
    rows = select(OwnerReturn).join(Place, Place.id == OwnerReturn.place_id).where(mine)
    load = (selectinload(OwnerReturn.lines), selectinload(OwnerReturn.business), selectinload(OwnerReturn.place))
    return page_of(session, rows.options(*load), OwnerReturn, status, number, size)


def write_offs(
    session: Session, scope: Scope, status: WriteOffStatus | None, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[WriteOff]:
    """Return a page of write-offs."""
    mine = goods_in_scope(scope, WriteOff.business_id)
    rows = select(WriteOff).join(Place, Place.id == WriteOff.place_id).where(mine)
    load = (selectinload(WriteOff.lines), selectinload(WriteOff.business), selectinload(WriteOff.place))
    return page_of(session, rows.options(*load), WriteOff, status, number, size)


def transfers(
    session: Session, scope: Scope, status: TransferStatus | None, *, number: int = 1, size: int = PAGE_SIZE
) -> Page[Transfer]:
    """Return a page of transfers that leave or reach the actor's galleries."""
    rows = select(Transfer).where(_transfer_in_scope(scope))
    load = (selectinload(Transfer.lines), selectinload(Transfer.from_place), selectinload(Transfer.to_place))
    return page_of(session, rows.options(*load), Transfer, status, number, size)


def owner_return(session: Session, public_id: str, scope: Scope) -> OwnerReturn:
    """Return one return, or raise :class:`NotFoundError`."""
    mine = goods_in_scope(scope, OwnerReturn.business_id)
    rows = select(OwnerReturn).join(Place, Place.id == OwnerReturn.place_id).where(mine)
    return _one(session.scalar(rows.where(OwnerReturn.public_id == public_id)), "OwnerReturn")


def write_off(session: Session, public_id: str, scope: Scope) -> WriteOff:
    """Return one write-off, or raise :class:`NotFoundError`."""
    mine = goods_in_scope(scope, WriteOff.business_id)
    rows = select(WriteOff).join(Place, Place.id == WriteOff.place_id).where(mine)
    return _one(session.scalar(rows.where(WriteOff.public_id == public_id)), "WriteOff")


def transfer(session: Session, public_id: str, scope: Scope) -> Transfer:
    """Return one transfer that leaves or reaches the actor's galleries, or raise :class:`NotFoundError`."""
    rows = select(Transfer).where(_transfer_in_scope(scope), Transfer.public_id == public_id)
    return _one(session.scalar(rows), "Transfer")


def _transfer_in_scope(scope: Scope) -> ColumnElement[bool]:
    mine = select(Place.id).where(place_in_scope(scope))
    return or_(Transfer.from_place_id.in_(mine), Transfer.to_place_id.in_(mine))


def _one(row: R | None, name: str) -> R:
    if row is None:
        raise NotFoundError(name)
    return row


def page_of(
    session: Session, rows: Select[Any], model: Any, status: StrEnum | None, number: int, size: int = PAGE_SIZE
) -> Page[Any]:
    """Return a page of these rows, newest first, ``size`` on a page, with how many there are of each status."""
    plain = rows.options().with_only_columns(model.status, func.count()).order_by(None).group_by(model.status)
    counts = {str(key.value): count for key, count in session.execute(plain)}
    if status is not None:
        rows = rows.where(model.status == status)
    total = counts.get(status.value, 0) if status is not None else sum(counts.values())
    number = min(max(1, number), max(1, -(-total // size)))
    wanted = rows.order_by(model.id.desc()).limit(size).offset((number - 1) * size)
    return Page(session.scalars(wanted).all(), counts, number, total)
