"""Sentences of the counter: why a scan adds nothing, and why a sale without a connection is not booked."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from gallery.counter.errors import Refusal, WhyNot
from gallery.web.filters import tanggal_pendek

_OFFLINE: Final[dict[str, Any]] = {
    "bad_request": _l("Data penjualan ini tidak lengkap. Catat ulang di kasir."),
    "bad_lines": _l("Ada barang yang bukan dari galeri ini. Catat ulang di kasir."),
    "price": _l("Harganya bukan harga yang berlaku pada giliran ini. Periksa, lalu catat ulang di kasir."),
    "tenders": _l("Jumlah yang dibayar tidak sama dengan jumlah barangnya. Periksa, lalu catat ulang di kasir."),
    "discount": _l("Potongannya bukan yang diberikan untuk penjualan ini. Periksa, lalu catat ulang di kasir."),
    "tender": _l("Uang yang diterima kurang. Periksa, lalu catat ulang di kasir."),
    "short": _l("Barangnya di catatan stok sudah tidak ada. Hitung raknya, lalu catat ulang di kasir."),
    "no_lease": _l("Kasir ini belum punya jatah barang. Catat ulang di kasir."),
    "shift_closed": _l("Giliran ini sudah ditutup. Catat penjualannya di giliran berikutnya."),
}


def offline_text(why: str) -> Any:
    """Why the server did not book a sale that was made without a connection."""
    return _OFFLINE.get(why, _OFFLINE["bad_request"])


_REFUSED: Final[dict[WhyNot, Any]] = {
    WhyNot.UNKNOWN_CODE: _l("Kode %(code)s tidak dikenal: ketik nama barangnya, atau cetak label baru."),
    WhyNot.NO_MATCH: _l("Tidak ada barang bernama “%(code)s” di galeri ini: periksa ejaannya."),
    WhyNot.OTHER_GALLERY: _l("%(what)s tercatat di %(place)s, bukan di sini: sisihkan, lalu catat pindah galeri."),
    WhyNot.NOT_HERE: _l("%(what)s belum diterima di galeri ini: catat dulu lewat Terima barang."),
    WhyNot.WITHDRAWN: _l("%(what)s sudah ditarik dari penjualan: sisihkan untuk pemiliknya."),
    WhyNot.EXPIRED: _l("%(what)s kedaluwarsa %(date)s: sisihkan, jangan dijual."),
    WhyNot.RECALLED: _l("%(what)s ditarik dari peredaran: sisihkan, jangan dijual."),
    WhyNot.QUALITY: _l("%(what)s ditahan karena mutunya diperiksa: ambil dari lot lain."),
    WhyNot.OFF_SHELF: _l("%(what)s sudah diturunkan dari rak: ambil dari lot lain."),
    WhyNot.SOLD_OUT: _l("%(what)s menurut catatan sudah habis: hitung raknya, lalu perbaiki stoknya."),
    WhyNot.HELD: _l("%(what)s semuanya sudah dipesan pembeli: ambil barang lain."),
    WhyNot.TOO_FEW: _l("%(what)s tinggal %(n)s yang bebas: kurangi jumlahnya."),
    WhyNot.TOO_MANY: _l("Jumlahnya 1 sampai 999: periksa yang diketik (%(code)s)."),
    WhyNot.NOTHING_TO_CHANGE: _l("Belum ada barang yang dapat dikurangi: pindai barangnya dulu."),
}


def refusal_text(refusal: Refusal) -> str:
    """Code, name and cure in one sentence."""
    name, code = refusal.name, refusal.code
    return str(_REFUSED[refusal.why]) % {
        "what": f"{name} ({code})" if code and code != name else name,
        "code": code or name,
        "date": tanggal_pendek(refusal.expires_on),
        "place": refusal.place,
        "n": refusal.pieces,
    }
