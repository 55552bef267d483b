"""New prices as the owner, and the district for it, work on them: ask, answer a proposal, take back."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.consignment.errors import PriceNoticeError
from gallery.consignment.queries import requests as asked
from gallery.consignment.queries.leaving import PAGE_SIZE
from gallery.consignment.services import prices
from gallery.consignment.states import PriceRequestStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.money import Rupiah
from gallery.web import errors, exports, goods_out, goods_out_sheets
from gallery.web.filters import tanggal
from gallery.web.goods_out_forms import PriceForm
from gallery.web.money_typed import typed_rupiah
from gallery.web.session import current_actor


def rise_days() -> int:
    """Days between the announcement of a higher price and its first day."""
    return int(current_app.config["PRICE_RISE_NOTICE_DAYS"])


def list_page(template: str, scope: Scope, **more: Any) -> ResponseReturnValue:
    """The list of price requests of a scope, as a page or as a workbook."""
    status = goods_out.chosen_status(PriceRequestStatus)
    size = exports.LIMIT if exports.is_asked() else PAGE_SIZE
    page = asked.price_requests(db.session(), scope, status, number=goods_out.page_number(), size=size)
    names = asked.names_of(db.session(), [row.variant_id for row in page.rows])
    if exports.is_asked():
        return goods_out_sheets.price_requests(names).answer(page.rows)
    return render_template(template, names=names, **goods_out.list_context(page, PriceRequestStatus, status), **more)


def ask(public_id: str, scope: Scope, template: str, *, gallery_id: int | None = None) -> ResponseReturnValue:
    """Ask for a new price of a variant whose owner is in scope; with ``gallery_id`` propose it to the owner."""
    own = asked.variant_of_owner(db.session(), public_id, scope)
    lots = asked.lots_with_own_price(db.session(), own.variant.id) if gallery_id is None else []
    form = PriceForm()
    if form.validate_on_submit() and (made := _ask(form, own.variant.id, gallery_id, [one.lot.id for one in lots])):
        flash(_("Usulan harga tersimpan."))
        return redirect(url_for(".show", public_id=made), 303)
    status = 422 if form.is_submitted() else 200
    context = {"own": own, "lots": lots, "typed": request.form, "rise_days": rise_days()}
    return render_template(template, form=form, **context), status


def _ask(form: PriceForm, variant_id: int, gallery_id: int | None, lots: list[int]) -> str | None:
    try:
        typed = {lot: typed_rupiah(request.form.get(f"price-{lot}")) for lot in lots}
    except ValueError:
        form.form_errors.append(_("Tulis harga titip dengan angka."))
        return None
    try:
        with transaction() as session:
            made = prices.ask_price(
                session,
                variant_id,
                Rupiah(form.price.data or 0),
                wanted_from=form.wanted_from.data,
                rise_days=rise_days(),
                lots={lot: Rupiah(price) for lot, price in typed.items() if price},
                note=form.note.data or "",
                proposed_by_gallery=gallery_id,
                actor=current_actor(),
            )
            return made.public_id
    except PriceNoticeError as error:
        form.wanted_from.errors = [_("Kenaikan harga paling cepat berlaku %(day)s.", day=tanggal(error.earliest))]
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
    return None


def answer(public_id: str, scope: Scope) -> ResponseReturnValue:
    """The owner agrees to a gallery's proposal or declines it."""
    row_id = asked.price_request(db.session(), public_id, scope).id
    accept = request.form.get("jawab") == "setuju"
    with transaction() as session:
        prices.answer_proposal(
            session, row_id, accept=accept, note=request.form.get("note", "").strip()[:200], actor=current_actor()
        )
    flash(_("Usul harga disetujui; kepala galeri tinggal mengesahkan.") if accept else _("Usul harga ditolak."))
    return redirect(url_for(".show", public_id=public_id), 303)


def withdraw(public_id: str, scope: Scope) -> ResponseReturnValue:
    """The owner takes the request back before it holds."""
    row_id = asked.price_request(db.session(), public_id, scope).id
    with transaction() as session:
        prices.withdraw_price(session, row_id, actor=current_actor())
    flash(_("Usulan harga ditarik kembali."))
    return redirect(url_for(".show", public_id=public_id), 303)


def page(public_id: str, scope: Scope, template: str, **more: Any) -> str:
    """One request."""
    row = asked.price_request(db.session(), public_id, scope)
    name = asked.names_of(db.session(), [row.variant_id])[row.variant_id]
    return render_template(template, row=row, name=name, **more)
