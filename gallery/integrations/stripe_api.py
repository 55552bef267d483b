"""Stripe's own library, tamed: our connections, no repetition, no telemetry, and errors that say what is sure.

Loading it takes a third of a second and 36 MB, so :mod:`gallery.integrations.stripe_checkout` does so when it calls.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import stripe

from gallery.core import clock
from gallery.integrations import answers
from gallery.integrations.gateway_calls import gateway_errors, refuse_doubts
from gallery.integrations.http_calls import HttpLine, read_json
from gallery.payments.errors import (
    BadNoticeError,
    GatewayBusyError,
    GatewayError,
    GatewayRefusedError,
    GatewayUnsureError,
)

VERSION: Final = "2026-10-28.endive"
"""The API's version whose answers are read here, whatever the account's own is."""
TOLERANCE_S: Final = 300
CONFLICT, FIRST_ERROR = 409, 400

# It writes what it sends and gets at these levels: names, mail addresses, amounts.
logging.getLogger("stripe").setLevel(logging.WARNING)
stripe.enable_telemetry = False


class _Line(stripe.HTTPClient):
    """Lets the library speak through our connections: real deadlines, bounded answers, nothing followed or kept."""

    name = "requests"

    def __init__(self, line: HttpLine) -> None:
        super().__init__()
        self._line = line

    # It says that bodies are text, gets bytes from its own client too, and decodes them itself.
    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data
        answer = self._line.send(method.upper(), url, headers or {}, body)
        refuse_doubts(answer)
        return answer.body, answer.status, answer.headers

    def close(self) -> None:
        """Nothing: the connections are of the process."""


def client(key: str, url: str, timeouts_s: tuple[float, float]) -> stripe.StripeClient:
    """Return the library's client.

    It never repeats a call: a buyer waits for the first answer already, and every POST has a key of ours, under which
    the caller asks again when it suits him.
    """
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses={"api": url.rstrip("/")},
        max_network_retries=0,
        http_client=_Line(HttpLine(timeouts_s)),
    )


@contextmanager
def calling() -> Iterator[None]:
    """Raise the port's errors for what goes wrong in the block.

    Nothing of Stripe's sentences is kept, they may repeat what was sent; its code, parameter and request number are.
    """
    try:
        with gateway_errors():
            yield
    except stripe.StripeError as error:
        raise _meant(error) from error


def _meant(error: stripe.StripeError) -> GatewayError:
    status = error.http_status
    told = answers.part(error.json_body, "error") if isinstance(error.json_body, dict) else {}
    code = answers.first(told, "code", "type") or type(error).__name__
    parts = (f"answer {status}", answers.text(told.get("param")), answers.text(error.request_id))
    what = " ".join(part for part in parts if part)
    # In flight under the same key, or a limit in its older form.
    if isinstance(error, stripe.RateLimitError) or status == CONFLICT:
        return GatewayBusyError(what, code_there=code)
    # A 2xx that is an error here is one whose body nobody can read.
    if status is None or status < FIRST_ERROR:
        return GatewayUnsureError(what, code_there=code)
    return GatewayRefusedError(what, code_there=code)


def plain(thing: object) -> dict[str, Any]:
    """Return an answer as a dictionary; :class:`GatewayUnsureError` for what is no object."""
    if not isinstance(thing, stripe.StripeObject):
        raise GatewayUnsureError("an answer that says nothing")
    return dict(thing.to_dict())


def rows(first: object) -> Iterator[dict[str, Any]]:
    """Yield what a list holds, page after page; :class:`GatewayUnsureError` for what is no list."""
    if not isinstance(first, stripe.ListObject) or not isinstance(plain(first).get("data"), list):
        raise GatewayUnsureError("an answer that is no list")
    for row in first.auto_paging_iter():
        yield plain(row)


def event(body: bytes, signature: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    """Return the event that these bytes are; :class:`BadNoticeError` unless one of the secrets signed it just now."""
    if not any(_is_signed(body, signature, secret) for secret in secrets):
        raise BadNoticeError
    try:
        found = read_json(body)
    except ValueError as error:
        raise BadNoticeError from error
    # Thin events ("v2.core.event") have another shape; nobody should have ordered them for this address.
    if not isinstance(found, dict) or found.get("object") != "event":
        raise BadNoticeError
    return found


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_S)
        signed_at = int(next(item[2:] for item in signature.split(",") if item.startswith("t=")))
    # TypeError: the library compares texts, which must be ASCII; ValueError: the body is no UTF-8.
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        return False
    # The library lets a time in the future pass.
    return signed_at <= clock.now().timestamp() + TOLERANCE_S
