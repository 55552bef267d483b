"""A browser of one size that goes to each page as the person who sees it, and takes its first screen."""

import io
import re
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Error, Page
from werkzeug.routing import Rule

from gallery.demo.accounts import DEMO_PASSWORD
from gallery.demo.invented import MAIL_DOMAIN
from tests.screenshots.objects import fixed_objects
from tests.screenshots.pages import WITHOUT
from tests.site import Site

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDEST = 910
PAYING = {"paying": "transfer", "card": "stripe"}
"""Who has ordered and has to pay, and the way of paying that they chose in the form."""
TRIED = 25
"""Links of a list that are followed, one after the other, until one leads to the page."""
DARK = {"shop.home.index", "shop.product.show", "staff.orders.index"}


class Camera:
    """The pictures of one size; everybody who is asked for has a browser context of their own."""

    def __init__(
        self, browser: Browser, site: Site, rules: dict[str, Rule], size: str, viewport: dict[str, int]
    ) -> None:
        self.browser, self.site, self.rules, self.size, self.viewport = browser, site, rules, size, viewport
        self.pages: dict[str, Page] = {}
        self.objects = fixed_objects(site)
        self.fixed = {site.url + rule.rule for rule in rules.values() if not rule.arguments}  # "…/baru" is no object

    def take_all(self, wanted: dict[str, tuple[str, str]]) -> list[str]:
        """Take every page; return what could not be taken."""
        troubles = []
        for name, (who, where) in wanted.items():
            if name not in self.rules:
                continue
            try:
                if not self._take(name, who, where):
                    troubles.append(f"{name}-{self.size}: no link to one at {where}")
            except Error as error:
                troubles.append(f"{name}-{self.size}: {error.message.splitlines()[0]}")
        return troubles

    def _take(self, name: str, who: str, where: str) -> bool:
        page = self._page_of(who)
        if name in WITHOUT:
            page.route(WITHOUT[name], lambda route: route.abort())
        if who not in PAYING and not self._arrive(page, name, where):
            return False
        page.wait_for_load_state("networkidle")
        save(page, f"{name}-{self.size}")
        if name in DARK:
            page.emulate_media(color_scheme="dark")
            save(page, f"{name}-{self.size}-dark")
            page.emulate_media(color_scheme="light")
        page.unroute_all()
        return True

    def _page_of(self, who: str) -> Page:
        if who not in self.pages:
            context = self.browser.new_context(
                viewport=self.viewport,
                locale="id-ID",
                timezone_id="Asia/Jakarta",
                reduced_motion="reduce",  # nothing is taken on its way from light to dark
            )
            page = context.new_page()
            self._enter(page, who)
            self.pages[who] = page
        return self.pages[who]

    def _enter(self, page: Page, who: str) -> None:
        """Be a visitor, somebody with a filled cart, somebody who has to pay, or one of the demo's people."""
        if who == "cart" or who in PAYING:
            assert self._arrive(page, "shop.product.show", "/produk/?q=getas")
            page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
            page.wait_for_load_state("networkidle")
            if who in PAYING:
                self._order(page, PAYING[who])
        elif who:
            page.goto(f"{self.site.url}/masuk")
            page.locator("input[name=login]").fill(f"{who}@{MAIL_DOMAIN}")
            page.get_by_label("Kata sandi", exact=True).fill(DEMO_PASSWORD)
            page.get_by_role("button", name="Masuk", exact=True).click()
            page.wait_for_url(lambda url: "/masuk" not in url)

    def _order(self, page: Page, way: str) -> None:
        page.goto(f"{self.site.url}/pesan?kirim=alamat&kabupaten=19.71&kecamatan=19.71.05&desa=19.71.05.1002")
        page.get_by_label("Nama lengkap").fill("Dewi Contoh")
        page.get_by_label("Nomor WhatsApp").fill("0812 0000 0009")
        page.get_by_label("Alamat lengkap").fill("Jl. Contoh No. 12")
        page.locator(f"input[name=bayar][value={way}]").check()
        page.get_by_role("button", name=re.compile("Buat pesanan dan bayar Rp")).click()
        page.wait_for_url("**/bayar/**")

    def _arrive(self, page: Page, name: str, where: str) -> bool:
        """Open the address; where it is a list, follow links to the object."""
        path, *through = where.split(" > ")
        return self._opens(page, self.site.url + path.format(**self.objects)) and self._follow(page, [*through, name])

    def _follow(self, page: Page, steps: list[str]) -> bool:
        """Go on from this page, link by link; where one leads no further, try the next one like it."""
        if not steps:
            return True
        wanted = self._addresses(steps[0])
        if wanted.fullmatch(page.url):
            return self._follow(page, steps[1:])
        links: list[Any] = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        found = [link for link in links if wanted.fullmatch(link) and link.partition("?")[0] not in self.fixed]
        tried = list(dict.fromkeys(found))[:TRIED]
        return any(self._opens(page, link) and self._follow(page, steps[1:]) for link in tried)

    def _addresses(self, name: str) -> re.Pattern[str]:
        return re.compile("(?:https?://[^/]+)?" + re.sub(r"<[^>]+>", "[^/?#]+", self.rules[name].rule) + r"(?:[?#].*)?")

    @staticmethod
    def _opens(page: Page, address: str) -> bool:
        answer = page.goto(address)
        take_over = page.get_by_role("button", name="Ambil alih di perangkat ini")
        if "/kasir/" in address and take_over.is_visible():  # the browser of the other size had the till
            take_over.click()
            page.wait_for_load_state()
        return answer is not None and answer.ok


def save(page: Page, name: str) -> None:
    """Save the first screen; a wide one at two thirds, so that the folder stays small."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, round(picture.height * WIDEST / picture.width)), Image.Resampling.LANCZOS)
    picture.save(FOLDER / f"{name}.webp", quality=45, method=6)
