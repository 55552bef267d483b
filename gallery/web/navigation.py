"""The side menu of staff and sellers: what exists, in order, and only what the signed-in person may open."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _l


class _Actor(Protocol):
    def can(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class NavItem:
    """One link; an endpoint that is not registered is left out, so that no menu holds a dead link."""

    group: Any
    text: Any
    icon: str
    endpoint: str
    permission: str | None = None


_GALLERY, _ORDERS, _CATALOGUE, _SITE = _l("Galeri PLUT"), _l("Pesanan"), _l("Katalog"), _l("Situs")

STAFF: tuple[NavItem, ...] = (
    NavItem(_ORDERS, _l("Pesanan"), "receipt", "staff.orders.index", "order.view"),
    NavItem(_ORDERS, _l("Pembayaran"), "wallet", "staff.payments.index", "payment.verify"),
    NavItem(_ORDERS, _l("Pengiriman"), "bike", "staff.shipments.index", "shipment.hand_over"),
    NavItem(_ORDERS, _l("Kurir setempat"), "users", "staff.riders.index", "rider.manage"),
    NavItem(_ORDERS, _l("Tarif antar"), "map-pin", "staff.tariffs.index", "tariff.manage"),
    NavItem(_GALLERY, _l("Stok"), "package", "staff.stock.index", "stock.view"),
    NavItem(_CATALOGUE, _l("Kurasi"), "list", "staff.review.index", "review.decide"),
    NavItem(_CATALOGUE, _l("Produk"), "layout-grid", "staff.products.index", "product.view"),
    NavItem(_CATALOGUE, _l("Impor lembar kerja"), "file-up", "staff.submissions.index", "submission.view"),
    NavItem(_CATALOGUE, _l("Data UMKM"), "store", "staff.businesses.index", "business.view"),
    NavItem(_SITE, _l("Berita"), "pencil", "staff.news.index", "news.write"),
    NavItem(_SITE, _l("Pengguna"), "users", "staff.users.index", "user.manage"),
    NavItem(_SITE, _l("Pekerjaan latar"), "clock", "staff.jobs.index", "job.manage"),
    NavItem(_SITE, _l("Jejak audit"), "shield-check", "staff.audit.index", "audit.view"),
)
_SHOP = _l("Usaha saya")
SELLER: tuple[NavItem, ...] = (
    NavItem(_SHOP, _l("Ringkasan"), "house", "seller.home.index"),
    NavItem(_SHOP, _l("Produk"), "layout-grid", "seller.products.index"),
    NavItem(_SHOP, _l("Stok di rumah"), "package", "seller.stock.index"),
    NavItem(_SHOP, _l("Pesanan"), "receipt", "seller.orders.index"),
    NavItem(_SHOP, _l("Profil usaha"), "store", "seller.business.index"),
)


def nav_groups(items: Iterable[NavItem], actor: _Actor) -> list[tuple[Any, list[NavItem]]]:
    """The items this person may open, grouped under their headings."""
    groups: dict[str, tuple[Any, list[NavItem]]] = {}
    for item in items:
        if item.endpoint not in current_app.view_functions:
            continue
        if item.permission is None or actor.can(item.permission):
            groups.setdefault(str(item.group), (item.group, []))[1].append(item)
    return list(groups.values())


def is_here(item: NavItem) -> bool:
    """Whether the current page belongs to the item: same feature blueprint."""
    return (request.endpoint or "").rpartition(".")[0] == item.endpoint.rpartition(".")[0]


def has_endpoint(endpoint: str) -> bool:
    """Whether a page exists in this installation; for links of shared layouts."""
    return endpoint in current_app.view_functions


def init_app(app: Flask) -> None:
    """Give templates the menus."""
    app.jinja_env.globals.update(
        nav_groups=nav_groups,
        nav_is_here=is_here,
        has_endpoint=has_endpoint,
        STAFF_NAV=STAFF,
        SELLER_NAV=SELLER,
    )
