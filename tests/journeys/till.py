"""Steps at a till: open it, scan, pay, lose the connection and get it back."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person

AWAY = re.compile("Tanpa koneksi")
READY_MS = 60_000
NOTED = re.compile(r"/kasir/(\w+)/")


def add_till(manager: Person, name: str) -> None:
    page = manager.goes("/petugas/kasir/")
    field = page.get_by_label("Nama kasir baru")
    if not field.is_visible():
        page.locator("summary", has_text="Tambah kasir").click()
    field.fill(name)
    page.get_by_role("button", name="Tambah", exact=True).click()
    expect(page.locator("body")).to_contain_text(name)


def open_till(staff: Person, name: str) -> tuple[str, list[dict[str, Any]]]:
    """Open a shift; return its id and the articles that may be sold without a connection."""
    page = staff.goes("/petugas/kasir/")
    page.locator("li", has_text=name).get_by_role("link", name="Buka kasir").click()
    page.get_by_label("Uang awal di laci").fill("100.000")
    with page.expect_response("**/sewa") as answered:
        page.get_by_role("button", name="Buka kasir").click()
    leased = [article for article in answered.value.json()["articles"] if article["leased"]]
    ready(page)
    return NOTED.search(page.url).group(1), leased


def ready(page: Page) -> None:
    """The page could go on without a connection now."""
    expect(page.locator("[data-till-link][data-ready=true]")).to_be_attached(timeout=READY_MS)


def scan(page: Page, code: str, name: str) -> None:
    page.locator("#kode").fill(code)
    page.locator("#kode").press("Enter")
    expect(page.locator(".till-lines")).to_contain_text(name)


def pay(page: Page) -> None:
    """Exact cash: Enter on the empty scan box, Enter again."""
    page.locator("#kode").press("Enter")
    expect(page.locator("#tunai")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".till-done")).to_be_visible()


def kept(page: Page) -> list[dict[str, Any]]:
    """The sales without a connection that this browser holds, the oldest first."""
    found = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const asked = indexedDB.open('kasir');
            asked.onerror = () => reject(asked.error);
            asked.onsuccess = () => {
                const rows = asked.result.transaction('sales').objectStore('sales').getAll();
                rows.onsuccess = () => { asked.result.close(); resolve(rows.result); };
            };
        })"""
    )
    return sorted((sale for sale in found if sale.get("offline")), key=lambda sale: sale["happened_at"])


def pieces(article: dict[str, Any]) -> int:
    return sum(row["pieces"] for row in article["leased"])
