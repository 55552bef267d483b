"""``flask payments …``: try a payment gateway out with the office's own key."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import click
from flask import Blueprint, current_app

from gallery.cli.delivery import Finding, dotted, tell
from gallery.core import adapters, clock
from gallery.core.money import Rupiah
from gallery.payments.errors import BadNoticeError, GatewayError
from gallery.payments.gateway import ChargeKnown, ChargeWanted, PaymentGateway
from gallery.payments.states import HAS_BOOKS, ChargeStatus, Gateway

bp = Blueprint("payments_cli", __name__, cli_group="payments")
KEYS: Final = {
    Gateway.STRIPE: "STRIPE_KEY and STRIPE_WEBHOOK_SECRETS",
    Gateway.MIDTRANS: "MIDTRANS_SERVER_KEY",
}
LEAST: Final = {Gateway.STRIPE: "STRIPE_MIN_IDR", Gateway.MIDTRANS: "MIDTRANS_MIN_IDR"}
PAGE_TIME: Final = timedelta(minutes=35)  # Stripe keeps a page open for 30 minutes at least
HOOK_BEGINS: Final = "whsec_"
FORGED: Final = (
    b'{"id":"evt_1","object":"event","type":"checkout.session.completed","order_id":"1","signature_key":"0"}'
)


@bp.cli.command("selftest")
@click.argument("provider", type=click.Choice(sorted(gateway.value for gateway in Gateway)))
@click.option(
    "--page/--no-page", "is_opened", default=None, help="Open and close a page; by default in a sandbox only."
)
def selftest(provider: str, *, is_opened: bool | None) -> None:
    """Say step by step what works with PROVIDER: key, notices, a payment page opened, asked about and closed.

    No secret is printed, nothing is paid. Exit code 1 if something does not work.
    """
    gateway: PaymentGateway | None = adapters.gateways().get(provider)
    if gateway is None:
        raise click.ClickException(f"{provider} is absent: set {KEYS[Gateway(provider)]}")
    tell(provider, _findings(gateway, is_opened=gateway.is_sandbox if is_opened is None else is_opened))


def _findings(gateway: PaymentGateway, *, is_opened: bool) -> Iterator[Finding]:
    yield True, "key", "sandbox" if gateway.is_sandbox else "live: what is paid is real money"
    if gateway.gateway is Gateway.STRIPE:
        yield _hook_secrets()
    yield _hook_address(gateway.gateway)
    yield _forgery(gateway)
    reference = f"UJI-{secrets.token_hex(5).upper()}"
    least = Rupiah(current_app.config[LEAST[gateway.gateway]])
    known = ChargeKnown(reference, None, None, least)
    try:
        yield gateway.ask(known) is None, "a charge that nobody made", "is unknown"
    except GatewayError as error:
        yield False, "connection and key", _why(error)
        return
    if is_opened:
        yield from _page(gateway, known)
    else:
        yield None, "page", "this key is live; --page opens a page and closes it, and nobody pays"
    if gateway.gateway in HAS_BOOKS:
        yield _books(gateway)


def _hook_secrets() -> Finding:
    found = current_app.config["STRIPE_WEBHOOK_SECRETS"]
    odd = sum(not secret.startswith(HOOK_BEGINS) for secret in found)
    detail = f"{odd} of {len(found)} do not begin with {HOOK_BEGINS}" if odd else f"{len(found)}"
    return not odd, "STRIPE_WEBHOOK_SECRETS", detail


def _hook_address(gateway: Gateway) -> Finding:
    url = current_app.config["EXTERNAL_URL"]
    address = f"{url.rstrip('/')}/hooks/payments/{gateway}"
    is_reachable = url.startswith("https://")
    why = "" if is_reachable else " can not be reached from outside: EXTERNAL_URL is not https"
    return is_reachable, "address for notices", f"{address}{why}"


def _forgery(gateway: PaymentGateway) -> Finding:
    try:
        gateway.read_notice({"stripe-signature": f"t={int(clock.now().timestamp())},v1=0"}, FORGED)
    except BadNoticeError:
        return True, "forged notice", "is refused"
    return False, "forged notice", "is believed"


def _page(gateway: PaymentGateway, known: ChargeKnown) -> Iterator[Finding]:
    """A page for the smallest sum there is, which is taken away again."""
    home = current_app.config["EXTERNAL_URL"]
    wanted = ChargeWanted(
        reference=known.reference,
        order_number=known.reference,
        amount_idr=known.amount_idr,
        title=f"Uji coba {known.reference}",
        expires_at=clock.now() + PAGE_TIME,
        return_url=home,
        cancel_url=home,
    )
    sum_told = f"Rp{dotted(known.amount_idr)}"
    try:
        opened = gateway.open(wanted)
    except GatewayError as error:
        yield False, f"page for {sum_told}", _why(error)
        return
    yield True, f"page for {sum_told}", f"{known.reference} is {opened.remote_id}"
    known = ChargeKnown(known.reference, opened.remote_id, None, known.amount_idr)
    try:
        seen = gateway.ask(known)
        is_right = seen is None or (seen.status, seen.amount_idr) == (ChargeStatus.OPEN, known.amount_idr)
        yield is_right, "asked about", seen.said if seen else "nothing is known before a way of paying is chosen"
        gateway.close(known)
        seen = gateway.ask(known)
        yield seen is None or seen.status is ChargeStatus.CLOSED, "page closed", seen.said if seen else ""
    except GatewayError as error:
        yield False, "page closed", f"it ends by itself in {PAGE_TIME // timedelta(minutes=1)} minutes; {_why(error)}"


def _books(gateway: PaymentGateway) -> Finding:
    now = clock.now()
    try:
        lines = gateway.movements(now - timedelta(days=1), now)
    except GatewayError as error:
        return False, "its books of a day", _why(error)
    return True, "its books of a day", f"{len(lines)} lines"


def _why(error: GatewayError) -> str:
    return " ".join(part for part in (error.code, error.code_there, str(error)) if part)
