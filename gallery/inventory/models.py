"""Stock: per variant × place × lot, changed only together with a movement, held by reservations."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.inventory.states import LotBlock, MovementReason, PaperKind, ReservationStatus


class PlaceKind(StrEnum):
    GALLERY = "gallery"
    PREMISES = "premises"
    TRANSIT = "transit"  # on the way to the gallery; never active, so nothing there is sold


class Place(Base):
    """Where pieces lie: a gallery, the way to it, or an MSME's own premises. Exactly one of the two ids is set."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("gallery_id", "kind"),
        CheckConstraint("(gallery_id IS NULL) <> (business_id IS NULL)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    kind: Mapped[PlaceKind]
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))
    business_id: Mapped[int | None] = mapped_column(ForeignKey("business.id"), unique=True)
    name: Mapped[str]
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    village_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))  # none: no courier can be asked
    is_active: Mapped[bool] = mapped_column(default=True)


class Lot(Base):
    """Pieces of one variant that came together: same owner for ever, same expiry; ``code`` may be empty.

    ``intake`` names the receipt line of consigned goods ("receipt_line:…"): each has terms of its own, so lots of two
    receipts never become one.
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("variant_id", "code", "expires_on", "intake"),
        # NULLs are all different to a unique constraint: without a date there is one lot for each code, too.
        Index(
            "uq_lot_without_expiry",
            "variant_id",
            "code",
            "intake",
            unique=True,
            sqlite_where=text("expires_on IS NULL"),
            postgresql_where=text("expires_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    code: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None]
    intake: Mapped[str] = mapped_column(default="")
    blocked_as: Mapped[LotBlock | None]  # blocked lots are sold in no channel
    blocked_at: Mapped[datetime | None]
    block_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class StockItem(Base):
    """Pieces of one lot in one place. ``reserved`` = sum of active reservations, expired ones included until tidied."""

    __tablename__ = "stock_item"
    __table_args__ = (
        UniqueConstraint("variant_id", "place_id", "lot_id"),
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved BETWEEN 0 AND on_hand", name="reserved_in_stock"),
        Index("ix_stock_item_place_id", "place_id"),
    )
    LOCK_RANK: ClassVar[int] = 90

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    shelf: Mapped[str] = mapped_column(default="")  # where staff find it: "A2"

    lot: Mapped[Lot] = relationship()
    place: Mapped[Place] = relationship()


class StockMovement(Base):
    """One change of one stock item; never edited (a trigger refuses that). ``pieces`` is signed.

    ``price_idr``: what a piece was sold for when a count, a transfer or a correction lost it; none for all else.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("pieces <> 0", name="pieces_not_zero"),
        Index("ix_stock_movement_item_id", "stock_item_id", "id"),
        Index("ix_stock_movement_document", "document"),
        Index(
            "ix_stock_movement_priced",
            "stock_item_id",
            "id",
            sqlite_where=text("price_idr IS NOT NULL"),
            postgresql_where=text("price_idr IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    pieces: Mapped[int]
    reason: Mapped[MovementReason]
    document: Mapped[str | None]  # "order:<public_id>", "submission:<public_id>"
    note: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    request_key: Mapped[str | None] = mapped_column(unique=True)  # the same request twice moves pieces once
    price_idr: Mapped[Rupiah | None]
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)


class StockLink(Base):
    """The place of a movement in the chain of its place; never edited (a trigger refuses that).

    ``hash`` is over the movement, its stock item and the hash before it.
    """

    __tablename__ = "stock_link"
    __table_args__ = (UniqueConstraint("place_id", "number"),)

    movement_id: Mapped[int] = mapped_column(ForeignKey("stock_movement.id"), primary_key=True, autoincrement=False)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    number: Mapped[int]  # 1, 2, 3 … in each place
    hash: Mapped[str]


class StockChain(Base):
    """The newest link of a place's chain; the one row that all its movements queue for, so it is locked last."""

    __tablename__ = "stock_chain"
    LOCK_RANK: ClassVar[int] = 95

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), unique=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")


class Reservation(Base):
    """Pieces held for somebody until ``expires_at``; none = until released or consumed."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("pieces > 0", name="pieces_positive"),
        Index("ix_reservation_item_status", "stock_item_id", "status"),
        Index("ix_reservation_holder", "holder"),
        Index("ix_reservation_status_expires_at", "status", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]  # "order:<public_id>"
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    pieces: Mapped[int]
    status: Mapped[ReservationStatus] = mapped_column(default=ReservationStatus.ACTIVE)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    stock_item: Mapped[StockItem] = relationship()


class Paper(Base):
    """A printed paper about pieces; never edited. Whoever holds it can ask with ``check_code`` whether it is ours.

    ``digest`` is SHA-256 over the facts that are printed, ``summary`` the counts and sums that anybody may see.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_code: Mapped[str] = mapped_column(unique=True, default=public_id)
    kind: Mapped[PaperKind]
    subject: Mapped[str]  # public id of what it is about
    number: Mapped[str] = mapped_column(unique=True)
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))  # none: of the province
    digest: Mapped[str]
    summary: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)


class PaperCounter(Base):
    """The last number of one kind of paper at one gallery in one period; without gaps, so it is locked, and late."""

    __tablename__ = "paper_counter"
    __table_args__ = (UniqueConstraint("gallery_code", "kind", "month"),)
    LOCK_RANK: ClassVar[int] = 94

    id: Mapped[int] = mapped_column(primary_key=True)
    gallery_code: Mapped[str]
    kind: Mapped[PaperKind]
    month: Mapped[str]  # "202611"; "2026" for kinds that are numbered by the year
    last: Mapped[int] = mapped_column(default=0)
