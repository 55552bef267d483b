"""Requests for more goods as the owner, and the district for it, answer them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.consignment.queries import requests as asked
from gallery.consignment.queries.leaving import PAGE_SIZE
from gallery.consignment.services import replenish
from gallery.consignment.states import ReplenishmentStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.web import errors, exports, goods_out, goods_out_sheets
from gallery.web.goods_out_forms import AnswerForm
from gallery.web.session import current_actor


def list_page(template: str, scope: Scope) -> ResponseReturnValue:
    """The list of requests of a scope, as a page or as a workbook."""
    status = goods_out.chosen_status(ReplenishmentStatus, ReplenishmentStatus.OPEN)
    size = exports.LIMIT if exports.is_asked() else PAGE_SIZE
    page_ = asked.goods_requests(db.session(), scope, status, number=goods_out.page_number(), size=size)
    names = asked.names_of(db.session(), [row.variant_id for row in page_.rows])
    if exports.is_asked():
        return goods_out_sheets.goods_requests(names).answer(page_.rows)
    return render_template(template, names=names, **goods_out.list_context(page_, ReplenishmentStatus, status))


def page(public_id: str, scope: Scope, template: str, form: AnswerForm) -> str:
    """One request."""
    row = asked.goods_request(db.session(), public_id, scope)
    name = asked.names_of(db.session(), [row.variant_id])[row.variant_id]
    return render_template(template, row=row, name=name, form=form)


def answer(public_id: str, scope: Scope, template: str) -> ResponseReturnValue:
    """Write the answer; an invalid one comes back with its page."""
    row_id = asked.goods_request(db.session(), public_id, scope).id
    form = AnswerForm()
    if not form.validate_on_submit():
        return page(public_id, scope, template, form), 422
    try:
        with transaction() as session:
            replenish.answer_goods(session, row_id, answer=str(form.answer.data), actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return page(public_id, scope, template, form), error.status
    flash(_("Jawaban tersimpan. Galeri dapat membacanya."))
    return redirect(url_for(".show", public_id=public_id), 303)
