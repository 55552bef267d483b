"""What pages about goods that leave share: the gallery in hand, chosen pieces, tabs, neighbouring pages, papers."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.consignment.models import OwnerReturn, PriceRequest, Transfer, WriteOff
from gallery.consignment.queries import goods, papers
from gallery.consignment.queries.leaving import Page
from gallery.consignment.states import LossBearer
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Paper, Place, PlaceKind
from gallery.inventory.queries import paper_of, places
from gallery.inventory.states import MovementReason, PaperKind
from gallery.registry.queries import business
from gallery.web.consignment_papers import check_url, grouped
from gallery.web.filters import angka, rupiah, tanggal, tanggal_pendek, waktu
from gallery.web.paging import number_in, pager_of
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.session import current_actor
from gallery.web.stock_forms import MOST_PIECES
from gallery.web.words import word

PREFIX: Final = "pieces-"


def my_galleries(permission: str) -> tuple[list[Place], Place]:
    """The actor's galleries, and the one in hand: named by ``?galeri=``, else the first."""
    scope = current_actor().scope(permission)
    mine = [row for row in places(db.session(), scope=scope) if row.kind is PlaceKind.GALLERY]
    asked = request.values.get("galeri", "")
    found = next((row for row in mine if row.public_id == asked), mine[0] if mine and not asked else None)
    if found is None:
        raise NotFoundError("Place")
    return mine, found


def choose_owner(template: str) -> str:
    """The page that asks whose goods a new paper is about."""
    mine, place = my_galleries("consignment.return")
    text = request.args.get("q", "").strip()[:80]
    owners = goods.owners_at(db.session(), place.id, text=text)
    return render_template(template, places=mine, place=place, owners=owners, text=text)


def owner_goods(owner: str) -> tuple[Place, int, list[goods.Goods]]:
    """The gallery in hand and what it has of the owner; an owner with nothing there does not exist."""
    _mine, place = my_galleries("consignment.return")
    business_id = business(db.session(), owner, scope=EVERYTHING).id
    rows = goods.goods_at(db.session(), place.id, business_id=business_id)
    if not rows:
        raise NotFoundError("Business")
    return place, business_id, rows


def picked(given: Mapping[str, str]) -> tuple[dict[int, int], bool]:
    """Pieces by stock row from fields ``pieces-<id>``, and whether all that was typed is a whole number."""
    found: dict[int, int] = {}
    is_right = True
    for name, typed in given.items():
        key, text = number_in(name.removeprefix(PREFIX)), typed.strip()
        if not name.startswith(PREFIX) or key is None or not text:
            continue
        count = number_in(text)
        if count is not None and count <= MOST_PIECES:
            found[key] = count
        else:
            is_right = False
    return found, is_right


def chosen_status(kind: type[StrEnum], default: StrEnum | None = None) -> Any:
    """The status that ``?status=`` names; ``semua`` means all."""
    asked = request.args.get("status", "")
    return None if asked == "semua" else kind(asked) if asked in set(kind) else default


def page_number() -> int:
    text = request.args.get("hal", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 - pages


def status_tabs(kind: type[StrEnum], chosen: StrEnum | None, counts: Mapping[str, int], **more: Any) -> list[Any]:
    """Links above a list: one for each status, and all of them."""
    found = [
        {
            "url": url_for(str(request.endpoint), status=one.value, **more),
            "text": word(one).text,
            "current": one is chosen,
            "count": counts.get(one.value, 0),
            "kind": word(one).kind if word(one).kind in {"warn", "info"} and counts.get(one.value) else "",
        }
        for one in kind
    ]
    everything = {"url": url_for(str(request.endpoint), status="semua", **more), "text": _("Semua")}
    return [*found, {**everything, "current": chosen is None, "count": sum(counts.values()), "kind": ""}]


def list_context(page: Page[Any], kind: type[StrEnum], chosen: StrEnum | None) -> dict[str, Any]:
    """Template context of a list with a tab for each status."""
    return {
        "page": page,
        "tabs": status_tabs(kind, chosen, page.counts),
        "pager_links": pager_of(page, status=chosen.value if chosen else "semua"),
    }


# Papers


def return_paper(row: OwnerReturn) -> ResponseReturnValue:
    """The receipt (tanda terima) of a return as PDF."""
    facts, summary = papers.return_facts(db.session(), row)
    heads = [_("Barang"), _("Kode produksi"), _("Kedaluwarsa"), _("Jumlah"), _("Nilai")]
    rows = [[*_goods_cells(line), _money(line)] for line in facts["lines"]]
    return _answer(
        _paper(PaperKind.OWNER_RETURN, row.public_id),
        title=_("Tanda Terima Pengembalian Barang"),
        subtitle=_("Nota retur barang titipan"),
        facts=[
            (_("Galeri"), facts["gallery"]),
            (_("Pemilik"), facts["owner"]),
            (_("Waktu"), waktu(facts["at"])),
            (_("Diambil oleh"), facts["collected_by"] or "–"),
        ],
        heads=heads,
        rows=rows,
        totals=[*_pieces_total(summary), (_("Nilai titip"), rupiah(summary["total_idr"]))],
        note=row.note,
        signers=[(_("Diserahkan oleh"), facts["staff"]), (_("Diterima oleh"), facts["collected_by"])],
    )


def write_off_paper(row: WriteOff) -> ResponseReturnValue:
    """The minutes (berita acara) of a loss as PDF."""
    facts, summary = papers.write_off_facts(db.session(), row)
    heads = [_("Barang"), _("Kode produksi"), _("Kedaluwarsa"), _("Jumlah"), _("Sebab"), _("Ditanggung"), _("Nilai")]
    rows = [
        [
            *_goods_cells(line),
            str(word(MovementReason(line["reason"])).text),
            str(word(LossBearer(line["loss_bearer"])).text) if line["loss_bearer"] else _("Belum diatur"),
            _money(line),
        ]
        for line in facts["lines"]
    ]
    return _answer(
        _paper(PaperKind.WRITE_OFF, row.public_id),
        title=_("Berita Acara Penarikan / Pemusnahan Barang"),
        subtitle=_("Barang titipan yang rusak, hilang, kedaluwarsa, atau ditarik"),
        facts=[
            (_("Galeri"), facts["gallery"]),
            (_("Pemilik"), facts["owner"]),
            (_("Waktu"), waktu(facts["at"])),
            (_("Foto"), _("tersimpan di galeri") if row.photo_file_id else "–"),
        ],
        heads=heads,
        rows=rows,
        totals=[*_pieces_total(summary), (_("Nilai menurut harga titip"), rupiah(summary["total_idr"]))],
        note=row.note,
        signers=[(_("Disiapkan oleh"), facts["prepared_by"]), (_("Disetujui oleh"), facts["decided_by"])],
    )


def transfer_paper(row: Transfer) -> ResponseReturnValue:
    """The delivery note (surat jalan) of a transfer as PDF."""
    facts, summary = papers.transfer_facts(db.session(), row)
    heads = [_("Barang"), _("Kode produksi"), _("Kedaluwarsa"), _("Jumlah"), _("Pemilik")]
    return _answer(
        _paper(PaperKind.TRANSFER, row.public_id),
        title=_("Surat Jalan"),
        subtitle=_("Pindah barang antargaleri"),
        facts=[
            (_("Dari"), facts["from"]),
            (_("Ke"), facts["to"]),
            (_("Dikirim"), waktu(facts["at"])),
            (_("Dibawa oleh"), facts["carried_by"] or "–"),
        ],
        heads=heads,
        rows=[[*_goods_cells(line), line["owner"]] for line in facts["lines"]],
        totals=_pieces_total(summary),
        note=row.note,
        signers=[(_("Pengirim"), facts["staff"]), (_("Pembawa"), facts["carried_by"]), (_("Penerima"), "")],
    )


def price_paper(row: PriceRequest) -> ResponseReturnValue:
    """The notice of a new price as PDF: for the shelf, the labels and the owner."""
    facts, _summary = papers.price_facts(db.session(), row)
    rows = [[facts["name"], rupiah(facts["old_idr"]), rupiah(facts["new_idr"])]]
    for part in row.lots:
        name = _("Harga titip lot %(lot)s", lot=part.lot_id)
        rows.append([name, rupiah(part.old_consignor_price_idr), rupiah(part.new_consignor_price_idr)])
    return _answer(
        _paper(PaperKind.PRICE_CHANGE, row.public_id),
        title=_("Pemberitahuan Perubahan Harga"),
        subtitle=_("Harga jual barang titipan"),
        facts=[
            (_("Pemilik"), facts["owner"]),
            (_("Diminta oleh"), row.gallery.name if row.gallery else _("Pemilik")),
            (_("Berlaku mulai"), tanggal(facts["from"])),
            (_("Disetujui"), waktu(facts["at"])),
        ],
        heads=[_("Barang"), _("Harga lama"), _("Harga baru")],
        rows=rows,
        totals=[],
        note=row.note,
        signers=[(_("Pemilik"), facts["owner"]), (_("Disetujui oleh"), facts["decided_by"])],
    )


def _paper(kind: PaperKind, subject: str) -> Paper:
    """A paper exists once the goods have left; before that there is nothing to print."""
    paper = paper_of(db.session(), kind, subject)
    if paper is None:
        raise NotFoundError("Paper")
    return paper


def _answer(paper: Paper, **data: Any) -> ResponseReturnValue:
    pdf = render_pdf(
        "goods_out.typ",
        {
            **data,
            "number": paper.number,
            "note_word": _("Catatan"),
            "check": _(
                "Kode periksa %(code)s, lihat %(url)s",
                code=grouped(paper.check_code),
                url=check_url(paper.check_code),
            ),
        },
    )
    return pdf_response(pdf, f"{paper.number}.pdf")


def _goods_cells(line: Mapping[str, Any]) -> list[str]:
    return [line["name"], line["lot_code"] or "–", tanggal_pendek(line["expires_on"]), angka(line["pieces"])]


def _money(line: Mapping[str, Any]) -> str:
    return rupiah(line["pieces"] * line["value_idr"])


def _pieces_total(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(_("Jumlah barang"), angka(summary["pieces"]))]


def owner_scope(permission: str) -> Scope:
    """The own businesses only: in the owner's workspace nothing else is shown to somebody who has other roles too."""
    return Scope(businesses=current_actor().scope(permission).businesses)


def here_at(number: int, **query: Any) -> str:
    """The address of another page of this list."""
    return url_for(str(request.endpoint), hal=number, **query)
