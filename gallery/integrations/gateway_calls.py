"""What a call to a payment gateway's server means for its caller, and what its answers' amounts and times are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from gallery.core.money import Rupiah
from gallery.integrations import answers
from gallery.integrations.http_calls import (
    TOO_MANY,
    AnswerLostError,
    NotSendableError,
    NotSentError,
    RawAnswer,
)
from gallery.payments.errors import GatewayBusyError, GatewayRefusedError, GatewayUnsureError

DIGITS: Final = 18


@contextmanager
def gateway_errors() -> Iterator[None]:
    """Turn what became of a call on its way into the port's errors."""
    try:
        yield
    except NotSentError as error:
        raise GatewayBusyError(str(error)) from error
    except NotSendableError as error:
        raise GatewayRefusedError("not sendable", code_there=str(error)) from error
    except AnswerLostError as error:
        raise GatewayUnsureError(str(error)) from error


def refuse_doubts(answer: RawAnswer) -> None:
    """Raise busy or unsure for a status that says so."""
    if answer.status == TOO_MANY:
        raise GatewayBusyError("too many calls", retry_after_s=answer.retry_after_s)
    if answer.is_doubtful:
        raise GatewayUnsureError(f"answer {answer.status}")


def from_sen(value: Any) -> Rupiah | None:
    """Return an amount given in hundredths; none if it is no whole number of rupiah."""
    if isinstance(value, bool) or not isinstance(value, int) or value % 100:
        return None
    return Rupiah(value // 100)


def from_decimals(value: Any) -> Rupiah | None:
    """Return an amount given as "150000.00"; none if it is no whole number of rupiah. A float is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    whole, _dot, rest = str(value).strip().partition(".")
    if not whole.isascii() or not whole.isdecimal() or len(whole) > DIGITS or rest.strip("0"):
        return None
    return Rupiah(int(whole))


def at_second(value: Any) -> datetime | None:
    """Return the moment of so many seconds since 1970."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return answers.when(value) if is_number else None


def origin(url: str) -> str:
    """Return ``https://host`` of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def own_page(value: Any, hosts: tuple[str, ...]) -> str:
    """Return the address of a payment page; :class:`GatewayRefusedError` where no browser would be let go."""
    url = answers.web_address(value)
    if not url:
        raise GatewayUnsureError("a page without an address")
    if origin(url) not in hosts:
        raise GatewayRefusedError(f"its page is at {origin(url)}, which no setting names", code_there="foreign_page")
    return url


def whole_second(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())
