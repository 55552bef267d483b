"""How the states of parcels on their way, of couriers and of bookings with them are called on screen."""

from typing import Final

from gallery.web.language import lazy_gettext as _l
from gallery.web.wording import Word

DELIVERY: Final[dict[str, dict[str, Word]]] = {
    "ParcelStatus": {
        "to_pack": Word(_l("Perlu dikemas"), "warn", "package"),
        "packed": Word(_l("Dikemas"), "info", "package-check"),
        "handed_over": Word(_l("Dikirim"), "info", "truck"),
        "delivered": Word(_l("Diterima"), "ok", "check"),
        "failed": Word(_l("Gagal diantar"), "err", "triangle-alert"),
        "returned": Word(_l("Kembali ke asal"), "warn", "rotate-ccw"),
        "cancelled": Word(_l("Dibatalkan"), "", "x"),
    },
    "ShipmentStatus": {
        "offered": Word(_l("Ditawarkan ke kurir"), "warn", "clock"),
        "accepted": Word(_l("Diterima kurir"), "info", "bike"),
        "picking_up": Word(_l("Kurir menuju pengirim"), "info", "bike"),
        "picked_up": Word(_l("Dibawa kurir"), "info", "bike"),
        "in_transit": Word(_l("Menuju penerima"), "info", "bike"),
        "on_hold": Word(_l("Tertahan"), "warn", "clock"),
        "returning": Word(_l("Dalam perjalanan kembali"), "warn", "rotate-ccw"),
        "delivered": Word(_l("Sampai"), "ok", "check"),
        "failed": Word(_l("Gagal diantar"), "err", "triangle-alert"),
        "declined": Word(_l("Ditolak kurir"), "warn", "x"),
        "cancelled": Word(_l("Dibatalkan"), "", "x"),
        "returned": Word(_l("Kembali ke asal"), "warn", "rotate-ccw"),
    },
    "Courier": {
        "local_rider": Word(_l("Kurir setempat"), "", "bike"),
        "expedition": Word(_l("Kurir ekspedisi"), "", "truck"),
        "pickup": Word(_l("Ambil sendiri"), "", "store"),
        # Proper names, the same in every language.
        "biteship": Word("Biteship", "", "bike"),
        "lalamove": Word("Lalamove", "", "bike"),
        "grab_express": Word("GrabExpress", "", "bike"),
    },
    "BookingStatus": {
        "wanted": Word(_l("Akan dipesan"), "warn", "clock"),
        "sending": Word(_l("Sedang dipesan"), "info", "clock"),
        "unsure": Word(_l("Jawaban kurir dicari"), "warn", "clock"),
        "booked": Word(_l("Kurir dipesan"), "ok", "check"),
        "refused": Word(_l("Ditolak layanan kurir"), "err", "x"),
        "needs_person": Word(_l("Perlu diputuskan petugas"), "err", "circle-alert"),
        "cancelling": Word(_l("Sedang dibatalkan"), "info", "clock"),
        "cancelled": Word(_l("Dibatalkan"), "", "x"),
    },
    "BookingTrouble": {
        "lost_answer": Word(_l("Tidak diketahui apakah kurir sudah dipesan")),
        "refused": Word(_l("Layanan kurir menolak pesanan ini")),
        "no_rider": Word(_l("Tidak ada kurir yang mengambil")),
        "price_rose": Word(_l("Ongkos kurir naik melebihi batas")),
        "price_differs": Word(_l("Ongkos kurir berbeda dari penawaran")),
        "unknown_word": Word(_l("Kurir mengirim kabar yang tidak dikenal")),
        "contradiction": Word(_l("Kabar kurir bertentangan dengan catatan")),
        "cancel_refused": Word(_l("Kurir menolak pembatalan")),
        "turned_up": Word(_l("Pesanan kurir ternyata ada")),
        "silent": Word(_l("Kurir terlalu lama tidak memberi kabar")),
    },
    "NoticeOutcome": {
        "applied": Word(_l("Dicatat"), "ok", "check"),
        "stale": Word(_l("Sudah tercatat sebelumnya"), "", "clock"),
        "superseded": Word(_l("Tidak dipakai: paket sudah dialihkan"), "warn", "triangle-alert"),
        "impossible": Word(_l("Perlu diperiksa: bertentangan"), "err", "circle-alert"),
        "unknown_order": Word(_l("Pesanan kurir belum dikenal"), "warn", "clock"),
        "unknown_word": Word(_l("Keadaan tidak dikenal"), "err", "circle-alert"),
        "not_ours": Word(_l("Bukan urusan kami"), "", "x"),
        "unreadable": Word(_l("Tidak terbaca"), "err", "circle-alert"),
    },
    "CoverageSource": {
        "learnt": Word(_l("Dari jawaban kurir")),
        "manual": Word(_l("Diisi petugas")),
        "imported": Word(_l("Dari berkas")),
    },
    "ClaimStatus": {
        "open": Word(_l("Diajukan"), "warn", "clock"),
        "paid": Word(_l("Diganti"), "ok", "check"),
        "refused": Word(_l("Ditolak"), "err", "x"),
    },
    "StatementOutcome": {
        "matched": Word(_l("Cocok"), "ok", "check"),
        "different": Word(_l("Berbeda"), "warn", "triangle-alert"),
        "unmatched": Word(_l("Tidak dikenal"), "err", "circle-alert"),
        "accepted": Word(_l("Disetujui"), "ok", "check"),
    },
    "FailureReason": {
        "nobody_home": Word(_l("Tidak ada orang di tempat")),
        "address_not_found": Word(_l("Alamat tidak ketemu")),
        "refused": Word(_l("Penerima menolak")),
        "unreachable": Word(_l("Penerima tidak dapat dihubungi")),
        "damaged": Word(_l("Paket rusak di jalan")),
        "breakdown": Word(_l("Kendaraan rusak atau cuaca buruk")),
        "lost": Word(_l("Paket hilang di jalan")),
        "other": Word(_l("Sebab lain")),
    },
    "EventOutcome": {
        "applied": Word(_l("Dicatat"), "ok", "check"),
        "stale": Word(_l("Sudah tercatat sebelumnya"), "", "clock"),
        "superseded": Word(_l("Tidak dipakai: paket sudah dialihkan"), "warn", "triangle-alert"),
        "impossible": Word(_l("Perlu diperiksa: bertentangan"), "err", "circle-alert"),
    },
}
