"""The past of the demo data: what happened when, carried out in order through the real services."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.db import transaction

Action = Callable[[Session], None]


def nothing() -> None:
    """Prepare nothing."""


class Agenda:
    """Actions with their moments. Each runs in its own transaction, with the clock at its moment.

    An action may put later ones on the agenda. What lies after ``until`` never happens: so unfinished orders stay
    unfinished in the most natural way. Files are written by ``before``, outside the transaction.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._entries: list[tuple[datetime, int, Action, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def at(self, moment: datetime, action: Action, *, before: Callable[[], None] = nothing) -> None:
        if moment <= self.until:
            heapq.heappush(self._entries, (moment, next(self._numbers), action, before))

    def run(self) -> int:
        """Carry out everything, the earliest first; return how many actions there were."""
        done = 0
        while self._entries:
            moment, _, action, before = heapq.heappop(self._entries)
            with clock.at(moment):
                before()
                with transaction() as session:
                    action(session)
            done += 1
        return done


@contextmanager
def in_a_hurry(engine: Engine) -> Iterator[None]:
    """Let SQLite not wait for the disk after each of a thousand commits: after a power cut one begins anew."""
    if engine.dialect.name != "sqlite":
        yield
        return
    engine.dispose()
    event.listen(engine, "connect", _do_not_wait)
    try:
        yield
    finally:
        event.remove(engine, "connect", _do_not_wait)
        engine.dispose()  # connections of the usual kind from here on


def _do_not_wait(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
