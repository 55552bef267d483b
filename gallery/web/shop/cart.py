"""The cart: what is in it, how much of it, what changed since."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.checkout import services
from gallery.checkout.errors import (
    CartChangedError,
    CartFullError,
    InvalidQuantityError,
    ProductWithdrawnError,
    StockShortError,
)
from gallery.checkout.queries import cart_lines, newest_order_of_cart
from gallery.checkout.services import Added
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.money import Rupiah
from gallery.web import basket, link_source
from gallery.web.errors import text_of
from gallery.web.guards import public, same_site_post
from gallery.web.order_links import order_url

bp = Blueprint("cart", __name__, url_prefix="/keranjang")


@bp.get("")
@public
def show() -> ResponseReturnValue:
    session, owner = db.session(), basket.current_owner()
    lines = cart_lines(session, owner)
    return render_template(
        "shop/cart/show.html",
        lines=lines,
        goods_idr=Rupiah(sum(line.subtotal_idr for line in lines if line.is_sellable)),
        blocked=any(not line.is_sellable or line.available < line.quantity for line in lines),
        changed=[line for line in lines if line.is_sellable and line.price_changed],
        last_order=None if lines else newest_order_of_cart(session, owner),
        most_pieces=services.MOST_PIECES,
        order_url=order_url,
    )


@bp.post("")
@public
@same_site_post
def add() -> ResponseReturnValue:
    """Add works from cached pages, which hold no token: the browser says where the form came from."""
    try:
        with transaction() as session:
            added = services.add_line(
                session,
                basket.owner_for_writing(),
                request.form.get("variant", ""),
                _quantity(request.form.get("quantity", "1")),
                source=link_source.of_form_page(),
            )
    except (ProductWithdrawnError, StockShortError, CartFullError, InvalidQuantityError) as error:
        flash(_explained(error), "error")
    else:
        _tell(added, _("%(name)s masuk keranjang.", name=added.name))
    return redirect(url_for("shop.cart.show"), 303)


@bp.post("/ubah")
@public
def change() -> ResponseReturnValue:
    variant = request.form.get("variant", "")
    wanted = "0" if request.form.get("aksi") == "hapus" else request.form.get("quantity", "")
    try:
        with transaction() as session:
            changed = services.set_quantity(session, basket.current_owner(), variant, _quantity(wanted))
    except (ProductWithdrawnError, StockShortError, InvalidQuantityError) as error:
        flash(_explained(error), "error")
    except NotFoundError:  # pressed twice, or taken out in another tab
        if wanted != "0":
            flash(text_of(CartChangedError.code), "info")
    else:
        if changed.quantity:
            _tell(changed, _("Jumlah %(name)s sekarang %(n)s.", name=changed.name, n=changed.quantity))
        else:
            flash(_("%(name)s dikeluarkan dari keranjang.", name=changed.name))
    return redirect(url_for("shop.cart.show"), 303)


@bp.post("/harga")
@public
def accept_prices() -> ResponseReturnValue:
    with transaction() as session:
        services.accept_prices(session, basket.current_owner())
    return redirect(url_for("shop.cart.show"), 303)


def _quantity(text: str) -> int:
    """Whole numbers only; everything else is refused with a sentence, never rounded."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(services.MOST_PIECES))):
        raise InvalidQuantityError(text[:20])
    return int(text)


def _tell(added: Added, text: str) -> None:
    if added.quantity < added.wanted:
        flash(
            _(
                "Hanya ada %(n)s %(name)s. Jumlah di keranjang kami sesuaikan menjadi %(n)s.",
                n=added.quantity,
                name=added.name,
            ),
            "warning",
        )
    else:
        flash(text)


def _explained(error: GalleryError) -> str:
    if isinstance(error, ProductWithdrawnError):
        return _("%(name)s sedang tidak dijual, jadi tidak dapat dipesan.", name=error.problems[0].name)
    if isinstance(error, StockShortError):
        return _("%(name)s baru saja habis.", name=error.problems[0].name)
    if isinstance(error, CartFullError):
        return _(
            "Keranjang sudah penuh: paling banyak %(n)s macam produk. Selesaikan dulu pesanan ini.",
            n=services.MOST_LINES,
        )
    return _("Jumlah harus angka bulat dari 1 sampai %(n)s.", n=services.MOST_PIECES)
