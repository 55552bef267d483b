"""pytest plugin: what takes longest begins first, so that no worker is left alone with it at the end.

xdist gives each worker a part of the list, in its order: the journeys, which share one set of demo data, come to one
worker while the other takes the small tests; whoever is done first takes over from the end of the other's part.
"""

import pytest

LONGEST = ("journey", "processes")


@pytest.hookimpl(trylast=True)  # after the order has been shuffled, and some were left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next((number for number, mark in enumerate(LONGEST) if item.get_closest_marker(mark)), len(LONGEST))
