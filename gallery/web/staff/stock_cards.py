"""Stock cards (kartu stok) of a lot at its place and of an article everywhere: page, PDF, spreadsheet."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.catalog.facts import full_name
from gallery.core import clock
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.core.sheets import xlsx_table
from gallery.inventory import queries
from gallery.inventory.queries import CardLine, StockCard
from gallery.web import printing
from gallery.web.downloads import download
from gallery.web.filters import angka, local, tanggal, tanggal_pendek, waktu
from gallery.web.guards import requires
from gallery.web.paging import Pager, day_in, number_in
from gallery.web.session import current_actor
from gallery.web.stock_documents import document_words
from gallery.web.words import word

bp = Blueprint("stock_cards", __name__, url_prefix="/galeri")
MOST_ON_PAPER = 2_000


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose card it is: the rows, their name, where the card's pages are, and that of all lots of the article."""

    item_ids: list[int]
    title: str
    detail: str
    endpoint: str
    argument: dict[str, Any]
    file_name: str
    all_lots_url: str = ""

    def url(self, end: str = "", /, **given: Any) -> str:
        """Return the address of the page, or of its ``_pdf`` or ``_xlsx``."""
        return url_for(f".{self.endpoint}{end}", **self.argument, **given)


@bp.get("/<int:item_id>/kartu")
@requires("stock.view")
def item(item_id: int) -> ResponseReturnValue:
    return _page(_item(item_id))


@bp.get("/<int:item_id>/kartu.pdf")
@requires("stock.view")
def item_pdf(item_id: int) -> ResponseReturnValue:
    return _pdf(_item(item_id))


@bp.get("/<int:item_id>/kartu.xlsx")
@requires("stock.view")
def item_xlsx(item_id: int) -> ResponseReturnValue:
    return _xlsx(_item(item_id))


@bp.get("/varian/<public_id>/kartu")
@requires("stock.view")
def variant(public_id: str) -> ResponseReturnValue:
    return _page(_variant(public_id))


@bp.get("/varian/<public_id>/kartu.pdf")
@requires("stock.view")
def variant_pdf(public_id: str) -> ResponseReturnValue:
    return _pdf(_variant(public_id))


@bp.get("/varian/<public_id>/kartu.xlsx")
@requires("stock.view")
def variant_xlsx(public_id: str) -> ResponseReturnValue:
    return _xlsx(_variant(public_id))


def _item(item_id: int) -> Subject:
    line = queries.stock_line(db.session(), item_id, scope=current_actor().scope("stock.view"))
    lot = [line.business_name, line.place.name, line.lot.code]
    if line.lot.expires_on:
        lot.append(_("kedaluwarsa %(date)s", date=tanggal_pendek(line.lot.expires_on)))
    name = full_name(line.product_name, line.variant_name)
    detail = " · ".join(text for text in lot if text)
    all_lots = url_for(".variant", public_id=line.variant_public_id)
    return Subject([item_id], name, detail, "item", {"item_id": item_id}, f"kartu-stok-{item_id}", all_lots)


def _variant(public_id: str) -> Subject:
    lines = queries.lines_of_variant(db.session(), public_id, scope=current_actor().scope("stock.view"))
    if not lines:
        raise NotFoundError("Variant")
    items = [line.item.id for line in lines]
    name = full_name(lines[0].product_name, lines[0].variant_name)
    argument = {"public_id": public_id}
    detail = _("%(owner)s · semua lot", owner=lines[0].business_name)
    return Subject(items, name, detail, "variant", argument, f"kartu-stok-{public_id}")


def _page(subject: Subject) -> str:
    (since, until), after = _days(), number_in(request.args.get("sesudah", "")) or 0
    card = queries.stock_card(db.session(), subject.item_ids, since=since, until=until, after=after)
    period: dict[str, Any] = {"dari": since, "sampai": until}
    more = subject.url(sesudah=card.next_after, **period) if card.next_after else None
    return render_template(
        "staff/stock_cards/show.html",
        subject=subject,
        card=card,
        since=since,
        until=until,
        period=period,
        documents=document_words(db.session(), (line.movement.document for line in card.lines)),
        pager=Pager(subject.url(**period) if after else None, more),
    )


def _pdf(subject: Subject) -> Response:
    """Answer with the card on A4; of a very long card the last movements, with what was carried over."""
    card = _whole(subject)
    shown = card.lines[-MOST_ON_PAPER:]
    carried = shown[0].balance - shown[0].movement.pieces if shown else card.opening
    texts = document_words(db.session(), (line.movement.document for line in shown))
    since, until = _days()
    data = {
        "title": _("Kartu Stok"),
        "name": subject.title,
        "detail": subject.detail,
        "period": _(
            "%(since)s sampai %(until)s",
            since=tanggal(since) if since else _("awal"),
            until=tanggal(until or clock.today()),
        ),
        "head": [*(_("Waktu"), _("Dokumen"), _("Sebab"), _("Masuk"), _("Keluar"), _("Saldo"), _("Oleh"))],
        "opening": [_("Saldo awal"), angka(carried)],
        "lines": [_printed(line, texts) for line in shown],
        "sums": [
            [_("Saldo awal"), angka(card.opening)],
            [_("Masuk"), angka(card.came)],
            [_("Keluar"), angka(card.went)],
            [_("Saldo akhir"), angka(card.closing)],
        ],
        "printed": _("Dicetak %(time)s", time=waktu(clock.now())),
    }
    return printing.pdf_response(printing.render_pdf("stock_card.typ", data), f"{subject.file_name}.pdf")


def _printed(line: CardLine, texts: dict[str, Any]) -> list[str]:
    movement = line.movement
    words = texts[movement.document].text if movement.document else ""
    return [
        waktu(movement.happened_at),
        " · ".join(text for text in (words, movement.note) if text),
        str(word(movement.reason).text),
        angka(movement.pieces) if movement.pieces > 0 else "",
        angka(-movement.pieces) if movement.pieces < 0 else "",
        angka(line.balance),
        line.who,
    ]


def _xlsx(subject: Subject) -> Response:
    card = _whole(subject)
    texts = document_words(db.session(), (line.movement.document for line in card.lines))
    head = [
        *(_("Waktu"), _("Dicatat"), _("Tempat"), _("Kode produksi"), _("Kedaluwarsa"), _("Sebab"), _("Dokumen")),
        *(_("Keterangan"), _("Masuk"), _("Keluar"), _("Saldo"), _("Oleh")),
    ]
    rows: list[list[Any]] = [[*[None] * 5, _("Saldo awal"), *[None] * 4, card.opening, None]]
    for line in card.lines:
        movement = line.movement
        rows.append(
            [
                *(local(movement.happened_at), local(movement.recorded_at), line.place.name),
                *(line.lot.code, line.lot.expires_on, str(word(movement.reason).text)),
                texts[movement.document].text if movement.document else None,
                movement.note,
                *(max(movement.pieces, 0) or None, max(-movement.pieces, 0) or None, line.balance, line.who),
            ]
        )
    data = xlsx_table(_("Kartu stok"), head, rows, widths=[18, 18, 26, 16, 14, 20, 30, 30])
    return download(data, f"{subject.file_name}.xlsx")


def _whole(subject: Subject) -> StockCard:
    since, until = _days()
    return queries.stock_card(db.session(), subject.item_ids, since=since, until=until, limit=None)


def _days() -> tuple[date | None, date | None]:
    """The first and the last day that the address names; what is none is left out."""
    return day_in(request.args.get("dari", "")), day_in(request.args.get("sampai", ""))
