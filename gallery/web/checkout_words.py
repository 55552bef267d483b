"""What the checkout page says when a plan can not become an order."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from gallery.accounts.models import Gallery
from gallery.checkout.errors import (
    CartChangedError,
    DeliveryUnavailableError,
    LineProblem,
    PriceChangedError,
    ProductWithdrawnError,
    StockShortError,
    TooManyUnpaidError,
)
from gallery.checkout.queries import NoCash
from gallery.core.errors import GalleryError
from gallery.payments.errors import (
    CashOnDeliveryNotPossibleError,
    NoBankAccountError,
    NoQrisError,
    UniqueAmountsExhaustedError,
)
from gallery.web.errors import text_of
from gallery.web.filters import rupiah


def short(problem: LineProblem, gallery: Gallery | None = None) -> str:
    """Say how many there are of what was wanted more of, and what to do."""
    if problem.available == 0 and gallery is not None:
        return _(
            "%(name)s tidak ada di %(place)s. Pilih galeri lain atau minta diantar.",
            name=problem.name,
            place=gallery.name,
        )
    if problem.available == 0:
        return _("%(name)s baru saja habis. Keluarkan dari keranjang untuk melanjutkan.", name=problem.name)
    return ngettext(
        "%(name)s tinggal %(num)s. Ubah jumlahnya di keranjang.",
        "%(name)s tinggal %(num)s. Ubah jumlahnya di keranjang.",
        problem.available,
        name=problem.name,
    )


def no_cash(reason: str) -> str:
    """Say why cash at the door is not offered."""
    texts = {
        NoCash.SEVERAL_PARCELS: _("Bayar tunai kepada kurir hanya untuk pesanan yang dikirim dalam satu paket."),
        NoCash.NO_RIDER: _("Bayar tunai kepada kurir hanya bila kurir setempat yang mengantar."),
        NoCash.FROM_HOME: _("Bayar tunai kepada kurir hanya untuk barang yang dikirim dari galeri."),
        NoCash.TOO_MUCH: _(
            "Bayar tunai kepada kurir hanya sampai %(most)s.", most=rupiah(current_app.config["COD_MAX_IDR"])
        ),
        NoCash.TOO_MANY_OPEN: _(
            "Nomor ini masih punya pesanan bayar di tempat yang belum selesai. Tunggu paketnya, atau pilih cara bayar "
            "lain."
        ),
        NoCash.CAME_BACK: _(
            "Pesanan bayar di tempat untuk nomor ini sudah lebih dari sekali kembali tanpa dibayar. Pilih cara bayar "
            "lain."
        ),
    }
    return texts.get(NoCash(reason), "")


def sentences(error: GalleryError) -> list[str]:
    """Say what hindered the order; an error that is none of the buyer's is raised again."""
    if isinstance(error, StockShortError):
        return [short(problem) for problem in error.problems]
    if isinstance(error, ProductWithdrawnError):
        return [_("%(name)s baru saja ditarik dari penjualan.", name=p.name) for p in error.problems]
    if isinstance(error, PriceChangedError):
        return [
            _(
                "Harga %(name)s baru saja berubah dari %(seen)s menjadi %(now)s. Periksa totalnya, lalu pesan lagi.",
                name=p.name,
                seen=rupiah(p.seen_idr),
                now=rupiah(p.now_idr),
            )
            for p in error.problems
        ]
    texts: dict[type[GalleryError], str] = {
        CartChangedError: _("Isi keranjang baru saja berubah di tab lain. Periksa ringkasannya, lalu pesan lagi."),
        DeliveryUnavailableError: _("Belum ada kurir ke tujuan ini. Pilih cara terima lain."),
        NoQrisError: _("QRIS sedang tidak dapat dipakai. Pilih cara bayar lain."),
        NoBankAccountError: _("Transfer bank sedang tidak dapat dipakai. Ambil di galeri dan bayar tunai."),
        UniqueAmountsExhaustedError: _("Transfer bank sedang penuh. Ambil di galeri dan bayar tunai, atau coba nanti."),
    }
    if isinstance(error, CashOnDeliveryNotPossibleError):
        return [no_cash(error.args[0]) or text_of(error.code)]
    if isinstance(error, TooManyUnpaidError):
        return [text_of(error.code)]
    if type(error) not in texts:
        raise error
    return [texts[type(error)]]
