"""Products of a district or of the province, worked on for their owners."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from gallery.web import product_licences, product_work
from gallery.web.guards import accepts_upload, requires
from gallery.web.product_uploads import FORM_BYTES, ONE_BYTES
from gallery.web.product_work import Page, Space

bp = Blueprint("products", __name__, url_prefix="/produk")
SPACE = Space("staff")


@bp.get("/")
@requires("product.view")
def index() -> ResponseReturnValue:
    page = product_work.listing(SPACE)
    return render_template("staff/products/index.html", **page.context), page.status


@bp.route("/baru", methods=["GET", "POST"])
@requires("product.edit")
@accepts_upload(FORM_BYTES)
def create() -> ResponseReturnValue:
    page = product_work.create(SPACE)
    if isinstance(page, Page):
        return render_template("staff/products/create.html", **page.context), page.status
    return page


@bp.post("/unggahan")
@requires("product.edit")
@accepts_upload(ONE_BYTES)
def receive_photo() -> ResponseReturnValue:
    """One picture, sent by the page's script while the rest is being typed."""
    answer, status = product_work.receive_photo()
    return jsonify(answer), status


@bp.get("/<public_id>")
@requires("product.view")
def show(public_id: str) -> ResponseReturnValue:
    page = product_work.show(SPACE, public_id)
    return render_template("staff/products/show.html", **page.context), page.status


@bp.route("/<public_id>/data", methods=["GET", "POST"])
@requires("product.edit")
def details(public_id: str) -> ResponseReturnValue:
    page = product_work.details(SPACE, public_id)
    if isinstance(page, Page):
        return render_template("staff/products/details.html", **page.context), page.status
    return page


@bp.route("/<public_id>/foto", methods=["GET", "POST"])
@requires("product.edit")
@accepts_upload(FORM_BYTES)
def photos(public_id: str) -> ResponseReturnValue:
    page = product_work.photos(SPACE, public_id)
    if isinstance(page, Page):
        return render_template("staff/products/photos.html", **page.context), page.status
    return page


@bp.get("/<public_id>/foto/<photo_id>.jpg")
@requires("product.view")
def original(public_id: str, photo_id: str) -> ResponseReturnValue:
    return product_work.original_photo(public_id, photo_id)


@bp.route("/<public_id>/izin", methods=["GET", "POST"])
@requires("product.edit")
@accepts_upload(ONE_BYTES)
def licence_list(public_id: str) -> ResponseReturnValue:
    page = product_licences.licence_list(SPACE, public_id)
    if isinstance(page, Page):
        return render_template("staff/products/licences.html", **page.context), page.status
    return page


@bp.get("/izin/<file_id>")
@requires("product.view")
def proof(file_id: str) -> ResponseReturnValue:
    return product_licences.proof(file_id)


@bp.route("/<public_id>/harga", methods=["GET", "POST"])
@requires("product.edit")
def variant_list(public_id: str) -> ResponseReturnValue:
    page = product_work.variant_list(SPACE, public_id)
    if isinstance(page, Page):
        return render_template("staff/products/variants.html", **page.context), page.status
    return page


@bp.post("/<public_id>/<step>")
@requires("product.submit")
def act(public_id: str, step: str) -> ResponseReturnValue:
    return product_work.act(SPACE, public_id, step)
