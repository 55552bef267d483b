"""Processor time of listing pages and searches by size of the catalogue, each page made anew: nothing is cached.

``python -m benchmarks.listing --database postgresql --sizes 10000 100000 1000000 --folder /var/tmp/bench``
Databases stay in the folder for the next run. Figures are milliseconds per page; PostgreSQL's process is counted in.
"""

import argparse
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import psutil
from sqlalchemy import create_engine, inspect, text

from tests.postgres import start_server

ROUNDS: Final = 40
QUERIES: Final = 200
DEEP_PAGE: Final = 100
PAGE_SIZE: Final = 24


def main() -> None:
    """Measure each size in a process of its own and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--folder", type=Path, default=Path("/var/tmp/gallery-bench"))  # noqa: S108 - kept on purpose
    arguments.add_argument("--measure", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        print(json.dumps(_measure(given.measure)))
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    with _server(given) as url_of:
        results = {size: _run(url_of(size), size) for size in given.sizes}
    cases = next(iter(results.values()))
    print(f"| {given.database}, ms | " + " | ".join(f"{size:,}" for size in results) + " |")
    print("|---|" + "---|" * len(results))
    for case in cases:
        print(f"| {case} | " + " | ".join(f"{results[size][case]:.1f}" for size in results) + " |")


@contextlib.contextmanager
def _server(given: argparse.Namespace) -> Iterator[Callable[[int], str]]:
    if given.database == "sqlite":
        yield lambda size: f"sqlite:///{given.folder}/{size}.db"
        return
    with start_server(given.folder / "postgresql") as url:
        admin = create_engine(url, isolation_level="AUTOCOMMIT")

        def url_of(size: int) -> str:
            name = f"bench_{size}"
            with admin.connect() as connection:
                if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
                    connection.execute(text(f"CREATE DATABASE {name}"))
            return url.set(database=name).render_as_string(hide_password=False)

        yield url_of


def _run(url: str, size: int) -> dict[str, float]:
    environment = os.environ | {"DATABASE_URL": url, "ENVIRONMENT": "testing", "LOG_LEVEL": "ERROR"}
    environment |= {"EXTERNAL_URL": "http://localhost", "DATA_DIR": "/tmp/gallery-bench-data"}  # noqa: S108
    engine = create_engine(url)
    filled = inspect(engine).has_table("listing_entry")
    engine.dispose()
    if not filled:
        fill = [sys.executable, "-m", "benchmarks.catalogue", "--products", str(size)]
        subprocess.run(fill, env=environment, check=True, stdout=sys.stderr)
    measure = [sys.executable, "-m", "benchmarks.listing", "--measure", url]
    answer = subprocess.run(measure, env=environment, check=True, stdout=subprocess.PIPE)
    result: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return result


class _Clock:
    """Processor time of this process and, if there is one, of the database's process that serves it."""

    def __init__(self, backend: int | None) -> None:
        self.backend = psutil.Process(backend) if backend else None

    def __call__(self) -> float:
        server = sum(self.backend.cpu_times()[:2]) if self.backend else 0.0
        return time.process_time() + server


def _measure(url: str) -> dict[str, float]:
    from gallery.core.db import db  # noqa: PLC0415 - after the settings are known
    from wsgi import application  # noqa: PLC0415

    application.extensions["page_cache"].max_bytes = 0
    client = application.test_client()
    with application.app_context():
        # One connection for all requests, so that one server process does the work.
        backend = None
        if url.startswith("postgresql"):
            backend = db.session.scalar(text("SELECT pg_backend_pid()"))
        deep = _deep_cursor(db.session)
        mix = _query_mix(db.session)
        db.session.rollback()
    clock = _Clock(backend)
    pages = {
        "empty answer": "/healthz",
        "listing": "/produk/",
        f"listing, page {DEEP_PAGE}": f"/produk/?hal={DEEP_PAGE}a{deep}",
        "category": "/produk/?kategori=madu",
        "category, two districts, halal": "/produk/?kategori=madu&wilayah=19.01&wilayah=19.06&halal=1&urut=termurah",
        "rare combination, newest": "/produk/?kategori=kue&wilayah=19.06&galeri=1&halal=1&urut=terbaru",
        "price range": "/produk/?harga_min=20000&harga_maks=30000",
        "narrow price range, newest": "/produk/?harga_min=300000&harga_maks=310000&urut=terbaru",
        "search, one common word (62 %)": "/produk/?q=asli",
        "search, two common words": "/produk/?q=lada+putih",
        "search, typing error": "/produk/?q=lda+putih",
        "search, in a district": "/produk/?q=kemplang&wilayah=19.01",
        "search, in vain": "/produk/?q=qwertyuiop",
        "suggestions": "/produk/saran?q=kem",
    }
    result = {name: _time(client, clock, [url] * ROUNDS) for name, url in pages.items()}
    single = [_time(client, clock, [f"/produk/?q={q}"] * 5, warm=1) for q in mix]
    result["query mix, median"] = statistics.median(single)
    result["query mix, 95 %"] = sorted(single)[int(len(single) * 0.95)]
    result["query mix, worst"] = max(single)
    result["memory of the process, MB"] = psutil.Process().memory_info().rss / 1e6
    return result


def _time(client: Any, clock: Callable[[], float], urls: Sequence[str], warm: int = 3) -> float:
    for url in urls[:warm]:
        _get(client, url)
    before = clock()
    for url in urls:
        _get(client, url)
    return (clock() - before) * 1000 / len(urls)


def _get(client: Any, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status}")


def _deep_cursor(session: Any) -> str:
    """Return the cursor behind which page 100 starts, or the last page there is."""
    row = session.execute(
        text(
            "SELECT popular_key, product_id FROM listing_entry ORDER BY popular_key DESC, product_id DESC "
            "LIMIT 1 OFFSET :skip"
        ),
        {"skip": (DEEP_PAGE - 1) * PAGE_SIZE - 1},
    ).first()
    return f"{row[0]}-{row[1]}"


def _query_mix(session: Any) -> list[str]:
    """Draw searches from names of products: one to three words, some cut short, some mistyped."""
    chance = random.Random(3)
    total = session.scalar(text("SELECT max(product_id) FROM listing_entry"))
    queries = []
    for _ in range(QUERIES):
        number = chance.randint(1, total)
        words = session.scalar(text("SELECT name FROM listing_entry WHERE product_id = :id"), {"id": number}).split()
        words = words[: chance.choice((1, 1, 2, 2, 3))]
        last = words[-1]
        kind = chance.random()
        if kind < 0.2:
            words[-1] = last[: max(3, len(last) - 3)]
        elif kind < 0.35:
            at = chance.randrange(1, max(2, len(last) - 1))
            words[-1] = last[:at] + last[at + 1 :]
        queries.append("+".join(words))
    return queries


if __name__ == "__main__":
    main()
