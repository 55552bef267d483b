"""A small HTTP/1.1 client with open connections that costs little itself; loopback only, bounded in time."""

import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

LARGEST = 1 << 20


class Connection:
    """One open connection; asks and reads whole answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting = b""

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Return status, head and body."""
        try:
            return self._ask(request)
        except (ConnectionError, TimeoutError):  # the server closed it between two requests, as it may
            self.__init__(self.port)
            return self._ask(request)

    def _ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        self.socket.sendall(request)
        data = self.waiting
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, data = data[:end], data[end + 4 :]
        status = int(head[9:12])
        length = 0
        if status not in {204, 304}:
            start = head.lower().find(b"content-length:")
            if start < 0:
                raise ConnectionError("an answer without Content-Length")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0])
        while len(data) < length:
            data += self._more()
        self.waiting = data[length:]
        return status, head, data[:length]

    def _more(self) -> bytes:
        data = self.socket.recv(LARGEST)
        if not data:
            raise ConnectionResetError
        return data

    def close(self) -> None:
        self.socket.close()


def get(path: str, headers: dict[str, str] | None = None) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Load:
    """What came of some seconds of requests."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    size: int = 0

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def percentile_ms(self, percent: int) -> float:
        if self.count < 2:
            return float("nan")
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


def load(port: int, requests: Sequence[bytes], seconds: float, connections: int = 4) -> Load:
    """Send the requests round and round over some connections for some seconds."""
    result, lock, turn = Load(seconds), threading.Lock(), count()
    end = time.perf_counter() + seconds

    def work() -> None:
        connection, latencies, statuses, size = Connection(port), [], {}, 0
        while (start := time.perf_counter()) < end:
            status, _head, body = connection.ask(requests[next(turn) % len(requests)])
            latencies.append(time.perf_counter() - start)
            statuses[status] = statuses.get(status, 0) + 1
            size = len(body)
        connection.close()
        with lock:
            result.latencies += latencies
            result.size = size
            for status, number in statuses.items():
                result.statuses[status] = result.statuses.get(status, 0) + number

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result
