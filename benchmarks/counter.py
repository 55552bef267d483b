"""How long a till waits for a scan: ``python -m benchmarks.counter`` prints the lines for docs/performance.md.

10,000 articles lie in one gallery; every scan is a request of its own to the site as it is deployed (gunicorn, two
processes), with session, token, lock, write and the answer's HTML, one after the other as a scanner sends them.
"""

import argparse
import contextlib
import os
import random
import re
import statistics
import tempfile
import time
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from sqlalchemy import insert, select

from benchmarks.__main__ import filled_site
from benchmarks.server import serving
from config import Settings
from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.app import create_app
from gallery.catalog.models import Product, Variant
from gallery.core.db import db, transaction
from gallery.counter import services
from gallery.inventory.codes import variant_code
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem
from tests import postgres
from tests.browser import PASSWORD
from tests.factories.accounts import make_user
from tests.site import Site

ARTICLES = 10_000
SCANS = 400
PIECES = 50
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def stock_gallery(site: Site) -> tuple[str, str, list[int]]:
    """Put pieces of every article into one gallery; return the shift, who sells there, and the variants."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(ENVIRONMENT="testing", DATABASE_URL=site.database_url, DATA_DIR=folder))
        with app.app_context():
            place_id, gallery_id = _place()
            with transaction() as session:
                rows = session.execute(
                    select(Variant.id, Product.business_id).join(Product, Product.id == Variant.product_id)
                ).all()[:ARTICLES]
                lots = [
                    {"variant_id": v, "business_id": b, "code": "bench", "intake": "", "block_note": ""}
                    for v, b in rows
                ]
                session.execute(insert(Lot), lots)
                made = session.execute(select(Lot.variant_id, Lot.id).where(Lot.code == "bench")).all()
                items = [
                    {
                        "variant_id": v,
                        "place_id": place_id,
                        "lot_id": lot,
                        "on_hand": PIECES,
                        "reserved": 0,
                        "shelf": "",
                    }
                    for v, lot in made
                ]
                session.execute(insert(StockItem), items)
                till = services.add_till(session, place_id, "Kasir 1", actor=Actor.system())
                shift = services.open_shift(session, till.id, opening_cash_idr=0, actor=Actor.system()).public_id
            email = make_user("gallery_staff", gallery_id=gallery_id).email or ""
            db.session.remove()
            db.engine.dispose()
            return shift, email, [variant for variant, _lot in made]


def _place() -> tuple[int, int]:
    found = db.session.scalar(select(Place).where(Place.kind == PlaceKind.GALLERY))
    if found is not None and found.gallery_id is not None:
        return found.id, found.gallery_id
    with transaction() as session:
        village = session.scalars(select(Gallery.village_code)).first()
        raise RuntimeError(f"the synthetic catalogue has no gallery ({village})")


class Till:
    """A browser at the till: keeps cookies, knows its token."""

    def __init__(self, base: str, email: str) -> None:
        self.base = base
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        self.token = self._token("/masuk")
        self._post("/masuk", {"login": email, "password": PASSWORD})

    def _token(self, path: str) -> str:
        with self.open(self.base + path) as answer:
            found = TOKEN.search(answer.read().decode())
        if found is None:
            raise RuntimeError(path)
        return found[1]

    def _post(self, path: str, data: dict[str, str], **headers: str) -> None:
        body = urlencode({"csrf_token": self.token, **data}).encode()
        with self.open(urllib.request.Request(self.base + path, body, headers)) as answer:
            answer.read()

    def measure(self, shift: str, codes: list[str]) -> list[float]:
        """Return milliseconds of each scan; every 20 articles begin a new sale."""
        page, taken = f"/petugas/kasir/{shift}/", []
        self.token = self._token(page)
        for number, code in enumerate(codes):
            if number % 20 == 0:
                self._post(f"{page}kosongkan", {}, **{"X-Requested-With": "fetch"})
            began = time.perf_counter()
            self._post(f"{page}pindai", {"kode": code}, **{"X-Requested-With": "fetch"})
            taken.append((time.perf_counter() - began) * 1000)
        return taken


def main() -> None:
    """Measure on both databases and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    print("| database | articles | scans | median ms | p95 ms | slowest ms | processor ms |\n" + "|---" * 7 + "|")
    with contextlib.ExitStack() as stack:
        for database in options.database or ["sqlite", "postgresql"]:
            if database == "postgresql":
                url = stack.enter_context(postgres.start_server())
                os.environ[postgres.SERVER] = url.render_as_string(hide_password=False)
            with filled_site(database, ARTICLES) as site:
                shift, email, variants = stock_gallery(site)
                dice = random.Random(17)
                codes = [variant_code(dice.choice(variants)) for _ in range(SCANS + 20)]
                with serving(site, "wsgi:application") as server:
                    till, before = Till(f"http://127.0.0.1:{server.port}", email), server.cpu()
                    taken = sorted(till.measure(shift, codes)[20:])
                    cpu = server.cpu_ms_per_request(len(codes), before)
                p95 = taken[int(len(taken) * 0.95)]
                times = f"{statistics.median(taken):.0f} | {p95:.0f} | {taken[-1]:.0f}"
                print(f"| {database} | {len(variants)} | {len(taken)} | {times} | {cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
