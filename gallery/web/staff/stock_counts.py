"""Counting in a stocktake, on a phone: scan or type, what is left, goods the books do not know. No book figures."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.ids import public_id as new_key
from gallery.inventory import queries as inventory
from gallery.inventory.errors import InvalidQuantityError
from gallery.inventory.models import Lot
from gallery.stocktake import queries, services
from gallery.stocktake.errors import OutOfScopeError, OwnCountError, StocktakeClosedError
from gallery.stocktake.models import StocktakeFound
from gallery.stocktake.queries import Article, BlindFilter, StocktakeRow
from gallery.stocktake.states import StocktakeStatus
from gallery.web import errors
from gallery.web.guards import requires
from gallery.web.headers import uses_camera
from gallery.web.paging import Pager, number_in
from gallery.web.session import current_actor
from gallery.web.staff.stocktakes_forms import FoundForm
from gallery.web.stock_forms import pieces_and_code
from gallery.web.words import word

bp = Blueprint("stock_counts", __name__, url_prefix="/opname")
MOST_DIGITS = 6


@bp.get("/<public_id>/hitung")
@requires("stocktake.count")
@uses_camera
def count(public_id: str) -> ResponseReturnValue:
    row = _row(public_id)
    if row.stocktake.status is not StocktakeStatus.COUNTING:
        return render_template("staff/stock_counts/closed.html", row=row)
    return _page(row)


@bp.post("/<public_id>/hitung")
@requires("stocktake.count")
def add(public_id: str) -> ResponseReturnValue:
    """One scan or one typed number; a script gets JSON, a form a redirect to the page."""
    row = _row(public_id)
    times, code = pieces_and_code(request.form.get("code", "").strip()[:100])
    pieces = _pieces(request.form.get("pieces", "1"))
    if pieces is None:
        return _refused(row, _("Tulis jumlahnya dengan angka."))
    pieces *= times
    article, elsewhere, choices = _meant(row, code)
    if choices:
        return _choose(row, choices, pieces)
    if article is None:
        return _go(elsewhere)
    try:
        with transaction() as session:
            services.count_pieces(
                session,
                row.stocktake.id,
                article.stock_item_id,
                pieces,
                client_key=request.form.get("request_key", "")[:64] or new_key(),
                delay=timedelta(milliseconds=number_in(request.form.get("delay_ms", "")) or 0),
                actor=current_actor(),
            )
    except OutOfScopeError as error:
        return _refused(row, _elsewhere_text(error, article))
    except (OwnCountError, StocktakeClosedError, InvalidQuantityError) as error:
        return _refused(row, errors.text_of(error.code))
    return _counted(row, article, pieces)


@bp.get("/<public_id>/daftar")
@requires("stocktake.count")
def lines(public_id: str) -> ResponseReturnValue:
    """What is not counted yet, is counted again, or is counted: by name, to type numbers."""
    row = _row(public_id)
    narrow = request.args.get("saring", "")
    chosen = BlindFilter(narrow) if narrow in set(BlindFilter) else BlindFilter.UNCOUNTED
    text, skip = request.args.get("q", "").strip()[:100], number_in(request.args.get("mulai", "")) or 0
    found = queries.blind_lines(
        db.session(), row.stocktake.id, current_actor().user_id, narrow=chosen, text=text, skip=skip
    )

    def address(start: int | None, filtered: BlindFilter = chosen) -> str:
        return url_for(".lines", public_id=public_id, saring=filtered.value, q=text or None, mulai=start or None)

    return render_template(
        "staff/stock_counts/lines.html",
        row=row,
        found=found,
        narrow=chosen,
        links=[{"url": address(None, one), "text": word(one).text, "current": one is chosen} for one in BlindFilter],
        text=text,
        new_key=new_key,
        pager=Pager(
            address(max(0, skip - queries.PAGE_SIZE)) if skip else None,
            address(found.next_after) if found.next_after else None,
        ),
    )


@bp.route("/<public_id>/temuan", methods=["GET", "POST"])
@requires("stocktake.count")
def found(public_id: str) -> ResponseReturnValue:
    """Goods that the books do not know: choose the article, then say how many and where."""
    row = _row(public_id)
    text, chosen = (request.args.get(name, "").strip()[:100] for name in ("q", "varian"))
    options = inventory.variant_choices(db.session(), text=text) if text and not chosen else []
    article = inventory.variant_choices(db.session(), public_id=chosen) if chosen else []
    form = FoundForm()
    if form.is_submitted() and article and form.validate():
        try:
            with transaction() as session:
                noted = services.enter_found(
                    session,
                    row.stocktake.id,
                    article[0].variant_id,
                    form.pieces.data,
                    expires_on=form.expires_on.data,
                    lot_code=form.lot_code.data or "",
                    lot_id=_known_lot(article[0].variant_id),
                    shelf=form.shelf.data or "",
                    note=form.note.data,
                    client_key=form.request_key.data,
                    actor=current_actor(),
                )
                is_new = isinstance(noted, StocktakeFound)
        except GalleryError as error:
            form.pieces.errors = [errors.text_of(error.code)]
        else:
            flash(_("Temuan dicatat.") if is_new else _("Barang ini ada di catatan, jadi jumlahnya ditambahkan."))
            return redirect(url_for(".count", public_id=public_id), 303)
    page = render_template(
        "staff/stock_counts/found.html", row=row, form=form, text=text, options=options, article=article
    )
    return page, 422 if form.is_submitted() else 200


def _row(public_id: str) -> StocktakeRow:
    return queries.stocktake(db.session(), public_id, scope=current_actor().scope("stocktake.count"))


def _meant(row: StocktakeRow, code: str) -> tuple[Article | None, str, list[Article]]:
    """Say which article is meant, or where to go instead, or between which articles a person has to choose."""
    public_id = row.stocktake.public_id
    if item := number_in(request.form.get("item", "")):
        named = queries.article_of(db.session(), row.stocktake, item)
        if named is None:
            raise NotFoundError("StockItem")
        return named, "", []
    scanned = queries.scanned(db.session(), row.stocktake, code)
    if scanned is None:
        return None, url_for(".lines", public_id=public_id, q=code or None), []
    here = [article for article in scanned.articles if queries.in_scope(row.stocktake, article)]
    if len(here) == 1 or (not here and scanned.articles):
        return (here or scanned.articles)[0], "", []
    if here:
        return None, "", here
    variant = queries.public_id_of_variant(db.session(), scanned.variant_id)
    return None, url_for(".found", public_id=public_id, varian=variant, lot=scanned.lot_id), []


def _known_lot(variant_id: int) -> int | None:
    """Return the scanned lot of another place, where the code named one."""
    lot = db.session.get(Lot, number_in(request.args.get("lot", "")) or 0)
    return lot.id if lot is not None and lot.variant_id == variant_id else None


def _page(row: StocktakeRow, **given: Any) -> str:
    newest = queries.newest_counts(db.session(), row.stocktake.id, current_actor().user_id)
    return render_template("staff/stock_counts/count.html", row=row, newest=newest, new_key=new_key, **given)


def _choose(row: StocktakeRow, choices: list[Article], pieces: int) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(choices=[article.stock_item_id for article in choices])
    return _page(row, choices=choices, pieces=pieces), 422


def _refused(row: StocktakeRow, text: str) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(error=text), 422
    if row.stocktake.status is not StocktakeStatus.COUNTING:
        flash(text, "error")
        return redirect(url_for(".count", public_id=row.stocktake.public_id), 303)
    return _page(row, refused=text), 422


def _go(address: str) -> ResponseReturnValue:
    return jsonify(go=address) if _wants_json() else redirect(address, 303)


def _counted(row: StocktakeRow, article: Article, pieces: int) -> ResponseReturnValue:
    newest = queries.newest_counts(db.session(), row.stocktake.id, current_actor().user_id, limit=1)
    mine = newest[0].total if newest else 0
    text = _("%(name)s: hitungan Anda %(n)s", name=article.name, n=mine)
    if _wants_json():
        return jsonify(text=text, name=article.name, owner=article.owner, pieces=pieces, mine=mine)
    flash(text)
    target = request.form.get("back", "")
    if target in set(BlindFilter):
        return redirect(url_for(".lines", public_id=row.stocktake.public_id, saring=target), 303)
    return redirect(url_for(".count", public_id=row.stocktake.public_id), 303)


def _elsewhere_text(error: OutOfScopeError, article: Article) -> str:
    if error.shelf:
        return _("%(name)s tercatat di rak %(shelf)s. Kembalikan ke raknya.", name=article.name, shelf=error.shelf)
    return _("%(name)s bukan bagian dari stok opname ini.", name=article.name)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _pieces(text: str) -> int | None:
    cleaned = text.strip().replace(".", "")
    digits = cleaned.removeprefix("-")
    return int(cleaned) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None
