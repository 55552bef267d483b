"""One lot: where its pieces lie, to whom it went, blocking it in every channel, and the recall list."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.consignment.queries.recall import MOST, Buyer, Recall, recall
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.sheets import Cell, xlsx_table
from gallery.inventory import services as inventory
from gallery.inventory.states import LotBlock
from gallery.orders.queries import HOLDER
from gallery.web.downloads import download
from gallery.web.filters import angka, local, samar_telepon, tanggal_pendek, telepon
from gallery.web.goods_out_forms import BlockForm
from gallery.web.guards import requires
from gallery.web.session import current_actor

WHOLE: Final = 10_000
"""Documents of each kind on the recall list as a workbook."""
bp = Blueprint("lots", __name__, url_prefix="/galeri/lot")


@bp.get("/<int:lot_id>")
@requires("stock.report")
def show(lot_id: int) -> ResponseReturnValue:
    return _page(lot_id, BlockForm())


@bp.post("/<int:lot_id>/tahan")
@requires("stock.block")
def block(lot_id: int) -> ResponseReturnValue:
    """Sold in no channel from now on; orders move to other lots where there are some."""
    _recall(lot_id, "stock.block")
    form = BlockForm()
    if not form.validate_on_submit():
        return _page(lot_id, form), 422
    with transaction() as session:
        left = inventory.block_lot(
            session, lot_id, reason=LotBlock(form.reason.data), note=form.note.data or "", actor=current_actor()
        )
    orders = {one.holder for one in left if one.holder.startswith(HOLDER)}
    if orders:
        flash(
            _("Lot ditahan. %(n)s pesanan belum dapat dilayani dari lot lain; lihat di bawah.", n=len(orders)),
            "warning",
        )
    else:
        flash(_("Lot ditahan di semua saluran. Tidak ada pesanan yang terganggu."))
    return redirect(url_for(".show", lot_id=lot_id), 303)


@bp.post("/<int:lot_id>/lepas")
@requires("stock.block")
def unblock(lot_id: int) -> ResponseReturnValue:
    _recall(lot_id, "stock.block")
    with transaction() as session:
        inventory.unblock_lot(session, lot_id, actor=current_actor())
    flash(_("Lot dapat dijual lagi selama belum kedaluwarsa."))
    return redirect(url_for(".show", lot_id=lot_id), 303)


@bp.get("/<int:lot_id>/penarikan.xlsx")
@requires("stock.report")
def sheet(lot_id: int) -> ResponseReturnValue:
    """The recall list: every order and counter sale that got pieces of the lot."""
    found = _recall(lot_id, "stock.report", is_whole=True)
    headings = [
        _("Waktu"),
        _("Galeri"),
        _("Saluran"),
        _("Nomor"),
        _("Barang"),
        _("Keadaan"),
        _("Pembeli"),
        _("Telepon"),
    ]
    rows: list[list[Cell | None]] = [
        [local(one.at), one.place.name, channel(one), one.number, one.pieces, state(one), *contact(one)]
        for one in found.buyers
    ]
    if found.is_cut:
        rows.append([cut_text(WHOLE), *[None] * (len(headings) - 1)])
    body = xlsx_table(_("Penarikan"), headings, rows, widths=(24, 28, 16, 18, 10, 20, 26, 18))
    return download(body, f"penarikan-lot-{lot_id}-{clock.today():%Y%m%d}.xlsx")


def cut_text(most: int) -> str:
    """Say that the list is longer than what is shown."""
    return _("Daftar ini dipotong: lebih dari %(n)s pesanan atau struk mendapat barang dari lot ini.", n=angka(most))


def channel(buyer: Buyer) -> str:
    """Where it was sold."""
    return _("Toko daring") if buyer.document.startswith(HOLDER) else _("Kasir")


def state(buyer: Buyer) -> str:
    """Whether the pieces are gone, or can still be taken from another lot."""
    return _("Masih ditahan") if buyer.is_held else _("Sudah keluar")


def contact(buyer: Buyer) -> tuple[str, str]:
    """Name and telephone of the buyer: in clear for who answers for the order, else hidden."""
    if buyer.order is None:
        return "–", "–"
    if buyer.may_see:
        return buyer.order.contact_name, telepon(buyer.order.contact_phone)
    return f"{buyer.order.contact_name[:1]}•••", samar_telepon(buyer.order.contact_phone)


def _recall(lot_id: int, permission: str, *, is_whole: bool = False) -> Recall:
    actor = current_actor()
    contacts = actor.scope("order.view") if actor.can("order.view") else Scope()
    return recall(db.session(), lot_id, actor.scope(permission), contacts, limit=WHOLE if is_whole else MOST)


def _page(lot_id: int, form: BlockForm) -> str:
    found = _recall(lot_id, "stock.report")
    if request.method == "GET" and request.args.get("alasan") in set(LotBlock):
        form.reason.data = request.args["alasan"]
    waiting = [one for one in found.buyers if one.is_held and one.document.startswith(HOLDER)]
    return render_template(
        "staff/lots/show.html",
        recall=found,
        cut=cut_text(MOST) if found.is_cut else "",
        lot=found.lot,
        form=form,
        waiting=waiting,
        channel=channel,
        state=state,
        contact=contact,
        expired=found.lot.expires_on is not None and found.lot.expires_on <= clock.today(),
        day=tanggal_pendek,
    )
