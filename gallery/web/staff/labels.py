"""Price labels for goods of a gallery: of a receipt, of a shelf, or of a choice; on sheets and on rolls."""

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.catalog.states import LicenceKind
from gallery.core.db import db
from gallery.inventory import queries
from gallery.inventory.queries import LabelFacts
from gallery.web.barcodes import ean13, qr_svg
from gallery.web.filters import rupiah, tanggal_pendek
from gallery.web.guards import requires
from gallery.web.links import external
from gallery.web.paging import number_in
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.session import current_actor

bp = Blueprint("labels", __name__, url_prefix="/galeri/label")

FORMATS: Final[dict[str, Any]] = {
    "a4": _l("Lembar A4, 24 label (70 × 37 mm)"),
    "roll58": _l("Gulungan 58 mm"),
    "roll80": _l("Gulungan 80 mm"),
}
MOST_LABELS: Final = 1_000
ITEM: Final = "jumlah-"


@bp.get("/")
@requires("label.print")
def index() -> ResponseReturnValue:
    """Choose how many labels of which goods."""
    scope = current_actor().scope("label.print")
    shelf, document = (request.args.get(name, "").strip()[:60] for name in ("rak", "dokumen"))
    items = [number_in(text) or 0 for text in request.args.getlist("stok")[: queries.MOST_LABEL_ROWS]]
    rows = queries.label_facts(db.session(), scope=scope, item_ids=items, shelf=shelf, document=document)
    return render_template(
        "staff/labels/index.html",
        rows=rows,
        shelves=queries.shelves(db.session(), scope=scope),
        shelf=shelf,
        document=document,
        formats=FORMATS,
        is_asked=bool(shelf or document or items),
        item=ITEM,
    )


@bp.get("/cetak.pdf")
@requires("label.print")
def sheet() -> ResponseReturnValue:
    """Answer with the labels; nothing is written, so the page may be opened again."""
    wanted = _wanted(request.args.items())
    if not wanted:
        return (
            render_template("staff/labels/nothing.html", message=_("Isi jumlah label untuk sedikitnya satu barang.")),
            422,
        )
    if sum(wanted.values()) > MOST_LABELS:
        return (
            render_template(
                "staff/labels/nothing.html",
                message=_("Paling banyak %(most)s label sekali cetak. Bagi menjadi beberapa cetakan.", most="1.000"),
            ),
            422,
        )
    form = request.args.get("format", "a4")
    if form not in FORMATS:
        abort(404)
    scope = current_actor().scope("label.print")
    rows = queries.label_facts(db.session(), scope=scope, item_ids=wanted)
    if not rows:
        abort(404)
    labels = [label for row in rows for label in [_label(row)] * wanted[row.stock_item_id]]
    data = {"title": _("Label harga"), "format": form, "labels": labels}
    return pdf_response(render_pdf("labels.typ", data), "label.pdf")


def _wanted(arguments: Iterable[tuple[str, str]]) -> dict[int, int]:
    """Labels by stock row, as the form names them: ``jumlah-17=5``."""
    found = {}
    for name, text in arguments:
        item_id, pieces = number_in(name.removeprefix(ITEM)), number_in(text)
        if name.startswith(ITEM) and item_id and pieces and pieces < MOST_LABELS * 10:
            found[item_id] = pieces
    return found


def _label(row: LabelFacts) -> dict[str, Any]:
    """The words of one label, as a value for the printed page."""
    net = f"{row.net_weight_g} g" if row.net_weight_g else ""
    lines = [
        _("Baik sebelum %(date)s", date=tanggal_pendek(row.expires_on)) if row.expires_on else "",
        _("Kode produksi %(code)s", code=row.lot) if row.lot else "",
        *(f"{name} {row.licences[kind]}" for kind, name in _LICENCES if kind in row.licences),
    ]
    return {
        "name": row.name,
        "detail": " · ".join(text for text in (row.variant_name, net) if text),
        "price": rupiah(row.price_idr),
        "lines": [line for line in lines if line],
        "code": row.code,
        "modules": ean13(row.code),
        "qr": qr_svg(external(f"/p/{row.product_public_id}?s=label")),
        "owner": row.owner_name,
        "owner-code": row.owner_code,
    }


_LICENCES: Final = ((LicenceKind.PIRT, "P-IRT"), (LicenceKind.BPOM, "BPOM"), (LicenceKind.HALAL, "Halal"))
