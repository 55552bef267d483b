"""Counter, web buyers and sales of a till without a connection want the last pieces at the same moment."""

import pytest

from tests.counter.race import race

PIECES = 6


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_exactly_what_was_there_is_sold(database_url, database):
    database.disconnect()  # no connection may be shared with a forked child
    outcome = race(database_url, buyers=8, sales=5, pieces=PIECES)
    assert outcome.is_right(PIECES), outcome
