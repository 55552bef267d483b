"""Links of the shared layouts: only to what exists, and in a workspace only to what the signed-in person may open."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


class _Actor(Protocol):
    def can(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class NavItem:
    """One link of a side menu. Its permission is the one its page states, so the two cannot disagree."""

    group: Any
    text: Any
    icon: str
    path: str


_ORDERS, _GALLERY, _CATALOGUE, _SITE = _l("Pesanan"), _l("Galeri PLUT"), _l("Katalog"), _l("Situs")
_MONEY = _l("Keuangan")
STAFF: tuple[NavItem, ...] = (
    NavItem(_ORDERS, _l("Pesanan"), "receipt", "/petugas/pesanan/"),
    NavItem(_ORDERS, _l("Pembayaran"), "wallet", "/petugas/pembayaran/"),
    NavItem(_ORDERS, _l("Pengiriman"), "bike", "/petugas/pengiriman/"),
    NavItem(_ORDERS, _l("Kurir setempat"), "users", "/petugas/kurir/"),
    NavItem(_ORDERS, _l("Tarif antar"), "map-pin", "/petugas/tarif/"),
    NavItem(_ORDERS, _l("Kurir daring"), "truck", "/petugas/kurir-daring/"),
    NavItem(_GALLERY, _l("Kasir"), "scan-barcode", "/petugas/kasir/"),
    NavItem(_GALLERY, _l("Surat titip"), "clipboard-list", "/petugas/titipan/surat/"),
    NavItem(_GALLERY, _l("Terima titipan"), "scan-barcode", "/petugas/titipan/terima/"),
    NavItem(_GALLERY, _l("Tanda terima titipan"), "receipt", "/petugas/titipan/tanda-terima/"),
    NavItem(_GALLERY, _l("Ketentuan titip jual"), "hand-heart", "/petugas/titipan/ketentuan/"),
    NavItem(_GALLERY, _l("Stok"), "package", "/petugas/galeri/"),
    NavItem(_GALLERY, _l("Ringkasan galeri"), "chart-column", "/petugas/laporan/galeri/"),
    NavItem(_GALLERY, _l("Cetak label"), "printer", "/petugas/galeri/label/"),
    NavItem(_GALLERY, _l("Stok opname"), "clipboard-list", "/petugas/opname/"),
    NavItem(_GALLERY, _l("Kedaluwarsa"), "clock", "/petugas/galeri/kedaluwarsa"),
    NavItem(_GALLERY, _l("Jatuh tempo titipan"), "clock", "/petugas/galeri/jatuh-tempo"),
    NavItem(_GALLERY, _l("Menipis"), "bell", "/petugas/galeri/menipis"),
    NavItem(_GALLERY, _l("Retur ke pemilik"), "rotate-ccw", "/petugas/titipan/retur/"),
    NavItem(_GALLERY, _l("Penarikan"), "circle-alert", "/petugas/titipan/penarikan/"),
    NavItem(_GALLERY, _l("Pindah antargaleri"), "truck", "/petugas/galeri/pindah/"),
    NavItem(_GALLERY, _l("Usulan harga"), "wallet", "/petugas/titipan/harga/"),
    NavItem(_GALLERY, _l("Isi ulang"), "hand-heart", "/petugas/titipan/permintaan/"),
    NavItem(_MONEY, _l("Ringkasan keuangan"), "chart-column", "/petugas/keuangan/"),
    NavItem(_MONEY, _l("Hak UMKM"), "wallet", "/petugas/hak-umkm/"),
    NavItem(_MONEY, _l("Pembayaran ke UMKM"), "receipt", "/petugas/pembayaran-umkm/"),
    NavItem(_MONEY, _l("Omzet UMKM"), "store", "/petugas/omzet/"),
    NavItem(_MONEY, _l("Mutasi bank"), "file-up", "/petugas/mutasi/"),
    NavItem(_MONEY, _l("Rekonsiliasi"), "check", "/petugas/rekonsiliasi/"),
    NavItem(_MONEY, _l("Setoran kurir"), "bike", "/petugas/setoran-kurir/"),
    NavItem(_MONEY, _l("Pembayaran ke kurir"), "truck", "/petugas/pembayaran-kurir/"),
    NavItem(_MONEY, _l("Jurnal"), "list", "/petugas/jurnal/"),
    NavItem(_MONEY, _l("QRIS galeri"), "qr-code", "/petugas/qris/"),
    NavItem(_CATALOGUE, _l("Kurasi"), "list", "/petugas/kurasi/"),
    NavItem(_CATALOGUE, _l("Produk"), "layout-grid", "/petugas/produk/"),
    NavItem(_CATALOGUE, _l("Impor lembar kerja"), "file-up", "/petugas/impor/"),
    NavItem(_CATALOGUE, _l("Data UMKM"), "store", "/petugas/registri/"),
    NavItem(_SITE, _l("Berita"), "pencil", "/petugas/berita/"),
    NavItem(_SITE, _l("Galeri"), "store", "/petugas/pengaturan/galeri/"),
    NavItem(_SITE, _l("Rekening penerima"), "landmark", "/petugas/pengaturan/rekening/"),
    NavItem(_SITE, _l("Kantor (OPD)"), "map-pin", "/petugas/pengaturan/kantor/"),
    NavItem(_SITE, _l("Pengguna"), "users", "/petugas/pengaturan/pengguna/"),
    NavItem(_SITE, _l("Permintaan data"), "shield-check", "/petugas/pengaturan/permintaan-data/"),
    NavItem(_SITE, _l("Pekerjaan latar"), "clock", "/petugas/pengaturan/pekerjaan/"),
    NavItem(_SITE, _l("Jejak audit"), "shield-check", "/petugas/pengaturan/audit/"),
)
_SHOP = _l("Usaha saya")
SELLER: tuple[NavItem, ...] = (
    NavItem(_SHOP, _l("Ringkasan"), "house", "/umkm-saya/"),
    NavItem(_SHOP, _l("Produk"), "layout-grid", "/umkm-saya/produk/"),
    NavItem(_SHOP, _l("Stok di rumah"), "package", "/umkm-saya/stok/"),
    NavItem(_SHOP, _l("Barang di galeri"), "chart-column", "/umkm-saya/laporan/"),
    NavItem(_SHOP, _l("Uang saya"), "wallet", "/umkm-saya/uang/"),
    NavItem(_SHOP, _l("Omzet"), "chart-column", "/umkm-saya/omzet/"),
    NavItem(_SHOP, _l("Titipan"), "clipboard-list", "/umkm-saya/titipan/"),
    NavItem(_SHOP, _l("Pesanan"), "receipt", "/umkm-saya/pesanan/"),
    NavItem(_SHOP, _l("Barang kembali"), "rotate-ccw", "/umkm-saya/titipan/keluar/"),
    NavItem(_SHOP, _l("Usulan harga"), "wallet", "/umkm-saya/titipan/harga/"),
    NavItem(_SHOP, _l("Isi ulang"), "hand-heart", "/umkm-saya/titipan/permintaan/"),
    NavItem(_SHOP, _l("Profil usaha"), "store", "/umkm-saya/profil/"),
)


def endpoint_at(path: str) -> str | None:
    """The endpoint that answers GET ``path``; none where no page of this release stands."""
    known: dict[str, str | None] = current_app.extensions["navigation"]
    if path not in known:
        try:
            known[path] = current_app.url_map.bind("localhost").match(path, method="GET")[0]
        except RequestRedirect:
            known[path] = endpoint_at(f"{path}/")
        except HTTPException:
            known[path] = None
    return known[path]


def site_path(path: str) -> str | None:
    """The address of a well-known page (``/keranjang``) in the language of this one; none if it does not exist."""
    return f"{request.script_root}{path}" if endpoint_at(path) else None


def nav_groups(items: Iterable[NavItem], actor: _Actor) -> list[tuple[Any, list[NavItem]]]:
    """The items this person may open, grouped under their headings."""
    groups: dict[str, tuple[Any, list[NavItem]]] = {}
    for item in items:
        endpoint = endpoint_at(item.path)
        if endpoint is None:
            continue
        permission = getattr(current_app.view_functions[endpoint], "permission", None)
        if permission is None or actor.can(permission):
            groups.setdefault(str(item.group), (item.group, []))[1].append(item)
    return list(groups.values())


def is_here(item: NavItem) -> bool:
    """Whether the current page belongs to the item's feature."""
    here, there = request.endpoint or "", endpoint_at(item.path) or ""
    return here.rpartition(".")[0] == there.rpartition(".")[0]


def init_app(app: Flask) -> None:
    """Give templates the menus."""
    app.extensions["navigation"] = {}
    app.jinja_env.globals.update(
        nav_groups=nav_groups,
        nav_is_here=is_here,
        site_path=site_path,
        STAFF_NAV=STAFF,
        SELLER_NAV=SELLER,
    )
