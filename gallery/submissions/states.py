"""Life of a spreadsheet submission and of its rows."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class SubmissionStatus(StrEnum):
    CHECKING = "checking"
    READY = "ready"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = SubmissionStatus
SUBMISSION: Final = Machine(
    {
        _S.CHECKING: frozenset({_S.READY, _S.FAILED, _S.CANCELLED}),
        _S.READY: frozenset({_S.IMPORTING, _S.CANCELLED, _S.CHECKING}),  # checked again when photos were added
        _S.IMPORTING: frozenset({_S.DONE}),
        _S.DONE: frozenset(),
        _S.FAILED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)


class RowOutcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"
