"""The day on which a test happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from gallery.core import clock

MINUTE = timedelta(minutes=1)  # longer than any test of one process takes


class Ahead(datetime):
    """Its ``now`` is a minute later."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + MINUTE


@contextmanager
def one_day() -> Iterator[None]:
    """No day of the province ends in the middle of a test: in its last minute the next one has begun.

    What a test expects of today would else be of yesterday once a day, and nobody could tell why.
    """
    with pytest.MonkeyPatch.context() as patch:
        if clock.local_day(clock.now() + MINUTE) != clock.today():
            patch.setattr(clock, "datetime", Ahead)  # ``clock.now`` looks it up there each time
        yield
