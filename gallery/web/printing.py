"""PDF documents: Typst sources in templates/print, our own fonts, values passed as data and never as source."""

import json
from pathlib import Path
from typing import Any

import typst
from flask import Response, current_app
from flask_babel import gettext as _

from gallery.web.language import current_language

FOLDER = "print"


def render_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return the PDF of ``templates/print/<template>``; the same data always gives the same pages."""
    folder = Path(current_app.root_path).parent / "templates" / FOLDER
    pdf = typst.compile(
        folder / template,
        root=folder,
        font_paths=[folder / "fonts"],
        ignore_system_fonts=True,  # a document looks the same on every machine
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return bytes(pdf)


def pdf_response(pdf: bytes, file_name: str) -> Response:
    """Answer with the document, shown in the browser; ``file_name`` is ASCII of our own making."""
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def packing_slips(slips: list[dict[str, Any]]) -> bytes:
    """One page per parcel: what goes in, whose it is, who packed it."""
    site: Any = current_app.jinja_env.globals["site"]
    return render_pdf(
        "packing_slip.typ",
        {
            "title": _("Daftar isi paket"),
            "owner": site.owner,
            "site": site.name,
            "footer": _("Periksa isi paket saat menerima."),
            "language": current_language(),
            "words": {
                "sender": _("Pengirim"),
                "recipient": _("Penerima"),
                "check": _("Cek"),
                "item": _("Barang"),
                "pieces": _("Jumlah"),
                "note": _("Catatan pembeli"),
                "packed_by": _("Dikemas oleh"),
                "received_by": _("Diterima oleh"),
            },
            "slips": slips,
        },
    )
