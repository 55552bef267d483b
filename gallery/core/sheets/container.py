"""ZIP containers from strangers: members are counted, names checked, bytes counted while they are inflated."""

import io
import lzma
import struct
import zipfile
import zlib

from gallery.core.sheets.model import SheetProblem, UnreadableSheetError

CHUNK = 64 * 1024
CENTRAL = b"PK\x01\x02"
ENCRYPTED_FLAG = 0x1
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
)


class Container:
    """A checked ZIP; ``read`` inflates one member and never more than what is left of the allowance."""

    def __init__(self, data: bytes, *, members: int, unpacked_bytes: int) -> None:
        # The directory is only read when it can not be a flood of entries.
        if data.count(CENTRAL) > 2 * members:
            raise UnreadableSheetError(SheetProblem.TOO_MANY_PARTS, limit=members)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self.infos = [info for info in self._zip.infolist() if not info.is_dir()]
        except BROKEN as error:
            raise UnreadableSheetError(SheetProblem.DAMAGED) from error
        if len(self.infos) > members:
            raise UnreadableSheetError(SheetProblem.TOO_MANY_PARTS, limit=members)
        self._limit = self._left = unpacked_bytes
        if sum(info.file_size for info in self.infos) > unpacked_bytes:
            raise self._too_big()
        self._by_name = {info.filename: info for info in self.infos}
        if len(self._by_name) != len(self.infos):  # two members of one name: readers disagree which one counts
            raise UnreadableSheetError(SheetProblem.DAMAGED)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self) -> list[str]:
        return list(self._by_name)

    def read(self, name: str, *, at_most: int | None = None) -> bytes:
        """Inflate one member; ``at_most`` bounds this member alone."""
        info = self._by_name.get(name)
        if info is None:
            raise UnreadableSheetError(SheetProblem.DAMAGED)
        if info.flag_bits & ENCRYPTED_FLAG:
            raise UnreadableSheetError(SheetProblem.PASSWORD)
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableSheetError(SheetProblem.DAMAGED)
        allowance = self._left if at_most is None else min(self._left, at_most)
        parts, size = [], 0
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(CHUNK):
                    size += len(chunk)
                    if size > allowance:
                        raise self._too_big()
                    parts.append(chunk)
        except BROKEN as error:
            raise UnreadableSheetError(SheetProblem.DAMAGED) from error
        self._left -= size
        return b"".join(parts)

    def _too_big(self) -> UnreadableSheetError:
        return UnreadableSheetError(SheetProblem.TOO_BIG_UNPACKED, limit_mb=self._limit // (1024 * 1024))
