"""What is kept of a picture: a master and its sizes. Whoever takes them from elsewhere needs no decoder for that."""

from dataclasses import dataclass
from typing import Final

MASTER_SIDE: Final = 2560  # enough for a printed A4 page; R40 allows up to 4096


@dataclass(frozen=True, slots=True)
class Rendition:
    """One encoded size; ``media_type`` is image/webp or image/jpeg."""

    media_type: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """``master`` is a JPEG of at most 2560 pixels a side; width and height are of it, upright."""

    width: int
    height: int
    colour: str
    master: bytes
    renditions: tuple[Rendition, ...]
