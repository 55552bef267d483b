"""PDF documents: Typst sources in templates/print, our own fonts, values passed as data and never as source."""

import json
from pathlib import Path
from typing import Any

from flask import Response, current_app
from flask_babel import gettext as _

from gallery.web.language import current_language

FOLDER = "print"


def render_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return the PDF of ``templates/print/<template>``; the same data always gives the same pages.

    Every paper is told whose it is and in which language: ``owner``, ``site``, ``language``.
    """
    import typst  # noqa: PLC0415 - loaded with the first document: 7 MB

    site: Any = current_app.jinja_env.globals["site"]
    whole = {"owner": site.owner, "site": site.name, "language": current_language(), **data}
    folder = Path(current_app.root_path).parent / "templates" / FOLDER
    pdf = typst.compile(
        folder / template,
        root=folder,
        font_paths=[folder / "fonts"],
        ignore_system_fonts=True,  # a document looks the same on every machine
        sys_inputs={"data": json.dumps(whole, ensure_ascii=False)},
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
    return render_pdf(
        "packing_slip.typ",
        {
            "title": _("Daftar isi paket"),
            "footer": _("Periksa isi paket saat menerima."),
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


def shipping_labels(labels: list[dict[str, Any]]) -> bytes:
    """One A6 page per parcel: where it goes, where it comes from, the code to scan and the carrier's number."""
    words = {"recipient": _("Kepada"), "sender": _("Dari"), "landmark": _("Patokan")}
    return render_pdf("shipping_label.typ", {"title": _("Label kirim"), "words": words, "labels": labels})
