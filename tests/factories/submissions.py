"""Sheets as districts send them, and submissions that hold them."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from PIL import Image

from gallery.accounts.permissions import Actor
from gallery.accounts.queries import actor_of
from gallery.accounts.states import Role
from gallery.catalog.models import Category
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.submissions.services import receiving
from gallery.submissions.services.columns import BY_KEY
from tests.factories.accounts import make_user
from tests.factories.regions import DISTRICT, make_regions

ROW = {
    "business": "Kemplang Bu Ani",
    "owner": "Ani",
    "phone": "081200001111",
    "product": "Kemplang tenggiri",
    "category": "Makanan ringan",
    "price": 25000,
    "net_weight": 250,
    "ship_weight": 300,
}
CATEGORIES = ("Makanan ringan", "Bumbu dapur", "Hasil laut", "Minuman")


def make_categories(names: Iterable[str] = CATEGORIES) -> None:
    known = {row.name for row in db.session.query(Category)}
    db.session.rollback()
    with transaction() as session:
        session.add_all(Category(name=name, slug=name.lower().replace(" ", "-")) for name in names if name not in known)


def sheet(rows: Sequence[Mapping[str, Any]], *, name: str = "Produk", fill: Any = None) -> bytes:
    """An XLSX of the office's layout; each row is given by column keys."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return xlsx(
        [[BY_KEY[key].heading for key in keys], *([row.get(key, "") for key in keys] for row in rows)],
        name=name,
        fill=fill,
    )


def xlsx(lines: Sequence[Sequence[Any]], *, name: str = "Produk", fill: Any = None) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    page = book.add_worksheet(name)
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            if value != "":
                page.write(number, column, value)
    if fill is not None:
        fill(page)
    book.close()
    return out.getvalue()


def picture(colour: str = "red", size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        for name, data in files.items():
            box.writestr(name, data)
    return out.getvalue()


def make_officer(**given: Any) -> Actor:
    return actor_of(make_user(Role.DISTRICT_OFFICER, **({"district_code": DISTRICT} | given)))


def send_in(
    data: bytes,
    *,
    photos: bytes | None = None,
    officer: Actor | None = None,
    defaults: Mapping[str, str] | None = None,
) -> int:
    """Take a sheet in as the upload page does and return its id; the check waits in the outbox."""
    make_regions()
    make_categories()
    actor = officer or make_officer()
    district = actor.grants[0].district_code or DISTRICT
    db.session.rollback()
    sheet = receiving.sealed_sheet(adapters.cipher(), data, hashlib.sha256(data).hexdigest(), "a.xlsx")
    box = receiving.photo_zip(photos, "0", "foto.zip") if photos else None
    with receiving.stored(adapters.files(), sheet, box), transaction() as session:
        return receiving.receive(session, district, sheet, box, defaults=defaults or {}, actor=actor).id
