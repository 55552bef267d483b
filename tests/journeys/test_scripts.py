"""Scripts that decide something, by themselves in a real browser: what a till may sell, and what a camera reads."""

import base64
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, Route, expect

from gallery.inventory.codes import lot_code
from gallery.web.barcodes import code128, ean13
from gallery.web.printing import render_pdf
from tests.printed import pdf_pages

pytestmark = pytest.mark.journey
SCRIPTS = Path(__file__).resolve().parents[2] / "static/js"
FRAME = (640, 480)
TODAY = "2027-03-10"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page that imports the scripts as they stand in the sources."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name:
            route.fulfill(body=(SCRIPTS / name).read_text(), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html")

    context = browser.new_context()
    context.route("https://skrip.test/**", answer)
    opened = context.new_page()
    opened.goto("https://skrip.test/")
    yield opened
    context.close()


def rules(page: Page, expression: str, **given):
    return page.evaluate(
        f"async (given) => {{ const r = await import('/counter-rules.js'); return {expression}; }}", given
    )


def row(number: int, pieces: int, expires_on: str | None = None) -> dict:
    return {
        "stock_item_id": number,
        "lot_id": number,
        "code": lot_code(number),
        "expires_on": expires_on,
        "pieces": pieces,
    }


def article(number: int, *leased: dict, name: str = "Lada Putih", codes: tuple[str, ...] = ()) -> dict:
    return {
        "variant_id": number,
        "codes": [*codes, f"V{number}"],
        "name": name,
        "owner": "Muntok Jaya",
        "price_idr": 45_000,
        "leased": list(leased),
    }


def till(*articles: dict) -> dict:
    return {"shift": "s", "articles": list(articles)}


def sold(page: Page, where: dict, *entries: tuple[int, int | None, int], sales: tuple = ()) -> list[tuple[int, int]]:
    basket = [{"variant_id": variant, "lot_id": lot, "pieces": pieces} for variant, lot, pieces in entries]
    found = rules(
        page,
        "r.allot(given.till, given.sales, given.basket, given.today)",
        till=where,
        sales=list(sales),
        basket=basket,
        today=TODAY,
    )
    assert not found["short"], found["short"]
    return [(line["stock_item_id"], line["pieces"]) for line in found["lines"]]


def short(page: Page, where: dict, *entries: tuple[int, int | None, int], sales: tuple = ()) -> list[int]:
    basket = [{"variant_id": variant, "lot_id": lot, "pieces": pieces} for variant, lot, pieces in entries]
    found = rules(
        page,
        "r.allot(given.till, given.sales, given.basket, given.today)",
        till=where,
        sales=list(sales),
        basket=basket,
        today=TODAY,
    )
    return [one["pieces"] for one in found["short"]]


def test_rupiah_are_read_as_the_server_reads_them(page):
    given = ["50.000", "Rp 50000", " 50rb", "", "lima puluh", "-5"]
    read = page.evaluate(
        "async (given) => { const m = await import('/counter-money.js'); return given.map((t) => `${m.typed(t)}`); }",
        given,
    )
    assert read == ["50000", "50000", "50000", "null", "NaN", "NaN"]


def test_what_expires_first_is_sold_first_and_what_expires_today_never(page):
    where = till(article(1, row(11, 5, TODAY), row(12, 2, "2027-03-11"), row(13, 4)))
    assert sold(page, where, (1, None, 3)) == [(12, 2), (13, 1)]
    assert short(page, where, (1, None, 7)) == [6]


def test_a_scanned_lot_is_sold_from_itself_before_others_take_it(page):
    where = till(article(1, row(11, 2, "2027-04-01"), row(12, 2)))
    assert sorted(sold(page, where, (1, None, 1), (1, 11, 2))) == [(11, 2), (12, 1)]
    assert short(page, where, (1, 11, 3)) == [2]


def test_sales_that_the_lease_does_not_know_of_are_taken_off(page):
    where = till(article(1, row(11, 3)))
    made = {"shift": "s", "lines": [{"stock_item_id": 11, "pieces": 2}]}
    assert sold(page, where, (1, None, 1), sales=(made,)) == [(11, 1)]
    assert short(page, where, (1, None, 2), sales=(made,)) == [1]
    assert sold(page, where, (1, None, 3), sales=(made | {"shift": "other"},)) == [(11, 3)]


def test_a_code_names_one_article_and_words_may_name_several(page):
    where = till(
        article(1, row(11, 1), codes=("0012345678905",)),
        article(2, row(12, 1), name="Lada Hitam"),
        article(3, name="Getas"),
    )

    def found(text: str) -> list[tuple[int, int | None]]:
        hits = rules(page, "r.find(given.till, given.text)", till=where, text=text)
        return [(hit["article"]["variant_id"], hit["lot_id"]) for hit in hits]

    assert found("12345678905") == [(1, None)]  # UPC as the scanner sends it, EAN-13 as it is stored
    assert found(lot_code(12)) == [(2, 12)]
    assert found("lada") == [(1, None), (2, None)]
    assert found("hitam muntok") == [(2, None)]
    assert found("2800000000999") == []


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("3*", {"times": 3, "text": ""}),
        ("3x2800000000110", {"times": 3, "text": "2800000000110"}),
        ("-", {"less": 1}),
        ("-2", {"less": 2}),
        ("=5", {"pieces": 5}),
        ("  lada   putih ", {"text": "lada putih"}),
    ],
)
def test_entries_mean_what_they_mean_at_the_server(page, text, meaning):
    assert rules(page, "r.read(given.text)", text=text) == meaning


def seen(page: Page, picture: Image.Image) -> str | None:
    """What the camera's reader makes of a frame."""
    data = base64.b64encode(picture.convert("RGBA").tobytes()).decode()
    return page.evaluate(
        """async ({width, height, data}) => {
            const { readPicture } = await import('/ean13.js');
            const bytes = Uint8ClampedArray.from(atob(data), (letter) => letter.charCodeAt(0));
            return readPicture({ width, height, data: bytes });
        }""",
        {"width": picture.width, "height": picture.height, "data": data},
    )


def frame(modules: str, module_px: float, *, turn: float = 0, blur: float = 0, dark: int = 170) -> Image.Image:
    """A label in front of a camera: small, turned, out of focus, on a grey table."""
    bars = Image.new("L", ((len(modules) + 22) * 8, 480), 255)
    for place, module in enumerate(modules):
        if module == "1":
            bars.paste(0, ((place + 11) * 8, 60, (place + 12) * 8, 420))
    label = bars.resize((round(bars.width / 8 * module_px), round(60 * module_px)), Image.Resampling.LANCZOS)
    label = label.rotate(turn, expand=True, fillcolor=dark, resample=Image.Resampling.BICUBIC)
    made = Image.new("L", FRAME, dark)
    made.paste(label, ((FRAME[0] - label.width) // 2, (FRAME[1] - label.height) // 2))
    made = made.filter(ImageFilter.GaussianBlur(blur))
    noise = Image.effect_noise(FRAME, 12)
    return Image.blend(made, noise, 0.08)


@pytest.mark.parametrize("turn", [0, 8, -8, 90, 180, 270])
def test_a_code_is_read_in_every_direction(page, turn):
    code = lot_code(1_734)
    assert seen(page, frame(ean13(code), 3, turn=turn)) == code


@pytest.mark.parametrize(("module_px", "blur"), [(1.8, 0), (2.5, 0.8), (4, 1.2)])
def test_a_code_is_read_small_and_out_of_focus(page, module_px, blur):
    code = lot_code(90_210)
    assert seen(page, frame(ean13(code), module_px, blur=blur)) == code


def test_what_is_no_right_code_is_not_read(page):
    """Noise, another kind of code, and a code whose check digit is wrong: nothing is better than something else."""
    rng = random.Random(13)
    for _ in range(15):
        stripes = "".join(rng.choice("01") for _ in range(95))
        assert seen(page, frame(f"101{stripes[3:92]}101", 3)) is None
    assert seen(page, frame(code128("28000000"), 3)) is None
    right = ean13(lot_code(77))
    assert seen(page, frame(right[:85] + ("1110010" if right[85:92] != "1110010" else "1100110") + "101", 3)) is None
    assert seen(page, Image.effect_noise(FRAME, 90)) is None


def test_every_label_that_the_site_prints_is_read(page, app):
    codes = [lot_code(number) for number in (1, 42, 1_009, 77_001, 5_550_123)]
    labels = [
        {
            "name": "Kerupuk Ikan Tenggiri",
            "detail": "250 g",
            "price": "Rp25.000",
            "lines": ["Baik sebelum 5 Jan 2027"],
            "code": code,
            "modules": ean13(code),
            "qr": '<svg xmlns="http://www.w3.org/2000/svg" width="21" height="21"/>',
            "owner": "Dapur Kuto Panji",
            "owner-code": "KP-01",
        }
        for code in codes
    ]
    for form in ("roll58", "roll80"):
        with app.test_request_context("/"):
            data = {"title": "Label", "owner": "PLUT", "language": "id", "format": form, "labels": labels}
            pdf = render_pdf("labels.typ", data)
        assert [seen(page, picture) for picture in pdf_pages(pdf)] == codes, form


def test_rows_are_walked_and_ticked_by_keys_unless_somebody_types(page):
    page.evaluate("""async () => {
      document.body.innerHTML = `<input id="cari">
        <label><input id="tombol" type="checkbox" data-keys-switch checked></label>
        <div data-rows><p data-row><input type="checkbox"><a href="#satu" data-row-link>1</a></p>
        <p data-row><input type="checkbox"><a href="#dua" data-row-link>2</a></p></div>`;
      await import('/rows.js');
    }""")

    def press(*keys: str) -> tuple[str, list[bool]]:
        for key in keys:
            page.keyboard.press(key)
        return page.evaluate(
            "[document.activeElement.textContent,"
            " [...document.querySelectorAll('[data-row] input')].map(box => box.checked)]"
        )

    assert press("j") == ["1", [False, False]]
    assert press("j", "Space", "j") == ["2", [False, True]]  # the last row is the last
    assert press("k", "Space") == ["1", [True, True]]
    page.locator("#cari").focus()
    assert press("j", "k") == ["", [True, True]]
    assert page.locator("#cari").input_value() == "jk"
    page.locator("#tombol").uncheck()
    assert press("j", "Space") == ["", [True, True]]


def test_files_that_are_too_large_alone_or_together_are_not_sent(page):
    page.evaluate("""async () => {
      document.body.innerHTML = `<form data-max-bytes="30" data-too-large="Bersama terlalu besar.">
        <div class="field"><input id="satu" type="file" data-max-bytes="20" data-too-large="Terlalu besar."></div>
        <div class="field"><input id="dua" type="file" data-max-bytes="20" data-too-large="Terlalu besar."></div>
        </form>`;
      window.sent = 0;
      const count = (event) => { event.preventDefault(); window.sent += 1; };
      document.querySelector('form').addEventListener('submit', count);
      await import('/file-size.js');
    }""")

    def sent(first: int, second: int) -> tuple[int, list[str]]:
        for name, size in (("#satu", first), ("#dua", second)):
            page.locator(name).set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"0" * size})
        return page.evaluate(
            "document.querySelector('form').requestSubmit(),"
            " [window.sent, [...document.querySelectorAll('.error')].map(error => error.textContent)]"
        )

    assert sent(21, 5) == [0, ["Terlalu besar."]]
    assert page.evaluate("document.activeElement.id") == "satu"
    assert sent(20, 20) == [0, ["Bersama terlalu besar."]]
    assert sent(20, 10) == [1, []]


def test_what_was_sent_to_a_session_that_had_run_out_comes_back_once_and_to_nobody_else(page):
    def opened(html: str) -> None:
        page.goto(page.url)
        page.evaluate("async (html) => { document.body.innerHTML = html; await import('/again.js'); }", html)

    def form(keeper: str = "ani", body: str = "") -> str:
        return f"""<form data-lost="berita" data-keeper="{keeper}" data-lost-text="Sudah kembali.">
          <textarea id="isi" name="body">{body}</textarea><input id="nik" name="nik" data-private></form>"""

    def sent(keeper: str = "ani") -> None:
        opened(form(keeper))
        page.locator("#isi").fill("Pasar lada")
        page.locator("#nik").fill("1971")
        page.evaluate("document.querySelector('form').dispatchEvent(new Event('submit', {bubbles: true}))")

    def shown(keeper: str = "ani", body: str = "") -> tuple[str, str, int]:
        opened(form(keeper, body))
        return (
            page.locator("#isi").input_value(),
            page.locator("#nik").input_value(),
            page.locator("[role=status]").count(),
        )

    door, lost_door = "<form data-sign-in>", '<form data-sign-in="lost">'
    sent()
    assert shown(body="Yang tersimpan") == ("Yang tersimpan", "", 0)  # it was taken: nothing is put back
    sent()
    opened(lost_door)
    opened("<form data-sign-in></form>")  # a wrong password in between
    assert shown(body="Yang tersimpan") == ("Pasar lada", "", 1)
    assert shown(body="Yang tersimpan") == ("Yang tersimpan", "", 0)
    sent()
    opened(lost_door)
    assert shown("budi") == ("", "", 0)
    sent()
    opened(door)
    assert page.evaluate("sessionStorage.length") == 0


RECEIVE = """<div data-receive="titip1" data-waiting="{n} menunggu" data-saved="tersimpan" data-refused="Ditolak:">
  <div data-signed-out hidden><a href="/masuk">Masuk lagi</a></div>
  <form data-scan action="/pindai"><input type="hidden" name="csrf_token"><input name="code"><button>+</button></form>
  <p data-scan-out></p><p data-net></p><button data-finish>Selesai</button></div>"""
COUNT = """<div data-signed-out hidden><a href="/masuk">Masuk lagi</a></div>
  <form data-count action="/pindai" data-waiting="menunggu"><input type="hidden" name="csrf_token"><input name="code">
  <input name="pieces" value="1"><button>+</button><p data-said></p><p data-queue></p></form><ul data-newest></ul>"""
SCREENS = pytest.mark.parametrize(("screen", "script"), [(RECEIVE, "receive"), (COUNT, "count")])


@pytest.fixture
def server(page):
    """What the pages send to, which answers as it is told; everything that it was really sent."""
    told = {"sent": [], "status": 0}

    def answer(route: Route) -> None:
        if not told["status"]:
            route.abort()
            return
        told["sent"].append(re.search(r"SCAN-\d", route.request.post_data)[0])
        page.wait_for_timeout(50)  # so that two tabs would meet
        route.fulfill(status=told["status"], json={"error": "tidak dikenal"})

    page.context.route("**/pindai", answer)
    yield told
    page.context.unroute("**/pindai")


def tab(page: Page, screen: str, script: str) -> Page:
    opened = page.context.new_page()
    opened.goto("https://skrip.test/")
    opened.evaluate(
        "async ([screen, script]) => { document.body.innerHTML = screen; await import(`/${script}.js`); }",
        [screen, script],
    )
    return opened


def scan_into(opened: Page, *codes: str) -> None:
    for code in codes:
        opened.locator("[name=code]").fill(code)
        opened.locator("[name=code]").press("Enter")


def waits(opened: Page) -> int:
    return opened.evaluate("localStorage.length")


@SCREENS
def test_two_tabs_send_everything_that_waits_and_each_thing_once(page, server, screen, script):
    tabs = [tab(page, screen, script) for _ in range(2)]
    scan_into(tabs[0], "SCAN-1", "SCAN-2", "SCAN-3")
    scan_into(tabs[1], "SCAN-4", "SCAN-5", "SCAN-6")
    assert waits(page) == 6
    server["status"] = 422
    for one in tabs:
        one.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function("localStorage.length === 0")
    assert server["sent"] == [f"SCAN-{n}" for n in range(1, 7)]
    for one in tabs:
        one.close()


@SCREENS
def test_who_was_signed_out_is_asked_to_sign_in_and_nothing_is_lost(page, server, screen, script):
    server["status"] = 401
    opened = tab(page, screen, script)
    scan_into(opened, "SCAN-1")
    expect(opened.get_by_role("link", name="Masuk lagi")).to_be_visible()
    assert waits(page) == 1
    server["status"] = 422
    opened.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function("localStorage.length === 0")
    expect(opened.get_by_role("link", name="Masuk lagi")).to_be_hidden()
    opened.close()


def test_the_reader_is_one_small_file():
    assert (SCRIPTS / "ean13.js").stat().st_size < 10_000
    assert "import " not in (SCRIPTS / "ean13.js").read_text()  # a worker finds no other file by a name without hash


def test_a_filter_says_what_its_page_shows_after_the_way_back(page):
    ticked = page.evaluate(
        """async () => {
            await import('/form.js');
            document.body.innerHTML = '<form data-autosubmit><input type=checkbox><input type=checkbox checked></form>'
                + '<form><input type=checkbox></form>';
            const boxes = [...document.querySelectorAll('input')];
            boxes.forEach((box) => { box.checked = !box.checked; });
            dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
            return boxes.map((box) => box.checked);
        }"""
    )
    assert ticked == [False, True, True]  # another form keeps what was typed


@pytest.mark.parametrize(("sheet", "row"), [("components", "tabs"), ("shop", "cat-nav")])
def test_the_current_entry_of_a_row_that_scrolls_is_in_sight(browser, sheet, row):
    css = (SCRIPTS.parent / f"css/{sheet}.css").read_text()
    entries = [f"<a href='#{number}'>Keadaan {number}</a>" for number in range(20)]
    entries[17] = entries[17].replace("<a", "<a aria-current=page")
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_content(
        f"<!doctype html><style>nav {{ display: flex }} {css}</style><nav class={row}>{''.join(entries)}</nav>"
    )
    page.wait_for_function("document.querySelector('nav').scrollLeft > 0")
    page.close()


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize(("sheet", "row"), [("components", "tabs"), ("shop", "cat-nav")])
def test_a_page_begins_at_its_top_wherever_its_current_entry_is(browser, width, sheet, row):
    css = (SCRIPTS.parent / f"css/{sheet}.css").read_text()
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(
        f"<!doctype html><style>{css}</style><h1>Atas</h1><p style='block-size: 2000px'></p>"
        f"<nav class={row}><a href='#'>Semua</a><a href='#' aria-current=page>Belum</a></nav>"
        "<p style='block-size: 900px'></p>"
    )
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("scrollY") == 0
    page.close()
