"""One call to somebody else's server over HTTP, and what is sure about it afterwards.

Sent at most once: whether a call may be repeated is known to its caller alone. Nothing here knows whose server it is.
"""

import json
import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from gallery.core import clock

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

TIMEOUTS_S: Final = (3.05, 10.0)
"""To connect, and between two pieces of an answer. The first is a little more than TCP's own second try."""
ANSWER_LIMIT: Final = 1_000_000
PIECE: Final = 16_384
RETRY_AFTER_S: Final = 10.0
LONGEST_RETRY_AFTER_S: Final = 3_600.0
TOO_MANY: Final = 429
# The server, or something before it, gave up waiting; whether the request was worked on is not said.
_LOST: Final = frozenset({408, 425, 499})
_OK, _FIRST_ERROR, _SERVER_ERROR = 2, 400, 500


class NotSentError(Exception):
    """No byte of the request can have arrived."""


class NotSendableError(Exception):
    """The address or a header is none; the argument names what was wrong."""


class AnswerLostError(Exception):
    """The request may have arrived; its answer did not, or not whole, or too late."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer that arrived whole, whatever it says."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes

    @property
    def is_doubtful(self) -> bool:
        return is_doubtful(self.status)

    @property
    def retry_after_s(self) -> float:
        return retry_after_s(self.headers.get("Retry-After"))


class HttpLine:
    """Calls servers with the connections of one process; cookies are not kept, redirections not followed."""

    def __init__(self, timeouts_s: tuple[float, float] = TIMEOUTS_S) -> None:
        self._timeouts_s = timeouts_s
        self._lock = threading.Lock()
        self._session: Session | None = None

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        answer_by: float | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> RawAnswer:
        """Send exactly these bytes once and return the answer.

        Raises :class:`NotSentError`, :class:`NotSendableError` or :class:`AnswerLostError`. ``answer_by`` is a moment
        of the monotonic clock (see :func:`until`); a body longer than ``limit`` bytes counts as lost.
        """
        from requests import exceptions  # noqa: PLC0415 - most processes never call anybody

        left = no_longer_than(answer_by, sum(self._timeouts_s))
        if left <= 0:
            raise NotSentError("no time left")
        end = time.monotonic() + left
        connect_s, read_s = (min(most, left) for most in self._timeouts_s)
        try:
            answer = self._connected().request(
                method,
                url,
                data=body,
                headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
                auth=_leave,
                timeout=(connect_s, read_s),
                allow_redirects=False,
                stream=True,
            )
            with answer:
                return RawAnswer(answer.status_code, answer.headers, b"".join(_pieces(answer, end, limit)))
        except exceptions.ConnectTimeout as error:
            raise NotSentError("no connection") from error
        except (exceptions.InvalidURL, exceptions.InvalidHeader, exceptions.MissingSchema, UnicodeError) as error:
            raise NotSendableError(type(error).__name__) from error
        except exceptions.InvalidSchema as error:
            raise NotSendableError("InvalidSchema") from error
        except exceptions.ConnectionError as error:
            if _never_arrived(error):
                raise NotSentError("no connection") from error
            raise AnswerLostError(_lost(error)) from error
        except exceptions.RequestException as error:
            raise AnswerLostError(_lost(error)) from error

    def _connected(self) -> "Session":
        """Return the session of this process, made when it is needed first."""
        with self._lock:
            if self._session is None:
                from http.cookiejar import DefaultCookiePolicy  # noqa: PLC0415 - see above

                import requests  # noqa: PLC0415

                self._session = requests.Session()
                self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            return self._session


def is_doubtful(status: int) -> bool:
    """Whether a status leaves open if the request was worked on: 5xx, time-outs of proxies, redirections."""
    return status >= _SERVER_ERROR or status in _LOST or not (status // 100 == _OK or status >= _FIRST_ERROR)


def until(within_s: float | None) -> float | None:
    """Return the moment (of the monotonic clock) after which an answer is of no use, for several calls in a row."""
    return None if within_s is None else time.monotonic() + within_s


def no_longer_than(answer_by: float | None, most_s: float) -> float:
    return most_s if answer_by is None else min(most_s, answer_by - time.monotonic())


def retry_after_s(text: str | None) -> float:
    """Read a Retry-After header, seconds or a date; between nothing and an hour, ten seconds if it says nothing."""
    try:
        wanted = float(text or "")
    except ValueError:
        try:
            wanted = (parsedate_to_datetime(text or "") - clock.now()).total_seconds()
        except (ValueError, TypeError):  # TypeError: a date without a zone
            return RETRY_AFTER_S
    return RETRY_AFTER_S if math.isnan(wanted) else min(max(wanted, 0.0), LONGEST_RETRY_AFTER_S)


def read_json(raw: bytes) -> Any:
    """Return what these bytes say; :class:`ValueError` for everything that is not JSON we would write ourselves."""
    try:
        return json.loads(raw, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _pieces(answer: "Response", end: float, limit: int) -> Iterator[bytes]:
    """Yield the body; :class:`AnswerLostError` when it is too long or comes too slowly."""
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as requests, whose part it is

    length = 0
    try:
        # Not iter_content, which waits for a whole piece, however slowly it comes.
        while piece := answer.raw.read1(PIECE):
            length += len(piece)
            if length > limit:
                raise AnswerLostError("the answer is too long")
            if time.monotonic() > end:
                raise AnswerLostError("the answer comes too slowly")
            yield piece
    except HTTPError as error:
        raise AnswerLostError(_lost(error)) from error


def _leave(request: "PreparedRequest") -> "PreparedRequest":
    """Leave the headers alone: without an ``auth`` requests would put a password of a .netrc file over ours."""
    return request


def _never_arrived(error: Exception) -> bool:
    """Whether no byte of the request can have reached the server: no name, no connection, a wrong certificate."""
    from ssl import SSLCertVerificationError  # noqa: PLC0415 - as requests, whose part both are

    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415

    reason: Any = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    if isinstance(reason, NewConnectionError):
        return True
    seen: Any = reason
    while seen is not None:
        if isinstance(seen, SSLCertVerificationError):
            return True
        seen = next((part for part in getattr(seen, "args", ()) if isinstance(part, BaseException)), None)
    return False


def _lost(error: Exception) -> str:
    return f"answer lost: {type(error).__name__}"
