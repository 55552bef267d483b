"""One call to a courier's server, and what its outcome says about what was done there.

Only three things matter to the caller (see :mod:`gallery.delivery.courier`): a sure no, a sure not-yet, or an answer
that was lost. Nothing is repeated here: whether a call may be repeated is known to the caller alone.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from gallery.core import clock
from gallery.delivery import courier as port
from gallery.delivery.courier import Exchange
from gallery.delivery.errors import CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import Courier
from gallery.integrations.http_calls import (
    ANSWER_LIMIT,
    TIMEOUTS_S,
    TOO_MANY,
    AnswerLostError,
    HttpLine,
    NotSendableError,
    NotSentError,
    RawAnswer,
    read_json,
)

PICTURE_LIMIT: Final = 8_000_000
URL_LIMIT: Final = 200
NOTED_LIMIT: Final = 20_000
_CONFLICT, _FIRST_ERROR = 409, 400
HIDDEN: Final = "•••"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that arrived whole: 2xx, or 4xx which is a sure no. ``data`` is its JSON, none for an empty body."""

    status: int
    data: Any

    @property
    def is_ok(self) -> bool:
        return self.status < _FIRST_ERROR

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object; an empty one if the answer is something else."""
        return self.data if isinstance(self.data, dict) else {}


class CourierHttp:
    """Calls one courier's server. ``secrets`` are the texts that must not appear in what is noted about a call."""

    def __init__(
        self,
        courier: Courier,
        base_url: str,
        *,
        timeouts_s: tuple[float, float] = TIMEOUTS_S,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.courier, self._base_url, self._line = courier, base_url.rstrip("/"), HttpLine(timeouts_s)
        self._secrets = tuple(secret for secret in secrets if secret)

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        answer_by: float | None = None,
        is_secret: bool = False,
    ) -> Answer:
        """Send exactly these bytes once and return the answer, or raise busy or unsure; reported in either case.

        ``path`` may be a whole address. ``is_secret``: neither what is sent nor what comes back is noted.
        """
        with self._reported(method, path, HIDDEN if is_secret else self._noted(body or b"")) as told:
            answer = self._send(method, path, headers, body, answer_by)
            told.update(status_code=answer.status, answer=HIDDEN if is_secret else self._noted(answer.body))
            _refuse_doubts(answer)
            return Answer(answer.status, _data(answer.status, answer.body))

    def picture(self, url: str, hosts: tuple[str, ...]) -> bytes:
        """Fetch a picture from this courier's own server or one below ``hosts``, without telling it our key.

        :class:`CourierRefusedError` for any other address: whoever can write into an order must not make us call
        servers of his choice.
        """
        if not self._is_theirs(url, hosts):
            raise CourierRefusedError("foreign_address", url[:URL_LIMIT])
        with self._reported("GET", url, "") as told:
            answer = self._send("GET", url, {"Accept": "image/*"}, None, None, PICTURE_LIMIT)
            told.update(status_code=answer.status, answer=f"({len(answer.body)} bytes)")
            _refuse_doubts(answer)
            if answer.status >= _FIRST_ERROR or not answer.body:
                raise CourierRefusedError("no_picture", f"answer {answer.status}")
            return answer.body

    def _is_theirs(self, url: str, hosts: tuple[str, ...]) -> bool:
        try:
            parts, own = urlsplit(url), urlsplit(self._base_url)
            is_plain = parts.port in {None, 443} and not parts.username and not parts.password
        except ValueError:
            return False
        host = parts.hostname or ""
        is_below = parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in hosts)
        return (parts.scheme, parts.netloc) == (own.scheme, own.netloc) or (is_below and is_plain)

    @contextmanager
    def _reported(self, method: str, path: str, request: str) -> Iterator[dict[str, Any]]:
        """Report the call when it is over, with what the block has put into the dictionary."""
        started, error, told = time.monotonic(), "", dict[str, Any](status_code=None, answer="")
        try:
            yield told
        except (CourierBusyError, CourierUnsureError, CourierRefusedError) as failed:
            error = str(failed)
            raise
        finally:
            took_ms = round((time.monotonic() - started) * 1_000)
            what = f"{method} {path}"[:URL_LIMIT]
            port.report(
                Exchange(
                    courier=self.courier,
                    what=what,
                    at=clock.now(),
                    duration_ms=took_ms,
                    error=error,
                    request=request,
                    **told,
                )
            )

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        answer_by: float | None,
        limit: int = ANSWER_LIMIT,
    ) -> RawAnswer:
        url = path if "://" in path else self._base_url + path
        try:
            return self._line.send(method, url, headers, body, answer_by=answer_by, limit=limit)
        except NotSentError as error:
            raise CourierBusyError(str(error)) from error
        except NotSendableError as error:
            raise CourierRefusedError("not_sendable", str(error)) from error
        except AnswerLostError as error:
            raise CourierUnsureError(str(error)) from error

    def _noted(self, raw: bytes) -> str:
        text = raw[: NOTED_LIMIT * 4].decode(errors="replace").replace("\0", "")[:NOTED_LIMIT]
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


def _refuse_doubts(answer: RawAnswer) -> None:
    """Raise busy or unsure for a status that says so."""
    if answer.status == TOO_MANY:
        raise CourierBusyError("too many calls", retry_after_s=answer.retry_after_s)
    if answer.is_doubtful:
        raise CourierUnsureError(f"answer {answer.status}")


def _data(status: int, raw: bytes) -> Any:
    try:
        return read_json(raw) if raw.strip() else None
    except ValueError as error:
        # A page instead of JSON: with an error status somebody on the way refused it, else nobody knows who spoke.
        if status < _FIRST_ERROR or status == _CONFLICT:
            raise CourierUnsureError(f"answer {status} without JSON") from error
        return None
