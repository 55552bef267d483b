"""Everything that is kept about an account's owner, in one structure: for the readable page and for the file."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts import queries as accounts
from gallery.accounts.models import User
from gallery.checkout.queries import Owner, cart_lines
from gallery.core.audit import AuditEntry
from gallery.orders.models import Order
from gallery.orders.queries import orders_of_buyer
from gallery.payments.queries.own import OwnPayment, payments_of_buyer
from gallery.registry.models import Business
from gallery.registry.queries import registered
from gallery.web.audit_words import action_text

MOST_ACTIONS: Final = 5_000


def data_of(session: Session, user: User) -> dict[str, Any]:
    """Return it by kind; an NIK and a bank account as the hints that are shown of them, a password never."""
    businesses = [grant.business_id for grant in user.grants if grant.business_id is not None]
    return {
        "profile": {
            "name": user.name,
            "email": user.email,
            "phone": user.phone,
            "language": user.language,
            "created_at": user.created_at,
            "roles": [grant.role for grant in user.grants],
        },
        "consents": [
            {"text_version": row.text_version, "given_at": row.given_at, "withdrawn_at": row.withdrawn_at}
            for row in accounts.consents_of(session, user.id)
        ],
        "requests": [
            {
                "kind": row.kind,
                "text": row.text,
                "status": row.status,
                "asked_at": row.asked_at,
                "due_at": row.due_at,
                "answer": row.answer,
            }
            for row in accounts.data_requests_of(session, user.id)
        ],
        "devices": [
            {"device": row.device, "since": row.created_at, "last_seen": row.last_seen_at, "ended_at": row.ended_at}
            for row in accounts.stored_sessions_of(session, user.id)
        ],
        "cart": [
            {"product": line.product_name, "variant": line.variant_name, "quantity": line.quantity}
            for line in cart_lines(session, Owner(user_id=user.id))
        ],
        "orders": [_order(order) for order in _all_orders(session, user.id)],
        "payments": [_payment(one) for one in payments_of_buyer(session, user.id)],
        "register": [_business(row) for row in registered(session, businesses)] if businesses else [],
        "actions": _actions(session, user.id),
    }


def plain(value: Any) -> str:
    """Write what JSON has no word for."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _all_orders(session: Session, user_id: int) -> list[Order]:
    found: list[Order] = []
    older_than = None
    while True:
        page = orders_of_buyer(session, user_id, older_than=older_than)
        found += page.orders
        older_than = page.older_than
        if older_than is None:
            return found


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "placed_at": order.placed_at,
        "status": order.status,
        "fulfilment": order.fulfilment,
        "name": order.contact_name,
        "phone": order.contact_phone,
        "email": order.contact_email,
        "address": order.address,
        "landmark": order.landmark,
        "postal_code": order.postal_code,
        "village_code": order.village_code,
        "office_room": order.office_room,
        "note": order.note,
        "cancel_note": order.cancel_note,
        "goods_idr": order.goods_idr,
        "shipping_idr": order.shipping_idr,
        "total_idr": order.total_idr,
        "lines": [
            {
                "product": line.product_name,
                "variant": line.variant_name,
                "seller": line.business_name,
                "quantity": line.quantity,
                "price_idr": line.price_idr,
            }
            for line in order.lines
        ],
        "parcels": [{"status": parcel.status, "service": parcel.service} for parcel in order.parcels],
    }


def _payment(one: OwnPayment) -> dict[str, Any]:
    payment = one.payment
    return {
        "order": one.order_number,
        "method": payment.method,
        "status": payment.status,
        "amount_idr": payment.amount_idr,
        "paid_at": payment.paid_at,
        "reject_reason": payment.reject_reason,
        "reject_note": payment.reject_note,
        "proofs": [
            {"sent_at": proof.sent_at, "media_type": file.media_type, "size_bytes": file.size_bytes}
            for proof, file in one.proofs
        ],
        "refunds": [
            {"amount_idr": row.amount_idr, "status": row.status, "reason": row.reason, "created_at": row.created_at}
            for row in one.refunds
        ],
    }


def _business(business: Business) -> dict[str, Any]:
    return {
        "name": business.name,
        "owner": business.owner.name,
        "owner_phone": business.owner.phone,
        "nik": business.owner.nik_hint,
        "phone": business.phone,
        "address": business.address,
        "village_code": business.village_code,
        "story": business.story,
        "since_year": business.since_year,
        "nib": business.nib,
        "bank_code": business.bank_code,
        "bank_account": business.bank_account_hint,
        "bank_holder": business.bank_holder,
        "registered_at": business.created_at,
    }


def _actions(session: Session, user_id: int) -> list[dict[str, Any]]:
    """What the audit trail says that this person did, newest first; of somebody very busy the newest only."""
    rows = select(AuditEntry.at, AuditEntry.action, AuditEntry.subject).where(AuditEntry.actor_id == user_id)
    found = session.execute(rows.order_by(AuditEntry.id.desc()).limit(MOST_ACTIONS))
    return [
        {"at": at, "action": action, "words": str(action_text(action)), "subject": subject}
        for at, action, subject in found
    ]
