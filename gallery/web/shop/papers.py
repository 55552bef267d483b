"""Anybody may ask whether a paper is ours: kind, number, day, gallery, counts and sums; never a person."""

from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.inventory.queries import paper_by_code, paper_gallery, successor_of
from gallery.web.consignment_papers import grouped
from gallery.web.guards import public
from gallery.web.misses import Misses

bp = Blueprint("papers", __name__, url_prefix="/periksa")
# A code has 50 bits: guessing is hopeless anyway, the limit keeps those who try from costing anything.
MISSES: Final = Misses(most=20, seconds=60)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Type a code; the answer stands under an address of its own, as in the QR code."""
    code = "".join(letter for letter in request.args.get("kode", "") if letter.isalnum())[:40]
    if code:
        return redirect(url_for("shop.papers.show", code=code.lower()), 303)
    return render_template("shop/papers/index.html", code="", is_unknown=False)


@bp.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    address = str(request.remote_addr)
    if MISSES.is_full(address):
        abort(429)
    try:
        paper = paper_by_code(db.session(), code)
    except NotFoundError:
        MISSES.add(address)
        return render_template("shop/papers/index.html", code=code[:40], is_unknown=True), 404
    return render_template(
        "shop/papers/show.html",
        paper=paper,
        gallery=paper_gallery(db.session(), paper),
        successor=successor_of(db.session(), paper),
        check_code=grouped(paper.check_code),
    )
