"""Every product has a picture of its own kind, and no two are alike."""

import csv
import re
from io import BytesIO

import pytest
from PIL import Image

from gallery.core import images
from gallery.demo.pictures import people, scenes
from gallery.demo.pictures.canvas import FONT_FILES, text
from gallery.demo.pictures.products import DATA, FORMS, designs, draw, image, photo
from gallery.demo.pictures.raster import picture
from gallery.demo.pictures.static import HERO

POUCHES = {"pouch_window", "pouch_clear", "pouch_kraft", "pouch_plain", "pillow", "vacuum"}
JARS = {"jar", "spice_jar", "honey_bottle"}
BOTTLES = {"syrup_bottle", "drink_bottle", "sauce_bottle", "vial", "pump_bottle", "flip_bottle"} | JARS
FORMS_OF_UNIT = {
    "bungkus": POUCHES
    | {"paste_wrap", "carton", "sack", "winnowing_tray", "boiled_rolls", "grilled_leaves", "sugar_blocks"},
    "botol": BOTTLES,
    "toples": {"cookie_jar", "jar"},
    "kotak": {"carton", "flat_box"},
    "kaleng": {"can"},
    "cup": {"cup"},
    "karung": {"sack"},
    "kg": {"sack"},
    "loyang": {"martabak"},
    "paket": {"hampers"},
    "set": {"woven_set"},
    "potong": {"shirt"},
    "lembar": {"scarf", "cloth_stack", "batik_hanging", "batik_folded", "batik_rolls", "mask", "lace"},
}


def products():
    with (DATA / "products.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", name.lower()))


def test_every_product_has_a_design_with_words_of_its_own_name():
    assert set(designs()) == {int(row["no"]) for row in products()} == set(range(1, 111))
    strange = {
        row["name"]: words(design.title) - words(row["name"])
        for row in products()
        for design in (designs()[int(row["no"])],)
        if words(design.title) - words(row["name"])
    }
    assert strange == {}


def test_the_form_fits_the_way_the_product_is_sold():
    wrong = [
        (row["name"], designs()[int(row["no"])].form)
        for row in products()
        if designs()[int(row["no"])].form not in FORMS_OF_UNIT.get(row["unit"], set(FORMS))
    ]
    assert wrong == []
    assert {"tanjak", "kopiah", "ship", "plaque", "key_ring", "ring"} <= {d.form for d in designs().values()}


def test_frozen_products_look_frozen_and_others_do_not():
    frozen = {int(row["no"]) for row in products() if row["storage"] == "beku"}
    assert {number for number, design in designs().items() if design.style == "frozen"} == frozen


def test_no_two_pictures_are_alike():
    small = {number: list(image(number, width=64).convert("L").resize((16, 16)).tobytes()) for number in designs()}
    colours = {number: list(image(number, width=64).resize((4, 4)).tobytes()) for number in designs()}
    numbers = sorted(small)
    nearest = min(
        (
            sum(abs(x - y) for x, y in zip(small[a], small[b], strict=True)) / 256
            + sum(abs(x - y) for x, y in zip(colours[a], colours[b], strict=True)) / 48,
            a,
            b,
        )
        for i, a in enumerate(numbers)
        for b in numbers[i + 1 :]
    )
    assert nearest[0] > 2.5, nearest


def test_a_product_is_drawn_the_same_every_time():
    assert draw(designs()[12]) == draw(designs()[12])
    assert draw(designs()[12], 1) != draw(designs()[12])


def test_a_picture_passes_the_photo_pipeline():
    rendered = images.render(photo(81))
    assert (rendered.width, rendered.height) == (960, 960)
    assert {rendition.width for rendition in rendered.renditions} == {320, 640, 960}


def test_words_on_labels_are_really_written():
    """A font that is missing would leave every label empty without a word."""
    assert all(path.is_file() for path in FONT_FILES.values())
    written = text("Lada", 50, 60, 30, "#000")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{written}</svg>'
    assert picture(svg, 100).getbbox() is not None


@pytest.mark.parametrize("head", people.HEADS)
def test_portraits_differ_from_person_to_person(head):
    assert people.portrait(people.Person(1, head)) != people.portrait(people.Person(2, head))


def test_news_are_illustrated_wide():
    for name in scenes.NEWS:
        assert scenes.news(name).size == (1200, 675)


def test_the_pictures_of_the_home_page_keep_their_weight(pytestconfig):
    folder = pytestconfig.rootpath / "static" / "img"
    for width, most in HERO.items():
        data = (folder / f"hero-{width}.webp").read_bytes()
        assert len(data) <= most
        with Image.open(BytesIO(data)) as opened:
            assert (opened.width, opened.mode) == (width, "RGBA")
    with Image.open(folder / "og.jpg") as opened:
        assert opened.size == (1200, 630)
    assert (folder / "og.jpg").stat().st_size < 300_000
