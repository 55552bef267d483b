"""``flask delivery …``: try a courier out with the office's own key, and tell it where its notices go."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

import click
from flask import Blueprint, current_app

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import GatewayError
from gallery.core.money import Rupiah
from gallery.delivery import services
from gallery.delivery.courier import OnlineGateway, Quote
from gallery.delivery.errors import BadUpdateError
from gallery.delivery.queries.trials import Trial, trials
from gallery.delivery.states import ONLINE, Courier, NoticeOutcome, ShipmentStatus

bp = Blueprint("delivery_cli", __name__, cli_group="delivery")
KEYS: Final = {
    "biteship": "BITESHIP_KEY",
    "lalamove": "LALAMOVE_KEY and LALAMOVE_SECRET",
    "grab_express": "GRAB_CLIENT_ID and GRAB_CLIENT_SECRET",
}
SECRET_ENDINGS: Final = ("_KEY", "_SECRET", "_SECRETS", "_TOKEN", "_ID")
SHORTEST_HIDDEN: Final = 4
Finding = tuple[bool | None, str, str]  # fine, not fine, or not tried; what; detail


@bp.cli.command("selftest")
@click.argument("provider", type=click.Choice(sorted(courier.value for courier in ONLINE)))
@click.option("--order/--no-order", "is_ordered", default=None, help="Order and cancel; by default in a sandbox only.")
def selftest(provider: str, *, is_ordered: bool | None) -> None:
    """Say step by step what works with PROVIDER: key, notices, prices on the islands, an order taken back.

    No secret is printed. Exit code 1 if something does not work. A price may cost something even in a sandbox.
    """
    gateway: OnlineGateway | None = adapters.couriers().get(provider)
    if gateway is None:
        raise click.ClickException(f"{provider} is absent: set {KEYS[provider]}")
    ways = trials(db.session())
    db.session.rollback()
    tell(provider, _findings(gateway, ways, is_ordered=is_ordered))


def tell(provider: str, findings: Iterable[Finding]) -> None:
    """Print the steps one by one, without any secret; exit code 1 if one of them failed."""
    failed = 0
    for is_fine, what, detail in findings:
        mark = {True: "ok  ", False: "FAIL", None: "skip"}[is_fine]
        click.echo(hidden(f"{mark} {what}{': ' if detail else ''}{detail}"))
        failed += is_fine is False
    if failed:
        raise click.ClickException(f"{failed} of the steps failed")
    click.echo(f"{provider} works.")


@bp.cli.command("announce")
@click.argument("provider", type=click.Choice([Courier.LALAMOVE.value]))
def announce(provider: str) -> None:
    """Tell PROVIDER where its notices go, the first time and whenever it has given the address up.

    The others have a dashboard where it is typed in.
    """
    config = current_app.config
    gateway = adapters.couriers().get(provider)
    if gateway is None or not config["COURIER_HOOK_TOKEN"]:
        raise click.ClickException(f"set {KEYS[provider]} and COURIER_HOOK_TOKEN")
    try:
        gateway.announce(_address(provider, config["COURIER_HOOK_TOKEN"]))
    except GatewayError as error:
        raise click.ClickException(hidden(_why(error))) from error
    click.echo(f"Notices go to {_address(provider, '(COURIER_HOOK_TOKEN)')}")


def _findings(gateway: OnlineGateway, ways: list[Trial], *, is_ordered: bool | None) -> Iterator[Finding]:
    yield from _settings(gateway)
    yield _forgery(gateway)
    if not ways:
        yield False, "prices", "no gallery has a village with coordinates: flask setup"
    best: tuple[Trial, Quote] | None = None
    for way in ways:
        finding, quotes = _prices(gateway, way)
        yield finding
        if quotes and best is None:
            best = (way, quotes[0])
    if best is None:
        yield None, "order", "there is no price to order at"
    elif is_ordered if is_ordered is not None else gateway.is_sandbox:
        yield from _order(gateway, *best)
    else:
        yield None, "order", "this key orders for real money; --order does so and takes it back"


def _settings(gateway: OnlineGateway) -> Iterator[Finding]:
    token, url = current_app.config["COURIER_HOOK_TOKEN"], current_app.config["EXTERNAL_URL"]
    try:
        yield from ((check.is_ok, check.what, check.detail) for check in gateway.check())
    except GatewayError as error:
        yield False, "connection", _why(error)
    address = _address(gateway.courier.value, "(COURIER_HOOK_TOKEN)")
    is_reachable = url.startswith("https://")
    detail = address if is_reachable else f"{address} can not be reached from outside: EXTERNAL_URL is not https"
    yield (is_reachable, "address for notices", detail) if token else (False, "COURIER_HOOK_TOKEN", "is not set")


def _address(provider: str, token: str) -> str:
    return f"{current_app.config['EXTERNAL_URL'].rstrip('/')}/hooks/couriers/{provider}/{token}"


def _forgery(gateway: OnlineGateway) -> Finding:
    try:
        gateway.read_updates({}, b'{"event":"order.status","order_id":"1","status":"delivered"}', "/")
    except BadUpdateError:
        return True, "forged notice", "is refused"
    return False, "forged notice", "is believed"


def _prices(gateway: OnlineGateway, way: Trial) -> tuple[Finding, list[Quote]]:
    what = f"prices {way.origin} → {way.destination}"
    try:
        quotes = gateway.quote(way.request)
    except GatewayError as error:
        return (False, what, _why(error)), []
    told = ", ".join(f"{quote.carrier} Rp{dotted(quote.price_idr)}" for quote in quotes)
    # Nobody going there is an answer, too: the islands are not covered by everybody.
    return (True, what, told or "nobody goes there"), quotes


def _order(gateway: OnlineGateway, way: Trial, quote: Quote) -> Iterator[Finding]:
    request = way.parcel(f"UJI-{secrets.token_hex(4).upper()}", quote)
    try:
        booking = gateway.book(request)
    except GatewayError as error:
        yield False, "order", f"{request.key}: {_why(error)}"
        return
    yield True, "order", f"{request.key} is {booking.booking_ref}, {quote.service}"
    if booking.price_idr is not None:
        same = booking.price_idr == quote.price_idr
        yield True, "price of the order", "as quoted" if same else f"Rp{dotted(booking.price_idr)}, not as quoted"
    yield _tried("order found by its id", lambda: gateway.look(booking.booking_ref).key in {"", request.key})

    def is_cancelled() -> bool:
        gateway.cancel(booking.booking_ref)
        return gateway.look(booking.booking_ref).status is ShipmentStatus.CANCELLED

    is_fine, what, why = _tried("order cancelled", is_cancelled)
    yield is_fine, what, why if is_fine else f"cancel {booking.booking_ref} by hand; {why}"


def _tried(what: str, step: Callable[[], bool]) -> Finding:
    try:
        return step(), what, ""
    except GatewayError as error:
        return False, what, _why(error)


def _why(error: GatewayError) -> str:
    return " ".join(part for part in (error.code, getattr(error, "refusal", ""), str(error)) if part)


def dotted(amount: Rupiah) -> str:
    return f"{amount:,}".replace(",", ".")


def hidden(line: str) -> str:
    """What others answer is not ours to trust: it may repeat the key."""
    for name, value in current_app.config.items():
        if name.endswith(SECRET_ENDINGS):
            for secret in value if isinstance(value, list) else [value]:
                if isinstance(secret, str) and len(secret) >= SHORTEST_HIDDEN:
                    line = line.replace(secret, "•••")
    return line


@bp.cli.command("replay")
@click.option("--courier", type=click.Choice(sorted(one.value for one in ONLINE)), help="Only notices of this courier.")
@click.option(
    "--outcome", type=click.Choice([one.value for one in NoticeOutcome]), help="Only notices that were judged so."
)
@click.option("--since", type=click.DateTime(), help="Only notices that came since then, WIB.")
@click.option("--notice", "notice_id", type=int, help="Only this notice, by its number.")
def replay(courier: str | None, outcome: str | None, since: datetime | None, notice_id: int | None) -> None:
    """Let the worker judge stored notices again, as after a mistake was mended. What has happened happens once."""
    with transaction() as session:
        count = services.replay(
            session,
            courier=Courier(courier) if courier else None,
            outcome=NoticeOutcome(outcome) if outcome else None,
            since=since.replace(tzinfo=clock.LOCAL_ZONE) if since else None,
            notice_id=notice_id,
        )
    click.echo(f"{count} notices wait for the worker.")
