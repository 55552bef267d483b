"""Forty buyers at the shop's pages, and in the middle the server dies by ``kill -9`` and is started again.

The server is the one that ``flask serve`` starts in production: gunicorn with its workers, and the worker for jobs.
Each buyer is a process with a browser's manners: cart, checkout page, order; when no answer comes it sends the same
form again, checkout key included. The suite runs one such race on each database (``test_concurrency.py``); more:

    python -m tests.inventory.race --kill-server --runs 20
    python -m tests.inventory.race --kill-server --runs 20 --database postgresql
"""

import http.client
import http.cookiejar
import json
import os
import random
import re
import secrets
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from gallery.accounts.models import Gallery
from gallery.core.db import db
from tests.factories.checkout import make_bank_account
from tests.factories.inventory import make_gallery_place, make_goods, make_stock
from tests.inventory.race import FORK, Start, app_at
from tests.site import Site

PATIENCE_S = 120
HIDDEN = re.compile(r'name="(csrf_token|kunci|dilihat)" value="([^"]*)"')
REFUSAL = re.compile(r"baru saja habis|Pilih galeri lain atau minta diantar")
BUSY = "Sedang ramai"


@dataclass(frozen=True)
class Outcome:
    """What came of a race: what the buyers were told, and what the rows say."""

    answers: Counter[str]
    told: set[str]  # the orders that buyers were led to
    orders: set[str]  # the orders there are
    reserved: list[int]
    whole: int  # orders that have their payment and both lines
    sold_before: int  # when the server was killed
    interrupted: int  # requests that got no answer
    audit: str

    def is_right(self, buyers: int, pieces: int) -> bool:
        """Whether exactly the pieces were sold, one order or one refusal for each, although the server was killed."""
        return (
            self.answers == {"ok": pieces, "refused": buyers - pieces}
            and len(self.told) == pieces
            and self.told == self.orders
            and self.reserved == [pieces, pieces]
            and self.whole == pieces
            and self.interrupted > 0
            and self.audit == "clean"
        )


@dataclass(frozen=True)
class Shop:
    """Where to buy what."""

    url: str
    gallery: str
    goods: tuple[str, str]


class Buyer:
    """One person's browser: cookies, forms, no redirect followed."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.interrupted = shop, 0
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(jar, _Stay())

    def prepare(self, goods: tuple[str, ...]) -> dict[str, str]:
        """Fill the cart, open the checkout page, and return the form as it will be sent."""
        for variant in goods:
            self.ask("/keranjang", {"variant": variant, "quantity": "1"})
        place = urllib.parse.urlencode({"kirim": "ambil", "galeri": self.shop.gallery})
        _status, page, _where = self.ask(f"/pesan?{place}")
        hidden = dict(HIDDEN.findall(page))
        return hidden | {
            "nama": "Dewi Contoh",
            "wa": f"0812 {secrets.randbelow(10_000):04} {secrets.randbelow(10_000):04}",
            "kirim": "ambil",
            "galeri": self.shop.gallery,
            "bayar": "transfer",
        }

    def buy(self, form: dict[str, str]) -> dict[str, Any]:
        """Send the form until there is an answer that is one: an order, or a refusal."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                status, page, where = self.ask("/pesan", form)
            except (OSError, http.client.HTTPException):
                self.interrupted += 1
                time.sleep(random.uniform(0.05, 0.3))
                continue
            if status == 303 and (order := re.search(r"/bayar/([0-9A-Za-z]+)", where)):
                return {"answer": "ok", "order": order[1]}
            if status == 409 and BUSY in page:
                continue
            if status == 409 and REFUSAL.search(page):
                return {"answer": "refused"}
            return {"answer": f"{status} {where}"}
        return {"answer": "no answer"}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        data = urllib.parse.urlencode(form).encode() if form else None
        asked = urllib.request.Request(self.shop.url + path, data, {"Sec-Fetch-Site": "same-origin"})
        try:
            answer = self.browser.open(asked, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: Any) -> None:
        return None


def race(database_url: str, folder: Path, *, buyers: int, pieces: int) -> Outcome:
    """Let all buyers order one of each product, half of them in the other order; kill the server in the middle."""
    site = Site(database_url, folder / "site", workers=2, extra={"WEB_THREADS": "4"})
    shop = _open_shop(site, pieces)
    site.serve()
    try:
        start = Start()
        notes = [folder / f"buyer-{number}.json" for number in range(buyers)]
        children = [FORK.Process(target=_buyer, args=(shop, n % 2, note, start)) for n, note in enumerate(notes)]
        for child in children:
            child.start()
        start.give(buyers)
        sold_before = _kill_in_the_middle(site, random.randint(1, pieces // 2))
        site.serve()
        for child in children:
            child.join()
        return _outcome(site, [json.loads(note.read_text()) for note in notes], sold_before)
    finally:
        site.kill()


def _open_shop(site: Site, pieces: int) -> Shop:
    app = app_at(site.database_url, str(site.folder))
    with app.app_context():
        make_bank_account()
        place = make_gallery_place()
        place_id, gallery = place.id, db.session.get_one(Gallery, place.gallery_id).public_id
        goods = [make_goods("Lada Putih"), make_goods("Getas")]
        for one in goods:
            make_stock(one.variant_id, place_id, pieces)
        db.session.remove()
        db.engine.dispose()
    return Shop(site.url, gallery, (goods[0].variant_public_id, goods[1].variant_public_id))


def _buyer(shop: Shop, other_way: int, note: Path, start: Start) -> None:
    """Buy in a process of its own and write down what came of it."""
    try:
        buyer = Buyer(shop)
        form = buyer.prepare(shop.goods[::-1] if other_way else shop.goods)
        start.wait()
        note.write_text(json.dumps(buyer.buy(form) | {"interrupted": buyer.interrupted}))
    except Exception as error:  # noqa: BLE001 - the race waits for every child, and counts this one as wrong
        traceback.print_exc()
        note.write_text(json.dumps({"answer": repr(error), "interrupted": 0}))
        start.wait()
    os._exit(0)


def _kill_in_the_middle(site: Site, orders: int) -> int:
    """Kill the server as soon as there are so many orders; return how many there were when it was dead."""
    engine = create_engine(site.database_url, poolclass=NullPool)
    end = time.monotonic() + PATIENCE_S
    try:
        while _count(engine) < orders:
            assert time.monotonic() < end, f"nobody buys anything:\n{site.log[-4000:]}"
        site.kill()
        return _count(engine)
    finally:
        engine.dispose()


def _count(engine: Any) -> int:
    try:
        with engine.connect() as connection:
            return connection.scalar(text('SELECT count(*) FROM "order"'))
    except OperationalError:  # SQLite, locked for a moment
        return 0


def _outcome(site: Site, notes: list[dict[str, Any]], sold_before: int) -> Outcome:
    engine = create_engine(site.database_url, poolclass=NullPool)
    whole = (
        "SELECT count(*) FROM payment WHERE order_id IN"
        " (SELECT order_id FROM order_line GROUP BY order_id HAVING count(*) = 2)"
    )
    with engine.connect() as connection:
        orders = set(connection.scalars(text('SELECT public_id FROM "order"')))
        reserved = list(connection.scalars(text("SELECT reserved FROM stock_item ORDER BY variant_id")))
        counted = connection.scalar(text(whole))
    engine.dispose()
    try:
        site.flask("audit", "stock")
        audit = "clean"
    except RuntimeError as error:
        audit = str(error)
    return Outcome(
        Counter(note["answer"] for note in notes),
        {note["order"] for note in notes if "order" in note},
        orders,
        reserved,
        counted,
        sold_before,
        sum(note["interrupted"] for note in notes),
        audit,
    )
