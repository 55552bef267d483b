"""How states, licences and other stored words are called on screen; one place, so that one thing has one name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Word:
    """Text of a stored word, the kind of its badge (ok, warn, err, info, brand, gold) and its icon."""

    text: Any
    kind: str = ""
    icon: str = ""


WORDS: dict[str, dict[str, Word]] = {
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
        "cash_due": Word(_l("Bayar saat ambil"), "info", "store"),
        "paid": Word(_l("Dibayar"), "brand", "check"),
        "completed": Word(_l("Selesai"), "ok", "check"),
        "cancelled": Word(_l("Dibatalkan"), "", "x"),
        "expired": Word(_l("Kedaluwarsa"), "", "clock"),
    },
    "ParcelStatus": {
        "to_pack": Word(_l("Perlu dikemas"), "warn", "package"),
        "packed": Word(_l("Dikemas"), "info", "package-check"),
        "handed_over": Word(_l("Dikirim"), "info", "truck"),
        "delivered": Word(_l("Diterima"), "ok", "check"),
        "failed": Word(_l("Gagal diantar"), "err", "triangle-alert"),
        "returned": Word(_l("Kembali ke asal"), "warn", "rotate-ccw"),
        "cancelled": Word(_l("Dibatalkan"), "", "x"),
    },
    "PaymentStatus": {
        "pending": Word(_l("Menunggu pembayaran"), "warn", "clock"),
        "under_review": Word(_l("Bukti diperiksa"), "info", "clock"),
        "paid": Word(_l("Lunas"), "ok", "check"),
        "cancelled": Word(_l("Dibatalkan"), "", "x"),
        "expired": Word(_l("Lewat batas waktu"), "", "clock"),
    },
    "RefundStatus": {
        "due": Word(_l("Perlu dikembalikan"), "warn", "wallet"),
        "done": Word(_l("Sudah dikembalikan"), "ok", "check"),
    },
    "ShipmentStatus": {
        "offered": Word(_l("Ditawarkan ke kurir"), "warn", "clock"),
        "accepted": Word(_l("Diterima kurir"), "info", "bike"),
        "picked_up": Word(_l("Dibawa kurir"), "info", "bike"),
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
    },
    "FailureReason": {
        "nobody_home": Word(_l("Tidak ada orang di tempat")),
        "address_not_found": Word(_l("Alamat tidak ketemu")),
        "refused": Word(_l("Penerima menolak")),
        "unreachable": Word(_l("Penerima tidak dapat dihubungi")),
        "damaged": Word(_l("Paket rusak di jalan")),
        "breakdown": Word(_l("Kendaraan rusak atau cuaca buruk")),
        "other": Word(_l("Sebab lain")),
    },
    "EventOutcome": {
        "applied": Word(_l("Dicatat"), "ok", "check"),
        "stale": Word(_l("Sudah tercatat sebelumnya"), "", "clock"),
        "superseded": Word(_l("Tidak dipakai: paket sudah dialihkan"), "warn", "triangle-alert"),
        "impossible": Word(_l("Perlu diperiksa: bertentangan"), "err", "circle-alert"),
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
}


def word(value: StrEnum) -> Word:
    """The screen word of an enum member; the stored value itself for one that is not listed (a test lists those)."""
    return WORDS.get(type(value).__name__, {}).get(value.value, Word(value.value))


def init_app(app: Flask) -> None:
    """Give templates ``word(status)``."""
    app.jinja_env.globals["word"] = word
