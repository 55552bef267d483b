"""How many notices of couriers the door stores: ``python -m benchmarks.notices`` prints a line for docs/performance.md.

The site as it is deployed (gunicorn, two processes) on PostgreSQL; notices, each signed and different, come over open
connections for ten seconds. Afterwards every notice that got a 2xx must stand in the inbox.
"""

import argparse
import json
import multiprocessing
import os
import secrets
import time
from collections.abc import Iterator

from sqlalchemy import create_engine, text

from benchmarks.__main__ import filled_site
from benchmarks.client import Connection
from benchmarks.server import serving
from tests import postgres

TOKEN = "hook-token-for-the-benchmark-of-notices"  # noqa: S105 - of a site that lives for a minute
HEADER, SECRET = "X-Signature", "what was typed into the dashboard"
WANTED, SECONDS, CONNECTIONS = 1_300, 10.0, 16


def notices(number: int) -> Iterator[bytes]:
    """Make signed messages of orders that change, as Biteship writes them, each of its own."""
    counter = 0
    while True:
        counter += 1
        body = json.dumps(
            {
                "event": "order.status",
                "courier_company": "grab",
                "courier_driver_name": "Budi",
                "courier_driver_phone": "081299990000",
                "order_id": f"{number:04x}{counter:020x}",
                "order_price": 48_000,
                "status": "allocated",
                "updated_at": "2026-11-24T11:00:00+07:00",
            }
        ).encode()
        head = (
            f"POST /hooks/couriers/biteship/{TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{HEADER}: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def knock(port: int, number: int, seconds: float, rate: float, told: "multiprocessing.Queue[tuple[int, int]]") -> None:
    """Send at this rate as long as the server keeps up; say how many were taken and how many were not."""
    line, taken, refused = Connection(port), 0, 0
    began = time.monotonic()
    for count, request in enumerate(notices(number)):
        due = began + count / rate
        if (now := time.monotonic()) < due:
            time.sleep(due - now)
        if time.monotonic() - began >= seconds:
            break
        status, _head, _body = line.ask(request)
        taken += 200 <= status < 300
        refused += not 200 <= status < 300
    line.close()
    told.put((taken, refused))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rate", type=float, default=WANTED)
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    options = arguments.parse_args()
    with postgres.start_server() as url:
        os.environ[postgres.SERVER] = url.render_as_string(hide_password=False)
        with filled_site("postgresql", 100) as site:
            site.environment |= {
                "COURIER_HOOK_TOKEN": TOKEN,
                "BITESHIP_KEY": f"biteship_live.{secrets.token_hex(8)}",
                "BITESHIP_WEBHOOK_HEADER": HEADER,
                "BITESHIP_WEBHOOK_SECRET": SECRET,
            }
            with serving(site, "wsgi:application", workers=2) as server:
                told: multiprocessing.Queue[tuple[int, int]] = multiprocessing.Queue()
                share = options.rate / CONNECTIONS
                knockers = [
                    multiprocessing.Process(target=knock, args=(site.port, number, options.seconds, share, told))
                    for number in range(CONNECTIONS)
                ]
                cpu, began = server.cpu(), time.monotonic()
                for knocker in knockers:
                    knocker.start()
                counts = [told.get() for _ in knockers]
                took = time.monotonic() - began
                spent = (server.cpu() - cpu) * 1_000
            engine = create_engine(site.database_url)
            with engine.connect() as connection:
                stored = connection.scalar(text("SELECT count(*) FROM courier_notice"))
            engine.dispose()
    taken, refused = (sum(column) for column in zip(*counts, strict=True))
    print("| notices a second | taken | refused | stored | lost | processor ms each, web |")
    print(f"| {taken / took:.0f} | {taken} | {refused} | {stored} | {taken - stored} | {spent / max(taken, 1):.2f} |")
    return 0 if stored == taken and refused == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
