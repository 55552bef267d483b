"""A gallery that has issued every paper there is, for goods with long names, and what each must say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from gallery.consignment.models import (
    ConsignmentNote,
    NoteLine,
    OwnerReturnLine,
    Receipt,
    ReceiptLine,
    Transfer,
    TransferLine,
    WriteOffLine,
)
from gallery.consignment.services import returns, transfers, write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import RejectedAs
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.counter import services as counter
from gallery.counter.models import CounterSale, CounterSaleLine, Shift, Tender
from gallery.counter.services import Back, Payment
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory import services as inventory
from gallery.inventory.codes import lot_code
from gallery.inventory.models import Place, StockItem, StockMovement
from gallery.inventory.states import MovementReason
from gallery.orders import services as orders
from gallery.orders.models import OrderLine, Parcel
from gallery.payments.models import Payment as Payment_
from gallery.payments.services.papers import issue_invoice, issue_order_letter, issue_receipt, save_budget
from gallery.stocktake import services as stocktake
from gallery.stocktake.models import Stocktake, StocktakeLine
from gallery.web.filters import angka, rupiah
from tests.factories import consignment
from tests.factories import counter as desks
from tests.factories.delivery import make_parcel
from tests.factories.inventory import BELITUNG, make_business, make_gallery_place, make_goods
from tests.factories.papers import BUDGET, make_office_order
from tests.factories.stocktake import count_of, person

LONG = "Kemplang Ikan Tenggiri Panggang Asli Belinyu Kemasan Keluarga Besar"
OFFICE = "Dinas Pendidikan dan Kebudayaan Provinsi Kepulauan Bangka Belitung"
OWNER = "Kelompok Usaha Bersama Wanita Nelayan Sinar Bahari Tanjung Gunung"
Facts = tuple[str, list[str]]  # address, what the paper must say


@dataclass
class Scene:
    """Ids of a gallery whose staff has received forty articles of two owners."""

    place_id: int
    other_id: int
    gallery_id: int
    receipt_ids: list[int]
    note_id: int
    staff: Any
    manager: Any

    def item(self, number: int) -> StockItem:
        """The stock row of the n-th article received."""
        rows = select(StockItem).where(StockItem.place_id == self.place_id).order_by(StockItem.id)
        return db.session.scalars(rows.offset(number).limit(1)).one()


def make_scene(lines: int = 40) -> Scene:
    place, other = (
        make_gallery_place(name="Galeri PLUT KUMKM Provinsi"),
        make_gallery_place(BELITUNG, name="Galeri PLUT Belitung"),
    )
    place_id, other_id, gallery_id = place.id, other.id, place.gallery_id
    owners = [make_business(name=OWNER).id, make_business(name="Getas Bu Ani").id]
    goods = [
        make_goods(
            f"{LONG} {n + 1}" if n % 3 == 0 else f"Getas {n + 1}", business_id=owners[n % 2], price_idr=12_500 + 250 * n
        )
        for n in range(lines)
    ]
    note = consignment.make_note(
        *((one, 3 + n % 9) for n, one in enumerate(goods)),
        gallery_id=gallery_id,
        district_code="19.71",
        expires_on=clock.today() + timedelta(days=300),
    )
    note_id = note.id
    receiving = consignment.make_receiving(note).id
    for n, one in enumerate(goods):
        consignment.scan(receiving, one, 3 + n % 9)
    consignment.scan(receiving, goods[0], 1, reject_reason=RejectedAs.BROKEN)
    receipts = [receipt.id for receipt in consignment.finish(receiving)]
    return Scene(
        place_id,
        other_id,
        gallery_id,
        receipts,
        note_id,
        person("gallery_staff", gallery_id),
        person("gallery_manager", gallery_id),
    )


def packing_slip(scene: Scene) -> Facts:
    parcel = make_parcel(scene.place_id, product_name=LONG, note="Tolong bungkus rapat, untuk oleh-oleh")
    pieces = db.session.scalar(select(func.sum(OrderLine.quantity)).where(OrderLine.parcel_id == parcel.id))
    order = db.session.get_one(Parcel, parcel.id).order
    return f"/petugas/pesanan/{parcel.public_id}/isi-paket.pdf", [LONG, order.number, f"{pieces} barang"]


def order_papers(file: str, words: list[str], query: str = "") -> Callable[[Scene], Facts]:
    """Papers of an office's order that is paid and has arrived, with a budget and a long name."""

    def make(scene: Scene) -> Facts:
        parcel = make_office_order(scene.place_id, paid=True, product_name=LONG, quantity=7, office=OFFICE)
        order_id, parcel_id = parcel.order_id, parcel.id
        with transaction() as session:
            save_budget(session, order_id, BUDGET, cipher=adapters.cipher(), actor=scene.staff)
        for step in (orders.pack_parcel, orders.hand_over_parcel, orders.deliver_parcel):
            with transaction() as session:
                step(session, parcel_id, actor=scene.staff)
        with transaction() as session:
            issue_invoice(session, order_id, actor=scene.staff)
            issue_receipt(session, order_id, cipher=adapters.cipher(), actor=scene.staff)
            issue_order_letter(session, order_id, cipher=adapters.cipher(), actor=scene.staff)
            orders.issue_hand_over_note(session, order_id, actor=scene.staff)
        parcel = db.session.get_one(Parcel, parcel_id)
        amount = db.session.scalar(select(Payment_.amount_idr).where(Payment_.order_id == order_id))
        said = [parcel.order.number, rupiah(amount), OFFICE, *words]
        return f"/petugas/pesanan/{parcel.public_id}/surat/{file}.pdf{query}", said

    return make


def labels(kind: str) -> Callable[[Scene], Facts]:
    def make(scene: Scene) -> Facts:
        items = [scene.item(0), scene.item(1)]
        query = "&".join(f"jumlah-{item.id}={item.on_hand}" for item in items)
        prices = [rupiah(12_500), rupiah(12_750)]
        return f"/petugas/galeri/label/cetak.pdf?format={kind}&{query}", [*prices, *(lot_code(i.lot_id) for i in items)]

    return make


def note(scene: Scene) -> Facts:
    row = db.session.get_one(ConsignmentNote, scene.note_id)
    pieces = db.session.scalar(select(func.sum(NoteLine.pieces)).where(NoteLine.note_id == row.id))
    words = [str(row.number), f"Jumlah barang {angka(pieces)}", "Getas 2", f"{LONG} 40", OWNER, "Jumlah UMKM 2"]
    return f"/petugas/titipan/surat/{row.public_id}.pdf", words


def receipt(scene: Scene) -> Facts:
    row = db.session.get_one(Receipt, scene.receipt_ids[0])
    pieces, rejected, owed = db.session.execute(
        select(
            func.sum(ReceiptLine.pieces),
            func.sum(ReceiptLine.rejected_pieces),
            func.sum(ReceiptLine.pieces * ReceiptLine.consignor_price_idr),
        ).where(ReceiptLine.receipt_id == row.id)
    ).one()
    names = db.session.scalars(select(ReceiptLine.product_name).where(ReceiptLine.receipt_id == row.id)).all()
    words = [row.number, *names, f"diterima {angka(pieces)}", f"kembali {angka(rejected)}", rupiah(owed), OWNER]
    return f"/petugas/titipan/tanda-terima/{row.public_id}.pdf", words


def owner_return(scene: Scene) -> Facts:
    items = [scene.item(0), scene.item(2)]
    business_id, pieces = items[0].lot.business_id, {item.id: item.on_hand - 1 for item in items}
    with transaction() as session:
        made = returns.prepare_return(
            session, scene.place_id, business_id, pieces, note="Musim sepi", request_key="r", actor=scene.staff
        )
    with transaction() as session:
        returns.hand_over_return(session, made.id, collected_by="Bu Siti Contoh", actor=scene.staff)
    rows = db.session.execute(
        select(func.sum(OwnerReturnLine.pieces)).where(OwnerReturnLine.return_id == made.id)
    ).scalar_one()
    owed = _owed({item.id: count for item, count in ((item, pieces[item.id]) for item in items)})
    words = [str(made.number), f"Jumlah barang {angka(rows)}", rupiah(owed), "Bu Siti Contoh", LONG, "Musim sepi"]
    return f"/petugas/titipan/retur/{made.public_id}/nota.pdf", words


def write_off(scene: Scene) -> Facts:
    items = [scene.item(1), scene.item(3)]
    losses = [Loss(items[0].id, 2, MovementReason.DAMAGED), Loss(items[1].id, 1, MovementReason.EXPIRED)]
    with transaction() as session:
        made = write_offs.prepare_write_off(
            session,
            scene.place_id,
            items[0].lot.business_id,
            losses,
            note="Kemasan sobek",
            request_key="w",
            actor=scene.staff,
        )
    with transaction() as session:
        write_offs.approve_write_off(session, made.id, actor=scene.manager)
    pieces, value = db.session.execute(
        select(func.sum(WriteOffLine.pieces), func.sum(WriteOffLine.pieces * WriteOffLine.value_idr)).where(
            WriteOffLine.write_off_id == made.id
        )
    ).one()
    words = [
        str(made.number),
        f"Jumlah barang {angka(pieces)}",
        rupiah(value),
        "Kemasan sobek",
        scene.staff.name,
        scene.manager.name,
    ]
    return f"/petugas/titipan/penarikan/{made.public_id}/berita-acara.pdf", words


def transfer(scene: Scene) -> Facts:
    pieces = {scene.item(n).id: 2 for n in range(25)}
    with transaction() as session:
        made = transfers.draft_transfer(
            session, scene.place_id, scene.other_id, pieces, request_key="t", actor=scene.staff
        )
    with transaction() as session:
        transfers.send_transfer(session, made.id, carried_by="Express Bahari", actor=scene.staff)
    total = db.session.scalar(select(func.sum(TransferLine.pieces)).where(TransferLine.transfer_id == made.id))
    on_the_way = select(func.sum(StockItem.on_hand)).join(Place).where(Place.kind == "transit")
    assert db.session.scalar(on_the_way) == total
    number = db.session.get_one(Transfer, made.id).number
    words = [
        str(number),
        f"Jumlah barang {angka(total)}",
        "Express Bahari",
        "Galeri PLUT Belitung",
        f"{LONG} 25",
        "Getas 24",
    ]
    return f"/petugas/galeri/pindah/{made.public_id}/surat-jalan.pdf", words


def _sale(scene: Scene) -> tuple[int, int]:
    """A sale of two articles, a fifth of its pieces brought back: ids of sale and shift."""
    desk = desks.make_desk(db.session.get_one(Place, scene.place_id))
    for number, pieces in ((0, 2), (1, 3)):
        desks.enter(desk, f"{pieces}*{lot_code(scene.item(number).lot_id)}")
    sale = desks.pay(desk, Payment(100_000))
    line = sale.lines[1].id
    with transaction() as session:
        counter.return_sale(
            session, sale.id, desk.shift_id, {line: Back(1)},
            reason=ReturnReason.QUALITY, note="", refund_method=RefundMethod.CASH, request_key="b", actor=scene.staff,
        )  # fmt: skip
    return sale.id, desk.shift_id


def sale(width: int) -> Callable[[Scene], Facts]:
    def make(scene: Scene) -> Facts:
        row = db.session.get_one(CounterSale, _sale(scene)[0])
        total = db.session.scalar(
            select(func.sum(CounterSaleLine.pieces * CounterSaleLine.price_idr)).where(
                CounterSaleLine.sale_id == row.id
            )
        )
        given = db.session.scalar(select(func.sum(Tender.given_idr)).where(Tender.sale_id == row.id))
        words = [row.number, f"Total {rupiah(total)}", f"Kembali {rupiah(given - total)}", "Getas 2", LONG]
        return f"/petugas/kasir/struk/{row.public_id}.pdf?lebar={width}", words

    return make


def closing(scene: Scene) -> Facts:
    sale_id, shift_id = _sale(scene)
    refund = db.session.get_one(CounterSale, sale_id).lines[1].price_idr
    total = db.session.get_one(CounterSale, sale_id).total_idr
    with transaction() as session:
        counted = 100_000 + total - refund - 500
        counter.close_shift(session, shift_id, counted_idr=counted, note="Kurang lima ratus", actor=scene.staff)
    row = db.session.get_one(Shift, shift_id)
    words = [
        *(f"1 penjualan {rupiah(total)}", f"1 retur {rupiah(-refund)}", f"Dihitung {rupiah(row.counted_cash_idr)}"),
        *(f"Seharusnya di laci {rupiah(row.expected_cash_idr)}", f"Selisih {rupiah(-500)}", "Kurang lima ratus"),
    ]
    return f"/petugas/kasir/giliran/{row.public_id}/lembar.pdf", words


def minutes(scene: Scene) -> Facts:
    """Forty lines are counted, the first lacks two and the second has one too many."""
    with transaction() as session:
        row = stocktake.open_stocktake(session, scene.place_id, actor=scene.staff).id
    lines = db.session.execute(
        select(StocktakeLine.stock_item_id, StocktakeLine.book_pieces).order_by(StocktakeLine.stock_item_id)
    ).all()
    for number, (item_id, pieces) in enumerate(lines):
        count_of(row, item_id, pieces + {0: -2, 1: 1}.get(number, 0), scene.staff)
    with transaction() as session:
        stocktake.close_count(session, row, actor=scene.staff)
        first = session.scalars(select(StocktakeLine).where(StocktakeLine.stock_item_id == lines[0][0])).one()
        second = session.scalars(select(StocktakeLine).where(StocktakeLine.stock_item_id == lines[1][0])).one()
        for line, reason in ((first, MovementReason.DAMAGED), (second, None)):
            stocktake.explain_line(
                session, row, line.id, reason=reason, note="Dimakan semut di gudang", actor=scene.manager
            )
    with transaction() as session:
        stocktake.approve_stocktake(session, row, tills_connected=True, actor=scene.manager)
    done = db.session.get_one(Stocktake, row)
    lacking = select(func.sum(StockMovement.pieces)).where(StockMovement.document == f"stocktake:{done.public_id}")
    missing, surplus = (
        db.session.scalar(lacking.where(side)) for side in (StockMovement.pieces < 0, StockMovement.pieces > 0)
    )
    value = sum(
        (line.counted_pieces - line.expected_pieces) * line.price_idr
        for line in db.session.scalars(select(StocktakeLine))
    )
    words = [
        *(str(done.number), f"Baris dihitung {len(lines)}", f"Barang kurang {-missing}", f"Barang lebih {surplus}"),
        *(f"-{rupiah(abs(value))}", "Dimakan semut di gudang", f"{LONG} 40", "Getas 38", scene.manager.name),
    ]
    return f"/petugas/opname/{done.public_id}/berita-acara.pdf", words


def stock_card(scene: Scene) -> Facts:
    item = scene.item(0)
    with transaction() as session:
        for number in range(60):
            inventory.adjust(
                session, item.id, 2 if number % 2 else -1, reason=MovementReason.COUNT_CORRECTION, actor=scene.staff
            )
    on_hand = db.session.scalar(select(StockItem.on_hand).where(StockItem.id == item.id))
    came = db.session.scalar(
        select(func.sum(StockMovement.pieces)).where(StockMovement.stock_item_id == item.id, StockMovement.pieces > 0)
    )
    words = [f"{LONG} 1", angka(on_hand), angka(came), scene.staff.name]
    return f"/petugas/galeri/{item.id}/kartu.pdf?dari={clock.today()}", words


def _owed(pieces: dict[int, int]) -> int:
    """What the owner would have got for these pieces, from the lines of its receipt."""
    rows = select(StockItem.id, ReceiptLine.consignor_price_idr).join(
        ReceiptLine, ReceiptLine.lot_id == StockItem.lot_id
    )
    return sum(pieces[item] * owed for item, owed in db.session.execute(rows.where(StockItem.id.in_(pieces))))


PAPERS: dict[str, Callable[[Scene], Facts]] = {
    "packing slip": packing_slip,
    "invoice": order_papers("nota", [LONG, "LUNAS", "7"]),
    "payment receipt": order_papers("kuitansi", [BUDGET.treasurer_name, "PPh Pasal 22"]),
    "payment receipt on 58 mm": order_papers("kuitansi", [LONG, "Terbilang"], "?lebar=58"),
    "all papers of an office's order": order_papers("semua", [LONG, "Surat pesanan", "Berita acara", "Kuitansi"]),
    "labels on A4": labels("a4"),
    "labels on 58 mm": labels("roll58"),
    "labels on 80 mm": labels("roll80"),
    "consignment note": note,
    "receipt": receipt,
    "return": owner_return,
    "write-off": write_off,
    "transfer": transfer,
    "sale on 58 mm": sale(58),
    "sale on 80 mm": sale(80),
    "closing of a shift": closing,
    "stocktake": minutes,
    "stock card": stock_card,
}
