"""Writes of the same moment share one transaction, and each waits until its own is committed.

For a door where many small things arrive at once and each must be on the disk before it is answered: the cost of a
transaction is then paid once for all that came while the one before was being committed.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gallery.core.db import transaction

T = TypeVar("T")
AT_ONCE: Final = 200
PATIENCE_S: Final = 25.0  # a little less than the server lets a request run


@dataclass(eq=False)
class _Place(Generic[T]):
    thing: T
    turn: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    error: BaseException | None = None


class Together(Generic[T]):
    """``store`` returns when the thing is committed, and raises what its own writing raised.

    Whoever comes first writes for all that wait; who came meanwhile is written next, by one of them.
    """

    def __init__(self, write: Callable[[Session, Sequence[T]], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[_Place[T]] = []
        self._is_writing = False

    def store(self, thing: T) -> None:
        mine = _Place(thing)
        with self._lock:
            self._waiting.append(mine)
            is_first, self._is_writing = not self._is_writing, True
        if not is_first and not mine.turn.wait(PATIENCE_S):
            raise TimeoutError("nobody wrote it")
        if not mine.is_done:
            self._write_for_all()
        if mine.error is not None:
            raise mine.error

    def _write_for_all(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        try:
            self._commit(batch)
        finally:
            with self._lock:
                following = self._waiting[:1]
                self._is_writing = bool(following)
            for place in batch:
                place.is_done = True
            for place in [*batch, *following]:
                place.turn.set()

    def _commit(self, batch: Sequence[_Place[T]]) -> None:
        """Write all of them; if that fails, each for itself, so that one hinders no other."""
        try:
            with transaction() as session:
                self._write(session, [place.thing for place in batch])
        except SQLAlchemyError:
            for place in batch:
                self._commit_one(place)
        except BaseException as error:  # noqa: BLE001 - nobody's thing is stored: each has to learn it
            for place in batch:
                place.error = error

    def _commit_one(self, place: _Place[T]) -> None:
        try:
            with transaction() as session:
                self._write(session, [place.thing])
        except SQLAlchemyError as error:
            place.error = error
