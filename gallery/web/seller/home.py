"""The MSME owner's first page: the state of my products, my stock, my orders."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.web.guards import requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires("seller.enter")
def index() -> ResponseReturnValue:
    return render_template("seller/home/index.html")
