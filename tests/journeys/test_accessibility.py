"""axe finds nothing on any public page and on the main pages of staff and owners, in the light and in the dark."""

import re

import pytest
from sqlalchemy import create_engine, text

from tests.journeys.conftest import OFFICE, PHONE

pytestmark = pytest.mark.journey
PUBLIC = {
    "shop.home.index": "/",
    "shop.products.index": "/produk/?q=lada",
    "shop.product.show": "/produk/{slug}-{public_id}",
    "shop.business.index": "/umkm/",
    "shop.business.show": "/umkm/{business_slug}-{business_public_id}",
    "shop.category.show": "/kategori/{category}",
    "shop.region.show": "/wilayah/19.71",
    "shop.news.index": "/berita/",
    "shop.news.show": "/berita/{news}",
    "shop.pages.about": "/tentang",
    "shop.pages.accessibility": "/aksesibilitas",
    "shop.pages.help_": "/bantuan",
    "shop.pages.privacy": "/privasi",
    "shop.pages.terms": "/syarat-belanja",
    "shop.cart.show": "/keranjang",
    "shop.auth.sign_in": "/masuk",
    "shop.auth.register": "/daftar",
    "shop.auth.request_reset": "/lupa-kata-sandi",
    "shop.auth.reset_requested": "/lupa-kata-sandi/terkirim",
    "shop.orders.mine": "/akun/pesanan",
    "shop.papers.index": "/periksa/",
    "shop.papers.show": "/periksa/{check_code}",
    "empty search": "/produk/?q=" + "xyzzy" * 20,
    "not found": "/tidak-ada",
    "English": "/en/",
}
# Seen elsewhere: pages that need an order or a link are checked where a journey passes them.
BY_JOURNEY = {
    "shop.checkout.show", "shop.orders.show", "shop.payment.show", "shop.rider.show", "shop.auth.set_password",
    "shop.online.show", "shop.order_papers.show",
}  # fmt: skip
NOT_A_PAGE = re.compile(
    r"sitemap|share|qr|suggest|short|state|live|note|regions|me\.|media|proof|picture|portrait|export|robots"
    r"|online\.done|order_papers\.(?!show)"
)
STAFF = {
    "provinsi": [
        "/petugas/", "/petugas/kurasi/", "/petugas/registri/", "/petugas/berita/", "/petugas/tarif/",
        "/petugas/kurir-daring/", "/petugas/kurir-daring/jangkauan/", "/petugas/kurir-daring/tagihan/",
        "/petugas/keuangan/", "/petugas/omzet/", "/petugas/mutasi/", "/petugas/rekonsiliasi/", "/petugas/hak-umkm/",
        "/petugas/pembayaran-kurir/", "/petugas/pembayaran/gerbang/", "/petugas/jurnal/",
    ],
    "bangka": ["/petugas/impor/", "/petugas/impor/baru", "/petugas/produk/"],
    "galeri.pgk": [
        "/petugas/pesanan/?tab=to_pack", "/petugas/pengiriman/", "/petugas/pembayaran/", "/petugas/galeri/",
        "/petugas/kurir/", "/petugas/titipan/surat/", "/petugas/titipan/terima/", "/petugas/kasir/", "/petugas/opname/",
        "/petugas/laporan/galeri/", "/petugas/galeri/label/", "/petugas/galeri/kedaluwarsa",
    ],
    "admin": [
        "/petugas/pengaturan/galeri/", "/petugas/pengaturan/galeri/baru", "/petugas/pengaturan/rekening/",
        "/petugas/pengaturan/rekening/baru", "/petugas/pengaturan/kantor/", "/petugas/pengaturan/kantor/baru",
        "/petugas/pengaturan/pengguna/", "/petugas/pengaturan/audit/", "/petugas/pengaturan/pekerjaan/",
        "/petugas/pengaturan/permintaan-data/",
    ],
    "andini.prameswari": ["/akun/data-saya", "/akun/data-saya/minta"],
    "kemplang": ["/umkm-saya/", "/umkm-saya/produk/", "/umkm-saya/stok/", "/umkm-saya/pesanan/", "/umkm-saya/profil/",
        "/umkm-saya/laporan/", "/umkm-saya/titipan/", "/umkm-saya/uang/", "/umkm-saya/omzet/",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def examples(site) -> dict[str, str]:
    """A product with several photos, its maker, and a news article of this site."""
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT e.slug, e.public_id, b.slug, b.public_id, c.slug FROM listing_entry e"
                " JOIN business b ON b.id = e.business_id JOIN category c ON c.id = e.category_id"
                " ORDER BY e.popularity DESC, e.product_id LIMIT 1"
            )
        ).one()
        news = connection.scalar(text("SELECT slug FROM news_article WHERE status = 'published' ORDER BY id LIMIT 1"))
        check_code = connection.scalar(text("SELECT check_code FROM paper ORDER BY id LIMIT 1"))
    engine.dispose()
    names = ("slug", "public_id", "business_slug", "business_public_id", "category")
    return {**dict(zip(names, row, strict=True)), "news": news, "check_code": check_code}


def test_the_list_of_public_pages_is_complete(app):
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("shop.") and "GET" in rule.methods and not NOT_A_PAGE.search(rule.endpoint)
        if app.view_functions[rule.endpoint].access_rule in {"public", "cacheable", "by_token"}
    }
    assert sorted(pages - set(PUBLIC) - BY_JOURNEY) == []


@pytest.mark.parametrize("viewport", [PHONE, OFFICE], ids=["360 px", "1366 px"])
def test_public_pages(person, examples, viewport):
    visitor, found = person(viewport), {}
    for path in PUBLIC.values():
        visitor.goes(path.format(**examples), expected=404 if path == "/tidak-ada" else 200)
        found[path] = visitor.violations()
    assert {path: violations for path, violations in found.items() if violations} == {}


@pytest.mark.parametrize("login", STAFF)
@pytest.mark.parametrize("viewport", [PHONE, OFFICE], ids=["360 px", "1366 px"])
def test_pages_of_those_who_work_here(person, viewport, login):
    somebody, found = person(viewport).signed_in_as(login), {}
    for path in STAFF[login]:
        somebody.goes(path)
        found[path] = somebody.violations()
    assert {path: violations for path, violations in found.items() if violations} == {}


@pytest.mark.parametrize("path", ["/petugas/", "/petugas/keuangan/"])
def test_amounts_of_a_good_year_fit_on_a_phone(person, path):
    officer = person(PHONE).signed_in_as("provinsi")
    officer.goes(path)
    amounts = officer.page.locator(".kpi b", has_text="Rp")
    assert amounts.count()
    amounts.evaluate_all("all => all.forEach(one => { one.textContent = 'Rp123.456.789.012' })")
    officer.sees_no_sideways_scrolling()
