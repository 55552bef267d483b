"""Logs as one JSON object a line: what happened to which request, and nothing about a person.

Only the fields named here are written. An exception is written as its class and its frames, never as its text, which
may quote a value somebody typed. JSON escapes control characters, so no value can forge a line.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

# None of them ever holds what somebody typed: numbers and names of our own.
FIELDS: Final = (
    *("route", "endpoint", "method", "status", "ms", "topic", "message_id", "command", "code", "count"),
    *("product", "source", "submission_id", "row", "findings", "first", "differences", "gaps"),
)
PERSONAL: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+"  # mail address
    r"|\+?\d[\d .-]{8,}\d"  # NIK, telephone, bank account
    r"|[\w-]{20,}\.[\w-]{4,}\.[\w-]{10,}"  # signed token
)
FRAMES: Final = 12

_context: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


def bind(**facts: Any) -> None:
    """Add facts (``request_id``, ``user_id``) to every line that this request or job still writes."""
    _context.set({**(_context.get() or {}), **facts})


@contextmanager
def fresh_context(**facts: Any) -> Iterator[None]:
    """Start with these facts alone and forget them afterwards."""
    token = _context.set(facts)
    try:
        yield
    finally:
        _context.reset(token)


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": without_personal_data(record.getMessage()),
            **(_context.get() or {}),
        }
        line.update({name: record.__dict__[name] for name in FIELDS if name in record.__dict__})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"], line["trace"] = _described(record.exc_info[1], record.exc_info[2])
        return json.dumps(line, default=str)


def without_personal_data(text: str) -> str:
    """Return the text with whatever looks like an address, a number of a person or a token taken out."""
    return PERSONAL.sub("[…]", text)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logs of this process to ``stream`` (standard error) as JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("gallery").setLevel(level)
    for name in ("gunicorn.error", "gunicorn.access", "alembic", "werkzeug"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # The development server writes whole URLs, with the tokens in them; our own line has the route instead.
    logging.getLogger("werkzeug").setLevel("WARNING")
    logging.getLogger("alembic").setLevel("WARNING")


def _described(error: BaseException, trace: TracebackType | None) -> tuple[str, list[str]]:
    kind = type(error)
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return f"{kind.__module__}.{kind.__qualname__}", [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
