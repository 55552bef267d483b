"""Small notes that a page leaves for the worker without touching the database: lines in a file of this machine.

For signals only: a line may be lost when a machine dies, or counted twice when a worker does.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LARGEST: Final = 1_000_000  # bytes; a flood stops here until the worker has come


def append(path: Path, line: str) -> bool:
    """Add one line if there is room; lines of several processes do not mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = line.replace("\n", " ").encode() + b"\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.fstat(handle).st_size + len(data) > LARGEST:
            return False
        os.write(handle, data)
    finally:
        os.close(handle)
    return True


@contextmanager
def taken(path: Path) -> Iterator[list[str]]:
    """Give all lines; they are gone when the block has ended well, and come again when it has not."""
    taking = path.with_name(f"{path.name}.taken")
    if not taking.exists():
        if not path.exists():
            yield []
            return
        path.rename(taking)
    yield taking.read_text(encoding="utf-8", errors="replace").splitlines()
    taking.unlink()
