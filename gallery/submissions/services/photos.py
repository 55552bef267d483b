"""The photo ZIP: pictures found by the names that the sheet uses, inside limits; nothing is ever unpacked to disk."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from gallery.core.sheets.container import Container
from gallery.core.sheets.model import UnreadableSheetError

MOST_FILES: Final = 2_000
LARGEST_PHOTO: Final = 15 * 1024 * 1024
UNPACKED: Final = 400 * 1024 * 1024
EXTENSIONS: Final = ("jpg", "jpeg", "png", "webp", "heic", "heif")
JUNK: Final = re.compile(r"(?:^|/)(?:__MACOSX/.*|\.[^/]+|Thumbs\.db|desktop\.ini)$")


@dataclass(frozen=True)
class ZippedPhoto:
    """One picture of the ZIP: where it is in there, and the SHA-256 of its bytes."""

    member: str
    sha256: str
    extension: str


class PhotoBox:
    """A checked photo ZIP. ``files`` maps comparison keys to members; what can not be used is in ``refused``."""

    def __init__(self, data: bytes) -> None:
        self._box = Container(data, members=MOST_FILES, unpacked_bytes=UNPACKED)
        self.refused: list[str] = []
        self._members: dict[str, str] = {}
        self._hashes: dict[str, ZippedPhoto | None] = {}
        self.used: set[str] = set()
        for info in self._box.infos:
            name = info.filename
            if JUNK.search(name):
                continue
            if _extension(name) not in EXTENSIONS or info.file_size > LARGEST_PHOTO:
                self.refused.append(_shown(name))
                continue
            # The path inside the ZIP is only looked at, so "../../etc" is a strange folder name and nothing more.
            self._members.setdefault(photo_key(name), name)

    def find(self, name: str) -> ZippedPhoto | None:
        """Return the picture that the sheet calls ``name``: case, spaces and extension do not count."""
        member = self._members.get(photo_key(name))
        if member is None:
            return None
        self.used.add(member)
        if member not in self._hashes:
            self._hashes[member] = self._hashed(member)
        return self._hashes[member]

    def read(self, photo: ZippedPhoto) -> bytes:
        return self._box.read(photo.member, at_most=LARGEST_PHOTO)

    def unused(self) -> list[str]:
        """Return the names of pictures that no row asked for."""
        return sorted(_shown(member) for member in self._members.values() if member not in self.used)

    def _hashed(self, member: str) -> ZippedPhoto | None:
        try:
            data = self._box.read(member, at_most=LARGEST_PHOTO)
        except UnreadableSheetError:  # this one picture is broken or inflates beyond the limit
            self.refused.append(_shown(member))
            return None
        return ZippedPhoto(member, hashlib.sha256(data).hexdigest(), _extension(member))


def photo_key(name: str) -> str:
    """Return what two spellings of one file name have in common."""
    base = unicodedata.normalize("NFKC", name).replace("\\", "/").rpartition("/")[2].casefold().strip()
    stem, dot, extension = base.rpartition(".")
    stem = stem if dot and extension in {*EXTENSIONS, "jpe", "gif", "bmp", "tif", "tiff"} else base
    return re.sub(r"[\s_\-]+", "", stem)


def _extension(name: str) -> str:
    return name.rpartition(".")[2].casefold()


def _shown(name: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rpartition("/")[2])[:80]
