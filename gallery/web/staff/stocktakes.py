"""Stocktakes (stok opname): list, opening, review by a second person, approval, minutes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.inventory import queries as inventory
from gallery.inventory.models import PlaceKind
from gallery.stocktake import queries, services
from gallery.stocktake.errors import FoundIsKnownError, NothingToCountError, SecondPersonError, UnsettledLinesError
from gallery.stocktake.queries import Figure, StocktakeRow
from gallery.stocktake.states import StocktakeStatus
from gallery.web import errors, exports, printing, stocktake_papers
from gallery.web.downloads import download
from gallery.web.guards import requires
from gallery.web.paging import Pager, number_in
from gallery.web.session import current_actor
from gallery.web.staff.stocktakes_forms import ApproveForm, LineForm, OpenForm

bp = Blueprint("stocktakes", __name__, url_prefix="/opname")
PAGE = 50


@bp.get("/")
@requires("stocktake.view")
def index() -> ResponseReturnValue:
    status = request.args.get("status", "")
    chosen = StocktakeStatus(status) if status in set(StocktakeStatus) else None
    scope = current_actor().scope("stocktake.view")
    if exports.is_asked():
        found = queries.stocktakes(db.session(), scope=scope, status=chosen, limit=exports.LIMIT)
        return stocktake_papers.STOCKTAKES.answer(found.rows)
    before = number_in(request.args.get("sebelum", "")) or 0
    page = queries.stocktakes(db.session(), scope=scope, status=chosen, before=before)
    more = url_for(".index", status=status or None, sebelum=page.next_cursor) if page.next_cursor else None
    return render_template(
        "staff/stocktakes/index.html", page=page, status=chosen, statuses=list(StocktakeStatus), pager=Pager(None, more)
    )


@bp.route("/baru", methods=["GET", "POST"])
@requires("stocktake.count")
def create() -> ResponseReturnValue:
    scope = current_actor().scope("stocktake.count")
    places = [row for row in inventory.places(db.session(), scope=scope) if row.kind is PlaceKind.GALLERY]
    owners = queries.owners(db.session(), [place.id for place in places])
    form = OpenForm().prepare(places, owners)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                public_id = services.open_stocktake(
                    session,
                    form.place.data,
                    shelf=form.shelf.data or "",
                    business_id=form.owner.data or None,
                    note=form.note.data or "",
                    actor=current_actor(),
                ).public_id
        except NothingToCountError as error:
            form.shelf.errors = [errors.text_of(error.code)]
        else:
            flash(_("Stok opname dimulai. Catatan stok saat ini sudah disimpan; galeri tetap buka."))
            return redirect(url_for("staff.stock_counts.count", public_id=public_id), 303)
    return render_template("staff/stocktakes/create.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/<public_id>")
@requires("stocktake.view")
def show(public_id: str) -> ResponseReturnValue:
    """The state of a stocktake; its figures only when it is approved."""
    row = _row(public_id, "stocktake.view")
    approved = row.stocktake.status is StocktakeStatus.APPROVED
    figures = queries.figures(db.session(), row.stocktake) if approved else []
    differing = [figure for figure in figures if figure.delta or figure.line.deferred]
    skip = number_in(request.args.get("mulai", "")) or 0
    return render_template(
        "staff/stocktakes/show.html",
        row=row,
        counters=queries.counters(db.session(), row.stocktake.id),
        people=queries.people(db.session(), row.stocktake),
        found=queries.found_goods(db.session(), row.stocktake),
        figures=differing[skip : skip + PAGE],
        owed=(owed := stocktake_papers.owed_values(db.session(), figures)),
        totals=_totals(figures, owed),
        pager=_pager(".show", public_id, skip, len(differing)),
    )


@bp.post("/<public_id>/selesai")
@requires("stocktake.count")
def close(public_id: str) -> ResponseReturnValue:
    row = _row(public_id, "stocktake.count")
    with transaction() as session:
        services.close_count(session, row.stocktake.id, actor=current_actor())
    flash(_("Penghitungan selesai. Orang lain kini memeriksa selisihnya."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/batal")
@requires("stocktake.count")
def cancel(public_id: str) -> ResponseReturnValue:
    row = _row(public_id, "stocktake.count")
    with transaction() as session:
        services.cancel_stocktake(session, row.stocktake.id, actor=current_actor())
    flash(_("Stok opname dibatalkan. Stok tidak berubah."))
    return redirect(url_for(".index"), 303)


@bp.get("/<public_id>/periksa")
@requires("stocktake.approve")
def review(public_id: str) -> ResponseReturnValue:
    row = _row(public_id, "stocktake.approve")
    figures = queries.figures(db.session(), row.stocktake)
    narrow = request.args.get("saring", "keputusan")
    chosen = {
        "selisih": [figure for figure in figures if figure.delta],
        "bergerak": [figure for figure in figures if figure.has_moved],
        "semua": figures,
    }.get(narrow, [figure for figure in figures if figure.trouble])
    skip = number_in(request.args.get("mulai", "")) or 0
    return render_template(
        "staff/stocktakes/review.html",
        row=row,
        figures=chosen[skip : skip + PAGE],
        open_lines=sum(1 for figure in figures if figure.trouble),
        narrow=narrow if narrow in {"selisih", "bergerak", "semua"} else "keputusan",
        owed=(owed := stocktake_papers.owed_values(db.session(), figures)),
        totals=_totals(figures, owed),
        found=queries.found_goods(db.session(), row.stocktake),
        form=LineForm(),
        approval=ApproveForm(),
        pager=_pager(".review", public_id, skip, len(chosen), saring=narrow),
    )


@bp.post("/<public_id>/periksa/<int:line_id>")
@requires("stocktake.approve")
def decide(public_id: str, line_id: int) -> ResponseReturnValue:
    """Write down a reason, leave the line as it is, or have it counted again."""
    row = _row(public_id, "stocktake.approve")
    form, action = LineForm(), request.form.get("action", "")
    if not form.validate():
        flash(_("Sebabnya tidak dikenali. Pilih lagi."), "error")
        return redirect(_back(public_id), 303)
    with transaction() as session:
        if action == "recount":
            services.recount_lines(session, row.stocktake.id, [line_id], actor=current_actor())
        else:
            services.explain_line(
                session,
                row.stocktake.id,
                line_id,
                reason=form.chosen,
                note=form.note.data or "",
                deferred=action == "defer",
                actor=current_actor(),
            )
    said = {"recount": _("Baris ini dihitung ulang."), "defer": _("Baris ini ditunda: stoknya dibiarkan.")}
    flash(said.get(action, _("Sebabnya tersimpan.")))
    return redirect(_back(public_id), 303)


@bp.post("/<public_id>/hitung-ulang")
@requires("stocktake.approve")
def recount(public_id: str) -> ResponseReturnValue:
    """All differing or unclear lines are counted again."""
    row = _row(public_id, "stocktake.approve")
    wanted = [f.line.id for f in queries.figures(db.session(), row.stocktake) if f.delta or f.trouble]
    with transaction() as session:
        services.recount_lines(session, row.stocktake.id, wanted, actor=current_actor())
    flash(_("%(n)s baris dihitung ulang; penghitungan dibuka lagi.", n=len(wanted)))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/temuan/<int:found_id>")
@requires("stocktake.approve")
def decide_found(public_id: str, found_id: int) -> ResponseReturnValue:
    row = _row(public_id, "stocktake.approve")
    refused = request.form.get("action") == "refuse"
    with transaction() as session:
        services.refuse_found(session, row.stocktake.id, found_id, refused=refused, actor=current_actor())
    flash(_("Temuan ini tidak akan diterima.") if refused else _("Temuan ini akan diterima."))
    return redirect(_back(public_id), 303)


@bp.post("/<public_id>/setujui")
@requires("stocktake.approve")
def approve(public_id: str) -> ResponseReturnValue:
    row = _row(public_id, "stocktake.approve")
    connected = bool(ApproveForm().tills_connected.data)
    try:
        with transaction() as session:
            services.approve_stocktake(session, row.stocktake.id, tills_connected=connected, actor=current_actor())
    except UnsettledLinesError as error:
        flash(_("%(n)s baris masih perlu keputusan. Stok belum berubah.", n=len(error.lines)), "error")
    except (SecondPersonError, FoundIsKnownError) as error:
        flash(errors.text_of(error.code), "error")
    else:
        flash(_("Stok opname disetujui. Stok sudah sesuai hitungan."))
        return redirect(url_for(".show", public_id=public_id), 303)
    return redirect(url_for(".review", public_id=public_id), 303)


@bp.get("/<public_id>/berita-acara.pdf")
@requires("stocktake.view")
def minutes(public_id: str) -> ResponseReturnValue:
    row = _row(public_id, "stocktake.view")
    paper = inventory.paper_of(db.session(), stocktake_papers.KIND, public_id)
    if row.stocktake.status is not StocktakeStatus.APPROVED or paper is None:
        raise NotFoundError("Paper")
    return printing.pdf_response(stocktake_papers.minutes(db.session(), row, paper), f"{row.stocktake.number}.pdf")


@bp.get("/<public_id>/opname.xlsx")
@requires("stocktake.view")
def sheet(public_id: str) -> ResponseReturnValue:
    """All lines; with figures for whoever may see them, else an empty sheet to count on."""
    row = _row(public_id, "stocktake.view")
    with_figures = row.stocktake.status is StocktakeStatus.APPROVED or _may_review(public_id)
    data = stocktake_papers.sheet(db.session(), row, with_figures=with_figures)
    return download(data, f"opname-{public_id}.xlsx")


def _row(public_id: str, permission: str) -> StocktakeRow:
    return queries.stocktake(db.session(), public_id, scope=current_actor().scope(permission))


def _may_review(public_id: str) -> bool:
    try:
        _row(public_id, "stocktake.approve")
    except NotFoundError:
        return False
    return True


def _totals(figures: list[Figure], owed: dict[int, int]) -> dict[str, Any]:
    """Sums of what differs: in pieces, at selling price, and at what the owners would get."""
    return {
        "lines": len(figures),
        "differing": sum(1 for figure in figures if figure.delta),
        "missing": -sum(figure.delta for figure in figures if figure.delta < 0),
        "surplus": sum(figure.delta for figure in figures if figure.delta > 0),
        "value_idr": sum(figure.value_idr for figure in figures),
        "owed_idr": sum(owed.values()),
    }


def _back(public_id: str) -> str:
    narrow = request.form.get("saring", "")
    return url_for(".review", public_id=public_id, saring=narrow if narrow.isalpha() else None)


def _pager(endpoint: str, public_id: str, skip: int, total: int, **given: Any) -> Pager:
    def address(start: int) -> str:
        return url_for(endpoint, public_id=public_id, mulai=start or None, **given)

    return Pager(address(max(0, skip - PAGE)) if skip else None, address(skip + PAGE) if skip + PAGE < total else None)
