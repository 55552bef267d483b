"""How lines of the bank's statements, and what speaks for a match, are called on screen."""

from typing import Final

from gallery.web.language import lazy_gettext as _l
from gallery.web.wording import Word

BANK: Final[dict[str, dict[str, Word]]] = {
    "BankLineStatus": {
        "open": Word(_l("Menunggu"), "warn", "clock"),
        "matched": Word(_l("Selesai"), "ok", "check"),
        "ignored": Word(_l("Disisihkan"), "", "x"),
    },
    "BankLineKind": {
        "payment": Word(_l("Transfer pembeli")),
        "owner_payout": Word(_l("Transfer ke UMKM")),
        "refund": Word(_l("Pengembalian dana")),
        "courier_paid": Word(_l("Pembayaran ke kurir")),
        "gateway_payout": Word(_l("Setoran layanan pembayaran")),
        "qris_payout": Word(_l("Setoran QRIS galeri")),
        "cash_deposit": Word(_l("Setoran tunai dari brankas")),
        "fee": Word(_l("Biaya atau bunga bank")),
        "other": Word(_l("Lainnya, di luar pembukuan ini")),
    },
    "Certainty": {
        "sure": Word(_l("Cocok pasti"), "ok", "check"),
        "likely": Word(_l("Mungkin"), "warn", "clock"),
        "by_hand": Word(_l("Dipastikan petugas"), "info", "check"),
    },
    "MatchReason": {
        "amount": Word(_l("Jumlah sama"), "ok"),
        "total": Word(_l("Total sama, kode unik lain"), "info"),
        "name": Word(_l("Nama mirip"), "info"),
        "number": Word(_l("Nomor tertulis"), "info"),
        "account": Word(_l("Rekening tujuan sama"), "info"),
        "reference": Word(_l("Nomor referensi sama"), "info"),
        "noted": Word(_l("Sudah dicatat petugas"), "info"),
        "closed": Word(_l("Pesanan sudah ditutup"), "warn"),
        "late": Word(_l("Lewat batas waktu"), "warn"),
        "other_account": Word(_l("Ke rekening galeri yang lain"), "warn"),
        "several": Word(_l("Ada beberapa yang cocok"), "warn"),
        "words": Word(_l("Kata-kata bank"), "info"),
    },
    "DifferenceKind": {
        "line_open": Word(_l("Ada di bank, belum dicatat"), "warn"),
        "transfer_unseen": Word(_l("Transfer diterima petugas, tidak ada di bank"), "err"),
        "payout_unseen": Word(_l("Transfer ke UMKM dicatat, tidak ada di bank"), "err"),
        "refund_unseen": Word(_l("Pengembalian dicatat, tidak ada di bank"), "err"),
        "courier_unseen": Word(_l("Pembayaran kurir dicatat, tidak ada di bank"), "err"),
        "gateway_unknown": Word(_l("Ada di layanan pembayaran, tidak ada di sini"), "err"),
        "gateway_missing": Word(_l("Lunas di sini, tidak ada di layanan pembayaran"), "err"),
        "gateway_trouble": Word(_l("Pembayaran online perlu diperiksa"), "err"),
        "gateway_balance": Word(_l("Saldo layanan pembayaran beda dengan jurnal"), "err"),
        "cash_late": Word(_l("Uang tunai masih dibawa kurir"), "warn"),
    },
}
