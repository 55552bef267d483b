"""Checkout on one page: who, where to, how to pay; placed by one click, explained when it can not be."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from gallery.accounts.models import Gallery, Office, User
from gallery.accounts.queries import galleries, offices
from gallery.accounts.services.sign_in import normal_phone
from gallery.accounts.states import OfficeKind
from gallery.checkout import services
from gallery.checkout.errors import (
    CartEmptyError,
    StockShortError,
)
from gallery.checkout.queries import (
    CartLineView,
    CashRules,
    Destination,
    Review,
    cart_lines,
    newest_order_of_cart,
    order_by_key,
    review,
    shortlist,
    why_no_cash,
)
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.orders.models import Order
from gallery.orders.queries import last_order_of_buyer
from gallery.orders.states import FulfilmentKind
from gallery.payments.models import BankAccount
from gallery.payments.queries import active_accounts, qris_code_for
from gallery.payments.states import PaymentMethod
from gallery.regions.queries import children, district_of, subdistrict_of
from gallery.web import basket, checkout_couriers, courier_quotes, gateway_pages
from gallery.web.checkout_words import no_cash, sentences, short
from gallery.web.filters import rupiah, telepon
from gallery.web.forms import choices_of, offered
from gallery.web.guards import cacheable, public
from gallery.web.language import current_language
from gallery.web.order_links import order_url
from gallery.web.region_fields import REFRESH, offer_regions
from gallery.web.session import current_actor
from gallery.web.shop.checkout_forms import WAYS, CheckoutForm

log = logging.getLogger("gallery.web")
bp = Blueprint("checkout", __name__, url_prefix="/pesan")
TRIES: Final = 3  # another buyer may take the planned pieces in between; another place may have some
FIT: Final = "sesuaikan"  # take out of the cart what can not be bought, and stay here with what was typed
_SHAREABLE: Final = ("kirim", "kabupaten", "kecamatan", "desa", "kantor", "galeri", "bayar")
_CODE_LENGTHS: Final = (5, 8)  # a regency's or subdistrict's code


@dataclass
class Page:
    """What one rendering of the page is made of."""

    form: CheckoutForm
    lines: list[CartLineView]
    offices: dict[str, Office]
    galleries: dict[str, Gallery]
    plan: Review
    accounts: Sequence[BankAccount]


@bp.route("", methods=["GET", "POST"])
@public
def show() -> ResponseReturnValue:
    owner, form = basket.current_owner(), CheckoutForm()
    if form.is_submitted() and (known := order_by_key(db.session(), owner, str(form.kunci.data))):
        return redirect(_after(known), 303)
    if request.form.get("aksi") == FIT:
        with transaction() as session:
            services.fit_cart(session, owner)
    lines = cart_lines(db.session(), owner)
    if not lines:
        return _nothing_to_order()
    if not form.is_submitted():
        _fill_in(form)
    page = _page(form, lines)
    return _submitted(page) if _is_order() else _render(page)


def _is_order() -> bool:
    """Whether the page was sent to order, rather than to be shown anew for another choice."""
    return request.method == "POST" and request.form.get("aksi") not in {REFRESH, FIT}


@bp.get("/wilayah/<code>")
@cacheable
def regions(code: str) -> ResponseReturnValue:
    """The lists that depend on a chosen regency or subdistrict, for the script; the page works without."""
    rows = children(db.session(), code) if len(code) in _CODE_LENGTHS else []
    return jsonify([{"code": r.code, "name": r.name, "postal_code": r.postal_code} for r in rows])


def _submitted(page: Page) -> ResponseReturnValue:
    """Order what the page promised, or show the page again with what was typed and a sentence that says why not."""
    form = page.form
    if not form.validate():
        return _render(page, 422)
    hindrances = _hindrances(page)
    if not hindrances and form.dilihat.data != page.plan.seen:
        hindrances = [_changed_total(page.plan)]
    promised = page.plan.seen
    for _try in range(TRIES):
        if hindrances:
            break
        try:
            return redirect(_after(_placed(page)), 303)
        except CartEmptyError:
            return _nothing_to_order()
        except OperationalError:  # waited too long behind other buyers: nothing was ordered, the key stays good
            log.warning("order not placed: database busy")
            break
        except GalleryError as error:
            said = sentences(error)
            page = _page(form, cart_lines(db.session(), basket.current_owner()))
            same = isinstance(error, StockShortError) and page.plan.is_ready and page.plan.seen == promised
            hindrances = [] if same else said
    form.form_errors += hindrances or [_("Sedang ramai. Data Anda masih ada di bawah: tekan tombol pesan sekali lagi.")]
    return _render(page, 409)


def _placed(page: Page) -> Order:
    form = page.form
    office = page.offices.get(form.kantor.data) if form.way is FulfilmentKind.OFFICE else None
    at_home = form.way is FulfilmentKind.ADDRESS
    purchase = services.Purchase(
        checkout_key=str(form.kunci.data),
        method=form.method,
        gateway=form.gateway,
        buyer=services.Buyer(
            name=str(form.nama.data),
            phone=normal_phone(str(form.wa.data)) or "",
            email=form.surel.data or None,
            note=form.catatan.data or "",
            locale=current_language(),
        ),
        delivery=services.Delivery(
            postal_code=form.kodepos.data or None if at_home else None,
            address=str(form.alamat.data) if at_home else (office.address if office else ""),
            landmark=form.patokan.data or "" if at_home else "",
            office_id=office.id if office else None,
            office_room=form.ruang.data or "" if office else "",
        ),
    )
    with transaction() as session:
        return services.place_order(
            session,
            basket.current_owner(),
            page.plan,
            purchase,
            actor=current_actor(),
            most_unpaid=current_app.config["MAX_UNPAID_ORDERS"],
            cash=_cash_rules(),
        )


def _after(order: Order) -> str:
    """Where the buyer goes next: to pay, or to what happens next."""
    waits_for_money = order.status.value == "awaiting_payment"
    return order_url("shop.payment.show" if waits_for_money else "shop.orders.show", order.public_id)


def _nothing_to_order() -> ResponseReturnValue:
    newest = newest_order_of_cart(db.session(), basket.current_owner())
    if newest is not None:
        flash(_("Keranjang Anda sudah kosong: isinya sudah menjadi pesanan %(number)s.", number=newest.number), "info")
    return redirect(url_for("shop.cart.show"), 303)


def _page(form: CheckoutForm, lines: list[CartLineView]) -> Page:
    """Offer what can be chosen, and plan the parcels for what is chosen now; online couriers are asked if need be."""
    page = _planned(form, lines)
    if courier_quotes.ask(page.plan.asks, str(request.remote_addr)):
        page = _planned(form, lines)
    return page


def _planned(form: CheckoutForm, lines: list[CartLineView]) -> Page:
    session, now = db.session(), clock.now()
    known_offices = {row.public_id: row for row in offices(session, OfficeKind.OPD, now) if row.village_code}
    known_galleries = {row.public_id: row for row in galleries(session)}
    _offer_regions(form)
    form.kantor.choices = choices_of(_("Pilih kantor"), ((key, row.name) for key, row in known_offices.items()))
    form.galeri.choices = choices_of(_("Pilih galeri"), ((key, row.name) for key, row in known_galleries.items()))
    accounts = active_accounts(session)
    _drop_what_is_not_offered(form, has_account=bool(accounts))
    office, gallery = known_offices.get(form.kantor.data), known_galleries.get(form.galeri.data)
    destination = Destination(
        kind=form.way,
        village_code={
            FulfilmentKind.ADDRESS: form.desa.data or None,
            FulfilmentKind.OFFICE: office.village_code if office else None,
            FulfilmentKind.PICKUP: gallery.village_code if gallery else None,
        }[form.way],
        gallery_id=gallery.id if gallery and form.way is FulfilmentKind.PICKUP else None,
    )
    online = courier_quotes.online_couriers()
    plan = review(session, lines, destination, at=now, chosen=checkout_couriers.chosen(), online=online)
    return Page(form, lines, known_offices, known_galleries, plan, accounts)


def _drop_what_is_not_offered(form: CheckoutForm, *, has_account: bool) -> None:
    """A page that is shown has chosen only what this installation has; an order is refused for the rest instead."""
    below = {"kantor": form.kantor, "ambil": form.galeri}.get(str(form.kirim.data))
    if below is not None and not offered(below) and not _is_order():
        form.kirim.data = "alamat"
    if form.bayar.data == "transfer" and not has_account:
        form.bayar.data = ""


def _offer_regions(form: CheckoutForm) -> None:
    """Fill the three lists; the postal code follows the village."""
    villages = offer_regions(form, db.session())
    chosen = next((r for r in villages if r.code == form.desa.data), None)
    if chosen is not None and (not form.kodepos.data or form.kodepos.data in _other_codes(villages, chosen)):
        form.kodepos.data = chosen.postal_code or ""


def _other_codes(villages: list[Any], chosen: Any) -> set[str | None]:
    """Postal codes that this list had filled in before: they follow the village, what a person typed stays."""
    return {r.postal_code for r in villages} - {chosen.postal_code}


def _fill_in(form: CheckoutForm) -> None:
    """Start a fresh page: a new key, what the address says, and what an account's last order knew."""
    form.kunci.data = secrets.token_urlsafe(24)
    actor = current_actor()
    if actor.user_id is not None:
        user = db.session.get_one(User, actor.user_id)
        form.nama.data, form.surel.data = user.name, user.email or ""
        form.wa.data = telepon(user.phone) if user.phone else ""
        _fill_in_last_order(form, actor.user_id)
    for name in _SHAREABLE:
        if name in request.args:
            form[name].data = request.args[name][:20]
    if form.kirim.data not in WAYS:
        form.kirim.data = "alamat"


def _fill_in_last_order(form: CheckoutForm, user_id: int) -> None:
    last = last_order_of_buyer(db.session(), user_id)
    if last is None:
        return
    form.wa.data = form.wa.data or telepon(last.contact_phone)
    if last.fulfilment is FulfilmentKind.ADDRESS and last.village_code:
        form.kabupaten.data = district_of(last.village_code)
        form.kecamatan.data = subdistrict_of(last.village_code)
        form.desa.data = last.village_code
        form.kodepos.data, form.alamat.data, form.patokan.data = last.postal_code, last.address, last.landmark


def _render(page: Page, status: int = 200) -> ResponseReturnValue:
    page.form.dilihat.data = page.plan.seen
    answer = render_template(
        "shop/checkout/show.html",
        form=page.form,
        plan=page.plan,
        pieces=sum(line.quantity for line in page.lines),
        may_fit=any(not line.is_sellable or line.available < line.quantity for line in page.lines),
        gallery=page.galleries.get(page.form.galeri.data),
        hindrances=[] if page.form.errors else _hindrances(page),
        has_qris=_qris_offered(page),
        online=gateway_pages.offered(page.plan.total_idr if page.plan.shipping_idr is not None else None),
        no_cash=_no_cash_text(page),
        is_at_door=page.form.method is PaymentMethod.CASH_ON_DELIVERY,
        banks=", ".join(dict.fromkeys(account.bank_name for account in page.accounts)),
        is_instant=checkout_couriers.is_instant,
        shortlist=shortlist,
        is_cash=page.form.method is PaymentMethod.CASH_AT_PICKUP,
        is_signed_in=current_actor().is_signed_in,
    )
    return answer, status


def _qris_offered(page: Page) -> bool:
    gallery = page.galleries.get(page.form.galeri.data) if page.form.way is FulfilmentKind.PICKUP else None
    places = [parcel.place_id for parcel in page.plan.parcels]
    return qris_code_for(db.session(), gallery.id if gallery else None, places) is not None


def _cash_rules() -> CashRules:
    return CashRules(current_app.config["COD_MAX_IDR"], current_app.config["COD_MAX_OPEN"])


def _no_cash_text(page: Page) -> str | None:
    """Say why the order can not be paid at the door; nothing where it can, or while that is not known."""
    if page.form.way is FulfilmentKind.PICKUP or page.plan.shipping_idr is None:
        return ""
    reason = why_no_cash(db.session(), page.plan, _cash_rules())
    return None if reason is None else no_cash(reason)


def _hindrances(page: Page) -> list[str]:
    """Say everything that keeps this plan from becoming an order."""
    plan = page.plan
    found = [_("%(name)s tidak dijual lagi.", name=problem.name) for problem in plan.withdrawn]
    found += [short(problem, page.galleries.get(page.form.galeri.data)) for problem in plan.short]
    if plan.undeliverable and not plan.short:
        found += [
            _("Belum ada kurir dari %(place)s ke tujuan ini. Pilih cara terima lain.", place=parcel.place_name)
            for parcel in plan.undeliverable
        ]
    if _is_order() and page.form.gateway is not None and not found and plan.shipping_idr is not None:
        found += gateway_pages.why_not(page.form.gateway, plan.total_idr)
    if not found and _is_order() and plan.shipping_idr is None:
        found.append(_("Ongkos kirim belum dapat dihitung untuk tujuan ini. Pilih cara terima lain."))
    return found


def _changed_total(plan: Review) -> str:
    if plan.price_changed:
        names = ", ".join(problem.name for problem in plan.price_changed)
        return _(
            "Harga berubah (%(names)s). Totalnya sekarang %(total)s. Periksa ringkasan, lalu pesan lagi.",
            names=names,
            total=rupiah(plan.total_idr),
        )
    if sentence := checkout_couriers.changed(plan):
        return sentence
    return _(
        "Totalnya sekarang %(total)s, termasuk ongkos kirim. Periksa ringkasan, lalu tekan tombol pesan sekali lagi.",
        total=rupiah(plan.total_idr),
    )
