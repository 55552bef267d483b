"""The picture of an article: its sizes as files, and as pages name them."""

from dataclasses import dataclass
from typing import Any

from gallery.core.renditions import RenderedImage


@dataclass(frozen=True, slots=True)
class LaidOut:
    """``files`` by key; ``sizes`` is what the ``picture`` macro reads, the form that photos of products have too."""

    files: dict[str, bytes]
    sizes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that stands in the store: the row of its largest JPEG, and all its sizes."""

    file_id: int
    sizes: dict[str, Any]


def laid_out(key: str, rendered: RenderedImage) -> LaidOut:
    """Name every size of a picture; ``key`` itself is that of the largest JPEG, for previews elsewhere."""
    base, files = key.removesuffix(".jpg"), {}
    sizes: dict[str, list[list[Any]]] = {"webp": [], "jpeg": []}
    widest = max(one.width for one in rendered.renditions)
    for one in rendered.renditions:
        kind = one.media_type.removeprefix("image/")
        name = f"{base}-{one.width}.{'webp' if kind == 'webp' else 'jpg'}"
        name = key if kind == "jpeg" and one.width == widest else name
        files[name] = one.data
        sizes[kind].append([one.width, name])
    return LaidOut(files, {"width": rendered.width, "height": rendered.height, **sizes})
