"""An owner adds a product on a phone, a curator answers by keyboard, the owner mends it: with and without scripts."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Request, Response, expect

from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import WORK_MS

pytestmark = pytest.mark.journey


def phone_photo(path: Path, colour: tuple[int, int, int]) -> Path:
    """A picture of twelve megapixels with the noise of a cheap sensor: some megabytes."""
    image = Image.effect_noise((1000, 750), 90).convert("RGB").resize((4000, 3000))
    image.paste(colour, (1000, 700, 3000, 2300))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    path.write_bytes(out.getvalue())
    return path


def start(owner: Person, name: str, photos: list[Path]) -> None:
    page = owner.goes("/umkm-saya/produk/baru")
    page.get_by_label("Foto produk").set_input_files(photos)
    page.get_by_label("Nama produk").fill(name)
    page.get_by_label("Harga").fill("25 rb")
    page.get_by_label("Berat kirim").fill("350 g")


def ready(person: Person) -> None:
    """Wait for the job that renders the photos."""
    for _ in range(WORK_MS // 500):
        if person.page.get_by_text(re.compile("Sedang diolah|Belum ada foto yang siap")).count() == 0:
            return
        person.page.wait_for_timeout(500)
        person.page.reload()


def test_a_product_from_the_phone_to_the_shop(person, tmp_path):
    photo = phone_photo(tmp_path / "IMG_0001.JPG", (196, 122, 44))
    owner = person(PHONE).signed_in_as("kemplang")
    sent: list[Request] = []
    owner.page.on("requestfinished", lambda one: sent.append(one) if "unggahan" in one.url else None)
    start(owner, "Kemplang Uji Perjalanan", [photo])
    page = owner.page
    expect(page.get_by_text("Foto sudah terkirim")).to_be_visible()
    assert photo.stat().st_size > 2_000_000
    assert 0 < int(sent[0].all_headers()["content-length"]) < 1_000_000  # the browser made it smaller
    page.get_by_label("Harga").fill("gratis")
    page.get_by_role("button", name="Simpan produk").click()
    owner.sees("Tulis harganya dengan angka")
    owner.sees("Foto 1 sudah terkirim")
    owner.sees_an_accessible_page()
    page.get_by_label("Harga").fill("25.000")
    page.get_by_role("button", name="Simpan produk").click()
    owner.sees("Belum lengkap")
    owner.sees_no_sideways_scrolling()
    owner.sees_an_accessible_page()
    page.get_by_role("link", name="Nama, kategori, dan cerita").click()
    page.get_by_label("Kategori").select_option(index=1)
    page.get_by_label("Komposisi").fill("ikan tenggiri; sagu")
    owner.sees_an_accessible_page()
    page.get_by_role("button", name="Simpan").click()
    page.get_by_role("button", name="Ajukan untuk kurasi").click()
    owner.sees("Hasil kurasi akan tampil")

    curator = person(OFFICE).signed_in_as("kurator")
    desk = curator.goes("/petugas/kurasi/")
    desk.get_by_role("link", name="Kemplang Uji Perjalanan").click()
    curator.sees_an_accessible_page()
    ready(curator)
    desk.keyboard.press("a")
    expect(desk.get_by_label("Alasan untuk pengaju")).to_be_focused()
    desk.keyboard.type("Tulis satu kalimat ceritanya.")  # "t" and "s" are letters here, not decisions
    desk.get_by_role("button", name="Minta perbaikan").click()
    curator.sees("dikembalikan untuk diperbaiki")

    page.reload()
    owner.sees("Tulis satu kalimat ceritanya.")
    page.get_by_role("link", name="Nama, kategori, dan cerita").click()
    page.get_by_label("Ringkasan").fill("Renyah, dipanggang di atas arang.")
    page.get_by_role("button", name="Simpan").click()
    page.get_by_role("button", name="Ajukan lagi untuk kurasi").click()
    owner.sees("Hasil kurasi akan tampil")

    curator.goes("/petugas/kurasi/?jenis=new")
    desk.get_by_role("link", name="Kemplang Uji Perjalanan").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Kemplang Uji Perjalanan")
    desk.wait_for_load_state()  # the script that knows the keys
    desk.keyboard.press("s")
    curator.sees("Kemplang Uji Perjalanan disetujui dan tayang.")

    page.reload()
    page.get_by_role("link", name="Lihat di toko").click()
    owner.sees("Renyah, dipanggang di atas arang.")


@pytest.mark.parametrize("viewport", [PHONE, OFFICE], ids=["phone", "office"])
def test_without_scripts_the_form_sends_the_photos(person, tmp_path, viewport):
    photo = phone_photo(tmp_path / "foto.jpg", (90, 140, 60))
    owner = person(viewport, java_script_enabled=False).signed_in_as("batik")
    start(owner, f"Syal Uji {viewport['width']}", [photo])
    owner.page.get_by_label("Harga").fill("")
    owner.page.get_by_role("button", name="Simpan produk").click()
    owner.sees("Tulis harganya.")
    owner.sees("Foto 1 sudah terkirim")
    owner.page.get_by_label("Harga").fill("Rp 150.000")
    owner.page.get_by_role("button", name="Simpan produk").click()
    owner.sees("Produk tersimpan sebagai draf")
    owner.page.get_by_role("link", name=re.compile("^Foto")).click()
    ready(owner)
    expect(owner.page.get_by_role("checkbox", name="Hapus foto ini")).to_have_count(1)


def test_the_pictures_of_the_first_screen_are_few_bytes(person):
    """All that a phone fetches before anybody scrolls: 120 KB."""
    product = person(PHONE).goes("/produk/").locator(".card-title a").first.get_attribute("href")
    for path in ("/", "/produk/", product):
        assert 0 < bytes_of_pictures(person(PHONE, device_scale_factor=2), path) <= 120_000, path


def bytes_of_pictures(visitor: Person, path: str) -> int:
    answers: list[Response] = []
    visitor.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it wants a function
    visitor.goes(path).wait_for_load_state("networkidle")
    return sum(len(one.body()) for one in answers if one.request.resource_type == "image")
