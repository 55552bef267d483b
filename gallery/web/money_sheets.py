"""Columns of the settlement's lists as workbooks."""

from typing import Final

from flask_babel import lazy_gettext as _l

from gallery.delivery.queries.cash import RemittanceRow, RiderCash
from gallery.settlement.models import JournalEntry, JournalLine
from gallery.settlement.queries import Balance
from gallery.settlement.queries.courier_payments import CourierDue, CourierPaymentRow
from gallery.settlement.queries.payouts import PayoutRow
from gallery.web.courier_parties import party_text
from gallery.web.exports import Column, Export
from gallery.web.filters import local
from gallery.web.words import word

BALANCES: Final[Export[Balance]] = Export(
    _l("Hak UMKM"),
    "hak-umkm",
    (
        Column(_l("UMKM"), lambda row: row.name, 36),
        Column(_l("Masa bayar"), lambda row: str(word(row.payment_period).text), 16),
        Column(_l("Bisa dibayar"), lambda row: row.payable_idr, 16),
        Column(_l("Belum jatuh tempo"), lambda row: row.not_yet_due_idr, 16),
        Column(_l("Sedang ditransfer"), lambda row: row.under_way_idr, 16),
        Column(_l("Sudah ditransfer"), lambda row: row.paid_idr, 16),
        Column(_l("Seluruh hak"), lambda row: row.earned_idr, 16),
    ),
)
PAYOUTS: Final[Export[PayoutRow]] = Export(
    _l("Pembayaran ke UMKM"),
    "pembayaran-umkm",
    (
        Column(_l("Nomor"), lambda row: row.payout.number, 22),
        Column(_l("Dibuat"), lambda row: local(row.payout.created_at), 18),
        Column(_l("Keadaan"), lambda row: str(word(row.payout.status).text), 16),
        Column(_l("UMKM"), lambda row: row.owners),
        Column(_l("Jumlah"), lambda row: row.payout.total_idr, 16),
        Column(_l("Dari rekening"), lambda row: row.payout.bank_account.bank_name, 24),
    ),
)
JOURNAL: Final[Export[tuple[JournalEntry, JournalLine]]] = Export(
    _l("Jurnal"),
    "jurnal",
    (
        Column(_l("Waktu"), lambda row: local(row[0].happened_at), 18),
        Column(_l("Kejadian"), lambda row: str(word(row[0].kind).text), 24),
        Column(_l("Dokumen"), lambda row: row[0].document, 26),
        Column(_l("Nomor"), lambda row: row[0].number, 24),
        Column(_l("Akun"), lambda row: str(word(row[1].account).text), 24),
        Column(_l("Pihak"), lambda row: row[1].party, 26),
        Column(_l("Debit"), lambda row: max(row[1].amount_idr, 0), 16),
        Column(_l("Kredit"), lambda row: max(-row[1].amount_idr, 0), 16),
    ),
)
RIDER_CASH: Final[Export[RiderCash]] = Export(
    _l("Uang pada kurir"),
    "uang-pada-kurir",
    (
        Column(_l("Kurir"), lambda row: row.rider.name, 28),
        Column(_l("Nomor kendaraan"), lambda row: row.rider.plate, 16),
        Column(_l("Pesanan"), lambda row: row.orders),
        Column(_l("Jumlah"), lambda row: row.amount_idr, 16),
        Column(_l("Paling lama sejak"), lambda row: local(row.oldest_at), 18),
    ),
)
REMITTANCES: Final[Export[RemittanceRow]] = Export(
    _l("Setoran kurir"),
    "setoran-kurir",
    (
        Column(_l("Nomor"), lambda row: row.remittance.number, 22),
        Column(_l("Waktu"), lambda row: local(row.remittance.received_at), 18),
        Column(_l("Kurir"), lambda row: row.rider.name, 28),
        Column(_l("Galeri"), lambda row: row.gallery.name, 28),
        Column(_l("Pesanan"), lambda row: row.orders),
        Column(_l("Jumlah"), lambda row: row.remittance.amount_idr, 16),
        Column(_l("Diterima oleh"), lambda row: row.received_by or "", 24),
    ),
)
COURIERS_DUE: Final[Export[CourierDue]] = Export(
    _l("Utang ke kurir"),
    "utang-kurir",
    (
        Column(_l("Kurir"), lambda row: party_text(row.party, row.rider_name), 32),
        Column(_l("Harus dibayar"), lambda row: row.owed_idr, 16),
        Column(_l("Sudah dibayar"), lambda row: row.paid_idr, 16),
    ),
)
COURIER_PAYMENTS: Final[Export[CourierPaymentRow]] = Export(
    _l("Pembayaran ke kurir"),
    "pembayaran-kurir",
    (
        Column(_l("Nomor"), lambda row: row.payment.number, 22),
        Column(_l("Tanggal bayar"), lambda row: row.payment.paid_on, 14),
        Column(_l("Kurir"), lambda row: party_text(row.payment.party, row.rider_name), 32),
        Column(_l("Jumlah"), lambda row: row.payment.amount_idr, 16),
        Column(_l("Dari"), lambda row: row.purse, 32),
        Column(_l("Catatan"), lambda row: row.payment.note, 32),
        Column(_l("Dicatat oleh"), lambda row: row.made_by or "", 24),
    ),
)
