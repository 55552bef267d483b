"""The staff's first page: what waits for whom, each figure a link to its list."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from gallery.accounts.permissions import EVERYTHING, Actor, Scope
from gallery.accounts.queries import open_data_requests
from gallery.catalog.queries.reviews import review_counts
from gallery.catalog.queries.workspace import Work, work_counts
from gallery.consignment.queries.waiting import waiting_for_gallery, waiting_for_owner
from gallery.core import clock
from gallery.core.db import db
from gallery.core.outbox import OutboxMessage
from gallery.delivery.queries import parcels
from gallery.delivery.queries.cash import overdue_riders
from gallery.delivery.queries.parcels import Tab
from gallery.inventory.queries import stock_warnings
from gallery.payments import queries as payments
from gallery.settlement.queries.dashboard import PeriodMoney, money_of
from gallery.stocktake.models import StockAudit
from gallery.stocktake.queries import last_audit
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("home", __name__)
LATE: Final = timedelta(hours=26)


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
    figures = [*_orders(actor), *_catalogue(actor), *_stock(actor), *_consigned(actor), *_privacy(actor), *_jobs(actor)]
    return render_template("staff/home/index.html", figures=figures, money=_money(actor), audit=_audit(actor))


def _money(actor: Actor) -> PeriodMoney | None:
    """What came in and went out today, for who answers for all of it."""
    if not (actor.can("money.report") and actor.scope("money.report").everything):
        return None
    today = clock.today()
    return money_of(db.session(), EVERYTHING, today, today)[0]


@dataclass(frozen=True, slots=True)
class AuditNews:
    """What the nightly proof of the stock said; ``is_late`` when it has not run for more than a day."""

    run: StockAudit
    is_late: bool


def _audit(actor: Actor) -> AuditNews | None:
    if not (actor.can("stock.report") or actor.can("audit.view")):
        return None
    run = last_audit(db.session())
    return AuditNews(run, clock.now() - run.ran_at > LATE) if run else None


def _orders(actor: Actor) -> list[Waiting]:
    found = []
    if actor.can("payment.verify"):
        counts = payments.tab_counts(db.session(), actor.scope("payment.verify"))
        url = url_for("staff.payments.index")
        found.append(Waiting(counts[payments.Tab.TO_CHECK], _("bukti bayar perlu diperiksa"), url, "warn"))
    if actor.can("remittance.receive"):
        late = overdue_riders(db.session(), actor.scope("remittance.receive"))
        found.append(
            Waiting(late, _("kurir membawa uang lebih dari 2 hari"), url_for("staff.remittances.index"), "err")
        )
    return [*found, *_parcels(actor)]


def _parcels(actor: Actor) -> list[Waiting]:
    """What is to pack, only for those who pack; what couriers leave to be decided, for all who hand parcels over."""
    if not actor.can("shipment.hand_over"):
        return []
    wanted = (Tab.TO_PACK, Tab.TO_HAND_OVER, Tab.TO_FETCH, Tab.TO_BOOK, Tab.TROUBLE, Tab.FAILED)
    counted = parcels.tab_counts(db.session(), actor.scope("shipment.hand_over"), wanted)
    urls = {tab: url_for("staff.shipments.index", tab=tab.value) for tab in wanted[1:]}
    found = [
        Waiting(counted[Tab.TO_PACK], _("paket perlu dikemas"), url_for("staff.orders.index"), "warn"),
        Waiting(counted[Tab.TO_HAND_OVER], _("paket menunggu kurir"), urls[Tab.TO_HAND_OVER], "warn"),
        Waiting(counted[Tab.TO_FETCH], _("paket menunggu diambil"), urls[Tab.TO_FETCH]),
    ]
    return [
        *(found if actor.can("order.pack") else []),
        Waiting(counted[Tab.TO_BOOK], _("kurir daring perlu dipesan"), urls[Tab.TO_BOOK], "warn"),
        Waiting(counted[Tab.TROUBLE], _("paket bermasalah di kurir"), urls[Tab.TROUBLE], "err"),
        Waiting(counted[Tab.FAILED], _("pengantaran gagal"), urls[Tab.FAILED], "err"),
    ]


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


def _consigned(actor: Actor) -> list[Waiting]:
    found = []
    if actor.can("consignment.receive"):
        here = waiting_for_gallery(db.session(), actor.scope("consignment.receive"))
        found.append(Waiting(here.notes, _("surat titip ditunggu"), url_for("staff.receiving.index")))
        if actor.can("consignment.approve"):
            found.append(
                Waiting(here.losses, _("penarikan perlu disetujui"), url_for("staff.write_offs.index"), "warn")
            )
    if districts := actor.scope("consignment.send").districts:
        asked = waiting_for_owner(db.session(), Scope(districts=districts))
        text = _("permintaan isi ulang belum dijawab")
        found.append(Waiting(asked.goods, text, url_for("staff.replenishments.index"), "warn"))
    return found


def _privacy(actor: Actor) -> list[Waiting]:
    if not actor.can("privacy.answer"):
        return []
    text = _("permintaan data pribadi belum dijawab")
    return [Waiting(open_data_requests(db.session()), text, url_for("staff.data_requests.index"), "err")]


def _jobs(actor: Actor) -> list[Waiting]:
    if not actor.can("job.manage"):
        return []
    dead = db.session.scalar(select(func.count()).where(OutboxMessage.dead_at.is_not(None))) or 0
    return [Waiting(dead, _("pekerjaan latar yang menyerah"), url_for("staff.jobs.index"), "err")]
