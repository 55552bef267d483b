"""What a run leaves out is chosen by names that exist, long tests begin first, and no midnight falls into a test."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gallery.core import clock
from tests.databases import JOURNEYS_ON_EVERY_DATABASE, SAME_ON_EVERY_DATABASE
from tests.days import one_day
from tests.order import dealt

TESTS = Path(__file__).resolve().parents[1]
NAMED = [*(f"tests/journeys/{name}" for name in JOURNEYS_ON_EVERY_DATABASE), *SAME_ON_EVERY_DATABASE]


@pytest.mark.parametrize("name", NAMED)
def test_what_is_chosen_by_its_name_exists(name):
    file, _, test = name.partition("::")
    test, _, case = test.partition("[")
    source = (TESTS.parent / file).read_text(encoding="utf-8")
    assert f"def {test or 'test_'}" in source
    assert f'"{case}' in source


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


class Listed:
    """As much of a test as its place in the list depends on."""

    def __init__(self, path, mark=""):
        self.path, self.mark = path, mark

    def get_closest_marker(self, name):
        return name if name == self.mark else None


@pytest.mark.parametrize(
    ("workers", "parts"),
    [(1, ["one one two three small small small small small"]),
     (2, ["one one two three", "small small small small small"]),
     (3, ["one one three", "two small small", "small small small"])],
)  # fmt: skip
def test_long_tests_begin_the_parts_of_all_workers_but_the_last(workers, parts):
    long = [Listed("three", "processes"), *(Listed(path, "journey") for path in ("one", "one", "two"))]
    tests = dealt([Listed("small") for _ in range(5)] + long, workers)
    assert [test.path for test in tests] == " ".join(parts).split()
