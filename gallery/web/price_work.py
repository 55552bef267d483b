"""New prices as the owner, and the district for it, work on them: ask, answer a proposal, take back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.catalog.facts import VariantFacts
from gallery.catalog.services import save_variant
from gallery.consignment.errors import PriceBelowOwedError, PriceNoticeError
from gallery.consignment.models import PriceRequest
from gallery.consignment.queries import requests as asked
from gallery.consignment.queries.leaving import PAGE_SIZE
from gallery.consignment.services import prices
from gallery.consignment.states import PriceRequestStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.money import Rupiah
from gallery.inventory.queries import paper_of
from gallery.inventory.states import PaperKind
from gallery.web import errors, exports, goods_out, goods_out_sheets
from gallery.web.filters import rupiah, tanggal
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
        typed = _typed_prices(lots)
    except ValueError:
        form.form_errors.append(_not_a_number())
        return None
    try:
        with transaction() as session:
            made = prices.ask_price(
                session,
                variant_id,
                Rupiah(form.price.data or 0),
                wanted_from=form.wanted_from.data,
                rise_days=rise_days(),
                lots=typed,
                note=form.note.data or "",
                proposed_by_gallery=gallery_id,
                actor=current_actor(),
            )
            return made.public_id
    except PriceNoticeError as error:
        form.wanted_from.errors = [_("Kenaikan harga paling cepat berlaku %(day)s.", day=tanggal(error.earliest))]
    except PriceBelowOwedError as error:
        form.price.errors = [below_owed(error)]
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
    return None


def _typed_prices(lots: list[int]) -> Mapping[int, Rupiah]:
    """The prices typed beside the lots, without those left empty; :class:`ValueError` where one is no amount."""
    typed = {lot: typed_rupiah(request.form.get(f"price-{lot}")) for lot in lots}
    return {lot: Rupiah(price) for lot, price in typed.items() if price}


def _not_a_number() -> str:
    return _("Tulis harga titip dengan angka.")


def below_owed(error: PriceBelowOwedError) -> str:
    """Why a price is too low, and what to do about it."""
    return _(
        "Harga ini di bawah harga titip %(owed)s untuk barang yang ada di galeri. Naikkan harganya, atau turunkan "
        "dulu harga titip lotnya di halaman usulan harga.",
        owed=rupiah(error.owed_idr),
    )


def save_consigned(product_id: int, chosen: str, facts: VariantFacts) -> PriceRequest | None:
    """A variant's facts hold; another price of goods that lie in a gallery on terms is a request, which is returned.

    What was agreed with the gallery (days of notice, a manager's word, no less than is owed) holds for any page.
    """
    with transaction() as session:
        held = asked.consigned_variant(session, product_id, chosen, facts.name)
        kept = facts if held is None else replace(facts, price_idr=held.price_idr)
        save_variant(session, product_id, chosen or None, kept, actor=current_actor())
        if held is None or held.price_idr == facts.price_idr:
            return None
        days = rise_days()
        return prices.ask_price(
            session,
            held.id,
            facts.price_idr,
            wanted_from=prices.earliest_day(held.price_idr, facts.price_idr, rise_days=days),
            rise_days=days,
            actor=current_actor(),
        )


def answer(public_id: str, scope: Scope, template: str, **more: Any) -> ResponseReturnValue:
    """The owner agrees to a gallery's proposal, with lower prices for its lots where it likes, or declines it."""
    row = asked.price_request(db.session(), public_id, scope)
    row_id, accept = row.id, request.form.get("jawab") == "setuju"
    lots = [one.lot.id for one in asked.lots_with_own_price(db.session(), row.variant_id)]
    try:
        typed = _typed_prices(lots) if accept else {}
        note = request.form.get("note", "").strip()[:200]
        with transaction() as session:
            prices.answer_proposal(session, row_id, accept=accept, lots=typed, note=note, actor=current_actor())
    except ValueError:
        problem = _not_a_number()
    except PriceBelowOwedError as error:
        problem = _(
            "Harga usulan ini di bawah harga titip %(owed)s. Tulis harga titip yang baru untuk lotnya, atau jawab "
            "tidak setuju.",
            owed=rupiah(error.owed_idr),
        )
    else:
        flash(_("Usul harga disetujui; kepala galeri tinggal mengesahkan.") if accept else _("Usul harga ditolak."))
        return redirect(url_for(".show", public_id=public_id), 303)
    return page(public_id, scope, template, problem=problem, **more), 422


def withdraw(public_id: str, scope: Scope) -> ResponseReturnValue:
    """The owner takes the request back before it holds."""
    row_id = asked.price_request(db.session(), public_id, scope).id
    with transaction() as session:
        prices.withdraw_price(session, row_id, actor=current_actor())
    flash(_("Usulan harga ditarik kembali."))
    return redirect(url_for(".show", public_id=public_id), 303)


def page(public_id: str, scope: Scope, template: str, *, problem: str = "", **more: Any) -> str:
    """One request; while it can be answered with the lots whose price may follow, and decided with what is owed."""
    row, session = asked.price_request(db.session(), public_id, scope), db.session()
    is_proposed, is_asked = row.status is PriceRequestStatus.PROPOSED, row.status is PriceRequestStatus.ASKED
    following = {one.lot_id: one.new_consignor_price_idr for one in row.lots}
    context = {
        "name": asked.names_of(session, [row.variant_id])[row.variant_id],
        "lots": asked.lots_with_own_price(session, row.variant_id) if is_proposed else [],
        "owed_idr": asked.highest_owed(session, row.variant_id, following) if is_asked else 0,
        "notice": paper_of(session, PaperKind.PRICE_CHANGE, row.public_id),
        "problem": problem,
        "typed": request.form,
    }
    return render_template(template, row=row, **context, **more)


def paper(public_id: str, scope: Scope) -> ResponseReturnValue:
    """The notice (pemberitahuan) of a confirmed price as PDF."""
    return goods_out.price_paper(asked.price_request(db.session(), public_id, scope))
