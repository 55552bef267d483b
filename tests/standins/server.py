"""What all stand-ins share: a real HTTP server, orders, notices to the site's address, and faults on demand.

with BiteshipStandIn(hook_url=f"{site}/hooks/couriers/biteship/{token}") as courier:
    courier.misbehave(Fault.LOST_RESET, "book")     # the next order is made, its answer never arrives
    courier.is_holding = True                        # notices are kept …
    courier.move(order_id, "delivered")
    courier.release(reverse=True, times=2)           # … and come reversed and doubled
"""

import contextlib
import copy
import json
import os
import random
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

HOLD_S = 30.0
CONTROL = "/_standin"
PROOF = "/proof/"  # pictures taken at the door, for everybody who knows their address


class Fault(StrEnum):
    SLOW = "slow"  # answers, after some seconds
    # Nothing was done:
    TOO_MANY = "too_many"  # 429 with Retry-After
    ERROR = "error"  # 500, JSON
    HTML = "html"  # 502 of something in between
    RESET = "reset"
    # It was done, and nobody learns so:
    LOST_TIMEOUT = "lost_timeout"
    LOST_RESET = "lost_reset"
    LOST_ERROR = "lost_error"
    LOST_TRUNCATED = "lost_truncated"
    DRIP = "drip"  # answers a sign at a time, so that no single wait is long


LOST = (Fault.LOST_TIMEOUT, Fault.LOST_RESET, Fault.LOST_ERROR, Fault.LOST_TRUNCATED)


@dataclass(frozen=True)
class Call:
    """What arrived, byte for byte; ``kind`` is book, quote, look, cancel, token or another word of the stand-in."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    kind: str

    @property
    def data(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Reply:
    status: int
    data: Any = None  # JSON, or bytes as they are
    headers: dict[str, str] = field(default_factory=dict)


class SaysNo(Exception):  # noqa: N818 - an answer, not an error
    """What is asked is refused with this answer."""

    def __init__(self, status: int, data: Any) -> None:
        super().__init__(status)
        self.reply = Reply(status, data)


@dataclass(frozen=True)
class Notice:
    """A message to the site, as it goes over the wire."""

    body: bytes
    headers: dict[str, str]
    order_id: str = ""


@dataclass
class Order:
    """What the courier knows of an order; ``reference`` is what the site calls it."""

    id: str
    reference: str
    status: str
    price: int
    sent: dict[str, Any]
    rider: dict[str, str] = field(default_factory=dict)
    history: list[tuple[str, float]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


RIDER = {"name": "Budi Santoso", "phone": "+6281299990000", "plate": "BN 1234 AB", "photo": ""}


class StandIn:
    """A courier. Subclasses know its wire format: ``kind_of``, ``answer``, ``notices_of`` and the words of its way."""

    name: ClassVar[str]
    way: ClassVar[tuple[str, ...]]  # an order's words from the beginning to the door
    calling_off: ClassVar[str]  # its word for an order taken back
    cancellable: ClassVar[frozenset[str]]

    def __init__(self, *, port: int = 0, hook_url: str = "") -> None:
        self.hook_url = hook_url
        self.orders: dict[str, Order] = {}
        self.calls: list[Call] = []
        self.notices: list[Notice] = []
        self.held: deque[Notice] = deque()
        self.undelivered: deque[Notice] = deque()
        self.is_holding = False
        self.slow_s = 1.0
        self.retry_after = "7"
        self.price_idr = 19_000
        self.extra_idr = 0  # what an order costs above its quotation
        self.is_covered = True
        self.picture = b""  # what a rider photographs at the door
        self.lock = threading.RLock()
        self._faults: deque[tuple[Fault, str]] = deque()
        self._refusals: deque[tuple[str, Reply]] = deque()
        self._chaos: tuple[random.Random, float, tuple[Fault, ...]] | None = None
        self._stopping = threading.Event()
        self._server: _Server | None = None
        self.port = port
        self.start()

    # ------------------------------------------------------------------ the server

    def start(self) -> None:
        """Listen, on the port of the first time."""
        self._stopping.clear()
        handler = type("Handler", (_Handler,), {"standin": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections; orders are kept."""
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ------------------------------------------------------------------ what tests ask and command

    def misbehave(self, fault: Fault, kind: str = "book", times: int = 1) -> None:
        """Let the next calls of this kind ("" is any) suffer this."""
        with self.lock:
            self._faults.extend([(fault, kind)] * times)

    def refuse(self, kind: str, reply: Reply) -> None:
        """Give the next call of this kind this answer."""
        with self.lock:
            self._refusals.append((kind, reply))

    def chaos(self, share: float, seed: int = 1, faults: Iterable[Fault] = tuple(Fault)) -> None:
        """Let this share of all calls suffer some fault; 0 ends it."""
        with self.lock:
            self._chaos = (random.Random(seed), share, tuple(faults)) if share else None

    def made_under(self, reference: str) -> list[Order]:
        """Orders that exist under a reference of the site's: more than one is what must never happen."""
        with self.lock:
            return [order for order in self.orders.values() if order.reference == reference]

    def calls_of(self, kind: str) -> list[Call]:
        with self.lock:
            return [call for call in self.calls if call.kind == kind]

    def move(self, order_id: str, word: str) -> list[Notice]:
        """Give an order this state and send what the courier would send; return that."""
        with self.lock:
            order = self.orders[order_id]
            self.put(order, word)
            notices = self.notices_of(order, word)
            self.notices += notices
        for notice in notices:
            self._dispatch(notice)
        return notices

    def advance(self, order_id: str) -> str:
        """Go one step on towards the door; return the new word."""
        at = self.way.index(self.orders[order_id].status)
        word = self.way[min(at + 1, len(self.way) - 1)]
        if word != self.orders[order_id].status:
            self.move(order_id, word)
        return word

    def deliver(self, order_id: str) -> list[Notice]:
        """Go the whole rest of the way."""
        at = self.way.index(self.orders[order_id].status)
        return [notice for word in self.way[at + 1 :] for notice in self.move(order_id, word)]

    def release(self, *, reverse: bool = False, times: int = 1, shuffle: random.Random | None = None) -> list[int]:
        """Send what was held, each so many times; return the answers of the site."""
        with self.lock:
            waiting = [notice for notice in self.held for _ in range(times)]
            self.held.clear()
        if reverse:
            waiting.reverse()
        if shuffle is not None:
            shuffle.shuffle(waiting)
        return [self.send(notice) for notice in waiting]

    def resend(self) -> None:
        """Try again what the site did not take."""
        with self.lock:
            waiting = list(self.undelivered)
            self.undelivered.clear()
        for notice in waiting:
            self.send(notice)

    def send(self, notice: Notice) -> int:
        """POST a notice to the site; return its answer, 0 for none. What is not taken is kept for another time."""
        parts = urlsplit(self.hook_url)
        line = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
        try:
            line.request("POST", parts.path, body=notice.body, headers=notice.headers)
            with contextlib.closing(line.getresponse()) as answer:
                answer.read()
                status = answer.status
        except (OSError, HTTPException):
            status = 0
        finally:
            line.close()
        if not 200 <= status < 300:
            with self.lock:
                self.undelivered.append(notice)
        return status

    def live(self, every_s: float, until: threading.Event) -> None:
        """Let every order go on by itself, as a developer's courier does."""
        while not until.wait(every_s):
            for order in list(self.orders.values()):
                if order.status in self.way[:-1]:
                    self.advance(order.id)

    # ------------------------------------------------------------------ what a courier's wire format is

    def kind_of(self, method: str, path: str) -> str:
        raise NotImplementedError

    def answer(self, call: Call) -> Reply:
        """Check who calls and do what is asked, or raise :class:`SaysNo`; called under the lock."""
        raise NotImplementedError

    def notices_of(self, order: Order, word: str) -> list[Notice]:
        """What is sent when an order has got this word."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The site's settings that make this stand-in its courier."""
        raise NotImplementedError

    def unsigned(self, notice: Notice) -> Notice:
        raise NotImplementedError

    def forged(self, notice: Notice) -> Notice:
        """The same with a signature that somebody guessed."""
        raise NotImplementedError

    def broke(self, call: Call) -> None:
        """Learn that the answer to this call was a 500 though it was done."""

    def command(self, name: str, form: dict[str, str]) -> None:
        """Do what a person ordered on the page below ``/_standin/``, beyond what all stand-ins can."""

    def board(self) -> str:
        """The page below ``/_standin/``."""
        return _page(self)

    def proof_of(self, order: Order) -> str | None:
        """The address of the picture, once there is one."""
        return f"{self.url}{PROOF}{order.id}.jpg" if self.picture and order.status == self.way[-1] else None

    def put(self, order: Order, word: str) -> None:
        order.status = word
        order.history.append((word, time.time()))
        if word in self.way[1:] and not order.rider:
            order.rider = dict(RIDER)
        if word == self.way[0]:
            order.rider = {}

    # ------------------------------------------------------------------ inside

    def _dispatch(self, notice: Notice) -> None:
        with self.lock:
            if self.is_holding or not self.hook_url:
                self.held.append(notice)
                return
        self.send(notice)

    def fault_for(self, kind: str) -> Fault | None:
        with self.lock:
            for at, (fault, wanted) in enumerate(self._faults):
                if wanted in {"", kind}:
                    del self._faults[at]
                    return fault
            if self._chaos is not None:
                dice, share, faults = self._chaos
                if dice.random() < share:
                    return dice.choice(faults)
        return None

    def work(self, call: Call) -> Reply:
        with self.lock:
            for at, (kind, reply) in enumerate(self._refusals):
                if kind == call.kind:
                    del self._refusals[at]
                    return reply
            before = copy.copy(self.orders)
            try:
                reply = self.answer(call)
            except SaysNo as no:
                return no.reply
            new = [order for order_id, order in self.orders.items() if order_id not in before]
            notices = [notice for order in new for notice in self.notices_of(order, order.status)]
            self.notices += notices
        for notice in notices:  # a courier may speak before its answer has arrived
            self._dispatch(notice)
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, *given: Any) -> None:
        self.lines: set[socket.socket] = set()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.lines.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that are still open."""
        for line in list(self.lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"
    timeout = HOLD_S

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Nothing: tests look at ``calls``."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(CONTROL):
            self._control(body)
            return
        standin = self.standin
        if self.path.startswith(PROOF):
            self._write(200, standin.picture, {"Content-Type": "image/jpeg"})
            return
        kind = standin.kind_of(self.command, urlsplit(self.path).path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, body, kind)
        with standin.lock:
            standin.calls.append(call)
        fault = standin.fault_for(kind)
        if fault is Fault.SLOW:
            standin._stopping.wait(standin.slow_s)
        if fault in {Fault.TOO_MANY, Fault.ERROR, Fault.HTML, Fault.RESET}:
            self._fail(fault)
            return
        reply = standin.work(call)
        if fault is Fault.LOST_ERROR:
            standin.broke(call)
        self._finish(reply, fault)

    def _fail(self, fault: Fault) -> None:
        if fault is Fault.RESET:
            self._reset()
        elif fault is Fault.TOO_MANY:
            self._write(429, b'{"message": "too many"}', {"Retry-After": self.standin.retry_after})
        elif fault is Fault.HTML:
            self._write(502, b"<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"})
        else:
            self._write(500, b'{"message": "internal"}')

    def _finish(self, reply: Reply, fault: Fault | None) -> None:
        raw = reply.data if isinstance(reply.data, bytes) else _json(reply.data)
        if fault is Fault.LOST_TIMEOUT:
            self._wait_until_left()
        elif fault is Fault.LOST_RESET:
            self._reset()
        elif fault is Fault.LOST_ERROR:
            self._write(500, b'{"message": "internal"}')
        elif fault is Fault.LOST_TRUNCATED:
            self._write(reply.status, raw or b" " * 10, cut=True)
        elif fault is Fault.DRIP:
            self._drip(reply.status, raw)
        else:
            self._write(reply.status, raw, reply.headers)

    def _write(self, status: int, raw: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json; charset=utf-8"} | (headers or {})).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if cut:
            self.wfile.write(raw[: len(raw) // 2])
            self.close_connection = True
        elif status != 204:
            self.wfile.write(raw)

    def _drip(self, status: int, raw: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        for sign in raw:
            self.wfile.write(bytes([sign]))
            if self.standin._stopping.wait(0.2):
                return

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _wait_until_left(self) -> None:
        self.close_connection = True
        end = time.monotonic() + HOLD_S
        while time.monotonic() < end and not self.standin._stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    # ------------------------------------------------------------------ for people

    def _control(self, body: bytes) -> None:
        standin, path = self.standin, urlsplit(self.path).path
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        if path == f"{CONTROL}/move" and form.get("order") in standin.orders:
            standin.move(form["order"], form["word"])
        elif path == f"{CONTROL}/misbehave" and form.get("fault") in set(Fault):
            standin.misbehave(Fault(form["fault"]), form.get("kind", ""), int(form.get("times") or 1))
        elif path == f"{CONTROL}/release":
            standin.release(reverse="reverse" in form, times=2 if "twice" in form else 1)
        elif path == f"{CONTROL}/hold":
            standin.is_holding = not standin.is_holding
        elif self.command == "POST":
            standin.command(path.removeprefix(f"{CONTROL}/"), form)
        if self.command == "POST":
            self._write(303, b"", {"Location": f"{CONTROL}/"})
        elif path == f"{CONTROL}/orders.json":
            self._write(200, json.dumps({one.id: [one.reference, one.status] for one in _orders(standin)}).encode())
        else:
            self._write(200, standin.board().encode(), {"Content-Type": "text/html; charset=utf-8"})


def _json(data: Any) -> bytes:
    return b"" if data is None else json.dumps(data).encode()


def _orders(standin: StandIn) -> list[Order]:
    with standin.lock:
        return list(standin.orders.values())


def _page(standin: StandIn) -> str:
    return "".join(
        [
            f"<!doctype html><meta charset=utf-8><title>{standin.name}</title><h1>{standin.name}</h1>",
            "<table border=1><tr><th>order<th>reference<th>state<th>price<th>move to",
            *(_row(standin, order) for order in _orders(standin)),
            f"</table><form method=post action={CONTROL}/misbehave>Next call <select name=kind>",
            *(f"<option>{kind}" for kind in ("book", "quote", "look", "cancel")),
            "</select> <select name=fault>",
            *(f"<option>{fault}" for fault in Fault),
            "</select> times <input name=times value=1 size=2> <button>misbehave</button></form>",
            f"<form method=post action={CONTROL}/hold><button>{'send' if standin.is_holding else 'hold'} notices",
            f"</button></form><form method=post action={CONTROL}/release>{len(standin.held)} held ",
            "<label><input type=checkbox name=reverse>reversed</label> <label><input type=checkbox name=twice>twice",
            "</label> <button>release</button></form>",
        ]
    )


def _row(standin: StandIn, order: Order) -> Iterator[str]:
    words = dict.fromkeys((*standin.way, standin.calling_off))
    buttons = "".join(f"<button name=word value={word}>{word}</button> " for word in words)
    cells = (order.id, order.reference, order.status, str(order.price))
    return "".join(
        [
            "<tr>",
            *(f"<td>{escape(cell)}" for cell in cells),
            f"<td><form method=post action={CONTROL}/move><input type=hidden name=order value={order.id}>",
            f"{buttons}</form>",
        ]
    )
