"""A number for every request, and one log line when it is answered: route, status and duration, no address or query."""

import logging
import re
import time
from secrets import token_hex
from typing import Final

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue

from gallery.core import logs

log = logging.getLogger("gallery.requests")
HEADER: Final = "X-Request-ID"
GIVEN: Final = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
SLOW_MS: Final = 2_000


def init_app(app: Flask) -> None:
    """Number and log the requests of this application."""
    app.before_request(_begin)
    app.after_request(_finish)


def request_id() -> str:
    """Return the number that people can quote when something went wrong."""
    return str(g.get("request_id", ""))


def number(given: str) -> str:
    """Return the number a proxy gave this request, or a new one."""
    # Two halves, so that no number ever looks like a NIK to who searches the logs for one.
    return given if GIVEN.fullmatch(given) else f"{token_hex(4)}-{token_hex(4)}"


def note(route: str, method: str, status: int, started: float) -> None:
    """Write the line of an answered request."""
    duration = round((time.perf_counter() - started) * 1000)
    level = logging.WARNING if status >= 500 or duration > SLOW_MS else logging.INFO  # noqa: PLR2004
    log.log(level, "answered", extra={"route": route, "method": method, "status": status, "ms": duration})


def _begin() -> ResponseReturnValue | None:
    g.started = time.perf_counter()
    g.request_id = number(request.headers.get(HEADER, ""))
    logs.bind(request_id=g.request_id, user_id=None)
    return None


def _finish(response: Response) -> Response:
    if "started" not in g:  # refused before it began, e.g. an unknown host
        return response
    response.headers[HEADER] = g.request_id
    rule = request.url_rule.rule if request.url_rule else "-"
    note(rule, request.method, response.status_code, g.started)
    return response
