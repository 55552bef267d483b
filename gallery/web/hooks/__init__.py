"""Doors for machines of others: no session, no token of a form; whoever knocks proves itself by its signature."""

from flask import Blueprint, Flask

from gallery.web.hooks import couriers, payments

PAGES = (couriers, payments)


def init_app(app: Flask) -> None:
    """Register the doors."""
    bp = Blueprint("hooks", __name__, url_prefix="/hooks")
    for page in PAGES:
        bp.register_blueprint(page.bp)
    app.register_blueprint(bp)
