"""How states, licences and other stored words are called on screen; one place, so that one thing has one name."""

from enum import StrEnum
from typing import Any

from flask import Flask

from gallery.web.bank_words import BANK
from gallery.web.delivery_words import DELIVERY
from gallery.web.language import lazy_gettext as _l
from gallery.web.money_words import MONEY
from gallery.web.wording import Word

WORDS: dict[str, dict[str, Word]] = (
    DELIVERY
    | BANK
    | MONEY
    | {
        "ProductStatus": {
            "draft": Word(_l("Belum tayang"), "", "pencil"),
            "on_sale": Word(_l("Tayang"), "ok", "check"),
            "withdrawn": Word(_l("Ditarik"), "warn", "circle-alert"),
            "archived": Word(_l("Diarsipkan"), "", "x"),
        },
        "RevisionStatus": {
            "draft": Word(_l("Draf"), "", "pencil"),
            "submitted": Word(_l("Diajukan"), "info", "clock"),
            "changes_requested": Word(_l("Perlu perbaikan"), "warn", "triangle-alert"),
            "published": Word(_l("Tayang"), "ok", "check"),
            "rejected": Word(_l("Ditolak"), "err", "x"),
            "superseded": Word(_l("Diganti versi baru"), "", "rotate-ccw"),
        },
        "PhotoStatus": {
            "pending": Word(_l("Sedang diolah"), "info", "clock"),
            "ready": Word(_l("Siap"), "ok", "check"),
            "refused": Word(_l("Ditolak"), "err", "x"),
        },
        "SubmissionStatus": {
            "checking": Word(_l("Sedang diperiksa"), "info", "clock"),
            "ready": Word(_l("Siap dikirim"), "brand", "list"),
            "importing": Word(_l("Sedang dikirim"), "info", "clock"),
            "done": Word(_l("Selesai"), "ok", "check"),
            "failed": Word(_l("Tidak terbaca"), "err", "x"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
        },
        "RowOutcome": {
            "new": Word(_l("Baru"), "ok", "plus"),
            "changed": Word(_l("Berubah"), "info", "pencil"),
            "unchanged": Word(_l("Tetap"), "", "check"),
            "wrong": Word(_l("Salah"), "err", "triangle-alert"),
        },
        "OrderStatus": {
            "awaiting_payment": Word(_l("Belum bayar"), "warn", "wallet"),
            "cash_due": Word(_l("Bayar tunai"), "info", "wallet"),
            "paid": Word(_l("Dibayar"), "brand", "check"),
            "completed": Word(_l("Selesai"), "ok", "check"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
            "expired": Word(_l("Kedaluwarsa"), "", "clock"),
        },
        "CancelReason": {
            "changed_mind": Word(_l("Pembeli berubah pikiran.")),
            "mistake": Word(_l("Ada yang salah di pesanan.")),
            "too_slow": Word(_l("Terlalu lama.")),
            "buyer_asked": Word(_l("Atas permintaan pembeli.")),
            "unavailable": Word(_l("Barangnya rusak atau habis.")),
            "unreachable": Word(_l("Pembeli tidak dapat dihubungi.")),
            "other": Word(_l("Alasan lain.")),
        },
        "PaymentMethod": {
            "bank_transfer": Word(_l("Transfer bank")),
            "cash_at_pickup": Word(_l("Tunai saat mengambil")),
            "qris": Word(_l("QRIS")),
            "online": Word(_l("Pembayaran daring")),
            "cash_on_delivery": Word(_l("Tunai kepada kurir")),
        },
        "PaymentStatus": {
            "pending": Word(_l("Menunggu pembayaran"), "warn", "clock"),
            "under_review": Word(_l("Bukti diperiksa"), "info", "clock"),
            "paid": Word(_l("Lunas"), "ok", "check"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
            "expired": Word(_l("Lewat batas waktu"), "", "clock"),
        },
        "RejectReason": {
            "not_received": Word(_l("Uangnya belum masuk ke rekening kami.")),
            "wrong_amount": Word(_l("Jumlahnya tidak sama dengan yang tertulis di halaman bayar.")),
            "unreadable": Word(_l("Gambarnya tidak terbaca. Kirim tangkapan layar yang jelas.")),
            "not_a_proof": Word(_l("Gambar ini bukan bukti transfer untuk pesanan ini.")),
            "other": Word(_l("Alasan lain.")),
        },
        "GivenBackFor": {
            "damaged": Word(_l("Barang rusak saat diterima")),
            "missing": Word(_l("Barang kurang")),
            "wrong_article": Word(_l("Barang tertukar")),
            "not_as_shown": Word(_l("Tidak sesuai keterangan")),
            "shipping": Word(_l("Ongkir dikembalikan")),
            "other": Word(_l("Alasan lain")),
        },
        "GoodsBack": {
            "shelf": Word(_l("Kembali ke rak, dapat dijual lagi")),
            "damaged": Word(_l("Kembali tetapi rusak, dicatat sebagai barang rusak")),
            "kept": Word(_l("Tidak kembali")),
        },
        "RefundStatus": {
            "due": Word(_l("Perlu dikembalikan"), "warn", "wallet"),
            "sending": Word(_l("Sedang dikembalikan"), "info", "clock"),
            "done": Word(_l("Sudah dikembalikan"), "ok", "check"),
        },
        "ReservationStatus": {
            "active": Word(_l("Dipesan"), "info", "clock"),
            "released": Word(_l("Dilepas"), "", "rotate-ccw"),
            "consumed": Word(_l("Keluar"), "ok", "check"),
        },
        "NewsStatus": {
            "draft": Word(_l("Draf"), "", "pencil"),
            "published": Word(_l("Terbit"), "ok", "check"),
            "withdrawn": Word(_l("Ditarik"), "warn", "circle-alert"),
        },
        "LicenceKind": {
            "pirt": Word(_l("P-IRT"), "brand", "shield-check"),
            "bpom": Word(_l("BPOM"), "brand", "shield-check"),
            "halal": Word(_l("Halal"), "ok", "badge-check"),
            "sni": Word(_l("SNI"), "brand", "shield-check"),
            "gi": Word(_l("Indikasi geografis"), "gold", "leaf"),
            "pkrt": Word(_l("PKRT"), "brand", "shield-check"),
        },
        "Storage": {
            "dry": Word(_l("Tempat kering")),
            "cool": Word(_l("Tempat sejuk")),
            "chilled": Word(_l("Lemari es")),
            "frozen": Word(_l("Beku")),
        },
        "ShippingClass": {
            "normal": Word(_l("Biasa")),
            "fragile": Word(_l("Mudah pecah")),
            "liquid": Word(_l("Cairan")),
            "odorous": Word(_l("Berbau tajam")),
            "frozen": Word(_l("Beku")),
            "ready_to_eat": Word(_l("Siap santap")),
            "bulky": Word(_l("Besar")),
            "high_value": Word(_l("Bernilai tinggi")),
            "alcohol": Word(_l("Beralkohol")),
        },
        "MovementReason": {
            "received": Word(_l("Diterima"), "ok", "plus"),
            "count_correction": Word(_l("Salah hitung"), "", "pencil"),
            "damaged": Word(_l("Rusak"), "err", "x"),
            "expired": Word(_l("Kedaluwarsa"), "err", "clock"),
            "lost": Word(_l("Hilang"), "err", "circle-alert"),
            "owner_return": Word(_l("Dikembalikan ke pemilik"), "info", "rotate-ccw"),
            "sold": Word(_l("Terjual"), "brand", "shopping-cart"),
            "buyer_return": Word(_l("Kembali dari pembeli"), "warn", "rotate-ccw"),
            "transfer_out": Word(_l("Dikirim ke galeri lain"), "info", "package"),
            "transfer_in": Word(_l("Pindahan galeri"), "info", "package"),
            "recalled": Word(_l("Ditarik"), "err", "circle-alert"),
        },
        "LotBlock": {
            "recalled": Word(_l("Ditarik dari peredaran"), "err", "circle-alert"),
            "quality": Word(_l("Ditahan, mutu diperiksa"), "warn", "circle-alert"),
            "off_shelf": Word(_l("Diturunkan dari rak"), "warn", "clock"),
        },
        "StocktakeStatus": {
            "counting": Word(_l("Sedang dihitung"), "info", "clipboard-list"),
            "reviewing": Word(_l("Menunggu persetujuan"), "warn", "clock"),
            "approved": Word(_l("Disetujui"), "ok", "check"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
        },
        "Trouble": {
            "uncounted": Word(_l("Belum dihitung. Hitung ulang, atau tunda baris ini."), "warn", "circle-alert"),
            "moved_while_counted": Word(
                _l("Ada barang keluar atau masuk di antara dua hitungan. Hitung ulang baris ini."), "warn", "rotate-ccw"
            ),
            "corrected_since": Word(
                _l("Catatan stoknya diperbaiki setelah dihitung. Hitung ulang baris ini."), "warn", "rotate-ccw"
            ),
            "reserved": Word(
                _l("Stok akan lebih kecil daripada yang dipesan pembeli. Selesaikan pesanannya, atau tunda baris ini."),
                "err",
                "circle-alert",
            ),
            "no_reason": Word(_l("Kurang tanpa sebab. Pilih sebabnya."), "warn", "pencil"),
            "till_open": Word(
                _l("Kasir menahan barang ini. Pastikan semua kasir tersambung sebelum menyetujui."), "warn", "wifi-off"
            ),
        },
        "StockDocument": {
            "order": Word(_l("Pesanan")),
            "sale": Word(_l("Penjualan kasir")),
            "counter_return": Word(_l("Retur penjualan")),
            "refund": Word(_l("Pengembalian dana")),
            "receipt": Word(_l("Tanda terima")),
            "return": Word(_l("Pengembalian ke pemilik")),
            "write_off": Word(_l("Berita acara penarikan")),
            "transfer": Word(_l("Surat jalan")),
            "stocktake": Word(_l("Stok opname")),
            "submission": Word(_l("Impor lembar kerja")),
            "surat-titip": Word(_l("Surat titip")),
        },
        "StockFinding": {
            "chain_changed": Word(_l("Mutasi ini diubah sesudah dicatat.")),
            "chain_unlinked": Word(_l("Mutasi ini tidak ada di rantainya.")),
            "chain_gap": Word(_l("Ada mata rantai yang hilang atau berpindah.")),
            "chain_head": Word(_l("Ujung rantainya tidak cocok.")),
            "drift_on_hand": Word(_l("Jumlah barangnya bukan jumlah mutasinya.")),
            "drift_reserved": Word(_l("Jumlah yang dipesan bukan jumlah pesanannya.")),
            "drift_sold": Word(_l("Barang pesanan keluar tanpa mutasi yang sama.")),
            "hold": Word(_l("Pesanan tidak menahan barang yang harus dikirim.")),
            "document_missing": Word(_l("Dokumen mutasi ini tidak ada.")),
            "document_pieces": Word(_l("Jumlah di dokumen ini bukan jumlah mutasinya.")),
            "stocktake_line": Word(_l("Selisih opname yang disetujui tidak dicatat.")),
            "anchor_cut": Word(_l("Rantainya lebih pendek daripada di jejak audit.")),
            "anchor_changed": Word(_l("Rantainya bukan yang tercatat di jejak audit.")),
            "audit_trail": Word(_l("Jejak auditnya sendiri diubah.")),
        },
        "BlindFilter": {
            "uncounted": Word(_l("Belum dihitung")),
            "recount": Word(_l("Hitung ulang")),
            "counted": Word(_l("Sudah dihitung")),
        },
        "OwnerReturnStatus": {
            "prepared": Word(_l("Menunggu diambil"), "warn", "clock"),
            "handed_over": Word(_l("Sudah diambil"), "ok", "check"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
        },
        "WriteOffStatus": {
            "waiting": Word(_l("Perlu disetujui"), "warn", "clock"),
            "approved": Word(_l("Disetujui"), "ok", "check"),
            "refused": Word(_l("Tidak disetujui"), "", "x"),
        },
        "TransferStatus": {
            "draft": Word(_l("Draf"), "", "pencil"),
            "sent": Word(_l("Di jalan"), "info", "truck"),
            "received": Word(_l("Diterima"), "ok", "check"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
        },
        "MissingAs": {
            "lost": Word(_l("Hilang di jalan"), "err", "circle-alert"),
            "went_back": Word(_l("Kembali ke pengirim"), "warn", "rotate-ccw"),
        },
        "PriceRequestStatus": {
            "proposed": Word(_l("Menunggu pemilik"), "warn", "clock"),
            "asked": Word(_l("Menunggu putusan"), "warn", "clock"),
            "confirmed": Word(_l("Disetujui"), "info", "check"),
            "applied": Word(_l("Sudah berlaku"), "ok", "check"),
            "refused": Word(_l("Ditolak"), "err", "x"),
            "withdrawn": Word(_l("Ditarik kembali"), "", "x"),
        },
        "ReplenishmentStatus": {
            "open": Word(_l("Belum dijawab"), "warn", "clock"),
            "answered": Word(_l("Sudah dijawab"), "info", "check"),
            "closed": Word(_l("Selesai"), "ok", "check"),
        },
        "LossBearer": {
            "owner": Word(_l("Ditanggung pemilik")),
            "gallery": Word(_l("Ditanggung galeri")),
        },
        "Horizon": {
            "over": Word(_l("Sudah lewat"), "err", "circle-alert"),
            "week": Word(_l("7 hari"), "warn", "clock"),
            "fortnight": Word(_l("14 hari"), "warn", "clock"),
            "month": Word(_l("30 hari"), "info", "clock"),
        },
        "Due": {
            "take_off": Word(_l("Harus turun dari rak"), "warn", "clock"),
            "send_back": Word(_l("Harus kembali ke pemilik"), "warn", "clock"),
            "uncollected": Word(_l("Retur belum diambil"), "warn", "clock"),
        },
        "NoteStatus": {
            "draft": Word(_l("Draf"), "", "pencil"),
            "sent": Word(_l("Terkirim"), "info", "truck"),
            "partly_received": Word(_l("Diterima sebagian"), "warn", "package"),
            "closed": Word(_l("Selesai"), "ok", "check"),
            "cancelled": Word(_l("Dibatalkan"), "", "x"),
        },
        "ReceivingStatus": {
            "open": Word(_l("Sedang diterima"), "warn", "pencil"),
            "finished": Word(_l("Selesai"), "ok", "check"),
            "abandoned": Word(_l("Dibatalkan"), "", "x"),
        },
        "RejectedAs": {
            "broken": Word(_l("Kemasan rusak")),
            "expired": Word(_l("Sudah kedaluwarsa")),
            "too_short": Word(_l("Masa simpan terlalu pendek")),
            "bad_label": Word(_l("Label salah atau tidak lengkap")),
            "not_ordered": Word(_l("Tidak dipesan")),
            "other": Word(_l("Alasan lain")),
        },
        "PaperKind": {
            "note": Word(_l("Surat titip barang")),
            "receipt": Word(_l("Tanda terima barang titipan")),
            "owner_return": Word(_l("Tanda terima pengembalian barang")),
            "write_off": Word(_l("Berita acara penarikan atau pemusnahan")),
            "transfer": Word(_l("Surat jalan")),
            "price_change": Word(_l("Pemberitahuan perubahan harga")),
            "sale": Word(_l("Nota penjualan")),
            "counter_return": Word(_l("Nota retur penjualan")),
            "shift": Word(_l("Laporan tutup kasir")),
            "stocktake": Word(_l("Berita acara stok opname")),
            "payout": Word(_l("Daftar pembayaran hasil penjualan")),
            "statement": Word(_l("Laporan penjualan titipan")),
            "hand_over": Word(_l("Berita acara serah terima barang")),
            "invoice": Word(_l("Nota pesanan")),
            "payment_receipt": Word(_l("Kuitansi")),
            "order_letter": Word(_l("Surat pesanan")),
            "remittance": Word(_l("Tanda terima setoran kurir")),
            "courier_payment": Word(_l("Bukti pembayaran kurir")),
        },
        "ShiftStatus": {
            "open": Word(_l("Terbuka"), "ok", "check"),
            "closed": Word(_l("Ditutup"), "", "check"),
        },
        "TenderMethod": {
            "cash": Word(_l("Tunai"), "", "wallet"),
            "qris": Word(_l("QRIS"), "", "qr-code"),
        },
        "CashReason": {
            "change_money": Word(_l("Uang kembalian")),
            "bank_deposit": Word(_l("Setor ke bank")),
            "expense": Word(_l("Belanja keperluan galeri")),
            "other": Word(_l("Lainnya")),
        },
        "ReturnReason": {
            "damaged": Word(_l("Rusak atau cacat")),
            "wrong_article": Word(_l("Salah barang")),
            "quality": Word(_l("Mutunya tidak sesuai")),
            "cashier_mistake": Word(_l("Salah ketik di kasir")),
            "other": Word(_l("Sebab lain")),
        },
        "SaleOrigin": {
            "online": Word(_l("Tersambung")),
            "offline": Word(_l("Tanpa sambungan"), "info", "wifi-off"),
        },
        "RefundMethod": {
            "cash": Word(_l("Tunai"), "", "wallet"),
            "other": Word(_l("Lewat transfer")),
        },
        "LeaseStatus": {
            "active": Word(_l("Berlaku"), "ok"),
            "ended": Word(_l("Selesai")),
        },
        "StockFilter": {
            "all": Word(_l("Semua")),
            "low": Word(_l("Menipis")),
            "expiring": Word(_l("Kedaluwarsa 30 hari")),
            "held": Word(_l("Dipesan")),
        },
        "Role": {
            "office_coordinator": Word(_l("Koordinator OPD")),
            "seller": Word(_l("Pemilik UMKM")),
            "companion": Word(_l("Pendamping")),
            "district_officer": Word(_l("Petugas kabupaten/kota")),
            "gallery_staff": Word(_l("Petugas galeri")),
            "gallery_manager": Word(_l("Kepala galeri")),
            "province_officer": Word(_l("Petugas provinsi")),
            "administrator": Word(_l("Administrator")),
        },
        "DataRequestKind": {
            "correction": Word(_l("Perbaikan data")),
            "copy": Word(_l("Salinan data")),
            "erasure": Word(_l("Penghapusan data")),
        },
        "DataRequestStatus": {
            "open": Word(_l("Menunggu jawaban"), "warn", "clock"),
            "done": Word(_l("Selesai"), "ok", "check"),
            "refused": Word(_l("Tidak dapat dipenuhi")),
        },
        "OfficeKind": {
            "province_office": Word(_l("Dinas provinsi")),
            "district_office": Word(_l("Dinas kabupaten/kota")),
            "opd": Word(_l("OPD")),
        },
    }
)


def word(value: StrEnum) -> Word:
    """The screen word of an enum member; the stored value itself for one that is not listed (a test lists those)."""
    return WORDS.get(type(value).__name__, {}).get(value.value, Word(value.value))


def word_of_finding(what: str) -> Any:
    """Say what the audit of the stock found."""
    return WORDS["StockFinding"].get(what, Word(what)).text


def init_app(app: Flask) -> None:
    """Give templates ``word(status)`` and ``word_of_finding(what)``."""
    app.jinja_env.globals["word"] = word
    app.jinja_env.globals["word_of_finding"] = word_of_finding
