"""What other processes do for the seeding: draw and render. Imports no more than that needs, so that they start quickly."""

import hashlib
from dataclasses import dataclass
from typing import Final

from gallery.core import images
from gallery.core.renditions import RenderedImage
from gallery.demo.pictures import people, scenes
from gallery.demo.pictures.canvas import GROUNDS
from gallery.demo.pictures.products import photo
from gallery.demo.pictures.raster import jpeg, on_stage

PORTRAIT_SIDE: Final = 480


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a product: the first, or a further view."""

    number: int
    take: int = 0


@dataclass(frozen=True, slots=True)
class Developed:
    """What the telephone sent, and what the photo pipeline made of it."""

    data: bytes
    rendered: RenderedImage

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def develop(shot: Shot, width: int) -> Developed:
    """Draw one picture and render it."""
    data = photo(shot.number, shot.take, width)
    return Developed(data, images.render(data))


def portrait(person: people.Person) -> bytes:
    """Draw somebody."""
    ground = list(GROUNDS)[person.seed % len(GROUNDS)]
    return images.clean_jpeg(jpeg(on_stage(ground, people.portrait(person), PORTRAIT_SIDE)))


def illustration(name: str) -> RenderedImage:
    """Draw the picture of an article in its sizes."""
    return images.render(jpeg(scenes.news(name)))
