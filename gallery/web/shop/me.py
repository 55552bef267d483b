"""What is personal on public pages, fetched after them: the cart's count and the signed-in name."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from gallery.checkout.queries import cart_count
from gallery.core.db import db
from gallery.web.basket import current_owner
from gallery.web.guards import public
from gallery.web.session import current_actor

bp = Blueprint("me", __name__, url_prefix="/fragmen")
# In this order: who works here comes for the work.
HOMES = (("staff.enter", "/petugas/"), ("seller.enter", "/umkm-saya/"))


@bp.get("/saya")
@public
def show() -> ResponseReturnValue:
    actor = current_actor()
    count = cart_count(db.session(), current_owner())
    home = next((path for permission, path in HOMES if actor.can(permission)), "/akun/")
    return jsonify(
        name=actor.name if actor.is_signed_in else None,
        home_url=f"{request.script_root}{home}" if actor.is_signed_in else None,
        cart_count=count,
        cart_label=ngettext("Keranjang, %(num)s barang", "Keranjang, %(num)s barang", count),
    )
