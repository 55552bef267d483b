"""Columns of the workbooks about goods that leave a gallery, and about what gallery and owner ask of each other."""

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.consignment.models import OwnerReturn, PriceRequest, ReplenishmentRequest, Transfer, WriteOff
from gallery.consignment.queries.boards import LowLine
from gallery.consignment.queries.goods import Goods
from gallery.consignment.queries.requests import StaleLabels
from gallery.consignment.queries.terms import TermsLine
from gallery.core import clock
from gallery.web.exports import Column, Export
from gallery.web.filters import local
from gallery.web.words import word

RETURNS: Final[Export[OwnerReturn]] = Export(
    _l("Retur ke pemilik"),
    "retur-ke-pemilik",
    (
        Column(_l("Nomor"), lambda row: row.number or _("Belum bernomor"), 22),
        Column(_l("Pemilik"), lambda row: row.business.name, 32),
        Column(_l("Galeri"), lambda row: row.place.name, 30),
        Column(_l("Disiapkan"), lambda row: local(row.prepared_at), 18),
        Column(_l("Diserahkan"), lambda row: local(row.handed_over_at) if row.handed_over_at else None, 18),
        Column(_l("Diambil oleh"), lambda row: row.collected_by, 22),
        Column(_l("Barang"), lambda row: sum(line.pieces for line in row.lines)),
        Column(_l("Keadaan"), lambda row: str(word(row.status).text), 18),
        Column(_l("Catatan"), lambda row: row.note, 32),
    ),
)
WRITE_OFFS: Final[Export[WriteOff]] = Export(
    _l("Penarikan barang"),
    "penarikan-barang",
    (
        Column(_l("Nomor"), lambda row: row.number or _("Belum bernomor"), 22),
        Column(_l("Pemilik"), lambda row: row.business.name, 32),
        Column(_l("Galeri"), lambda row: row.place.name, 30),
        Column(_l("Disiapkan"), lambda row: local(row.prepared_at), 18),
        Column(_l("Diputuskan"), lambda row: local(row.decided_at) if row.decided_at else None, 18),
        Column(_l("Barang"), lambda row: sum(line.pieces for line in row.lines)),
        Column(_l("Nilai titip"), lambda row: sum(line.pieces * line.value_idr for line in row.lines)),
        Column(_l("Keadaan"), lambda row: str(word(row.status).text), 18),
        Column(_l("Catatan"), lambda row: row.note, 40),
    ),
)
TRANSFERS: Final[Export[Transfer]] = Export(
    _l("Pindah antargaleri"),
    "pindah-antargaleri",
    (
        Column(_l("Nomor"), lambda row: row.number or _("Belum bernomor"), 22),
        Column(_l("Dari"), lambda row: row.from_place.name, 30),
        Column(_l("Ke"), lambda row: row.to_place.name, 30),
        Column(_l("Dikirim"), lambda row: local(row.sent_at) if row.sent_at else None, 18),
        Column(_l("Dibawa oleh"), lambda row: row.carried_by, 22),
        Column(_l("Tiba"), lambda row: local(row.received_at) if row.received_at else None, 18),
        Column(_l("Barang"), lambda row: sum(line.pieces for line in row.lines)),
        Column(_l("Diterima"), lambda row: sum(line.received_pieces or 0 for line in row.lines)),
        Column(_l("Keadaan"), lambda row: str(word(row.status).text), 18),
    ),
)
EXPIRING: Final[Export[Goods]] = Export(
    _l("Kedaluwarsa"),
    "kedaluwarsa",
    (
        Column(_l("Kedaluwarsa"), lambda one: one.lot.expires_on, 14),
        Column(_l("Sisa hari"), lambda one: (one.lot.expires_on - clock.today()).days if one.lot.expires_on else None),
        Column(_l("Barang"), lambda one: one.name, 40),
        Column(_l("Pemilik"), lambda one: one.business.name, 30),
        Column(_l("Galeri"), lambda one: one.place.name, 30),
        Column(_l("Rak"), lambda one: one.item.shelf, 8),
        Column(_l("Ada"), lambda one: one.item.on_hand),
        Column(_l("Dipesan"), lambda one: one.item.reserved),
        Column(_l("Harga jual"), lambda one: one.variant.price_idr),
    ),
)
DUE_GOODS: Final[Export[Goods]] = Export(
    _l("Jatuh tempo titipan"),
    "jatuh-tempo-titipan",
    (
        Column(_l("Turun dari rak"), lambda one: one.terms.take_off_on if one.terms else None, 14),
        Column(_l("Kembali paling lambat"), lambda one: one.terms.return_by if one.terms else None, 14),
        Column(_l("Kedaluwarsa"), lambda one: one.lot.expires_on, 14),
        Column(_l("Barang"), lambda one: one.name, 40),
        Column(_l("Pemilik"), lambda one: one.business.name, 30),
        Column(_l("Galeri"), lambda one: one.place.name, 30),
        Column(_l("Rak"), lambda one: one.item.shelf, 8),
        Column(_l("Ada"), lambda one: one.item.on_hand),
        Column(_l("Dipesan"), lambda one: one.item.reserved),
    ),
)
LOW: Final[Export[LowLine]] = Export(
    _l("Stok menipis"),
    "stok-menipis",
    (
        Column(_l("Pemilik"), lambda line: line.business.name, 30),
        Column(_l("Barang"), lambda line: line.name, 40),
        Column(_l("Galeri"), lambda line: line.place.name, 30),
        Column(_l("Bebas"), lambda line: line.free),
        Column(_l("Terjual 30 hari"), lambda line: line.sold, 16),
    ),
)
TERMS: Final[Export[TermsLine]] = Export(
    _l("Ketentuan titip jual"),
    "ketentuan-titip-jual",
    (
        Column(_l("Untuk"), lambda line: line.business.name if line.business else _("Semua UMKM"), 32),
        Column(_l("Galeri"), lambda line: line.gallery.name, 30),
        Column(_l("Berlaku mulai"), lambda line: line.terms.valid_from, 14),
        Column(_l("Dasar"), lambda line: _("harga titip") if line.terms.commission_bps is None else _("komisi"), 14),
        Column(
            _l("Komisi (%)"),
            lambda line: None if line.terms.commission_bps is None else line.terms.commission_bps / 100,
        ),
        Column(_l("Dibayar"), lambda line: str(word(line.terms.payment_period).text), 16),
        Column(_l("Sisa hari paling sedikit"), lambda line: line.terms.min_days, 14),
        Column(_l("Sisa masa simpan (%)"), lambda line: line.terms.min_life_bps / 100, 14),
        Column(_l("Turun rak (hari)"), lambda line: line.terms.take_off_days),
        Column(_l("Kembali (hari)"), lambda line: line.terms.return_days),
        Column(_l("Diambil (hari)"), lambda line: line.terms.collect_days),
        Column(_l("Rusak atau hilang"), lambda line: str(word(line.terms.loss_bearer).text), 18),
        Column(_l("Dicatat oleh"), lambda line: line.by, 24),
        Column(_l("Catatan"), lambda line: line.terms.note, 32),
    ),
)
STALE_LABELS: Final[Export[StaleLabels]] = Export(
    _l("Label yang harus diganti"),
    "label-lama",
    (
        Column(_l("Barang"), lambda one: one.goods.name, 40),
        Column(_l("Pemilik"), lambda one: one.goods.business.name, 30),
        Column(_l("Galeri"), lambda one: one.goods.place.name, 30),
        Column(_l("Rak"), lambda one: one.goods.item.shelf, 8),
        Column(_l("Ada"), lambda one: one.goods.item.on_hand),
        Column(_l("Harga lama"), lambda one: one.request.old_price_idr),
        Column(_l("Harga baru"), lambda one: one.request.new_price_idr),
    ),
)


def price_requests(names: Mapping[int, str]) -> Export[PriceRequest]:
    """Columns of price requests; ``names`` are those of the variants."""
    return Export(
        _l("Usulan harga"),
        "usulan-harga",
        (
            Column(_l("Barang"), lambda row: names[row.variant_id], 40),
            Column(_l("Pemilik"), lambda row: row.business.name, 30),
            Column(_l("Harga lama"), lambda row: row.old_price_idr),
            Column(_l("Harga baru"), lambda row: row.new_price_idr),
            Column(_l("Berlaku mulai"), lambda row: row.wanted_from, 14),
            Column(_l("Keadaan"), lambda row: str(word(row.status).text), 20),
            Column(_l("Diminta"), lambda row: local(row.asked_at), 18),
            Column(_l("Alasan"), lambda row: row.note, 32),
            Column(_l("Catatan keputusan"), lambda row: row.decision_note, 32),
        ),
    )


def goods_requests(names: Mapping[int, str]) -> Export[ReplenishmentRequest]:
    """Columns of requests for more goods; ``names`` are those of the variants."""
    return Export(
        _l("Permintaan isi ulang"),
        "permintaan-isi-ulang",
        (
            Column(_l("Barang"), lambda row: names[row.variant_id], 40),
            Column(_l("Pemilik"), lambda row: row.business.name, 30),
            Column(_l("Galeri"), lambda row: row.gallery.name, 30),
            Column(_l("Diminta"), lambda row: row.pieces),
            Column(_l("Tanggal"), lambda row: local(row.asked_at), 18),
            Column(_l("Keadaan"), lambda row: str(word(row.status).text), 18),
            Column(_l("Catatan"), lambda row: row.note, 32),
            Column(_l("Jawaban"), lambda row: row.answer, 32),
        ),
    )
