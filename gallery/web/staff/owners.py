"""What each MSME is owed, its statement, and who is paid next."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.payments.queries import active_accounts
from gallery.registry.models import Business
from gallery.settlement import services
from gallery.settlement.queries import balances, owner_in_scope, owners_by_public_id
from gallery.settlement.queries.balances import BalancePage, Owed
from gallery.web import errors, exports, owner_statement
from gallery.web.guards import requires
from gallery.web.money_sheets import BALANCES
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.payouts_forms import PayoutForm
from gallery.web.words import word

bp = Blueprint("owners", __name__, url_prefix="/hak-umkm")
LONGEST_SEARCH = 60
TABS: Final = {"": Owed.PAYABLE, "masa": Owed.PERIOD, "semua": Owed.ALL}


@bp.get("/")
@requires("settlement.view")
def index() -> ResponseReturnValue:
    if exports.is_asked():
        return BALANCES.answer(_found(limit=exports.LIMIT).rows)
    return _list(PayoutForm())


@bp.post("/bayar")
@requires("settlement.pay")
def pay() -> ResponseReturnValue:
    """The ticked owners get all that is due to them with one payout."""
    form = PayoutForm()
    form.use(active_accounts(db.session()))
    if not form.validate_on_submit():
        return _list(form), 422
    scope = current_actor().scope("settlement.pay")
    chosen = owners_by_public_id(db.session(), form.chosen, scope)
    try:
        with transaction() as session:
            made = services.create_payout(
                session,
                chosen,
                bank_account_id=form.bank_account.data,
                request_key=f"payout:{form.request_key.data}",
                day=clock.today(),
                actor=current_actor(),
            ).public_id
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _list(form), error.status
    flash(_("Daftar pembayaran dibuat. Periksa jumlahnya, lalu mintakan persetujuan."))
    return redirect(url_for("staff.payouts.show", public_id=made), 303)


@bp.get("/<public_id>")
@requires("settlement.view")
def show(public_id: str) -> ResponseReturnValue:
    business = _owner(public_id)
    if exports.is_asked():
        return owner_statement.sheet(business)
    return render_template("staff/owners/show.html", **owner_statement.context(business))


@bp.get("/<public_id>/laporan.pdf")
@requires("settlement.view")
def paper(public_id: str) -> ResponseReturnValue:
    return owner_statement.pdf(_owner(public_id))


@bp.post("/<public_id>/laporan")
@requires("settlement.view")
def issue(public_id: str) -> ResponseReturnValue:
    """Number the statement of a period that is over, then print it."""
    owner_statement.issue(_owner(public_id))
    return redirect(url_for(".paper", public_id=public_id, **owner_statement.asked_query()), 303)


def _owner(public_id: str) -> Business:
    return owner_in_scope(db.session(), public_id, current_actor().scope("settlement.view"))


def _found(**given: int) -> BalancePage:
    search, which = _asked()
    scope = current_actor().scope("settlement.view")
    return balances(db.session(), scope, clock.today(), search=search, which=which, **given)


def _asked() -> tuple[str, Owed]:
    return request.args.get("q", "").strip()[:LONGEST_SEARCH], TABS.get(request.args.get("keadaan", ""), Owed.PAYABLE)


def _list(form: PayoutForm) -> str:
    search, which = _asked()
    state = next(name for name, one in TABS.items() if one is which)
    page = _found(number=number_in(request.args.get("hal", "")) or 1)
    form.use(active_accounts(db.session()))

    return render_template(
        "staff/owners/index.html",
        rows=page.rows,
        total=page.total,
        search=search,
        which=which,
        tabs_of_list=[
            {
                "url": url_for(".index", keadaan=name or None, q=search or None),
                "text": word(one).text,
                "current": one is which,
            }
            for name, one in TABS.items()
        ],
        state=state,
        form=form,
        may_pay=current_actor().can("settlement.pay"),
        page=pager_of(page, endpoint=".index", keadaan=state, q=search),
    )
