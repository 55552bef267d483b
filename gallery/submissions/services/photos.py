"""The photo ZIP: pictures found by the names that the sheet uses, inside limits; nothing is ever unpacked to disk.

Each picture that is asked for is looked at as its job will look at it, so that the preview says which can not be used.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from gallery.core.image_facts import MAX_BYTES, ImageDamagedError, ImageError, ImageFacts, ImageTooLargeError, inspect
from gallery.core.sheets.container import ENCRYPTED_FLAG, Container
from gallery.core.sheets.model import SheetProblem, UnreadableSheetError

MOST_FILES: Final = 2_000
UNPACKED: Final = 400 * 1024 * 1024
MISSING: Final = "missing"
AMBIGUOUS: Final = "ambiguous"
EXTENSIONS: Final = ("jpg", "jpeg", "png", "webp", "heic", "heif")
JUNK: Final = re.compile(r"(?:^|/)(?:__MACOSX/.*|\.[^/]+|Thumbs\.db|desktop\.ini)$")


@dataclass(frozen=True)
class ZippedPhoto:
    """One picture of the ZIP: where it is in there, the SHA-256 of its bytes, and what kind they are."""

    member: str
    sha256: str
    extension: str


class PhotoBox:
    """A checked photo ZIP. ``names`` maps comparison keys to members; what can not be used is in ``refused``."""

    def __init__(self, data: bytes) -> None:
        self._box = Container(data, members=MOST_FILES, unpacked_bytes=UNPACKED)
        self.refused: list[str] = []
        self._names: dict[str, list[str]] = {}
        self._seen: dict[str, ZippedPhoto | str] = {}
        for info in self._box.infos:
            name = info.filename
            if JUNK.search(name):
                continue
            if info.flag_bits & ENCRYPTED_FLAG:
                raise UnreadableSheetError(SheetProblem.PASSWORD)
            if _extension(name) not in EXTENSIONS:
                self.refused.append(_shown(name))
                continue
            # The path inside the ZIP is only looked at, so "../../etc" is a strange folder name and nothing more.
            self._names.setdefault(photo_key(name), []).append(name)

    def find(self, name: str) -> ZippedPhoto | None:
        """Return the good picture that the sheet calls ``name``.

        Case, spaces and extension do not count; folders and extension do where several pictures have the name.
        """
        found = self._found(name)
        return found if isinstance(found, ZippedPhoto) else None

    def why_not(self, name: str) -> str:
        """Return why nothing is found: ``MISSING``, ``AMBIGUOUS``, or the code of an :class:`ImageError`."""
        found = self._found(name)
        return found if isinstance(found, str) else ""

    def read(self, photo: ZippedPhoto) -> bytes:
        return self._box.read(photo.member, at_most=MAX_BYTES)

    def used(self) -> int:
        """Return how many good pictures were asked for."""
        return sum(isinstance(one, ZippedPhoto) for one in self._seen.values())

    def unused(self) -> list[str]:
        """Return the names of pictures that no row asked for."""
        return sorted(_shown(member) for found in self._names.values() for member in found if member not in self._seen)

    def _found(self, name: str) -> ZippedPhoto | str:
        found = [self._look_at(member) for member in self._members(name)]
        photos = {one.sha256: one for one in found if isinstance(one, ZippedPhoto)}
        if len(photos) > 1:
            return AMBIGUOUS
        return next(iter([*photos.values(), *found]), MISSING)

    def _members(self, name: str) -> list[str]:
        members = self._names.get(photo_key(name), [])
        closest = max((_closeness(name, member) for member in members), default=None)
        return [member for member in members if _closeness(name, member) == closest]

    def _look_at(self, member: str) -> ZippedPhoto | str:
        if member not in self._seen:
            try:
                self._seen[member] = self._inspected(member)
            except ImageError as error:
                self._seen[member] = error.code
                self.refused.append(_shown(member))
        return self._seen[member]

    def _inspected(self, member: str) -> ZippedPhoto:
        try:
            data = self._box.read(member, at_most=MAX_BYTES)
        except UnreadableSheetError as error:  # this one member is broken, or inflates beyond the limit
            if error.problem is SheetProblem.TOO_BIG_UNPACKED:
                raise ImageTooLargeError(MAX_BYTES + 1) from error
            raise ImageDamagedError from error
        return ZippedPhoto(member, hashlib.sha256(data).hexdigest(), ImageFacts.extension[inspect(data).format])


def photo_key(name: str) -> str:
    """Return what two spellings of one file name have in common."""
    base = unicodedata.normalize("NFKC", name).replace("\\", "/").rpartition("/")[2].casefold().strip()
    stem, dot, extension = base.rpartition(".")
    stem = stem if dot and extension in {*EXTENSIONS, "jpe", "gif", "bmp", "tif", "tiff"} else base
    return re.sub(r"[\s_\-]+", "", stem)


def _closeness(name: str, member: str) -> tuple[int, bool]:
    """Return how many folders two names have in common, counted from the file, and whether the file's name is equal."""
    one, other = (
        unicodedata.normalize("NFKC", path).replace("\\", "/").casefold().split("/") for path in (name, member)
    )
    folders = zip(one[-2::-1], other[-2::-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], folders)), one[-1] == other[-1]


def _extension(name: str) -> str:
    return name.rpartition(".")[2].casefold()


def _shown(name: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rpartition("/")[2])[:80]
