"""Decodes strangers' pictures in a process of its own: small, without the application, its secrets or its connections.

Whatever a picture does to a decoder ends there: at the limits of memory and processor time, or in a crash. The caller
gets the same results and the same errors as from :mod:`gallery.core.images`.
"""

import fcntl
import json
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gallery.core.image_facts import ImageDamagedError, ImageError, ImageFacts, inspect
from gallery.core.renditions import MASTER_SIDE, RenderedImage, Rendition

# Of addresses; a good part are libraries and stacks never touched: 300 MB of memory, and 700 for heavy pictures.
MEMORY_BYTES: Final = 640 * 1024 * 1024
HEAVY_MEMORY_BYTES: Final = 800 * 1024 * 1024
CPU_SECONDS: Final = 20
WAIT_SECONDS: Final = 90
_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1"}
# Ends that the picture itself has caused. Any other signal comes from the machine or its administrator.
_CRASHES: Final = frozenset(
    -one for one in (signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
)
_one_at_a_time = threading.Lock()  # the memory for pictures is the number of processes times the bound of one


class ImageProcessError(RuntimeError):
    """The process could not do its work, and the picture is not the reason: try again."""


def render(data: bytes) -> RenderedImage:
    """Do what :func:`gallery.core.images.render` does; raise :class:`ImageProcessError` when the machine fails."""
    facts, files = _run("render", data, inspect(data))
    renditions = tuple(
        Rendition(media_type, width, height, file)
        for (media_type, width, height), file in zip(facts["renditions"], files[1:], strict=True)
    )
    return RenderedImage(facts["width"], facts["height"], facts["colour"], files[0], renditions)


def clean_jpeg(data: bytes, filename: str = "", side: int = MASTER_SIDE) -> bytes:
    """Do what :func:`gallery.core.images.clean_jpeg` does; raise :class:`ImageProcessError` when the machine fails."""
    _facts, files = _run(str(side), data, inspect(data, filename))
    return files[0]


@contextmanager
def _turn(*, is_heavy: bool) -> Iterator[None]:
    """One picture at a time in this process; of heavy ones, one at a time in all processes of this installation."""
    with _one_at_a_time, Path(__file__).open("rb") as shared:
        if is_heavy:
            fcntl.flock(shared, fcntl.LOCK_EX)  # gone with the file, so also with a process that was killed
        yield


def _run(task: str, data: bytes, about: ImageFacts) -> tuple[dict[str, Any], list[bytes]]:
    memory_bytes = HEAVY_MEMORY_BYTES if about.is_heavy else MEMORY_BYTES
    command = [sys.executable, "-m", __name__, task, str(memory_bytes)]
    try:
        with _turn(is_heavy=about.is_heavy):
            done = subprocess.run(  # noqa: S603 - our own interpreter and module; the picture goes in as data
                command, input=data, capture_output=True, timeout=WAIT_SECONDS, cwd=_ROOT, env=_ENVIRONMENT, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise ImageProcessError(task) from error
    if done.returncode in _CRASHES:
        raise ImageDamagedError
    if done.returncode:
        raise ImageProcessError(f"{done.returncode} {done.stderr[-500:].decode(errors='replace')}")
    head, _newline, rest = done.stdout.partition(b"\n")
    facts: dict[str, Any] = json.loads(head)
    if "refused" in facts:
        raise ImageDamagedError
    files, start = [], 0
    for length in facts["lengths"]:
        files.append(rest[start : start + length])
        start += length
    return facts, files


def _limit(memory_bytes: int = MEMORY_BYTES) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to the pipe and nowhere else
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(task: str, memory_bytes: int = MEMORY_BYTES) -> None:
    _limit(memory_bytes)
    data = sys.stdin.buffer.read()
    try:
        facts, files = _work(task, data)
    except ImageError as error:  # the other side has inspected before: what is found here is damage
        facts, files = {"refused": error.code}, []
    facts["lengths"] = [len(file) for file in files]
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + b"".join(files))
    sys.stdout.buffer.flush()


def _work(task: str, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    from gallery.core import images  # noqa: PLC0415 - the decoders are loaded in this process, in no other

    if task != "render":
        return {}, [images.clean_jpeg(data, side=int(task))]
    done = images.render(data)
    facts = {
        "width": done.width,
        "height": done.height,
        "colour": done.colour,
        "renditions": [(one.media_type, one.width, one.height) for one in done.renditions],
    }
    return facts, [done.master, *(one.data for one in done.renditions)]


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
