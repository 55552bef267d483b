"""The counter when the connection goes: sales go on, are booked once each, and no piece is sold twice."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery.web.barcodes import ean13
from tests.journeys import papers
from tests.journeys.conftest import FLAGS, OFFICE, PHONE, Person, chromium
from tests.journeys.steps import ask, order_for_delivery
from tests.journeys.till import add_till, kept, open_till, pay, pieces, ready, scan
from tests.journeys.wire import wire_to
from tests.site import Site

pytestmark = pytest.mark.journey
BACK_MS = 60_000
MOST_LEASED = 3


def stock_of(site: Site, article: dict[str, Any]) -> tuple[int, int]:
    """Pieces of the article at the gallery of the till, and those of them that somebody holds."""
    places = free_by_place(site, article)
    on_hand, held = places[next(iter(places))]
    return on_hand, held


def free_by_place(site: Site, article: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """(pieces, held) at each place; the till's own place comes first."""
    sql = "SELECT place_id, SUM(on_hand), SUM(reserved) FROM stock_item WHERE variant_id = :variant GROUP BY place_id"
    rows = {place: (int(there), int(held)) for place, there, held in ask(site, sql, variant=article["variant_id"])}
    mine = ask(site, "SELECT place_id FROM stock_item WHERE id = :id", id=article["leased"][0]["stock_item_id"])[0][0]
    return {mine: rows.pop(mine), **rows}


def booked(site: Site, shift: str) -> list[tuple[str, str, int]]:
    """(key, origin, pieces) of the shift's sales, in the order in which they happened."""
    sql = (
        "SELECT sale.sale_key, sale.origin, SUM(line.pieces) FROM counter_sale sale "
        "JOIN shift ON shift.id = sale.shift_id JOIN counter_sale_line line ON line.sale_id = sale.id "
        "WHERE shift.public_id = :shift GROUP BY sale.id, sale.sale_key, sale.origin, sale.happened_at "
        "ORDER BY sale.happened_at"
    )
    return [(key, origin, int(number)) for key, origin, number in ask(site, sql, shift=shift)]


@dataclass
class Desk:
    """A cashier at an open till."""

    staff: Person
    shift: str
    articles: list[dict[str, Any]]

    @property
    def page(self) -> Page:
        return self.staff.page


@pytest.fixture
def desk(person, request):
    """Make desks: each test opens a till of its own, so that none meets what another sold."""

    def make(viewport: dict = OFFICE, url: str = "") -> Desk:
        name = f"Kasir {request.node.name.removeprefix('test_')[:20]}"
        add_till(person().signed_in_as("galeri.pgk"), name)
        staff = person(viewport)
        if url:
            staff.site = Line(url)
        staff.signed_in_as("staf.pgk")
        return Desk(staff, *open_till(staff, name))

    return make


@dataclass(frozen=True)
class Line:
    """The site at the other end of a wire."""

    url: str


def contested(site: Site, desk: Desk) -> dict[str, Any]:
    """An article of which the till has some, and the shop more here than anywhere else: an order takes them here."""
    for article in desk.articles:
        free = [there - held for there, held in free_by_place(site, article).values()]
        if len(article["leased"]) == 1 and pieces(article) >= MOST_LEASED and free[0] > max(free[1:], default=0):
            return article
    pytest.fail("the demo has no such article")


def test_no_piece_is_lost_or_sold_twice_while_the_connection_is_gone(site, person, desk):
    cashier = desk()
    page, article = cashier.page, contested(site, cashier)
    code, name = article["codes"][0], article["name"]
    on_hand, held = stock_of(site, article)

    another = next(one for one in cashier.articles if one["variant_id"] != article["variant_id"])
    scan(page, another["codes"][0], another["name"])
    pay(page)  # with a connection
    ready(page)

    scan(page, code, name)  # and the line goes in the middle of a sale
    cashier.staff.context.set_offline(True)
    scan(page, code, name)
    expect(page.locator("[data-part=banner]")).to_contain_text("Tanpa koneksi – 0 penjualan")
    cashier.staff.sees_no_sideways_scrolling()
    cashier.staff.sees_an_accessible_page()
    pay(page)
    expect(page.locator("[data-part=banner]")).to_contain_text("Tanpa koneksi – 1 penjualan")

    buyer = person()
    sold_online = on_hand - held
    path = ask(
        site,
        "SELECT product.public_id FROM product JOIN variant ON variant.product_id = product.id WHERE variant.id = :v",
        v=article["variant_id"],
    )[0][0]
    buyer.page.goto(f"{site.url}/p/{path}")
    order_for_delivery(buyer, pieces=sold_online)  # all that the shop still had

    page.reload()
    for number in range(pieces(article) - 2):
        scan(page, article["leased"][0]["code"], name)
        pay(page)
        expect(page.locator("[data-part=banner]")).to_contain_text(f"{number + 2} penjualan")
    page.locator("#kode").fill(code)
    page.locator("#kode").press("Enter")
    expect(page.locator("[data-part=problem]")).to_contain_text("jatah kasir ini tinggal 0")
    made = kept(page)
    assert sum(line["pieces"] for sale in made for line in sale["lines"]) == pieces(article)

    cashier.staff.context.set_offline(False)
    expect(page).to_have_url(re.compile(f"/kasir/{cashier.shift}/"), timeout=BACK_MS)
    expect(page.locator("[data-till-booked]")).to_contain_text(made[0]["number"], timeout=BACK_MS)
    ready(page)
    sales = booked(site, cashier.shift)
    assert [origin for _key, origin, _number in sales] == ["online", *["offline"] * len(made)]
    assert [key for key, _origin, _number in sales[1:]] == [sale["sale_key"] for sale in made]
    left, held_now = stock_of(site, article)
    assert left == on_hand - pieces(article)
    assert held_now == held - pieces(article) + sold_online == left  # all that is left belongs to the web order
    assert ask(site, "SELECT id FROM unbooked_sale") == []
    assert "Stock adds up" in site.flask("audit", "stock")


def test_an_answer_that_was_lost_books_nothing_twice(site, desk):
    """The server booked, its answer did not arrive: of a payment, and of the sales that are brought back."""
    with wire_to(site.port) as wire:
        cashier = desk(url=wire.url)
        page, article = cashier.page, contested(site, cashier)
        code, name = article["codes"][0], article["name"]
        on_hand, _held = stock_of(site, article)

        scan(page, code, name)
        wire.swallow, wire.cut_then = "/bayar", True
        page.locator("#kode").press("Enter")
        expect(page.locator("#tunai")).to_be_focused()
        paid_into_the_cut(wire, page)
        expect(page.locator("[data-part=doubt]")).to_be_visible(timeout=BACK_MS)
        page.locator("#tunai").press("Enter")
        expect(page.locator(".till-done")).to_be_visible()
        scan(page, code, name)
        pay(page)
        made = kept(page)
        assert len(made) == 2

        wire.swallow, wire.cut_then = "/sinkron", False
        wire.is_cut = False
        expect(page).to_have_url(re.compile(f"/kasir/{cashier.shift}/"), timeout=BACK_MS)
        expect(page.locator("[data-till-banner]")).to_contain_text("2 penjualan", timeout=BACK_MS)
        assert [path.rsplit("/", 1)[1] for path in wire.swallowed] == ["bayar", "sinkron"]
        assert [sale["status"] for sale in kept(page)] == ["waiting", "waiting"]
        page.reload()
        expect(page.locator("[data-till-booked]")).to_contain_text(made[1]["number"], timeout=BACK_MS)
        ready(page)
        assert kept(page) == []
        assert sorted(booked(site, cashier.shift)) == sorted(
            (sale["sale_key"], origin, 1) for sale, origin in zip(made, ("online", "offline"), strict=True)
        )
        assert stock_of(site, article)[0] == on_hand - 2
        assert "Stock adds up" in site.flask("audit", "stock")
    cashier.staff.troubles.clear()  # a cut line is in the console


def paid_into_the_cut(wire: Any, page: Page) -> None:
    """Pay; the server gets it, the answer is swallowed, and then nothing gets through any more."""
    page.keyboard.press("Enter")
    for _ in range(100):
        if wire.swallowed:
            return
        page.wait_for_timeout(50)
    pytest.fail("the payment did not reach the server")


def test_a_server_in_trouble_loses_no_scan_and_a_gateways_answer_is_as_good_as_none(desk):
    cashier = desk()
    page, article = cashier.page, cashier.articles[0]
    code, name = article["codes"][0], article["name"]
    page.route("**/pindai", lambda route: route.fulfill(status=500, body="rusak"))
    page.locator("#kode").fill(code)
    page.locator("#kode").press("Enter")
    expect(page.locator(".till-problem")).to_contain_text("Server sedang bermasalah")
    expect(page.locator("#kode")).to_have_value(code)
    page.unroute("**/pindai")
    page.locator("#kode").press("Enter")
    expect(page.locator(".till-lines")).to_contain_text(name)
    page.route("**/pindai", lambda route: route.fulfill(status=503, body="gateway"))
    page.locator("#kode").fill(code)
    page.locator("#kode").press("Enter")
    expect(page.locator("[data-offline]")).to_be_attached(timeout=BACK_MS)  # the till without a connection took over
    expect(page.locator(".till-lines input").first).to_have_value("2")  # with the scan
    cashier.staff.troubles.clear()  # a failed request is in the console


def test_one_tab_is_the_till_and_signing_out_leaves_only_the_sales(site, desk):
    cashier = desk()
    page, article = cashier.page, cashier.articles[0]
    other = cashier.staff.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("sedang dipakai di tab lain")).to_be_visible()
    other.get_by_role("button", name="Pakai tab ini").click()
    expect(other.get_by_text("sedang dipakai di tab lain")).to_be_hidden()
    expect(page.get_by_text("sedang dipakai di tab lain")).to_be_visible()
    page.close()

    other.locator("#kode").focus()
    cashier.staff.context.set_offline(True)
    scan(other, article["codes"][0], article["name"])
    pay(other)
    made = kept(other)
    # The line is back, but this browser closes the till before its sale has gone.
    other.route("**/sinkron", lambda route: route.abort())
    cashier.staff.context.set_offline(False)
    other.goto(f"{site.url}/petugas/kasir/{cashier.shift}/tutup")
    other.get_by_label("Jumlah uang di laci").fill("100.000")
    other.locator("[data-till-close] button.btn-primary").click()
    expect(other.locator("[data-till-banner]")).to_contain_text("Kasir belum dapat ditutup: 1 penjualan")
    assert ask(site, "SELECT status FROM shift WHERE public_id = :s", s=cashier.shift)[0][0] == "open"

    other.locator("form[action$='/keluar'] button").first.click()
    expect(other).to_have_url(re.compile("/masuk"))
    cashier.staff.context.set_offline(True)
    other.goto(f"{site.url}/petugas/kasir/{cashier.shift}/")
    expect(other.get_by_role("heading", name="Kasir belum dibuka di peramban ini")).to_be_visible()
    assert "Aditya" not in other.content()
    assert [sale["sale_key"] for sale in kept(other)] == [sale["sale_key"] for sale in made]

    # Somebody else of the gallery signs in here: the sale is sent.
    cashier.staff.context.set_offline(False)
    other.unroute("**/sinkron")
    cashier.staff.page = other
    cashier.staff.signed_in_as("galeri.pgk")
    other.goto(f"{site.url}/petugas/kasir/")
    expect(other.locator("[data-till-booked]")).to_contain_text(made[0]["number"], timeout=BACK_MS)
    assert booked(site, cashier.shift) == [(made[0]["sale_key"], "offline", 1)]
    cashier.staff.troubles.clear()  # the aborted request


def test_a_phone_reads_labels_with_its_camera(site, playwright, desk, tmp_path):
    """The reader of our own, with a film of a label in front of the camera; this Chromium has no BarcodeDetector."""
    cashier = desk()
    article = next(one for one in cashier.articles if one["leased"][0]["code"].startswith("28"))
    film = tmp_path / "label.mjpeg"
    film.write_bytes(papers.film_of_label(ean13(article["leased"][0]["code"])))
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    phone = playwright.chromium.launch(
        executable_path=chromium(), args=[*flags, f"--use-file-for-fake-video-capture={film}"]
    )
    try:
        context = phone.new_context(
            viewport=PHONE, base_url=site.url, storage_state=cashier.staff.context.storage_state()
        )
        cashier.page.close()
        holder = Person(context, site)
        page = holder.goes(f"/petugas/kasir/{cashier.shift}/")
        page.get_by_role("button", name="Kamera", exact=True).click()
        expect(page.locator("[data-camera-told]")).to_contain_text(article["leased"][0]["code"], timeout=BACK_MS)
        expect(page.locator(".till-lines")).to_contain_text(article["name"])
        holder.sees_no_sideways_scrolling()
        page.get_by_role("button", name="Tutup kamera").click()
        expect(page.locator("video")).to_be_hidden()
        assert holder.troubles == []
    finally:
        phone.close()


def test_the_page_without_a_connection_does_not_say_so_while_there_is_one(person):
    page = person().goes("/petugas/kasir/luring")
    expect(page.locator("[data-part=banner]")).to_have_text("Sambungan ada. Sebentar lagi kembali ke kasir.")
    page.wait_for_url("**/masuk**")  # back to the till, where nobody is signed in
