"""The MSME owner's first page answers three questions: how are my products, what of mine is where, what is to pack."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.accounts.permissions import Scope
from gallery.catalog.queries.workspace import work_counts
from gallery.consignment.queries.waiting import waiting_for_owner
from gallery.core.db import db
from gallery.delivery.queries import parcels
from gallery.delivery.queries.parcels import Tab
from gallery.inventory.queries import own_stock
from gallery.registry.queries import businesses
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("home", __name__)


@bp.get("/")
@requires("seller.enter")
def index() -> ResponseReturnValue:
    own = Scope(businesses=current_actor().scope("seller.enter").businesses)
    stock = own_stock(db.session(), own.businesses)
    return render_template(
        "seller/home/index.html",
        businesses=businesses(db.session(), scope=own),
        products=work_counts(db.session(), scope=own),
        at_home=sum(line.item.on_hand for line in stock if line.place.business_id),
        in_galleries=sum(line.item.on_hand for line in stock if line.place.gallery_id),
        waiting=waiting_for_owner(db.session(), own),
        parcels=parcels.tab_counts(db.session(), own, (Tab.TO_PACK, Tab.TO_HAND_OVER, Tab.ON_THE_WAY)),
    )
