"""Buyers over HTTP, from the product to the order: four at once, each with a cart and cookies of their own."""

import html
import re
import statistics
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from benchmarks.client import Connection
from benchmarks.server import Server
from tests.site import Site

BUYERS = 200
CLIENTS = 4


@dataclass
class Step:
    """One step of all buyers."""

    name: str
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_ms: float = 0.0
    wrong: int = 0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


class Buyer:
    """Cookies, a cart, and the checkout page in hand."""

    def __init__(self, number: int, variant: str, gallery: str) -> None:
        self.number, self.variant, self.gallery = number, variant, gallery
        self.cookies: dict[str, str] = {}
        self.fields: dict[str, str] = {}

    def add(self, connection: Connection) -> bool:
        status, _ = self._ask(connection, "POST", "/keranjang", {"variant": self.variant, "quantity": "1"})
        return status == 303

    def open_checkout(self, connection: Connection) -> bool:
        status, body = self._ask(connection, "GET", f"/pesan?kirim=ambil&galeri={self.gallery}&bayar=tunai")
        hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", body)
        for tag in hidden:
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            if name and value:
                self.fields[name.group(1)] = html.unescape(value.group(1))
        return status == 200 and "kunci" in self.fields

    def place(self, connection: Connection) -> bool:
        given = {
            "nama": f"Pembeli Uji {self.number}", "wa": f"0840{self.number:08d}", "kirim": "ambil", "bayar": "tunai",
            "galeri": self.gallery,
        }  # fmt: skip
        status, _ = self._ask(connection, "POST", "/pesan", self.fields | given)
        return status == 303

    def _ask(
        self, connection: Connection, method: str, path: str, given: dict[str, str] | None = None
    ) -> tuple[int, str]:
        body = urlencode(given or {}).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{connection.port}", "Sec-Fetch-Site: same-origin"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode() + (body if method == "POST" else b"")
        status, head, answer = connection.ask(request)
        for name, value in re.findall(rb"(?im)^set-cookie: ([^=]+)=([^;\r\n]*)", head):
            self.cookies[name.decode()] = value.decode()
        return status, answer.decode(errors="replace")


def measure_buying(server: Server, site: Site) -> list[Step]:
    """All add to the cart, then all open the checkout, then all order: so each step's processor time is its own."""
    people = buyers(site)
    return [
        _all(server, people, "add to cart", Buyer.add),
        _all(server, people, "checkout page", Buyer.open_checkout),
        _all(server, people, "place the order", Buyer.place),
    ]


def buyers(site: Site) -> list[Buyer]:
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        variants = connection.scalars(
            text(
                "SELECT v.public_id FROM stock_item s JOIN variant v ON v.id = s.variant_id"
                " JOIN place p ON p.id = s.place_id WHERE p.gallery_id IS NOT NULL AND s.on_hand - s.reserved >= 5"
                " ORDER BY v.public_id LIMIT 50"
            )
        ).all()
        gallery = connection.scalar(text("SELECT public_id FROM gallery ORDER BY id LIMIT 1"))
    engine.dispose()
    return [Buyer(number, variants[number % len(variants)], gallery) for number in range(BUYERS)]


def _all(server: Server, people: list[Buyer], name: str, act: object) -> Step:
    step, lock, waiting = Step(name), threading.Lock(), list(people)
    since, start = server.cpu(), time.perf_counter()

    def work() -> None:
        connection = Connection(server.port)
        while True:
            with lock:
                if not waiting:
                    break
                buyer = waiting.pop()
            begun = time.perf_counter()
            fine = act(buyer, connection)
            with lock:
                step.latencies.append(time.perf_counter() - begun)
                step.wrong += not fine
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    step.seconds = time.perf_counter() - start
    step.cpu_ms = server.cpu_ms_per_request(len(people), since)
    return step
