"""pytest plugin: what takes longest begins first, and all that is small comes last.

xdist gives each worker a part of the list, in its order. The long tests, which often wait for a browser or a process,
begin the parts of all workers but the last, module by module; whoever is done first takes over from the end of
another's part. So a processor has always something to do, and no worker is left alone with a long test at the end.
"""

from itertools import groupby

import pytest

LONGEST = ("journey", "processes")


@pytest.hookimpl(trylast=True)  # after the order has been shuffled, and some were left out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = dealt(items, workers)


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The same tests, so ordered that equal parts of the list are one worker's each."""
    long = sorted((item for item in items if _rank(item) < len(LONGEST)), key=_rank)
    small = [item for item in items if _rank(item) == len(LONGEST)]
    hands: list[list[pytest.Item]] = [[] for _ in range(max(1, workers - 1))]
    for number, (_, tests) in enumerate(groupby(long, key=lambda item: (_rank(item), item.path))):
        hands[number % len(hands)].extend(tests)
    parts: list[pytest.Item] = []
    for number, hand in enumerate(hands, start=1):
        parts += hand
        room = max(0, len(items) * number // workers - len(parts))
        parts += small[:room]
        del small[:room]
    return parts + small


def _rank(item: pytest.Item) -> int:
    return next((number for number, mark in enumerate(LONGEST) if item.get_closest_marker(mark)), len(LONGEST))
