"""What a stored word is called on screen: its text, and how its badge looks."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Word:
    """Text of a stored word, the kind of its badge (ok, warn, err, info, brand, gold) and its icon."""

    text: Any
    kind: str = ""
    icon: str = ""
