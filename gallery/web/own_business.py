"""Which of an owner's businesses a page of the own workspace is about."""

from flask import request

from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.registry.models import Business
from gallery.registry.queries import businesses
from gallery.web.goods_out import owner_scope


def own_business(permission: str) -> tuple[Business, list[Business]]:
    """Return the one that ``usaha`` in the address names, else the first, and all of them.

    :class:`NotFoundError` for one that is not the owner's.
    """
    mine = businesses(db.session(), scope=owner_scope(permission))
    asked = request.args.get("usaha", "")
    found = next((one for one in mine if one.public_id == asked), None) if asked else next(iter(mine), None)
    if found is None:
        raise NotFoundError("Business")
    return found, mine
