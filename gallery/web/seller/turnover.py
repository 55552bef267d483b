"""The MSME's own turnover of a year, and its statement that it is below what is taxed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.image_facts import ImageTooLargeError
from gallery.web import turnover_work
from gallery.web.guards import accepts_upload, requires
from gallery.web.own_business import own_business
from gallery.web.turnover_work import StatementForm

bp = Blueprint("turnover", __name__, url_prefix="/omzet")


@bp.get("/")
@requires("turnover.view")
def index() -> ResponseReturnValue:
    """The own business; of several that one which ``usaha`` names, else the first."""
    return _page(StatementForm())


def _too_large() -> ResponseReturnValue:
    """Say on the page itself that the file is too large; nothing of it was read."""
    return _page(turnover_work.refused_form()), ImageTooLargeError.status


@bp.post("/")
@requires("turnover.file")
@accepts_upload(turnover_work.FORM_BYTES, too_large=_too_large)
def file_statement() -> ResponseReturnValue:
    """Keep the signed statement of the year in the address."""
    form = StatementForm()
    if not turnover_work.file_statement(own_business("turnover.view")[0], form):
        return _page(form), 422
    flash(_("Surat pernyataan tersimpan."))
    usaha = request.args.get("usaha") or None
    return redirect(url_for(".index", usaha=usaha, tahun=turnover_work.asked_year()), 303)


@bp.get("/surat")
@requires("turnover.view")
def letter() -> ResponseReturnValue:
    return turnover_work.letter(own_business("turnover.view")[0])


@bp.get("/formulir.pdf")
@requires("turnover.view")
def paper() -> ResponseReturnValue:
    return turnover_work.template_pdf(own_business("turnover.view")[0])


def _page(form: StatementForm) -> str:
    business, mine = own_business("turnover.view")
    return render_template("seller/turnover/index.html", mine=mine, **turnover_work.context(business, form))
