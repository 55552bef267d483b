"""The staff's first page: what waits for whom, each figure a link to its list."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.catalog.queries.reviews import review_counts
from gallery.catalog.queries.workspace import Work, work_counts
from gallery.core.db import db
from gallery.core.outbox import OutboxMessage
from gallery.delivery.queries import parcels
from gallery.delivery.queries.parcels import Tab
from gallery.inventory.queries import stock_warnings
from gallery.payments import queries as payments
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One figure: how many, of what, and where they are. ``kind`` colours it when somebody waits."""

    count: int
    text: Any
    url: str
    kind: str = ""


@bp.get("/")
@requires("staff.enter")
def index() -> ResponseReturnValue:
    actor = current_actor()
    figures = [*_orders(actor), *_catalogue(actor), *_stock(actor), *_jobs(actor)]
    return render_template("staff/home/index.html", figures=figures)


def _orders(actor: Actor) -> list[Waiting]:
    found = []
    if actor.can("payment.verify"):
        counts = payments.tab_counts(db.session(), actor.scope("payment.verify"))
        url = url_for("staff.payments.index")
        found.append(Waiting(counts[payments.Tab.TO_CHECK], _("bukti bayar perlu diperiksa"), url, "warn"))
    if actor.can("order.pack"):
        wanted = (Tab.TO_PACK, Tab.TO_HAND_OVER, Tab.TO_FETCH, Tab.FAILED)
        counted = parcels.tab_counts(db.session(), actor.scope("order.pack"), wanted)
        pack, board = url_for("staff.orders.index"), url_for("staff.shipments.index")
        found += [
            Waiting(counted[Tab.TO_PACK], _("paket perlu dikemas"), pack, "warn"),
            Waiting(counted[Tab.TO_HAND_OVER], _("paket menunggu kurir"), board, "warn"),
            Waiting(counted[Tab.TO_FETCH], _("paket menunggu diambil"), board),
            Waiting(counted[Tab.FAILED], _("pengantaran gagal"), board, "err"),
        ]
    return found


def _catalogue(actor: Actor) -> list[Waiting]:
    found = []
    if actor.can("review.decide"):
        waiting = sum(review_counts(db.session(), scope=actor.scope("review.decide")).values())
        found.append(Waiting(waiting, _("pengajuan produk menunggu kurasi"), url_for("staff.reviews.index"), "warn"))
    elif actor.can("product.edit"):
        counts = work_counts(db.session(), scope=actor.scope("product.view"))
        url = url_for("staff.products.index")
        found += [
            Waiting(counts.get(Work.TO_MEND, 0), _("produk perlu perbaikan"), url, "warn"),
            Waiting(counts.get(Work.WAITING, 0), _("produk menunggu kurasi"), url),
        ]
    return found


def _stock(actor: Actor) -> list[Waiting]:
    if not actor.can("stock.receive"):
        return []
    low, expiring = stock_warnings(db.session(), scope=actor.scope("stock.receive"))
    return [
        Waiting(low, _("stok menipis atau habis"), url_for("staff.stock.index", saring="low")),
        Waiting(expiring, _("kedaluwarsa dalam 30 hari"), url_for("staff.stock.index", saring="expiring"), "warn"),
    ]


def _jobs(actor: Actor) -> list[Waiting]:
    if not actor.can("job.manage"):
        return []
    dead = db.session.scalar(select(func.count()).where(OutboxMessage.dead_at.is_not(None))) or 0
    return [Waiting(dead, _("pekerjaan latar yang menyerah"), url_for("staff.jobs.index"), "err")]
