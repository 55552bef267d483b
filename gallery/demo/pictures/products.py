"""The pictures of the 110 products: reads the designs, draws each one."""

import csv
import functools
import re
from pathlib import Path

from PIL import Image

from gallery.demo.pictures import crafts, dishes, packs, textiles, vessels
from gallery.demo.pictures.canvas import GROUNDS, Sketch, document, moved
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.dishes import plateful
from gallery.demo.pictures.pieces import LARGE, PIECES, SMALL, heap
from gallery.demo.pictures.raster import jpeg, on_stage

DATA = Path(__file__).parents[1] / "data"
FORMS = {**packs.FORMS, **vessels.FORMS, **textiles.FORMS, **crafts.FORMS, **dishes.FORMS}
WIDTH = 960
QUANTITY = re.compile(r"(\d+(?:,\d+)?) (g|ml|kg)\b")
NO_PLATE = {
    "drip",
    "drip_dark",
    "teacup",
    "coffee_cup",
    "bubble",
    "paste_block",
    "floss",
    "floss_crab",
    "floss_squid",
    "drop",
}
SECOND_GROUND = dict(zip(GROUNDS, [*list(GROUNDS)[5:], *list(GROUNDS)[:5]], strict=True))
WEIGHED = {"bungkus", "botol", "toples", "kotak", "kaleng", "cup", "kg", "karung"}


def net_of(row: dict[str, str]) -> str:
    """Return the content printed on the label: what the name says, or the net weight."""
    said = QUANTITY.search(row["name"])
    if said:
        return said.group(0)
    grams = int(row["net_weight_g"])
    if row["unit"] not in WEIGHED:
        return ""
    kilos, rest = divmod(grams, 1000)
    return f"{kilos} kg" if kilos and not rest else f"{grams} g"


@functools.cache
def designs() -> dict[int, Design]:
    """Return the design of every product by its number."""
    with (DATA / "products.csv").open(encoding="utf-8", newline="") as file:
        products = {row["no"]: row for row in csv.DictReader(file)}
    with (DATA / "pictures.csv").open(encoding="utf-8", newline="") as file:
        return {
            int(row["no"]): Design(number=int(row.pop("no")), place=product["kecamatan"], net=net_of(product), **row)
            for row in csv.DictReader(file)
            for product in (products[row["no"]],)
        }


def draw(design: Design, take: int = 0) -> tuple[str, str]:
    """Return the ground and the drawing of a product; take 1 is a second view: a plateful, or from close by."""
    sketch = Sketch(design.number * 10 + take)
    if not take:
        return design.ground, document(sketch, FORMS[design.form](sketch, design) + garnish(sketch, design))
    ground = SECOND_GROUND[design.ground]
    piece = design.piece or design.garnish
    if piece in PIECES and piece not in LARGE and piece not in NO_PLATE:
        return ground, document(sketch, plateful(sketch, piece))
    left, top = -330 + 40 * (design.number % 5), -330 + 30 * (design.number % 3)
    return ground, document(sketch, moved(FORMS[design.form](sketch, design), left, top, 1.75))


def garnish(sketch: Sketch, design: Design) -> str:
    """Return what lies in front of the pack, to the left or to the right in turn."""
    name = design.garnish
    if not name:
        return ""
    side = -232 if design.number % 2 else 232
    if name in LARGE:
        return heap(sketch, name, 400 + side * LARGE[name][1], 672, 1, LARGE[name][0], 8)
    if name in SMALL:
        return heap(sketch, name, 400 + side, 700, 22, 1, 92)
    return heap(sketch, name, 400 + side, 694, 3, 0.95, 52)


def image(number: int, take: int = 0, width: int = WIDTH) -> Image.Image:
    """Return the picture of a product."""
    ground, drawing = draw(designs()[number], take)
    return on_stage(ground, drawing, width)


def photo(number: int, take: int = 0, width: int = WIDTH) -> bytes:
    """Return the JPEG of a product, as its maker's telephone would have sent it."""
    return jpeg(image(number, take, width))
