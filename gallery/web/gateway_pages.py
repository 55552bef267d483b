"""Where the site's own pages lead a buyer to a gateway's page, and ask the gateway what came of it.

What is wanted is committed before the gateway is asked, and what it said after; nothing stays open while it thinks.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.money import Rupiah
from gallery.orders.models import Order
from gallery.payments.errors import GatewayError, GatewayRefusedError, NoGatewayError
from gallery.payments.gateway import ChargeWanted, Opened, PaymentGateway
from gallery.payments.models import GatewayCharge, Payment
from gallery.payments.queries.charges import known, newest_charge
from gallery.payments.services import charges, fulfil
from gallery.payments.states import ChargeStatus, Gateway
from gallery.web.filters import rupiah
from gallery.web.language import lazy_gettext as _l
from gallery.web.links import external
from gallery.web.order_links import order_url
from gallery.web.words import word

MOST_ATTEMPTS = 2  # the second where the first was lost there and can not be had again


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to pay online as the checkout page offers it."""

    gateway: Gateway
    title: Any
    text: Any


OFFERS = (
    Offer(
        Gateway.STRIPE,
        _l("Kartu debit/kredit (Stripe)"),
        _l("Bayar di halaman aman milik Stripe; nomor kartu tidak lewat situs ini. Batas 45 menit."),
    ),
    Offer(
        Gateway.MIDTRANS,
        _l("GoPay, QRIS, transfer otomatis (Midtrans)"),
        _l("Bayar di halaman aman milik Midtrans; pembayaran dikenali sendiri. Batas 45 menit."),
    ),
)


def offered(total_idr: Rupiah | None) -> list[Offer]:
    """Return the gateways that are set up and take this sum; while it is not known yet, all that are set up."""
    return [
        offer
        for offer in OFFERS
        if offer.gateway.value in adapters.gateways() and (total_idr is None or total_idr >= least(offer.gateway))
    ]


def least(gateway: Gateway) -> int:
    """Return the smallest sum that the gateway takes."""
    return int(current_app.config[f"{gateway.name}_MIN_IDR"])


def why_not(gateway: Gateway, total_idr: Rupiah) -> list[str]:
    """Return why this gateway does not take this sum, in a sentence that says what to do; nothing when it does."""
    if any(offer.gateway is gateway for offer in offered(total_idr)):
        return []
    if gateway.value not in adapters.gateways():
        return [_("%(name)s sedang tidak dapat dipakai. Pilih cara bayar lain.", name=word(gateway).text)]
    return [
        _(
            "%(name)s menerima mulai %(least)s. Tambah isi keranjang, atau pilih cara bayar lain.",
            name=word(gateway).text,
            least=rupiah(Rupiah(least(gateway))),
        )
    ]


def gateway_of(gateway: Gateway) -> PaymentGateway:
    """Return the company's adapter; :class:`NoGatewayError` while its key is not set."""
    found: PaymentGateway | None = adapters.gateways().get(gateway.value)
    if found is None:
        raise NoGatewayError(gateway)
    return found


def open_page(order: Order, payment: Payment) -> str:
    """Return the address of the gateway's page for this order.

    Raises what :func:`gallery.payments.services.charges.want_charge` and the gateway raise; after a lost answer the
    same may simply be tried again.
    """
    if payment.gateway is None:
        raise NoGatewayError(payment.public_id)
    payment_id, gateway = payment.id, gateway_of(payment.gateway)
    facts: dict[str, Any] = {
        "order_number": order.number,
        "title": f"{current_app.config['SITE_NAME']} {order.number}",
        "return_url": external(order_url("shop.online.done", order.public_id)),
        "cancel_url": external(order_url("shop.online.show", order.public_id)),
        "locale": order.locale,
        "email": order.contact_email,
    }
    for _attempt in range(MOST_ATTEMPTS):
        with transaction() as session:
            charge = charges.want_charge(session, payment_id)
            charge_id, url, was_lost = charge.id, charge.url, charge.tries > 0
            wanted = ChargeWanted(
                reference=charge.reference, amount_idr=charge.amount_idr, expires_at=charge.expires_at, **facts
            )
            is_open = charge.status is ChargeStatus.OPEN
        if is_open:
            return url
        try:
            return _opened(gateway, charge_id, wanted).url
        except GatewayRefusedError:
            if not was_lost:
                raise
    raise NoGatewayError(order.public_id)


def _opened(gateway: PaymentGateway, charge_id: int, wanted: ChargeWanted) -> Opened:
    try:
        opened = gateway.open(wanted)
    except GatewayRefusedError as error:
        with transaction() as session:
            charges.note_refused(session, charge_id, error.code_there or str(error))
        raise
    except GatewayError as error:
        with transaction() as session:
            charges.note_unsure(session, charge_id, error.code_there or str(error))
        raise
    with transaction() as session:
        charges.note_opened(session, charge_id, opened)
    return opened


def ask_newest(payment_id: int) -> None:
    """Ask about the payment's latest attempt, unless there is nothing left to learn; raises what the gateway raises."""
    charge = newest_charge(db.session(), payment_id)
    if charge is not None and charge.status is not ChargeStatus.PAID:
        ask(charge)


def ask(charge: GatewayCharge) -> bool:
    """Ask the gateway now and take its answer; tell whether it was new. Raises what the gateway raises."""
    charge_id, gateway, wanted = charge.id, gateway_of(charge.gateway), known(charge)
    db.session.rollback()
    seen = gateway.ask(wanted)
    with transaction() as session:
        return fulfil.take_answer(session, charge_id, seen)
