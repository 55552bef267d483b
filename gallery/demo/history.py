"""The past of the demo data: what happened when, carried out in order through the real services."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.db import transaction

Action = Callable[[Session], None]


class Agenda:
    """Actions with their moments. Each runs in its own transaction, with the clock at its moment.

    An action may put later ones on the agenda. What lies after ``until`` never happens: so unfinished orders stay
    unfinished in the most natural way.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._entries: list[tuple[datetime, int, Action]] = []
        self._numbers = itertools.count()

    def at(self, moment: datetime, action: Action) -> None:
        if moment <= self.until:
            heapq.heappush(self._entries, (moment, next(self._numbers), action))

    def run(self) -> int:
        """Carry out everything, the earliest first; return how many actions there were."""
        done = 0
        while self._entries:
            moment, _, action = heapq.heappop(self._entries)
            with clock.at(moment), transaction() as session:
                action(session)
            done += 1
        return done
