"""Waiting for what another process does."""

import time
from collections.abc import Callable

LOOK_EVERY_S = 0.02


def until(condition: Callable[[], object], what: str, patience_s: float) -> None:
    """Return as soon as the condition holds; fail after so many seconds, saying what never came."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(LOOK_EVERY_S)
