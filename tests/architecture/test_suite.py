"""What a run leaves out on the second database is chosen by names that exist."""

from pathlib import Path

import pytest

from tests.databases import JOURNEYS_ON_EVERY_DATABASE

JOURNEYS = Path(__file__).resolve().parents[1] / "journeys"


@pytest.mark.parametrize("name", JOURNEYS_ON_EVERY_DATABASE)
def test_a_journey_of_every_database_exists(name):
    file, _, test = name.partition("::")
    assert f"def {test or 'test_'}" in (JOURNEYS / file).read_text(encoding="utf-8")
