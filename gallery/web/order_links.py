"""Signed links to an order: whoever holds one may see and pay it, without an account."""

from typing import Any, Final

from flask import request, url_for

from gallery.core import adapters
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.core.signing import BadTokenError
from gallery.orders.models import Order
from gallery.orders.queries import order_page
from gallery.web.session import current_actor

PURPOSE: Final = "order"


def order_token(public_id: str) -> str:
    return adapters.signer().sign(PURPOSE, public_id)


def order_url(endpoint: str, public_id: str, **more: Any) -> str:
    """Return the address of one of the order's pages; it carries the token it was itself opened with, or a new one."""
    given = request.args.get("t", "")
    token = given if given and _opens(given, public_id) else order_token(public_id)
    return url_for(endpoint, public_id=public_id, t=token, **more)


def opened_order(public_id: str) -> Order:
    """Return the order that this request may open; without its link, or as another account, it does not exist."""
    if _opens(request.args.get("t", ""), public_id):
        return order_page(db.session(), public_id)
    actor = current_actor()
    if actor.user_id is not None:
        order = order_page(db.session(), public_id)
        if order.buyer_id == actor.user_id:
            return order
    raise NotFoundError("Order")


def _opens(token: str, public_id: str) -> bool:
    try:
        return adapters.signer().unsign(PURPOSE, token) == public_id
    except BadTokenError:
        return False
