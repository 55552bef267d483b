"""A row of a spreadsheet that was not taken, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was not taken: its number in the sheet, the heading and what stands there, and a code for the words."""

    number: int
    heading: str
    value: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
