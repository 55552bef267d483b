"""Columns of the lists about buyers' money as workbooks, and the words that page and workbook share."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.payments.models import GatewayCharge, GatewayDispute, Payment, Refund
from gallery.payments.queries import RefundRow
from gallery.web.exports import Column, Export
from gallery.web.filters import local, telepon
from gallery.web.reasons import reason_text
from gallery.web.words import word

_WHY: Final[dict[str, Any]] = {
    "order_cancelled": _l("Pesanan dibatalkan setelah dibayar"),
    "paid_after_cancellation": _l("Dibayar setelah pesanan dibatalkan"),
    "paid_too_late": _l("Dibayar setelah batas waktu, barangnya sudah habis"),
    "paid_twice": _l("Pesanan terbayar dua kali"),
    "at_gateway": _l("Dikembalikan di dasbor gerbang, ditanggung galeri"),
    "dispute_lost": _l("Sengketa kalah, ditanggung galeri"),
}


def why(refund: Refund) -> str:
    """Say why money is owed back: what became of the order, or what was wrong with the goods."""
    if refund.reason in _WHY:
        return str(_WHY[refund.reason])
    return reason_text("GivenBackFor", refund.reason) if refund.parcel_id else _("Paket kembali ke asal")


def where_to(payment: Payment) -> str:
    """Say where the money of a payment goes: an account, a QRIS code, a gateway, or somebody's hand."""
    if payment.bank_account is not None:
        return payment.bank_account.bank_name
    if payment.qris_code is not None:
        return f"{payment.qris_code.merchant} (QRIS)"
    return str(word(payment.gateway).text) if payment.gateway else _("tunai")


PAYMENTS: Final[Export[Payment]] = Export(
    _l("Pembayaran"),
    "pembayaran",
    (
        Column(_l("Pesanan"), lambda row: row.order.number, 22),
        Column(_l("Pembeli"), lambda row: row.order.contact_name, 28),
        Column(_l("Jumlah"), lambda row: row.amount_idr, 16),
        Column(_l("Yang masuk"), lambda row: row.received_idr, 16),
        Column(_l("Rekening"), where_to, 28),
        Column(_l("Bukti dikirim"), lambda row: row.proof_sent_at and local(row.proof_sent_at), 18),
        Column(_l("Batas waktu"), lambda row: row.expires_at and local(row.expires_at), 18),
        Column(_l("Diterima"), lambda row: row.paid_at and local(row.paid_at), 18),
        Column(_l("Keadaan"), lambda row: str(word(row.status).text), 24),
    ),
)
REFUNDS: Final[Export[RefundRow]] = Export(
    _l("Pengembalian dana"),
    "pengembalian-dana",
    (
        Column(_l("Pesanan"), lambda row: row.order.number, 22),
        Column(_l("Jumlah"), lambda row: row.refund.amount_idr, 16),
        Column(_l("Sebab"), lambda row: why(row.refund), 40),
        Column(_l("Pembeli"), lambda row: row.order.contact_name, 28),
        Column(_l("Nomor HP"), lambda row: telepon(row.order.contact_phone), 18),
        Column(_l("Sejak"), lambda row: local(row.refund.created_at), 18),
        Column(_l("Keadaan"), lambda row: str(word(row.refund.status).text), 24),
        Column(_l("Berubah"), lambda row: local(row.refund.status_changed_at), 18),
        Column(_l("Catatan"), lambda row: row.refund.note, 40),
    ),
)
TROUBLES: Final[Export[GatewayCharge]] = Export(
    _l("Pembayaran bermasalah"),
    "pembayaran-bermasalah",
    (
        Column(_l("Pesanan"), lambda row: row.payment.order.number, 22),
        Column(_l("Masalah"), lambda row: row.trouble and str(word(row.trouble).text), 32),
        Column(_l("Gerbang"), lambda row: str(word(row.gateway).text)),
        Column(_l("Nomor"), lambda row: row.reference, 28),
        Column(_l("Jumlah"), lambda row: row.amount_idr, 16),
        Column(_l("Yang masuk"), lambda row: row.paid_idr, 16),
        Column(_l("Sejak"), lambda row: row.trouble_at and local(row.trouble_at), 18),
    ),
)
DISPUTES: Final[Export[GatewayDispute]] = Export(
    _l("Sengketa yang perlu dijawab"),
    "sengketa",
    (
        Column(_l("Pesanan"), lambda row: row.charge.payment.order.number, 22),
        Column(_l("Gerbang"), lambda row: str(word(row.charge.gateway).text)),
        Column(_l("Nomor"), lambda row: row.remote_id, 28),
        Column(_l("Jumlah"), lambda row: row.amount_idr, 16),
        Column(_l("Dibuka"), lambda row: local(row.opened_at), 18),
        Column(_l("Jawab paling lambat"), lambda row: row.answer_by and local(row.answer_by), 20),
    ),
)
