"""Lighthouse on every public page of the demo site as it is deployed: ``make lighthouse`` writes docs/lighthouse.md.

It needs Node; ``LIGHTHOUSE`` names another command than the one that fetches it. ``python -m tests.lighthouse search``
measures the pages whose name contains that word and prints them, and writes nothing. Chromium counts its processor time
as that of a slow phone: on a machine that does something else meanwhile, the performance is lower than it is.
"""

import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from sqlalchemy import create_engine, text

from gallery.core.signing import Signer
from tests.journeys.conftest import FLAGS, PHONE, chromium
from tests.screenshots.objects import fixed_objects
from tests.site import Site

TABLE = Path(__file__).resolve().parents[1] / "docs" / "lighthouse.md"
COMMAND = shlex.split(os.environ.get("LIGHTHOUSE", "npx --yes lighthouse@12"))
GOOD, ROUNDS, TRIES = 99, 5, 3
SCALES = (2, 3)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = {
    "home": "/",
    "listing": "/produk/",
    "listing with facets": "/produk/?kategori={category}&wilayah=19.71&tersedia=1",
    "search, a typing error": "/produk/?q=kempalng",
    "search, nothing found": "/produk/?q=xyzzyqwerty",
    "product": "/produk/{product}",
    "product with variants": "/produk/{variants}",
    "MSME directory": "/umkm/",
    "MSME": "/umkm/{business}",
    "category": "/kategori/{category}",
    "district": "/wilayah/19.71",
    "news": "/berita/",
    "article": "/berita/{news}",
    "about": "/tentang",
    "help": "/bantuan",
    "privacy": "/privasi",
    "terms": "/syarat-belanja",
    "accessibility": "/aksesibilitas",
    "check a paper": "/periksa/",
    "a checked paper": "/periksa/{paper}",
    "sign in": "/masuk",
    "register": "/daftar",
    "forgotten password": "/lupa-kata-sandi",
    "link is mailed": "/lupa-kata-sandi/terkirim",
    "cart, empty": "/keranjang",
    "cart": "/keranjang",
    "checkout": "/pesan",
    "checkout, to an address": "/pesan?kirim=alamat&kabupaten=19.71&kecamatan=19.71.05&desa=19.71.05.1002",
    "payment": "{payment}",
    "order by its link": "/pesanan/{order}",
    "an order's papers": "/pesanan/{papers}",
    "rider": "/antar/{rider}",
    "English: home": "/en/",
    "English: search": "/en/produk/?q=kempalng",
    "English: product": "/en/produk/{product}",
    "English: help": "/en/bantuan",
    "English: checkout": "/en/pesan",
}
WITH_CART = {"cart", "checkout", "checkout, to an address", "payment", "English: checkout"}


HEAD = """\
# Lighthouse

Written by `make lighthouse`: the demo site as it is deployed (production settings, plain HTTP on loopback),
`npx lighthouse@12`, mobile preset, Chromium without a window. The bars: 99 in all four; HTML, style, scripts and font
at most 60 KB; pictures of the first screen at most 120 KB.

A page is measured once; where its performance was below 99 five times, and the median is the first number. Times are
what Lighthouse computes for a slow phone on a slow line: largest paint, blocking of the main thread; then the shift of
the layout. Sizes are kilobytes over the wire: everything but pictures, and the pictures on the first screen, 360 by 800
at two and at three dots a pixel, in brackets all that Chromium has fetched by then, as it looks far ahead.

"machine" is Lighthouse's own measure of the processor during the runs. Below 1000 it warns that the phone it computes
is slower than meant: blocking and performance say something of the page only when the number is higher.
"""
COLUMNS = (
    "page", "performance", "accessibility", "practices", "SEO", "paint", "blocking", "shift", "without pictures",
    "pictures, 2 dots", "3 dots", "machine", "found",
)  # fmt: skip
FOOT = """
`is-crawlable` is meant: search results, filtered listings, papers, sign-in and the pages of one person (cart, checkout,
payment, order, rider) say `noindex`, which Lighthouse counts against SEO. Not measured: error pages, which Lighthouse
refuses, and what only an account opens.
"""


@dataclass
class Measured:
    """What a page got. ``runs`` are the performances of all runs, the rest medians; sizes are kilobytes."""

    name: str
    scores: list[int]
    runs: list[int]
    largest_paint_ms: float
    blocking_ms: float
    shift: float
    core: float
    pictures: list[tuple[float, float]]
    """On the first screen, and all that was fetched by then, for each of SCALES."""
    machine: float
    found: list[str]

    @property
    def row(self) -> str:
        performance, *others = self.scores
        cells = [
            self.name,
            f"{performance} of {', '.join(map(str, self.runs))}" if len(self.runs) > 1 else performance,
            *others,
            f"{self.largest_paint_ms / 1000:.1f} s",
            f"{self.blocking_ms:.0f} ms",
            f"{self.shift:.3f}",
            f"{self.core:.0f}",
            *(f"{on_screen:.0f} ({fetched:.0f})" for on_screen, fetched in self.pictures),
            f"{self.machine:.0f}",
            ", ".join(self.found),
        ]
        return f"| {' | '.join(map(str, cells))} |"


def main(only: str = "") -> int:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(f"sqlite:///{folder}/gallery.db", Path(folder), workers=2)
        deployed = dict(site.environment)
        site.environment |= {"ENVIRONMENT": "development", "ALLOW_PLAIN_HTTP": "0"}  # production refuses demo data
        site.flask("db", "upgrade")
        site.flask("demo", "seed")
        site.environment = deployed
        site.start()
        try:
            rows = list(measured(site, only))
        finally:
            site.stop()
    if not only:
        TABLE.write_text(page(rows))
    return 0


def page(rows: list[Measured]) -> str:
    """The whole of docs/lighthouse.md."""
    head = [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    return "\n".join([HEAD, *head, *(one.row for one in rows), FOOT])


def measured(site: Site, only: str = "") -> Iterator[Measured]:
    """Measure the pages one after the other; each is printed as it comes."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=FLAGS)
        buyer = browser.new_context(viewport=PHONE, locale="id-ID")
        addresses = objects(site) | {"payment": ordered(buyer.new_page(), site)}
        filled(buyer.new_page(), site)
        for name, path in PAGES.items():
            if only in name:
                url = site.url + path.format(**addresses)
                cookies = buyer.cookies() if name in WITH_CART else []
                one = measure(name, url, cookies, browser)
                print(one.row, flush=True)  # noqa: T201
                yield one


def objects(site: Site) -> dict[str, str]:
    """Return what stands in the addresses of PAGES, read from the demo's database."""
    address = "SELECT slug || '-' || public_id FROM"
    product = f"{address} listing_entry WHERE has_variants = :v ORDER BY popularity DESC, product_id"
    category = (
        "SELECT c.slug FROM listing_entry e JOIN category c ON c.id = e.category_id"
        " WHERE e.district_code = '19.71' GROUP BY c.slug ORDER BY count(*) DESC, c.slug"
    )
    asked = {
        "product": (product, {"v": False}),
        "variants": (product, {"v": True}),
        "business": (f"{address} business ORDER BY id", {}),
        "category": (category, {}),
        "news": ("SELECT slug FROM news_article WHERE status = 'published' ORDER BY id", {}),
        "order": ("SELECT public_id FROM \"order\" WHERE status = 'completed' ORDER BY id", {}),
    }
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        found = {name: str(connection.scalar(text(f"{sql} LIMIT 1"), given)) for name, (sql, given) in asked.items()}
    engine.dispose()
    order = found["order"]
    key = f"?t={Signer([site.environment['SECRET_KEY']]).sign('order', order)}"
    return fixed_objects(site) | found | {"order": f"{order}{key}", "papers": f"{order}/surat/{key}"}


def filled(page: Page, site: Site) -> None:
    """Put something into the cart."""
    page.goto(f"{site.url}/produk/?q=getas")
    page.locator(".card-title a").first.click()
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.wait_for_load_state("networkidle")


def ordered(page: Page, site: Site) -> str:
    """Order something, to be paid by transfer; return the path of the page that says how."""
    filled(page, site)
    page.goto(f"{site.url}/pesan?kirim=alamat&kabupaten=19.71&kecamatan=19.71.05&desa=19.71.05.1002")
    page.get_by_label("Nama lengkap").fill("Dewi Contoh")
    page.get_by_label("Nomor WhatsApp").fill("0812 0000 0009")
    page.get_by_label("Alamat lengkap").fill("Jl. Contoh No. 12")
    page.locator("input[name=bayar][value=transfer]").check()
    page.get_by_role("button", name=re.compile("Buat pesanan dan bayar Rp")).click()
    page.wait_for_url("**/bayar/**")
    return page.url.removeprefix(site.url)


def measure(name: str, url: str, cookies: list[Any], browser: Browser) -> Measured:
    """One run; where it is below GOOD, which a busy machine is enough for, the medians of ROUNDS."""
    reports = [lighthouse(url, cookies)]
    if performance(reports[0]) < GOOD:
        reports += [lighthouse(url, cookies) for _ in range(ROUNDS - 1)]
    return summary(name, reports, [pictures(browser, url, cookies, scale) for scale in SCALES])


def summary(name: str, reports: list[dict[str, Any]], pictures: list[tuple[float, float]]) -> Measured:
    def median(audit: str) -> float:
        return statistics.median(report["audits"][audit]["numericValue"] for report in reports)

    def score(category: str) -> int:
        return round(100 * statistics.median(report["categories"][category]["score"] for report in reports))

    requests = reports[0]["audits"]["network-requests"]["details"]["items"]
    return Measured(
        name,
        scores=[score(category) for category in CATEGORIES],
        runs=sorted(performance(report) for report in reports),
        largest_paint_ms=median("largest-contentful-paint"),
        blocking_ms=median("total-blocking-time"),
        shift=median("cumulative-layout-shift"),
        core=sum(one["transferSize"] for one in requests if one.get("resourceType") != "Image") / 1024,
        pictures=pictures,
        machine=statistics.median(report["environment"]["benchmarkIndex"] for report in reports),
        found=sorted({audit for report in reports for audit in failed(report)}),
    )


def performance(report: dict[str, Any]) -> int:
    return round(100 * report["categories"]["performance"]["score"])


def failed(report: dict[str, Any]) -> Iterator[str]:
    """The audits, times excepted, that took points away."""
    for key, category in report["categories"].items():
        for reference in category["auditRefs"]:
            score = report["audits"][reference["id"]]["score"]
            if key != "performance" and reference["weight"] and score is not None and score < 1:
                yield reference["id"]


def lighthouse(url: str, cookies: list[Any]) -> dict[str, Any]:
    """One run of the mobile preset in a Chromium of its own; on a busy machine some fail and are repeated."""
    headers = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies)} if cookies else {}
    command = [
        *COMMAND, url, "--quiet", "--output=json", f"--chrome-flags={' '.join(FLAGS)}",
        f"--extra-headers={json.dumps(headers)}",
    ]  # fmt: skip
    for _ in range(TRIES):
        environment = os.environ | {"CHROME_PATH": chromium()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            report: dict[str, Any] = json.loads(done.stdout)
            return report
    raise RuntimeError(f"{url}: {done.stderr}")


def pictures(browser: Browser, url: str, cookies: list[Any], scale: int) -> tuple[float, float]:
    """Kilobytes of pictures on the first screen of a phone, and of all that it fetches before anybody scrolls."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=scale, locale="id-ID")
    context.add_cookies(cookies)
    sizes = {one.url: len(one.body()) for one in fetched(context, url)}
    below = set(context.pages[0].eval_on_selector_all("img", BELOW))
    context.close()
    return sum(size for one, size in sizes.items() if one not in below) / 1024, sum(sizes.values()) / 1024


BELOW = """all => all.filter(one => {
  const box = one.getBoundingClientRect();
  return box.top >= innerHeight || box.left >= innerWidth;
}).map(one => one.currentSrc)"""


def fetched(context: BrowserContext, url: str) -> list[Response]:
    answers: list[Response] = []
    page = context.new_page()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it wants a function
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return [one for one in answers if one.request.resource_type == "image"]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
