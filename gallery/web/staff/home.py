"""The staff's first page: what waits for whom."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.web.guards import requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires("staff.enter")
def index() -> ResponseReturnValue:
    return render_template("staff/home/index.html")
