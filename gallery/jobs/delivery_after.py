"""What follows a way: the picture from the door is fetched, and lost goods get their minutes."""

import contextlib
from typing import Any, Final

from gallery.accounts.permissions import Actor
from gallery.consignment.services import write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.core import adapters, image_process
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.core.image_facts import ImageError
from gallery.core.outbox import handles
from gallery.delivery import services
from gallery.delivery.errors import CourierRefusedError
from gallery.delivery.models import CourierBooking, CourierClaim
from gallery.delivery.services import claims
from gallery.inventory import services as inventory
from gallery.inventory.errors import ReservationLostError
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.states import MovementReason
from gallery.jobs.delivery_calls import ask
from gallery.orders.models import Parcel

PURPOSE: Final = "delivery_proof"
PHOTO_SIDE: Final = 1280


@handles("delivery.proof")
def fetch_proof(payload: dict[str, Any]) -> None:
    """Keep the picture that the courier's rider took, cleaned as any stranger's picture; one that is there stays."""
    booking = db.session.get_one(CourierBooking, payload["booking_id"])
    booking_id, courier, proof_url = booking.id, booking.courier, booking.proof_url
    is_there = booking.shipment.proof_file_id is not None
    db.session.rollback()
    if is_there or not proof_url:
        return
    try:
        raw = ask(courier, lambda gateway: gateway.proof(proof_url), booking_id=booking_id, is_counted=False)
        photo = image_process.clean_jpeg(raw, "proof.jpg", side=PHOTO_SIDE)
    except (CourierRefusedError, ImageError):
        return  # what can not be shown proves nothing; the exchange tells why
    key, is_kept = new_key(PURPOSE, "jpg"), False
    adapters.files().put(key, photo)
    try:
        with transaction() as session:
            file = record_file(session, key, photo, media_type="image/jpeg", purpose=PURPOSE)
            is_new = services.keep_proof(session, booking_id, file.id)
            if not is_new:
                session.delete(file)
        is_kept = is_new
    finally:
        if not is_kept:
            adapters.files().delete(key)


@handles("delivery.lost")
def write_off_lost(payload: dict[str, Any]) -> None:
    """Lost pieces get minutes that a second person approves; at an MSME's home they are its own, and simply gone."""
    actor = Actor(user_id=payload["actor_id"])
    with transaction() as session:
        claim = session.get_one(CourierClaim, payload["claim_id"])
        parcel = session.get_one(Parcel, claim.shipment.parcel_id)
        pieces = claims.pieces_of(session, parcel)
        lost = MovementReason.LOST
        if parcel.place.gallery_id is None:
            reasons = dict.fromkeys(pieces, lost)
            document = claims.holder_of(claim)
            with contextlib.suppress(ReservationLostError):  # they are gone already
                inventory.take_out(session, document, reasons, document=document, actor=actor)
            return
        inventory.release(session, claims.holder_of(claim))
        losses: dict[int, list[Loss]] = {}
        for item_id, count in sorted(pieces.items()):
            owner_id = session.get_one(Lot, session.get_one(StockItem, item_id).lot_id).business_id
            losses.setdefault(owner_id, []).append(Loss(item_id, count, lost))
        for business_id, lines in sorted(losses.items()):
            write_offs.prepare_write_off(
                session,
                parcel.place_id,
                business_id,
                lines,
                note=claim.note,
                request_key=f"{claims.holder_of(claim)}:{business_id}",
                actor=actor,
            )
