"""Pay an order on the page of a payment gateway: go there, and come back."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import clock
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.orders.models import Order
from gallery.payments.errors import GatewayError, GatewayRefusedError, NoGatewayError, PaymentClosedError
from gallery.payments.models import Payment
from gallery.payments.queries import payment_of
from gallery.payments.queries.charges import newest_charge
from gallery.payments.states import PaymentMethod, PaymentStatus
from gallery.web import gateway_pages
from gallery.web.errors import text_of
from gallery.web.guards import by_token
from gallery.web.headers import leads_to_gateway
from gallery.web.order_links import opened_order, order_url
from gallery.web.words import word

bp = Blueprint("online", __name__, url_prefix="/bayar")
OPEN: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.EXPIRED})


@bp.get("/<public_id>/online")
@by_token
@leads_to_gateway
def show(public_id: str) -> ResponseReturnValue:
    order, payment = _online(public_id)
    if payment.status not in OPEN:
        return redirect(order_url("shop.orders.show", public_id), 303)
    return render_template(
        "shop/online/show.html",
        order=order,
        payment=payment,
        charge=newest_charge(db.session(), payment.id),
        name=word(payment.gateway).text if payment.gateway is not None else "",
        is_offered=payment.gateway is not None and payment.gateway.value in _set_up(),
        is_late=payment.status is PaymentStatus.EXPIRED,
        order_url=order_url,
        now=clock.now(),
    )


@bp.post("/<public_id>/online")
@by_token
@leads_to_gateway
def go(public_id: str) -> ResponseReturnValue:
    """Lead to the gateway's page. When it does not answer it may be tried again: nobody pays twice for that."""
    order, payment = _online(public_id)
    name = word(payment.gateway).text if payment.gateway is not None else ""
    try:
        return redirect(gateway_pages.open_page(order, payment), 303)
    except PaymentClosedError:
        flash(_("Pesanan ini tidak menunggu pembayaran lagi. Keadaannya tertulis di bawah."), "info")
        return redirect(order_url("shop.orders.show", public_id), 303)
    except NoGatewayError as error:
        flash(text_of(error.code), "error")
    except GatewayRefusedError:
        flash(_("%(name)s tidak dapat membuka halaman bayar. Coba lagi nanti, atau hubungi kami.", name=name), "error")
    except GatewayError:
        flash(
            _(
                "%(name)s belum menjawab. Kami mencari tahu; coba lagi sebentar lagi. Anda tidak membayar dua kali.",
                name=name,
            ),
            "warning",
        )
    return redirect(order_url("shop.online.show", public_id), 303)


@bp.get("/<public_id>/selesai")
@by_token
def done(public_id: str) -> ResponseReturnValue:
    """The gateway sent the buyer back. Whether it was paid is asked; what the address says is not believed."""
    _order, payment = _online(public_id)
    payment_id = payment.id
    try:
        if payment.status in OPEN:
            gateway_pages.ask_newest(payment_id)
    except (GatewayError, NoGatewayError):
        flash(_("Pembayaran Anda belum dapat dipastikan. Halaman ini berganti sendiri begitu ada jawaban."), "info")
        return redirect(order_url("shop.online.show", public_id), 303)
    db.session.rollback()
    payment = _online(public_id)[1]
    if payment.status is PaymentStatus.PAID:
        flash(_("Pembayaran Anda sudah kami terima. Terima kasih."))
        return redirect(order_url("shop.orders.show", public_id), 303)
    return redirect(order_url("shop.online.show", public_id), 303)


def _online(public_id: str) -> tuple[Order, Payment]:
    order = opened_order(public_id)
    payment = payment_of(db.session(), order.id)
    if payment.method is not PaymentMethod.ONLINE:
        raise NotFoundError("Payment")
    return order, payment


def _set_up() -> set[str]:
    return {offer.gateway.value for offer in gateway_pages.offered(None)}
