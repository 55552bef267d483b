"""The line between a browser and the site, which a test may cut: whole, or only for the answers of some requests."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 65_536
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Wire:
    """Forwards one request for each connection. ``is_cut``: nothing gets through; ``swallow``: the next answer to a
    path that contains this text is read from the server and thrown away, and with ``cut_then`` nothing gets through
    from that moment on: browsers send a request again by themselves when a line ends without an answer."""

    site_port: int
    is_cut: bool = False
    swallow: str = ""
    cut_then: bool = False
    swallowed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.door.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                browser, _address = self.door.accept()
                threading.Thread(target=self._carry, args=(browser,), daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        with browser, contextlib.suppress(OSError):
            request = _request(browser)
            if self.is_cut or not request:
                return
            with socket.create_connection(("127.0.0.1", self.site_port)) as server:
                server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                answer = b"".join(iter(lambda: server.recv(CHUNK), b""))
            path = request.split(b" ", 2)[1].decode()
            if self.swallow and self.swallow in path:
                self.swallow, self.is_cut = "", self.cut_then
                self.swallowed.append(path)
            elif not self.is_cut:
                browser.sendall(answer)


def _request(browser: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        part = browser.recv(CHUNK)
        if not part:
            return b""
        read += part
    head, body = read.split(b"\r\n\r\n", 1)
    length = LENGTH.search(head)
    while length and len(body) < int(length[1]):
        body += browser.recv(CHUNK)
    head = re.sub(rb"\r\nconnection: [^\r]*", b"", head, flags=re.IGNORECASE)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def wire_to(site_port: int) -> Iterator[Wire]:
    wire = Wire(site_port)
    try:
        yield wire
    finally:
        wire.close()
