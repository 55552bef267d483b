"""Pictures of every page for README and docs: ``make screenshots`` writes docs/screenshots/*.png from the demo site."""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine, text

from gallery.demo.accounts import DEMO_PASSWORD
from gallery.demo.invented import MAIL_DOMAIN
from tests.journeys.conftest import FLAGS, OFFICE, PHONE, chromium
from tests.site import Site, demo_site

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
PAGES: list[tuple[str, str, str]] = [
    ("home", "", "/"),
    ("search", "", "/produk/?q=kempalng"),
    ("listing", "", "/produk/?kategori=makanan-ringan"),
    ("product", "", "/produk/{product}"),
    ("maker", "", "/umkm/{maker}"),
    ("makers", "", "/umkm/"),
    ("district", "", "/wilayah/19.71"),
    ("news", "", "/berita/"),
    ("article", "", "/berita/{news}"),
    ("cart", "cart", "/keranjang"),
    ("checkout", "cart", "/pesan"),
    ("sign-in", "", "/masuk"),
    ("account-orders", "andini.prameswari", "/akun/pesanan"),
    ("staff-home", "provinsi", "/petugas/"),
    ("submissions", "bangka", "/petugas/impor/"),
    ("upload", "bangka", "/petugas/impor/baru"),
    ("reviews", "kurator", "/petugas/kurasi/"),
    ("register", "provinsi", "/petugas/registri/"),
    ("stock", "galeri.pgk", "/petugas/galeri/"),
    ("orders", "galeri.pgk", "/petugas/pesanan/?tab=to_pack"),
    ("shipments", "galeri.pgk", "/petugas/pengiriman/"),
    ("payments", "galeri.pgk", "/petugas/pembayaran/"),
    ("owner-home", "kemplang", "/umkm-saya/"),
    ("owner-products", "kemplang", "/umkm-saya/produk/"),
    ("audit", "admin", "/petugas/pengaturan/audit/"),
]
DARK = {"home", "product", "orders"}


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        with demo_site(base / "site", base, "screenshots") as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for size, viewport in (("phone", PHONE), ("office", OFFICE)):
                take_all(browser, site, size, viewport)
            browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")  # noqa: T201
    return 0


def take_all(browser: Browser, site: Site, size: str, viewport: dict) -> None:
    examples, pages = known_addresses(site), {}
    for name, who, path in PAGES:
        if who not in pages:
            context = browser.new_context(viewport=viewport, locale="id-ID", timezone_id="Asia/Jakarta")
            pages[who] = context.new_page()
            enter(pages[who], site, who, examples)
        page = pages[who]
        page.goto(site.url + path.format(**examples))
        page.wait_for_load_state("networkidle")
        save(page, f"{name}-{size}")
        if name in DARK:
            page.emulate_media(color_scheme="dark")
            save(page, f"{name}-{size}-dark")
            page.emulate_media(color_scheme="light")


def enter(page: Page, site: Site, who: str, examples: dict[str, str]) -> None:
    """Be a visitor, somebody with a filled cart, or one of the demo's people."""
    if who == "cart":
        page.goto(f"{site.url}/produk/{examples['product']}")
        page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    elif who:
        page.goto(f"{site.url}/masuk")
        page.locator("input[name=login]").fill(f"{who}@{MAIL_DOMAIN}")
        page.get_by_label("Kata sandi", exact=True).fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Masuk", exact=True).click()
        page.wait_for_url(lambda url: "/masuk" not in url)


def save(page: Page, name: str) -> None:
    """Save the first screen with a palette: a third of the bytes, the same to the eye."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        FOLDER / f"{name}.png", optimize=True
    )


def known_addresses(site: Site) -> dict[str, str]:
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        product, maker = connection.execute(
            text(
                "SELECT e.slug || '-' || e.public_id, b.slug || '-' || b.public_id FROM listing_entry e"
                " JOIN business b ON b.id = e.business_id WHERE e.available_pieces > 0"
                " ORDER BY e.popularity DESC LIMIT 1"
            )
        ).one()
        news = connection.scalar(text("SELECT slug FROM news_article WHERE status = 'published' ORDER BY id LIMIT 1"))
    engine.dispose()
    return {"product": product, "maker": maker, "news": news}


if __name__ == "__main__":
    sys.exit(main())
