"""Life of a reservation."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class ReservationStatus(StrEnum):
    ACTIVE = "active"
    RELEASED = "released"
    CONSUMED = "consumed"


_S = ReservationStatus
RESERVATION: Final = Machine(
    {
        _S.ACTIVE: frozenset({_S.RELEASED, _S.CONSUMED}),
        _S.RELEASED: frozenset(),
        _S.CONSUMED: frozenset(),
    }
)


class MovementReason(StrEnum):
    """Why pieces came or went; ``RECEIVED`` … are the staff's choices, ``SOLD`` is the order's."""

    RECEIVED = "received"
    COUNT_CORRECTION = "count_correction"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    LOST = "lost"
    OWNER_RETURN = "owner_return"
    SOLD = "sold"
    BUYER_RETURN = "buyer_return"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    RECALLED = "recalled"


LOSSES: Final = frozenset({MovementReason.LOST, MovementReason.DAMAGED, MovementReason.EXPIRED})


class LotBlock(StrEnum):
    """Why nobody may sell a lot."""

    RECALLED = "recalled"  # the owner or an authority calls it back
    QUALITY = "quality"  # looks, smells or is packed wrong; to be judged
    OFF_SHELF = "off_shelf"  # taken off before its date, waits for return


class DocumentKind(StrEnum):
    """What a movement names as its reason, and who holds pieces: "order:7k2m…" is the kind and a public id.

    The tables behind the kinds are in ``queries.DOCUMENTS``.
    """

    ORDER = "order"
    SALE = "sale"  # over the counter
    COUNTER_RETURN = "counter_return"
    REFUND = "refund"  # of pieces of an order that had arrived
    RECEIPT = "receipt"
    RETURN = "return"  # to the owner
    WRITE_OFF = "write_off"
    TRANSFER = "transfer"
    STOCKTAKE = "stocktake"
    SUBMISSION = "submission"
    LEASE = "lease"  # holds for a till; pieces never move in its name

    @property
    def prefix(self) -> str:
        """How all its names begin."""
        return f"{self}:"

    def of(self, public_id: str) -> str:
        """Return how movements and holds name this one."""
        return self.prefix + public_id


class PaperKind(StrEnum):
    """What a paper is."""

    NOTE = "note"  # surat titip barang
    RECEIPT = "receipt"  # tanda terima barang titipan
    OWNER_RETURN = "owner_return"  # tanda terima pengembalian barang
    WRITE_OFF = "write_off"  # berita acara penarikan/pemusnahan
    TRANSFER = "transfer"  # surat jalan
    PRICE_CHANGE = "price_change"  # pemberitahuan perubahan harga
    SALE = "sale"  # nota penjualan
    COUNTER_RETURN = "counter_return"  # nota retur penjualan
    SHIFT = "shift"  # laporan tutup kasir
    STOCKTAKE = "stocktake"  # berita acara stok opname
    PAYOUT = "payout"  # daftar pembayaran hasil penjualan
    STATEMENT = "statement"  # laporan penjualan titipan
    HAND_OVER = "hand_over"  # berita acara serah terima barang, for an office
    INVOICE = "invoice"  # nota pesanan
    PAYMENT_RECEIPT = "payment_receipt"  # kuitansi
    ORDER_LETTER = "order_letter"  # surat pesanan of an office
    REMITTANCE = "remittance"  # tanda terima setoran of a rider
    COURIER_PAYMENT = "courier_payment"  # bukti pembayaran kurir


PAPER_PREFIX: Final[dict[PaperKind, str]] = {
    PaperKind.NOTE: "STB",
    PaperKind.RECEIPT: "TTB",
    PaperKind.OWNER_RETURN: "TPB",
    PaperKind.WRITE_OFF: "BAP",
    PaperKind.TRANSFER: "SJ",
    PaperKind.PRICE_CHANGE: "PPH",
    PaperKind.SALE: "NP",
    PaperKind.COUNTER_RETURN: "NR",
    PaperKind.SHIFT: "LTK",
    PaperKind.STOCKTAKE: "BASO",
    PaperKind.PAYOUT: "DP",
    PaperKind.STATEMENT: "LPT",
    PaperKind.HAND_OVER: "BAST",
    PaperKind.INVOICE: "NT",
    PaperKind.PAYMENT_RECEIPT: "KW",
    PaperKind.ORDER_LETTER: "SP",
    PaperKind.REMITTANCE: "TTS",
    PaperKind.COURIER_PAYMENT: "BPK",
}
