"""What went wrong at payment gateways, what their buyers dispute; ask them again, and let them give money back."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.states import Decision
from gallery.payments.errors import GatewayError, GatewayRefusedError, NoGatewayError
from gallery.payments.queries import refund_in_scope
from gallery.payments.queries.charges import charge_in_scope, open_disputes_in_scope, troubles_in_scope
from gallery.payments.services import charges, give_back
from gallery.web import exports, gateway_pages
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.payment_sheets import DISPUTES, TROUBLES
from gallery.web.session import current_actor
from gallery.web.staff.payments_forms import TroubleForm
from gallery.web.words import word

bp = Blueprint("gateways", __name__, url_prefix="/pembayaran/gerbang")
PERMISSION: Final = "payment.verify"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    session, scope = db.session(), current_actor().scope(PERMISSION)
    if exports.is_asked():
        return TROUBLES.answer(troubles_in_scope(session, scope, limit=exports.LIMIT))
    if exports.is_asked("sengketa"):
        return DISPUTES.answer(open_disputes_in_scope(session, scope, limit=exports.LIMIT))
    return _list(TroubleForm(formdata=None))


@bp.post("/<public_id>/tanya")
@requires(PERMISSION)
def ask(public_id: str) -> ResponseReturnValue:
    """Ask the gateway now, and show what came of it."""
    charge = charge_in_scope(db.session(), public_id, current_actor().scope(PERMISSION))
    name, payment = word(charge.gateway).text, charge.payment.public_id
    try:
        is_new = gateway_pages.ask(charge)
    except NoGatewayError as error:
        flash(text_of(error.code), "error")
    except GatewayRefusedError as error:
        flash(_("%(name)s menolak menjawab: %(code)s.", name=name, code=error.code_there or "–"), "error")
    except GatewayError:
        flash(_("%(name)s belum menjawab. Coba lagi sebentar lagi.", name=name), "warning")
    else:
        flash(
            _("%(name)s menjawab, dan keadaannya sudah diperbarui.", name=name)
            if is_new
            else _("%(name)s menjawab: tidak ada yang berubah.", name=name),
            "info",
        )
    return redirect(url_for("staff.payments.show", public_id=payment), 303)


@bp.post("/<public_id>/tutup")
@requires(PERMISSION)
def close_trouble(public_id: str) -> ResponseReturnValue:
    """A person has seen to it; the first note stays."""
    charge, form = charge_in_scope(db.session(), public_id, current_actor().scope(PERMISSION)), TroubleForm()
    if not form.validate_on_submit():
        return _list(form, failed=public_id), 422
    charge_id = charge.id
    with transaction() as session:
        charges.close_trouble(session, charge_id, note=str(form.catatan.data), actor=current_actor())
    flash(_("Catatan disimpan. Masalah ini keluar dari daftar."))
    return redirect(url_for(".index"), 303)


@bp.post("/pengembalian/<public_id>/kirim")
@requires(PERMISSION)
def send_refund(public_id: str) -> ResponseReturnValue:
    """Let the gateway that took the money give it back; of two officers one does it."""
    refund = refund_in_scope(db.session(), public_id, current_actor().scope(PERMISSION))
    refund_id = refund.id
    try:
        with transaction() as session:
            decision = give_back.send_refund(session, refund_id, actor=current_actor())
    except NoGatewayError:
        flash(_("Uang ini tidak masuk lewat gerbang pembayaran. Kembalikan dengan cara lain."), "error")
        return redirect(url_for("staff.payments.refunds"), 303)
    if decision is Decision.STALE:
        flash(_("Pengembalian ini sudah dicatat petugas lain. Tidak ada yang berubah."), "info")
    else:
        flash(_("Pengembalian dikirim ke gerbang pembayaran. Hasilnya muncul di sini dalam beberapa menit."))
    return redirect(url_for("staff.payments.refunds"), 303)


def _list(form: TroubleForm, failed: str = "") -> str:
    session, scope = db.session(), current_actor().scope(PERMISSION)
    return render_template(
        "staff/gateways/index.html",
        charges=troubles_in_scope(session, scope),
        disputes=open_disputes_in_scope(session, scope),
        form=form,
        failed=failed,
        now=clock.now(),
    )
