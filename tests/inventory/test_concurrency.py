"""Many processes, last pieces: as many orders as pieces. The control shows that the race is real without the locks.

The big races (40 processes, 20 runs on each database): ``python -m tests.inventory.race``, see CONTRIBUTING.md.
"""

import pytest

from tests import postgres
from tests.inventory import server_race
from tests.inventory.race import race

BUYERS, PIECES = 8, 3


@pytest.fixture
def url(database_url, database):
    database.disconnect()  # no connection may be shared with a forked child
    return database_url


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_as_many_orders_as_pieces(url):
    outcome = race(url, buyers=BUYERS, pieces=PIECES)
    assert outcome.is_right(BUYERS, PIECES), outcome


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_buyers_killed_in_the_middle_leave_nothing_half(url):
    outcome = race(url, buyers=BUYERS, pieces=PIECES, kill=3)
    assert outcome.is_right(BUYERS, PIECES), outcome


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_without_locks_the_same_race_oversells(url):
    outcome = race(url, buyers=BUYERS, pieces=PIECES, locking=False)
    assert not outcome.is_right(BUYERS, PIECES), outcome
    assert outcome.orders > PIECES, (postgres.database_url() or "sqlite", outcome)


@pytest.mark.processes
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_server_killed_in_the_middle_sells_each_piece_once(url, tmp_path):
    outcome = server_race.race(url, tmp_path, buyers=14, pieces=10)
    assert outcome.is_right(14, 10), outcome  # wherever the kill hit: on a busy machine that is not for us to choose
