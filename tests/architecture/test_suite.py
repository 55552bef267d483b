"""What a run leaves out on the second database is chosen by names that exist; no midnight falls into a test."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gallery.core import clock
from tests.databases import JOURNEYS_ON_EVERY_DATABASE
from tests.days import one_day

JOURNEYS = Path(__file__).resolve().parents[1] / "journeys"


@pytest.mark.parametrize("name", JOURNEYS_ON_EVERY_DATABASE)
def test_a_journey_of_every_database_exists(name):
    file, _, test = name.partition("::")
    assert f"def {test or 'test_'}" in (JOURNEYS / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("moment", "day"),
    [(datetime(2026, 12, 31, 16, 58, 59, tzinfo=UTC), date(2026, 12, 31)),
     (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), date(2027, 1, 1))],
)  # fmt: skip
def test_no_day_ends_in_the_middle_of_a_test(monkeypatch, moment, day):
    class Late(datetime):
        """A minute before midnight in the province."""

        @classmethod
        def now(cls, tz):
            return moment.astimezone(tz)

    monkeypatch.setattr(clock, "datetime", Late)
    monkeypatch.setattr("tests.days.datetime", Late)
    with one_day():
        assert clock.today() == day
    assert clock.today() == date(2026, 12, 31)
