"""What a courier that never answers costs at checkout: ``python -m benchmarks.quotes`` prints two lines of a table.

The site as it is deployed (gunicorn, two processes) on PostgreSQL, with three online couriers that are stand-ins on the
same machine. Checkout pages are opened for one village after the other, so that prices have to be asked for; first
while all couriers answer, then with one whose server takes connections and says nothing.
"""

import argparse
import multiprocessing
import os
import re
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import Engine, create_engine, text

from benchmarks.__main__ import filled_site
from benchmarks.client import Connection
from benchmarks.server import serving
from tests import postgres
from tests.standins import STANDINS

PAGES, CLIENTS, CARTS = 1_000, 4, 16
SLOW_S = 1.0
SILENT = "lalamove"
WITHOUT_LIMIT = "198.51.100."  # of documents; an address for each few pages: one alone may not ask so often


@dataclass
class Round:
    """The pages of one round. ``offers`` counts the couriers that they showed, ``slow`` those over a second."""

    name: str
    seconds: list[float] = field(default_factory=list)
    offers: int = 0
    wrong: int = 0

    def row(self) -> str:
        cuts = statistics.quantiles(self.seconds, n=100, method="inclusive")
        slow, most = sum(one > SLOW_S for one in self.seconds), max(self.seconds) * 1_000
        offers = self.offers / len(self.seconds)
        cells = (f"{cuts[49] * 1_000:.0f}", f"{cuts[98] * 1_000:.0f}", f"{most:.0f}", slow, f"{offers:.1f}", self.wrong)
        return f"| {self.name} | {len(self.seconds)} | " + " | ".join(str(cell) for cell in cells) + " |"


@dataclass
class Shopper:
    """Somebody with a cart."""

    port: int
    cookies: str = ""

    def fill(self, variant: str, quantity: int) -> None:
        body = urlencode({"variant": variant, "quantity": quantity}).encode()
        connection = Connection(self.port)
        status, head, _answer = connection.ask(self._head("POST", "/keranjang", len(body)) + body)
        connection.close()
        if status != 303:
            raise RuntimeError(f"the cart answered {status}")
        found = re.findall(rb"(?im)^set-cookie: ([^=]+)=([^;\r\n]*)", head)
        self.cookies = "; ".join(f"{name.decode()}={value.decode()}" for name, value in found)

    def open_checkout(self, connection: Connection, village: str, address: str) -> tuple[int, bytes]:
        where = {"kirim": "alamat", "kabupaten": village[:5], "kecamatan": village[:8], "desa": village}
        status, _head, body = connection.ask(self._head("GET", f"/pesan?{urlencode(where)}", address=address))
        return status, body

    def _head(self, method: str, path: str, length: int = 0, address: str = "127.0.0.1") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Sec-Fetch-Site: same-origin"]
        lines += [f"X-Forwarded-For: {address}", f"Cookie: {self.cookies}"]
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}"] if length else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=PAGES)
    options = arguments.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(postgres.start_server())
        os.environ[postgres.SERVER] = url.render_as_string(hide_password=False)
        site = stack.enter_context(filled_site("postgresql", 200))
        # No answer is ever written to it: connections are taken by the system until its queue is full.
        silent = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=64)))
        whole = stack.enter_context(couriers())
        site.environment |= whole | {"PROXY_COUNT": "1"}
        engine = create_engine(site.database_url)
        variants, villages = prepare(engine)
        rounds = []
        print("| couriers | pages | median ms | p99 ms | longest ms | over 1 s | couriers shown | errors |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        for name, other in (("all answer", {}), (f"{SILENT} is silent", {"LALAMOVE_URL": address_of(silent)})):
            with engine.begin() as connection:
                for table in ("courier_quote", "courier_health", "courier_coverage"):
                    connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own names
            site.environment |= other
            with serving(site, "wsgi:application", workers=2):
                shoppers = [Shopper(site.port) for _ in range(CARTS)]
                for number, shopper in enumerate(shoppers):
                    shopper.fill(variants[number], 1 + number % 3)
                rounds.append(measure(name, shoppers, villages, options.pages))
            print(rounds[-1].row(), flush=True)
        engine.dispose()
    return 1 if any(one.wrong for one in rounds) else 0


@contextmanager
def couriers() -> Iterator[dict[str, str]]:
    """Three stand-ins in a process of their own; gives the settings under which the site talks to them."""
    told: multiprocessing.Queue[dict[str, str]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_answering, args=(told,), daemon=True)
    process.start()
    try:
        yield told.get(timeout=30)
    finally:
        process.terminate()
        process.join()


def _answering(told: "multiprocessing.Queue[dict[str, str]]") -> None:
    with ExitStack() as stack:
        settings: dict[str, str] = {}
        for kind in STANDINS.values():
            settings |= stack.enter_context(kind()).environment()
        told.put(settings)
        threading.Event().wait()


def address_of(server: socket.socket) -> str:
    host, port = server.getsockname()[:2]
    return f"http://{host}:{port}"


def prepare(engine: Engine) -> tuple[list[str], list[str]]:
    """The gallery stands in a village; return what it sells and the villages of its island that can be reached."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE place SET village_code = '19.71.05.1001' WHERE id = 1"))
        variants = connection.scalars(
            text(
                "SELECT v.public_id FROM stock_item s JOIN variant v ON v.id = s.variant_id"
                " WHERE s.place_id = 1 AND s.on_hand - s.reserved >= 5 ORDER BY v.public_id"
            )
        ).all()
        villages = connection.scalars(
            text(
                "SELECT code FROM region WHERE level = 'village' AND island = 'Bangka' AND postal_code IS NOT NULL"
                " AND lat IS NOT NULL ORDER BY code"
            )
        ).all()
    return [variants[number % len(variants)] for number in range(CARTS)], list(villages)


def measure(name: str, shoppers: list[Shopper], villages: list[str], pages: int) -> Round:
    """All pages, by several clients at once; every one asks for a way that nobody asked for before."""
    found, lock, todo = Round(name), threading.Lock(), iter(range(pages))

    def work() -> None:
        connection = Connection(shoppers[0].port)
        for number in _taken(todo, lock):
            village, shopper = villages[number % len(villages)], shoppers[number // len(villages) % len(shoppers)]
            begun = time.perf_counter()
            status, body = shopper.open_checkout(connection, village, f"{WITHOUT_LIMIT}{number % 250}")
            took = time.perf_counter() - begun
            with lock:
                found.seconds.append(took)
                found.offers += len({one for one in (b"biteship:", b"lalamove:", b"grab_express:") if one in body})
                found.wrong += status != 200
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _taken(todo: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    while True:
        with lock:
            number = next(todo, None)
        if number is None:
            return
        yield number


if __name__ == "__main__":
    raise SystemExit(main())
