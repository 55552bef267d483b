"""The payment gateways in front of their stand-ins, and charges for them."""

from datetime import timedelta
from typing import Any

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.integrations.midtrans_snap import MidtransSettings, MidtransSnap
from gallery.integrations.stripe_checkout import StripeCheckout, StripeSettings
from gallery.payments.gateway import ChargeKnown, ChargeWanted, Opened
from tests.standins import GatewayStandIn, MidtransStandIn, StripeStandIn
from tests.standins.server import Order

QUICK_S = (5.0, 3.0)  # no longer than a busy machine needs: some tests wait for its end
PATIENT_S = (30.0, 30.0)
REFERENCE = "GLR-26-0001-1"
TOTAL = Rupiah(123_456)


def a_charge(reference: str = REFERENCE, **given: Any) -> ChargeWanted:
    values = {
        "order_number": "GLR-26-0001",
        "amount_idr": TOTAL,
        "title": "Pesanan GLR-26-0001 di Galeri UMKM",
        "expires_at": clock.now() + timedelta(minutes=45),
        "return_url": "https://galeri.example.go.id/bayar/selesai/abc",
        "cancel_url": "https://galeri.example.go.id/bayar/abc",
    } | given
    return ChargeWanted(reference=reference, **values)


def known(wanted: ChargeWanted, opened: Opened | None = None, transaction_id: str | None = None) -> ChargeKnown:
    return ChargeKnown(wanted.reference, opened.remote_id if opened else None, transaction_id, wanted.amount_idr)


def stripe(gateway: StripeStandIn, **given: Any) -> StripeCheckout:
    values = {"key": gateway.key, "url": gateway.url, "pages": gateway.url, "hook_secrets": (gateway.hook_secret,)}
    return StripeCheckout(StripeSettings(**values | {"timeouts_s": QUICK_S} | given))


def midtrans(gateway: MidtransStandIn, **given: Any) -> MidtransSnap:
    values = {"server_key": gateway.key, "app_url": gateway.url, "api_url": gateway.url, "timeouts_s": QUICK_S}
    return MidtransSnap(MidtransSettings(**values | given))


MAKE = {"stripe": stripe, "midtrans": midtrans}


def page_of(standin: GatewayStandIn, reference: str = REFERENCE) -> Order:
    """The one page that there is under this reference."""
    (order,) = standin.made_under(reference)
    return order
