"""What the MSME has earned: balance, statement of a month, transfers."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.web import exports, owner_statement
from gallery.web.guards import requires
from gallery.web.own_business import own_business

bp = Blueprint("money", __name__, url_prefix="/uang")


@bp.get("/")
@requires("settlement.view")
def index() -> ResponseReturnValue:
    """The statement of the own business; of several that one which ``usaha`` names, else the first."""
    business, mine = own_business("settlement.view")
    if exports.is_asked():
        return owner_statement.sheet(business)
    return render_template("seller/money/index.html", mine=mine, **owner_statement.context(business))


@bp.get("/laporan.pdf")
@requires("settlement.view")
def paper() -> ResponseReturnValue:
    return owner_statement.pdf(own_business("settlement.view")[0])


@bp.post("/laporan")
@requires("settlement.view")
def issue() -> ResponseReturnValue:
    """Number the statement of a period that is over, then print it."""
    owner_statement.issue(own_business("settlement.view")[0])
    usaha = request.args.get("usaha") or None
    return redirect(url_for(".paper", usaha=usaha, **owner_statement.asked_query()), 303)
