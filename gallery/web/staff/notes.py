"""Consignment notes: written by districts, seen by galleries and the province."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gallery.accounts.permissions import Scope
from gallery.web.guards import requires
from gallery.web.note_work import NoteWork

bp = Blueprint("notes", __name__, url_prefix="/titipan/surat")


def own(scope: Scope) -> Scope:
    """What of a scope belongs to this workspace."""
    return Scope(everything=scope.everything, districts=scope.districts, galleries=scope.galleries)


WORK = NoteWork("staff", own)


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    return WORK.index()


@bp.route("/baru", methods=["GET", "POST"])
@requires("consignment.send")
def create() -> ResponseReturnValue:
    return WORK.create()


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return WORK.show(public_id)


@bp.get("/<public_id>.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    return WORK.paper(public_id)


@bp.route("/<public_id>/isi", methods=["GET", "POST"])
@requires("consignment.send")
def edit(public_id: str) -> ResponseReturnValue:
    return WORK.edit(public_id)


@bp.post("/<public_id>/isi/<line>")
@requires("consignment.send")
def save_line(public_id: str, line: str) -> ResponseReturnValue:
    return WORK.save_line(public_id, line)


@bp.get("/<public_id>/ubah")
@requires("consignment.send")
def head(public_id: str) -> ResponseReturnValue:
    return WORK.head(public_id)


@bp.post("/<public_id>/ubah")
@requires("consignment.send")
def save_head(public_id: str) -> ResponseReturnValue:
    return WORK.save_head(public_id)


@bp.post("/<public_id>/<any(kirim, tarik, batal, salin):verb>")
@requires("consignment.send")
def act(public_id: str, verb: str) -> ResponseReturnValue:
    return WORK.act(public_id, verb)


@bp.post("/<public_id>/tutup")
@requires("consignment.receive")
def close(public_id: str) -> ResponseReturnValue:
    return WORK.close(public_id)
