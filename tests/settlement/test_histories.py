"""A few random histories; the long run is ``python -m tests.settlement.histories``."""

import pytest

from tests.settlement.histories import live


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("seed", [1, 2])
def test_after_random_histories_not_a_rupiah_is_missing(seed):
    world, wrong = live(seed, 30)
    assert wrong == []
    assert {"deliver", "sell", "paid"} <= set(world.done)
