"""How often an address asked for what is not there; in memory, each process by itself, forgotten after its window."""

from collections import OrderedDict
from time import monotonic
from typing import Final

MOST_ADDRESSES: Final = 10_000


class Misses:
    """At most ``most`` misses of one address in ``seconds``."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._seen: OrderedDict[str, list[float]] = OrderedDict()

    def add(self, address: str) -> None:
        """Note a miss."""
        self._seen[address] = [*self._recent(address), monotonic()]
        self._seen.move_to_end(address)
        while len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)

    def is_full(self, address: str) -> bool:
        """Whether the address has to wait."""
        return len(self._recent(address)) >= self.most

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()

    def _recent(self, address: str) -> list[float]:
        since = monotonic() - self.seconds
        return [at for at in self._seen.get(address, []) if at > since]
