"""What became of each order: paid, checked, packed, brought; or expired, cancelled, failed, returned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.files import StoredFile, new_key, record_file
from gallery.delivery import services as delivery
from gallery.delivery.courier import CourierUpdate
from gallery.delivery.models import Rider, RiderArea, Shipment
from gallery.delivery.states import ONLINE, Courier, FailureReason, ShipmentStatus, courier_of
from gallery.demo import accounts, online, proofs
from gallery.demo.foundation import CARRIER
from gallery.demo.stock import STAFF_OF
from gallery.demo.world import World
from gallery.inventory.models import Place
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from gallery.payments.models import Refund
from gallery.payments.states import RejectReason
from gallery.regions.queries import subdistrict_of

QUICK: Final = 0.12
"""How much faster everything goes for an order of today."""


class Ending(StrEnum):
    """How far an order goes; the first group stops there until somebody acts."""

    WAITING = "waiting"
    PROOF = "proof"
    REJECTED = "rejected"
    PAID = "paid"
    PACKED = "packed"
    OFFERED = "offered"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    REFUND_DUE = "refund_due"
    DELIVERED = "delivered"
    SECOND_PROOF = "second_proof"
    SECOND_TRY = "second_try"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    RETURNED = "returned"


_E = Ending
STOPS: Final = frozenset(
    {_E.WAITING, _E.PROOF, _E.REJECTED, _E.PAID, _E.PACKED, _E.OFFERED, _E.UNDER_WAY, _E.FAILED, _E.REFUND_DUE}
)
FAILS: Final = frozenset({_E.FAILED, _E.SECOND_TRY, _E.RETURNED})
REASONS: Final = (FailureReason.NOBODY_HOME, FailureReason.UNREACHABLE, FailureReason.ADDRESS_NOT_FOUND)
RECIPIENTS: Final = ("", "Satpam kantor", "", "Adik penerima", "", "Resepsionis")


@dataclass(frozen=True, slots=True)
class Case:
    """An order that was placed, and what shall become of it."""

    number: int
    ending: Ending
    order_id: int
    order_number: str
    payment_id: int
    amount_idr: int
    is_cash: bool
    buyer_id: int | None
    buyer_name: str
    village_code: str | None
    expires_at: datetime
    parcels: tuple[int, ...]
    last_said: ShipmentStatus | None = None  # by an online courier
    is_at_door: bool = False

    def hours(self, usual: float) -> timedelta:
        """Return how long a step takes: some orders are slower than others, those of today are quick."""
        pace = QUICK if self.ending in STOPS else 0.6 + self.number % 7 / 6
        return timedelta(hours=usual * pace)


def follow(world: World, case: Case, placed: datetime) -> None:
    """Put the next steps of a fresh order on the agenda."""
    agenda = world.agenda
    if case.ending is _E.EXPIRED:
        agenda.at(case.expires_at + timedelta(minutes=5), lambda s: _ignore(payments.expire_order(s, case.order_id)))
    elif case.ending is _E.CANCELLED:
        agenda.at(placed + case.hours(2), lambda s: _cancel(s, case, by_buyer=True))
    elif (case.is_cash or case.is_at_door) and case.ending is not _E.WAITING:
        agenda.at(placed + case.hours(3), lambda s: _pack(s, world, case))
    elif not (case.is_cash or case.is_at_door) and case.ending is not _E.WAITING:
        _plan_proof(world, case, placed + case.hours(3), first=True)


def _plan_proof(world: World, case: Case, moment: datetime, *, first: bool) -> None:
    kept: list[tuple[str, bytes]] = []

    def put() -> None:
        slip = proofs.transfer_slip(case.amount_idr, moment, f"{case.number:04d}{int(first)}")
        kept.append((_stored(world, "payment_proof", slip), slip))

    def send(session: Session) -> None:
        file = _row(session, *kept[0], purpose="payment_proof")
        buyer = Actor(case.buyer_id, case.buyer_name) if case.buyer_id else Actor.anonymous()
        payments.attach_proof(session, case.payment_id, file, actor=buyer)
        if case.ending is _E.PROOF:
            return
        if first and case.ending in {_E.REJECTED, _E.SECOND_PROOF}:
            world.agenda.at(clock.now() + case.hours(3), lambda s: _reject(s, world, case))
        else:
            world.agenda.at(clock.now() + case.hours(4), lambda s: _verify(s, world, case))

    world.agenda.at(moment, send, before=put)


def _reject(session: Session, world: World, case: Case) -> None:
    reason, note = RejectReason.WRONG_AMOUNT, "Mohon kirim bukti yang lengkap."
    payments.reject(session, case.payment_id, reason=reason, note=note, actor=_manager(session, case))
    if case.ending is not _E.REJECTED:
        _plan_proof(world, case, clock.now() + case.hours(3), first=False)


def _verify(session: Session, world: World, case: Case) -> None:
    payments.verify(session, case.payment_id, actor=_manager(session, case))
    if case.ending in {_E.REFUND_DUE, _E.REFUNDED}:
        world.agenda.at(clock.now() + case.hours(5), lambda s: _cancel_paid(s, world, case))
    elif case.ending is not _E.PAID:
        world.agenda.at(clock.now() + case.hours(5), lambda s: _pack(s, world, case))


def _cancel(session: Session, case: Case, *, by_buyer: bool) -> None:
    actor = Actor(case.buyer_id, case.buyer_name) if case.buyer_id else Actor.anonymous()
    reason = CancelReason.MISTAKE if by_buyer else CancelReason.BUYER_ASKED
    payments.cancel_order(session, case.order_id, reason=reason, by_buyer=by_buyer, actor=actor)


def _cancel_paid(session: Session, world: World, case: Case) -> None:
    actor = _manager(session, case)
    reason, note = CancelReason.UNAVAILABLE, "Ternyata rusak saat dikemas."
    payments.cancel_order(session, case.order_id, reason=reason, note=note, by_buyer=False, actor=actor)
    if case.ending is _E.REFUNDED:
        world.agenda.at(clock.now() + case.hours(20), lambda s: _refund(s, case))


def _refund(session: Session, case: Case) -> None:
    for refund_id in session.scalars(select(Refund.id).where(Refund.payment_id == case.payment_id)).all():
        payments.finish_refund(
            session, refund_id, note="Transfer balik Bank Sumsel Babel", actor=_manager(session, case)
        )


def _pack(session: Session, world: World, case: Case) -> None:
    for parcel_id in case.parcels:
        orders.pack_parcel(session, parcel_id, actor=_packer(session, world, parcel_id))
    if case.ending is _E.PACKED:
        return
    if case.is_cash:
        world.agenda.at(clock.now() + case.hours(9), lambda s: _sell_at_desk(s, world, case))
        return
    for position, parcel_id in enumerate(case.parcels):
        world.agenda.at(
            clock.now() + case.hours(2) + timedelta(minutes=9 * position), _hand_over(world, case, parcel_id)
        )


def _sell_at_desk(session: Session, world: World, case: Case) -> None:
    payments.receive_cash(session, case.payment_id, actor=_manager(session, case))
    for parcel_id in case.parcels:
        actor = _packer(session, world, parcel_id)
        delivery.hand_to_buyer(session, parcel_id, recipient_name=case.buyer_name, actor=actor)


def _hand_over(world: World, case: Case, parcel_id: int) -> Callable[[Session], None]:
    def give(session: Session) -> None:
        parcel = session.get_one(Parcel, parcel_id)
        actor = _packer(session, world, parcel_id)
        if parcel.service == Courier.PICKUP:
            delivery.hand_to_buyer(session, parcel_id, recipient_name=case.buyer_name, actor=actor)
        elif parcel.service == Courier.LOCAL_RIDER:
            _offer(session, world, case, parcel_id, turn=0)
        elif courier_of(parcel.service) in ONLINE:
            _call_online(session, world, case, parcel_id)
        else:
            number = f"CONTOH{case.number:05d}{parcel_id:04d}"
            delivery.send_by_carrier(session, parcel_id, carrier=CARRIER, tracking_number=number, actor=actor)
            if case.ending not in STOPS:
                arrival = clock.now() + timedelta(days=1 + case.number % 4, hours=5)
                world.agenda.at(arrival, lambda s: _arrived(s, case, parcel_id))

    return give


def _call_online(session: Session, world: World, case: Case, parcel_id: int) -> None:
    """Book the online courier that the buyer chose, and let it tell how far it came."""
    actor, now, step = _packer(session, world, parcel_id), clock.now(), case.hours(0.5)
    if case.ending is _E.FAILED:
        online.ask_too_much(session, parcel_id, actor=actor)
        return
    last = case.last_said or ShipmentStatus.OFFERED
    with_pin = last in {ShipmentStatus.IN_TRANSIT, ShipmentStatus.ACCEPTED}
    online.book(session, parcel_id, case.number, with_pin=with_pin, actor=actor)
    for turn, status in enumerate(online.way_to(last), start=1):
        if status is ShipmentStatus.DELIVERED:
            _plan_step(world, case, parcel_id, now + turn * step, status)
        else:
            online.tell(world, parcel_id, case.number, now + turn * step, status)


def _arrived(session: Session, case: Case, parcel_id: int) -> None:
    delivery.override(
        session,
        _shipment(session, parcel_id).id,
        ShipmentStatus.DELIVERED,
        note="Menurut situs ekspedisi sudah diterima",
        recipient_name=case.buyer_name,
        actor=accounts.actor(session, "provinsi"),
    )


def _offer(session: Session, world: World, case: Case, parcel_id: int, *, turn: int) -> None:
    riders = session.scalars(
        select(Rider)
        .join(RiderArea, RiderArea.rider_id == Rider.id)
        .where(Rider.is_active, RiderArea.subdistrict_code == subdistrict_of(case.village_code or ""))
        .order_by(Rider.id)
    ).all()
    rider = riders[(case.number + turn) % len(riders)]
    delivery.offer_to_rider(session, parcel_id, rider.id, actor=_packer(session, world, parcel_id))
    now, step = clock.now(), case.hours(0.4)
    if case.ending is _E.OFFERED:
        if case.number % 2:
            _plan_step(world, case, parcel_id, now + step, ShipmentStatus.ACCEPTED)
        return
    if turn == 0 and len(riders) > 1 and case.number % 6 == 1 and case.ending is _E.DELIVERED:
        _plan_another(world, case, parcel_id, now + step)
        return
    _plan_step(world, case, parcel_id, now + step, ShipmentStatus.ACCEPTED)
    _plan_step(world, case, parcel_id, now + 2 * step, ShipmentStatus.PICKED_UP)
    if case.ending is _E.UNDER_WAY:
        return
    fails = case.ending in FAILS and turn == 0
    _plan_step(world, case, parcel_id, now + 4 * step, ShipmentStatus.FAILED if fails else ShipmentStatus.DELIVERED)
    if fails and case.ending is _E.SECOND_TRY:
        world.agenda.at(now + case.hours(18), lambda s: _offer(s, world, case, parcel_id, turn=1))
    elif fails and case.ending is _E.RETURNED:
        world.agenda.at(now + case.hours(22), lambda s: _take_back(s, world, parcel_id))


def _plan_another(world: World, case: Case, parcel_id: int, moment: datetime) -> None:
    """Let the first rider decline, or not answer: the parcel is offered to the next one."""
    if case.number % 4 == 1:
        _plan_step(world, case, parcel_id, moment, ShipmentStatus.DECLINED)
    later = moment + timedelta(minutes=20)
    world.agenda.at(later, lambda s: _offer(s, world, case, parcel_id, turn=1))


def _plan_step(world: World, case: Case, parcel_id: int, moment: datetime, status: ShipmentStatus) -> None:
    """Let the rider say something through the link; who delivers sends a picture of the door."""
    kept: list[tuple[str, bytes]] = []

    def put() -> None:
        if status is ShipmentStatus.DELIVERED:
            picture = proofs.parcel_at_door(case.order_number)
            kept.append((_stored(world, "delivery_proof", picture), picture))

    def say(session: Session) -> None:
        shipment = _shipment(session, parcel_id)
        file = _row(session, *kept[0], purpose="delivery_proof") if kept else None
        update = CourierUpdate(
            event_key=f"demo:{shipment.id}:{status.value}",
            booking_ref=shipment.booking_ref,
            status=status,
            occurred_at=clock.now(),
            recipient_name=RECIPIENTS[case.number % len(RECIPIENTS)] or case.buyer_name
            if status is ShipmentStatus.DELIVERED
            else "",
            reason=REASONS[case.number % len(REASONS)].value if status is ShipmentStatus.FAILED else "",
            is_cash_received=case.is_at_door and status is ShipmentStatus.DELIVERED,
        )
        delivery.apply_update(session, update, actor=Actor.anonymous(), proof_file_id=file.id if file else None)

    world.agenda.at(moment, say, before=put)


def _take_back(session: Session, world: World, parcel_id: int) -> None:
    actor = _packer(session, world, parcel_id)
    delivery.return_to_stock(session, parcel_id, note="Pembeli tidak dapat dihubungi", actor=actor)
    # As in the job: the payment is locked in a transaction of its own, before any parcel.
    world.agenda.at(clock.now() + timedelta(minutes=1), lambda s: _ignore(payments.owe_for_parcel(s, parcel_id)))


def _shipment(session: Session, parcel_id: int) -> Shipment:
    newest = select(Shipment).where(Shipment.parcel_id == parcel_id).order_by(Shipment.id.desc()).limit(1)
    return session.scalars(newest).one()


def _gallery_code(session: Session, parcel_id: int) -> str | None:
    return session.scalar(
        select(Gallery.code)
        .join(Place, Place.gallery_id == Gallery.id)
        .join(Parcel, Parcel.place_id == Place.id)
        .where(Parcel.id == parcel_id)
    )


def _packer(session: Session, world: World, parcel_id: int) -> Actor:
    """Return who stands where the parcel lies: gallery staff, or its maker."""
    code = _gallery_code(session, parcel_id)
    if code is not None:
        return accounts.actor(session, STAFF_OF[code])
    place = session.scalars(select(Place).join(Parcel, Parcel.place_id == Place.id).where(Parcel.id == parcel_id)).one()
    return world.seller_of(session, place.business_id or 0)


def _manager(session: Session, case: Case) -> Actor:
    code = _gallery_code(session, case.parcels[0])
    return accounts.actor(session, {"PGK": "galeri.pgk", "TJP": "galeri.tjp"}.get(code or "", "provinsi"))


def _stored(world: World, purpose: str, picture: bytes) -> str:
    key = new_key(purpose, "jpg")
    world.darkroom.files.put(key, picture)
    return key


def _row(session: Session, key: str, picture: bytes, *, purpose: str) -> StoredFile:
    return record_file(session, key, picture, media_type="image/jpeg", purpose=purpose)


def _ignore(_decision: object) -> None:
    """Give an action the shape of one that returns nothing."""
