"""Builders of riders, tariffs and parcels at any point of their way."""

from itertools import count

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.ids import public_id
from gallery.delivery import services
from gallery.delivery.courier import CourierUpdate
from gallery.delivery.models import CarrierTariff, Rider, RiderArea, Shipment, Tariff
from gallery.delivery.states import ShipmentStatus
from gallery.inventory import services as inventory
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import FulfilmentKind, OrderStatus
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_regions, make_stock

_n = count(1)
SYSTEM = Actor.system()


def make_rider(*subdistricts: str, **given) -> Rider:
    make_regions()
    number = next(_n)
    values = {"name": f"Hendra {number}", "phone": f"+62811000{number:04d}", "plate": f"BN {number} XX"} | given
    with transaction() as session:
        rider = Rider(**values)
        rider.areas = [RiderArea(subdistrict_code=code) for code in subdistricts or ("19.71.05",)]
        session.add(rider)
    return rider


def make_tariff(place_id: int, **given) -> Tariff:
    values = {
        "place_id": place_id,
        "base_idr": 10_000,
        "base_km": 4,
        "per_km_idr": 2_500,
        "minimum_idr": 10_000,
        "road_factor_bps": 13_000,
        "weight_steps": [{"over_g": 5_000, "add_idr": 3_000}],
    } | given
    with transaction() as session:
        session.add(tariff := Tariff(**values))
    return tariff


def make_carrier_tariff(origin: str = "Bangka", destination: str = "Belitung", **given) -> CarrierTariff:
    values = {
        "carrier": "JNE",
        "service": "REG",
        "origin_island": origin,
        "destination_island": destination,
        "first_kg_idr": 22_000,
        "next_kg_idr": 18_000,
        "days_min": 2,
        "days_max": 5,
    } | given
    with transaction() as session:
        session.add(tariff := CarrierTariff(**values))
    return tariff


def make_parcel(place_id: int | None = None, *, paid: bool = True, packed: bool = True, **given) -> Parcel:
    """A parcel of an order with reserved stock; by default paid and packed at a gallery."""
    place_id = place_id or make_gallery_place().id
    goods = make_goods(given.pop("product", "Lada Putih"))
    make_stock(goods.variant_id, place_id, 10)
    quantity = given.pop("quantity", 2)
    line = orders.NewLine(
        variant_id=goods.variant_id,
        product_public_id=goods.product_public_id,
        product_name=given.pop("product_name", "Lada Putih Muntok"),
        variant_name="250 g",
        business_id=goods.business_id,
        business_name="Sahang Jaya",
        price_idr=45_000,
        quantity=quantity,
        weight_g=300,
    )
    service = given.pop("service", "local_rider")
    parcel = orders.NewParcel(
        place_id=place_id,
        service=service,
        shipping_idr=given.pop("shipping_idr", 12_500),
        takes_min=given.pop("takes_min", None),
        lines=(line,),
    )
    values = {
        "public_id": public_id(),
        "checkout_key": public_id(),
        "status": OrderStatus.AWAITING_PAYMENT,
        "contact_name": "Dewi Anggraini",
        "contact_phone": "+6281200009999",
        "fulfilment": FulfilmentKind.PICKUP if service == "pickup" else FulfilmentKind.ADDRESS,
        "village_code": PANGKALPINANG,
        "postal_code": "33149",
        "address": "Jl. Mentok No. 12, RT 003/RW 001",
        "landmark": "Pagar hijau",
        "expires_at": clock.now(),
    } | given
    new = orders.NewOrder(parcels=(parcel,), **values)
    with transaction() as session:
        wanted = [inventory.Wanted(goods.variant_id, place_id, quantity)]
        inventory.reserve(session, f"order:{new.public_id}", wanted, expires_at=None)
        order = orders.create(session, new, actor=SYSTEM)
        order_id, parcel_id = order.id, order.parcels[0].id
    if paid:
        with transaction() as session:
            orders.mark_paid(session, order_id, actor=SYSTEM)
    if packed:
        with transaction() as session:
            orders.pack_parcel(session, parcel_id, actor=SYSTEM)
    return db.session.get(Parcel, parcel_id)


def make_cash_parcel(place_id: int | None = None, **given) -> Parcel:
    """A packed parcel that is paid at the door: 102,500 rupiah."""
    parcel = make_parcel(place_id, paid=False, packed=False, status=OrderStatus.CASH_DUE, expires_at=None, **given)
    parcel_id, order_id = parcel.id, parcel.order_id
    with transaction() as session:
        payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.CASH_ON_DELIVERY)
    with transaction() as session:
        orders.pack_parcel(session, parcel_id, actor=SYSTEM)
    return db.session.get(Parcel, parcel_id)


def make_collected(rider_id: int, place_id: int | None = None, **given) -> Payment:
    """A payment that this rider was given at the door."""
    parcel = make_cash_parcel(place_id, **given)
    order_id = parcel.order_id
    shipment = make_shipment(parcel, ShipmentStatus.PICKED_UP, rider_id=rider_id)
    with transaction() as session:
        told = an_update(shipment, ShipmentStatus.DELIVERED, is_cash_received=True)
        services.apply_update(session, told, actor=Actor.anonymous())
    return db.session.query(Payment).filter_by(order_id=order_id).one()


def make_shipment(parcel: Parcel | None = None, status: ShipmentStatus = ShipmentStatus.OFFERED, **given) -> Shipment:
    """A parcel with a rider, moved to ``status`` by the messages that lead there."""
    parcel_id = (parcel or make_parcel()).id
    rider_id = given.pop("rider_id", None) or make_rider().id
    with transaction() as session:
        shipment = services.offer_to_rider(session, parcel_id, rider_id, actor=SYSTEM)
        for step in _WAY.get(status, ()):
            services.apply_update(session, an_update(shipment, step), actor=Actor.anonymous())
    return db.session.get(Shipment, shipment.id)


_S = ShipmentStatus
_WAY = {
    _S.ACCEPTED: (_S.ACCEPTED,),
    _S.DECLINED: (_S.DECLINED,),
    _S.PICKED_UP: (_S.ACCEPTED, _S.PICKED_UP),
    _S.DELIVERED: (_S.ACCEPTED, _S.PICKED_UP, _S.DELIVERED),
    _S.FAILED: (_S.ACCEPTED, _S.PICKED_UP, _S.FAILED),
}


def an_update(shipment: Shipment, status: ShipmentStatus, **given) -> CourierUpdate:
    values = {
        "event_key": f"e{next(_n)}",
        "booking_ref": shipment.booking_ref,
        "status": status,
        "occurred_at": clock.now(),
        "recipient_name": "Dewi" if status is ShipmentStatus.DELIVERED else "",
        "reason": "nobody_home" if status is ShipmentStatus.FAILED else "",
    } | given
    return CourierUpdate(**values)


def order_of(parcel: Parcel) -> Order:
    """The parcel's order as the database has it now."""
    db.session.rollback()
    return db.session.get(Order, parcel.order_id, populate_existing=True)
