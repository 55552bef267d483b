"""The journal: what every document did to money, and what each account holds."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from gallery.core.db import db
from gallery.settlement.queries import journal as queries
from gallery.settlement.states import Account
from gallery.web import exports
from gallery.web.guards import requires
from gallery.web.money_sheets import JOURNAL
from gallery.web.owner_statement import asked_days
from gallery.web.paging import number_in, pager_of

bp = Blueprint("journal", __name__, url_prefix="/jurnal")
LONGEST_SEARCH = 60


@bp.get("/")
@requires("journal.view")
def index() -> ResponseReturnValue:
    session = db.session()
    asked = _asked()
    if exports.is_asked():
        found = queries.entries(session, asked, limit=exports.LIMIT).entries
        return JOURNAL.answer((entry, line) for entry in found for line in entry.lines)
    page = queries.entries(session, asked, number=number_in(request.args.get("hal", "")) or 1)

    return render_template(
        "staff/journal/index.html",
        entries=page.entries,
        total=page.total,
        asked=asked,
        accounts=list(Account),
        sums=queries.account_sums(session),
        page=pager_of(
            page, dari=asked.first.isoformat(), sampai=asked.last.isoformat(), akun=asked.account, q=asked.search
        ),
    )


def _asked() -> queries.Asked:
    first, last = asked_days()
    wanted = request.args.get("akun", "")
    account = Account(wanted) if wanted in set(Account) else None
    return queries.Asked(first, last, account, request.args.get("q", "").strip()[:LONGEST_SEARCH])
