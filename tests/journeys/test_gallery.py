"""Consigned goods from the district's note to their owner, everybody in a browser of their own; counting on phones."""

import re
from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from gallery.core import clock
from gallery.inventory.codes import lot_code, variant_code
from tests.journeys import papers
from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import ask, hand_to_rider, order_for_delivery, pack, verify_payment
from tests.journeys.till import add_till, open_till, pay, scan
from tests.printed import codes, pdf_text

pytestmark = pytest.mark.journey
LINES, USUAL, MANY = 40, 4, 30
OWNER, SQUID = "Dapur Kemplang Kuto Panji", "Stik cumi – 400 g"
SHELF = "J7"
SEND_LINES = """async (lines) => {
    const sent = [];
    for (const [number, line] of lines.entries()) {
        const body = new FormData(document.querySelector('.note-add'));
        for (const [name, text] of Object.entries(line)) body.set(name, text);
        body.set('request_key', `baris-journey-${number}`);
        sent.push((await fetch(location.href, { method: 'POST', body, redirect: 'manual' })).status);
    }
    return sent;
}"""
FLOW = ("Diterima", "Terjual di kasir", "Terjual online", "Dikembalikan ke pemilik", "Dihapus", "Koreksi", "Akhir")


def test_from_the_districts_note_back_to_the_owner(site, person, tmp_path):
    district, staff, manager = (
        person(viewport).signed_in_as(login)
        for viewport, login in ((OFFICE, "bangka"), (OFFICE, "staf.pgk"), (PHONE, "galeri.pgk"))
    )
    owner = person(PHONE).signed_in_as("kemplang")

    number = write_note(district)
    owner.goes("/umkm-saya/titipan/")
    owner.sees(number)

    receipt = unpack(site, staff, manager, number, tmp_path)
    owner_sees(owner, Diterima=MANY - 1, Akhir=MANY - 1)
    owner.goes("/umkm-saya/titipan/")
    owner.page.get_by_role("link", name=receipt).click()
    owner.sees("Ditolak: ")
    owner.sees_no_sideways_scrolling()
    anybody_checks(owner, receipt)

    code = print_labels(staff)
    add_till(manager, "Kasir titipan")
    open_till(staff, "Kasir titipan")
    scan(staff.page, code, "Stik cumi")
    scan(staff.page, code, "Stik cumi")
    pay(staff.page)
    owner_sees(owner, Diterima=MANY - 1, **{"Terjual di kasir": 2}, Akhir=MANY - 3)

    buy_online(site, person, staff, manager, tmp_path)
    owner_sees(owner, Diterima=MANY - 1, **{"Terjual di kasir": 2, "Terjual online": 2}, Akhir=MANY - 5)

    count_shelf(staff, manager, person(OFFICE).signed_in_as("provinsi"), code)
    owner_sees(owner, Dihapus=1, Akhir=MANY - 6)

    returned = give_back(staff, 4)
    owner_sees(owner, Dihapus=1, **{"Dikembalikan ke pemilik": 4}, Akhir=MANY - 10)
    owner.goes("/umkm-saya/titipan/keluar/")
    owner.page.get_by_role("link", name=returned).click()
    owner.sees("Bu Rohana")
    assert "Stock adds up" in site.flask("audit", "stock")


def write_note(district: Person) -> str:
    """Forty lines of the district's MSMEs, each by the page's own form; return the number that the gallery sees."""
    page = district.goes("/petugas/titipan/surat/baru")
    page.get_by_label("Galeri tujuan").select_option(label="Galeri PLUT Pangkalpinang")
    page.get_by_label("Dibawa oleh").fill("Mobil dinas")
    page.locator(".savebar button").click()
    expect(page).to_have_url(re.compile("/isi$"))
    offered = page.locator("#barang option").evaluate_all("options => options.map((one) => one.value)")
    squid = next(name for name in offered if name.startswith("Stik cumi") and "400 g" in name)
    wanted = [squid, *(name for name in [*offered, *offered] if name != squid)][:LINES]
    lines = [note_line(n, name) for n, name in enumerate(wanted, start=1)]
    for n, line in enumerate(lines[:3], start=1):
        for field, text in line.items():
            page.locator(f".note-add [name={field}]").fill(text)
        page.locator(".note-add [name=pieces]").press("Enter")
        expect(page.locator(".savebar .state")).to_contain_text(f"{n} baris,")
    sent = page.evaluate(SEND_LINES, lines[3:])
    assert sent == [0] * (LINES - 3)  # each answered by a redirect, back to the page
    page.reload()
    expect(page.locator(".savebar .state")).to_contain_text(f"{LINES} baris,")
    district.sees_no_sideways_scrolling()
    page.get_by_role("button", name="Kirim ke galeri").click()
    district.sees("Surat terkirim")
    return re.search(r"STB-PGK-\d+-\d+", page.locator("h1").inner_text()).group(0)


def note_line(n: int, name: str) -> dict[str, str]:
    """The n-th line as the officer types it: each delivery has its own code and date."""
    expires_on = clock.today() + timedelta(days=600 + n)
    pieces = MANY if n == 1 else USUAL
    return {"article": name, "pieces": str(pieces), "lot_code": f"J{n:02}", "expires_on": str(expires_on)}


def unpack(site, staff: Person, manager: Person, number: str, folder) -> str:
    """Two people scan at once; a lid is closed in the middle; one piece is refused; return the owner's receipt."""
    page = staff.goes("/petugas/titipan/terima/")
    page.get_by_role("button", name=f"Terima {number}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    address = urlsplit(page.url).path
    manager.goes("/petugas/titipan/terima/")
    manager.page.get_by_role("link", name=number).first.click()
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text(number)
    rows = ask(
        site,
        "SELECT line.variant_id, line.pieces FROM note_line line JOIN consignment_note note ON note.id = line.note_id"
        " WHERE note.number = :number ORDER BY line.position",
        number=number,
    )
    half = LINES // 2
    for mine, theirs in zip(rows[1 : half - 2], rows[half:], strict=False):  # neither waits for the other
        arrive(page, *mine)
        arrive(manager.page, *theirs)
    arrive(manager.page, *rows[-1])
    arrive(manager.page, *rows[-2])
    arrive(manager.page, *rows[-3])
    saved(page)

    staff.context.set_offline(True)
    arrive(page, rows[0][0], MANY - 1)
    arrive(page, *rows[half - 2])
    arrive(page, *rows[half - 1])
    expect(page.locator("[data-net]")).to_contain_text("3 pindaian menunggu sambungan")
    page.close()  # the lid
    staff.context.set_offline(False)
    staff.page = page = staff.watched(staff.context.new_page())
    staff.goes(address)
    saved(page)

    saved(manager.page)  # a page with scans that wait would not let go
    page = manager.goes(address)
    squid = page.locator("tr[data-line]", has_text=SQUID)
    expect(squid.locator("[data-got]")).to_have_value(str(MANY - 1))
    for row in (squid, page.locator("tr[data-line]", has_text=OWNER).nth(1)):
        row.locator("[name=shelf]").fill(SHELF)
        row.locator("[name=shelf]").press("Tab")
    saved(page)
    squid.get_by_role("link", name="Tolak, foto, rincian").click()
    page.get_by_label("Jumlah ditolak").fill("1")
    page.get_by_label("Alasan").first.select_option(index=1)
    page.get_by_label("Foto").set_input_files(papers.picture_file(folder / "penyok.jpg", (120, 60, 40)))
    page.get_by_role("button", name="Catat ditolak").click()
    manager.sees("Dicatat: 1 ditolak")
    manager.sees_no_sideways_scrolling()

    page = staff.goes(address)
    total = MANY + (LINES - 1) * USUAL
    expect(page.locator("[data-total]")).to_have_text(str(total - 1))
    page.get_by_label("Nama yang menyerahkan").fill("Pak Suhardi")
    page.locator("[data-finish]").click()
    staff.sees("Barang masuk stok")
    owners = ask(site, "SELECT COUNT(DISTINCT business_id) FROM note_line WHERE note_id ="
                 " (SELECT id FROM consignment_note WHERE number = :number)", number=number)[0][0]  # fmt: skip
    expect(page.locator("main tbody tr")).to_have_count(owners)
    page.locator("main tbody tr", has_text=OWNER).get_by_role("link").first.click()
    expect(page.locator("tr", has_text=SQUID).locator("[data-label=Diterima]")).to_have_text(str(MANY - 1))
    return page.locator("h1 .num").inner_text()


def arrive(page: Page, variant_id: int, pieces: int) -> None:
    page.locator("[data-scan] [name=code]").fill(f"{pieces}*{variant_code(variant_id)}")
    page.locator("[data-scan] [name=code]").press("Enter")


def saved(page: Page) -> None:
    """Every scan is at the server, however long the queue was."""
    expect(page.locator("[data-net]")).to_have_text("Semua pindaian tersimpan di server.", timeout=60_000)


def anybody_checks(owner: Person, receipt: str) -> None:
    """The QR code on the printed receipt leads to the public page that knows it."""
    paper = owner.context.request.get(f"{owner.page.url}.pdf").body()
    assert receipt in pdf_text(paper)
    address = next(text for kind, text in codes(paper) if kind == "QRCode")
    owner.goes(address)
    owner.sees(receipt)
    owner.sees_no_sideways_scrolling()


def print_labels(staff: Person) -> str:
    """Three labels from the receipt, read as a scanner does; return their code."""
    page = staff.page
    page.locator("main").get_by_role("link", name="Cetak label").click()
    for field in page.locator("input.qty-in").all():
        is_squid = SQUID in field.locator("xpath=ancestor::tr").inner_text()
        field.fill("3" if is_squid else "0")
    page.get_by_label("Kertas").select_option("roll58")
    sheet = page.locator("form[action$='cetak.pdf']")
    query = sheet.evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    pdf = staff.context.request.get(f"{sheet.get_attribute('action')}?{query}").body()
    read = Counter(codes(pdf))
    (code,) = [text for kind, text in read if kind == "EAN13"]
    assert sorted(read.values()) == [3, 3]
    staff.goes(next(text for kind, text in read if kind == "QRCode"))
    staff.sees("Stik cumi")
    return code


def buy_online(site, person, staff: Person, manager: Person, folder) -> None:
    """The same article from the shop: the pieces of the gallery are packed and go with a rider."""
    buyer = person(PHONE)
    product = ask(site, "SELECT product.public_id FROM product JOIN product_revision r ON r.product_id = product.id"
                  " WHERE r.name = 'Stik cumi'")[0][0]  # fmt: skip
    buyer.goes(f"/p/{product}")
    buyer.page.locator("label.pill", has_text="400 g").click()
    number = order_for_delivery(buyer, pieces=2)
    buyer.page.get_by_label("Bukti transfer").set_input_files(papers.picture_file(folder / "tf.jpg", (20, 90, 160)))
    buyer.page.get_by_role("button", name="Kirim bukti transfer").click()
    buyer.sees("Bukti transfer sedang diperiksa")
    verify_payment(manager, number)
    pack(staff, number)
    rider = person(PHONE)
    rider.goes(hand_to_rider(staff, number))
    rider.page.get_by_role("button", name="Terima").click()
    rider.page.get_by_role("button", name="Paket sudah saya ambil").click()
    expect(rider.page.get_by_label("Nama yang menerima")).to_be_visible()


def count_shelf(staff: Person, manager: Person, second: Person, code: str) -> None:
    """Two people count one shelf, a piece is missing, and somebody who did not count approves."""
    page = staff.goes("/petugas/opname/baru")
    page.get_by_label("Rak", exact=False).first.fill(SHELF)
    page.get_by_role("button", name="Simpan catatan dan mulai menghitung").click()
    expect(page).to_have_url(re.compile("/hitung$"))
    counted = urlsplit(page.url).path
    count(page, f"20*{code}", "hitungan Anda 20")
    page = manager.goes(counted)
    count(page, f"4*{code}", "hitungan Anda 4")
    page.locator("main").get_by_role("link", name="Daftar").click()
    other = page.locator("li.tally-row")
    expect(other).to_have_count(1)
    other.locator("[name=pieces]").fill(str(USUAL))
    other.locator("button").click()
    manager.sees("2 dari 2 baris sudah dihitung")
    page = staff.goes(counted.removesuffix("/hitung"))
    page.locator("summary", has_text="Selesai menghitung").click()
    page.get_by_role("button", name="Tutup penghitungan").click()
    staff.sees("Penghitungan selesai")

    manager.goes(counted.replace("/hitung", "/periksa"))
    manager.page.get_by_role("button", name="Setujui stok opname").click()
    manager.sees("Yang membuka atau ikut menghitung tidak boleh menyetujui")

    page = second.goes(counted.replace("/hitung", "/periksa"))
    line = page.locator("article.tally", has_text=SQUID)
    expect(line.locator("dl")).to_contain_text("-1")
    line.get_by_label("Sebab").select_option(label="Hilang")
    line.get_by_label("Keterangan").fill("Tidak ada di rak")
    line.get_by_role("button", name="Simpan").click()
    second.sees("Sebabnya tersimpan")
    page.get_by_role("checkbox").check()  # the till has no sale that it has not sent
    page.get_by_role("button", name="Setujui stok opname").click()
    second.sees("Stok sudah sesuai hitungan")
    address = page.get_by_role("link", name="Berita acara (PDF)").get_attribute("href")
    shown = pdf_text(second.context.request.get(address).body())
    assert re.search(r"Barang kurang\s+1\b", shown), shown


def count(page: Page, entry: str, said: str) -> None:
    page.locator("#code").fill(entry)
    page.locator("#code").press("Enter")
    expect(page.locator("[data-said]")).to_contain_text(said)


def give_back(staff: Person, pieces: int) -> str:
    """Some pieces are set aside and fetched; return the number of the paper about it."""
    page = staff.goes("/petugas/titipan/retur/baru?q=kemplang+kuto")
    page.get_by_role("link", name=OWNER).click()
    row = page.locator("tr", has_text=SQUID)
    row.locator("input").fill(str(pieces))
    page.get_by_role("button", name="Sisihkan barang").click()
    page.get_by_label("Diambil oleh").fill("Bu Rohana")
    page.get_by_role("button", name="Barang sudah diserahkan").click()
    staff.sees("Barang sudah diserahkan kepada Bu Rohana")
    return page.locator("h1").inner_text()


def owner_sees(owner: Person, **flow: int) -> None:
    """What the owner's phone tells of the squid in the gallery."""
    yesterday = clock.today() - timedelta(days=1)  # when the month may have ended in the middle of the journey
    page = owner.goes(f"/umkm-saya/laporan/?dari={yesterday}")
    row = page.locator("tr", has_text=SQUID).filter(has=page.locator("[data-label='Terjual online']"))
    row = row.filter(has_text="Pangkalpinang")
    seen = {name: row.locator(f"[data-label='{name}']").inner_text() for name in FLOW}
    assert {name: seen[name] for name in flow} == {name: str(pieces) for name, pieces in flow.items()}, seen


def test_two_phones_count_while_the_line_goes_and_a_piece_is_sold(site, person):
    """What the script of the counting page does with scans, and what the reviewer sees of it."""
    staff, manager = person(PHONE).signed_in_as("staf.pgk"), person(PHONE).signed_in_as("galeri.pgk")
    (owner, first, second), (_other, foreign, _more) = two_owners(site)
    page = staff.goes("/petugas/opname/baru")
    page.get_by_label("Pemilik barang").select_option(label=owner)
    page.get_by_role("button", name="Simpan catatan dan mulai menghitung").click()
    expect(page).to_have_url(re.compile("/hitung$"))
    staff.sees_an_accessible_page()
    counted = urlsplit(page.url).path

    count(page, first, "hitungan Anda 1")
    page.locator("#code").fill("3*")
    page.locator("#code").press("Enter")
    expect(page.locator("#pieces")).to_have_value("3")
    count(page, first, "hitungan Anda 4")
    expect(page.locator("[data-newest] li").first).to_contain_text("+3 (4)")
    expect(page.locator("#pieces")).to_have_value("1")
    count(page, foreign, "bukan bagian dari stok opname ini")
    assert [trouble[:3] for trouble in staff.troubles] == ["422"]
    staff.troubles.clear()

    staff.context.set_offline(True)
    for entry in (second, f"2*{second}", "2899999999991"):  # and the last is a code that nobody gave
        page.locator("#code").fill(entry)
        page.locator("#code").press("Enter")
    expect(page.locator("[data-queue]")).to_have_text("3 hitungan menunggu sinyal")
    page.close()  # the lid
    staff.context.set_offline(False)
    staff.page = page = staff.watched(staff.context.new_page())
    page.goto(counted, wait_until="commit")
    page.wait_for_url(re.compile(r"/daftar\?q=2899999999991"), timeout=60_000)  # once the others were sent
    page = staff.goes(counted)
    expect(page.locator("[data-newest] li").first).to_contain_text("+2 (3)")
    expect(page.locator("[data-queue]")).to_be_hidden()

    lost = []

    def lose_the_answer(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/hitung", lose_the_answer, times=1)
    page.locator("#code").fill(second)
    page.locator("#code").press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("hitungan Anda 4", timeout=60_000)  # sent again, counted once
    assert lost == [200]

    page = manager.goes(counted)
    count(page, f"2*{first}", "hitungan Anda 2")  # of another's count it says nothing
    manager.sees_no_sideways_scrolling()

    add_till(manager, "Kasir hitung")
    open_till(staff, "Kasir hitung")
    scan(staff.page, first, "")
    pay(staff.page)
    page = staff.goes(counted.removesuffix("/hitung"))
    page.locator("summary", has_text="Selesai menghitung").click()
    page.get_by_role("button", name="Tutup penghitungan").click()
    page = person(OFFICE).signed_in_as("provinsi").goes(counted.replace("/hitung", "/periksa?saring=bergerak"))
    expect(page.locator("article.tally")).to_have_count(1)
    stale = page.locator("article.tally").inner_text()
    assert "bergerak sejak dicatat" in stale
    assert re.search(r"Fisik\s+6\s", stale), stale  # of both phones


def two_owners(site) -> list[tuple[str, str, str]]:
    """Two owners with several free articles in Pangkalpinang: the name, and the labels' codes of two of them."""
    rows = ask(
        site,
        "SELECT business.name, lot.id FROM stock_item JOIN lot ON lot.id = stock_item.lot_id"
        " JOIN business ON business.id = lot.business_id JOIN place ON place.id = stock_item.place_id"
        " WHERE place.name = 'Galeri PLUT Pangkalpinang' AND stock_item.on_hand - stock_item.reserved > 5"
        " AND lot.blocked_as IS NULL AND (lot.expires_on IS NULL OR lot.expires_on > :soon) AND business.name <> :not"
        " ORDER BY business.name, lot.id",
        soon=clock.today() + timedelta(days=40),
        **{"not": OWNER},
    )
    lots: dict[str, list[str]] = {}
    for name, lot_id in rows:
        lots.setdefault(name, []).append(lot_code(lot_id))
    return [(name, *codes[:2]) for name, codes in lots.items() if len(codes) > 1][:2]
