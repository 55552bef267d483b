"""The online couriers in front of their stand-ins, and parcels for them to carry."""

from datetime import UTC, datetime
from typing import Any

from gallery.core.money import Rupiah
from gallery.delivery.courier import BookingRequest, Item, Location, QuoteRequest, Stop
from gallery.delivery.tariffs import Point
from gallery.integrations.biteship import Biteship, BiteshipSettings
from gallery.integrations.grab_express import GrabExpress, GrabExpressSettings
from gallery.integrations.lalamove import Lalamove, LalamoveSettings
from tests.standins import BiteshipStandIn, GrabExpressStandIn, LalamoveStandIn, StandIn

QUICK_S = (5.0, 3.0)  # no longer than a busy machine needs: some tests wait for its end
"""Timeouts of the tests: a stand-in that waits is given up quickly."""
PATH = "/hooks/couriers/any/token"
AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
PGK = Location("19.71.05.1001", "33149", "Bangka", "Bangka", Point(-2.1291, 106.1138))
NEAR = Location("19.71.02.1001", "33121", "Bangka", "Bangka", Point(-2.10, 106.14))
BELITUNG = Location("19.02.01.1001", "33411", "Belitung", "Belitung", Point(-2.74, 107.63))
ISLET = Location("19.02.05.2001", "33413", "Selat Nasik", "Belitung", Point(-2.9, 107.4))
UNMAPPED = Location("19.71.02.1002", "33122", "Bangka", "Bangka", None)
COFFEE = Item("Kopi Bangka", 2, Rupiah(50_000), 250)


def a_way(origin: Location = PGK, destination: Location = NEAR, **given: Any) -> QuoteRequest:
    names = {"origin_address": "Gerunggang, Kota Pangkal Pinang", "destination_address": "Bukit Intan, Pangkal Pinang"}
    values = {"value_idr": Rupiah(100_000), "items": (COFFEE,)} | names | given
    return QuoteRequest(origin, destination, values.pop("weight_g", 700), AT, **values)


def a_parcel(key: str = "GLR-26-0001-1", **given: Any) -> BookingRequest:
    values = {
        "pick_up": Stop("Galeri PLUT", "+628117000001", "Jl. Girimaya No. 1", "Dekat alun-alun", PGK),
        "drop_off": Stop("Siti", "+628127000002", "Jl. Uji Coba No. 5 RT 02/01", "Pagar hijau", NEAR),
        "weight_g": 700,
        "value_idr": Rupiah(100_000),
        "price_idr": Rupiah(20_000),
        "items": (COFFEE,),
        "order_number": "GLR-26-0001",
        "note": "Jangan dibanting",
    } | given
    return BookingRequest(key=key, **values)


def biteship(courier: BiteshipStandIn, **given: Any) -> Biteship:
    values = {"key": courier.key, "url": courier.url, "hook_header": courier.hook_header}
    return Biteship(BiteshipSettings(**values | {"hook_secret": courier.hook_secret, "timeouts_s": QUICK_S} | given))


def lalamove(courier: LalamoveStandIn, **given: Any) -> Lalamove:
    values = {"key": courier.key, "secret": courier.secret, "url": courier.url, "timeouts_s": QUICK_S}
    return Lalamove(LalamoveSettings(**values | given))


def grab_express(courier: GrabExpressStandIn, **given: Any) -> GrabExpress:
    there = courier.environment()
    values = {
        "client_id": courier.client_id,
        "client_secret": courier.client_secret,
        "url": there["GRAB_URL"],
        "token_url": there["GRAB_TOKEN_URL"],
        "hook_secret": courier.hook_secret,
        "timeouts_s": QUICK_S,
    }
    return GrabExpress(GrabExpressSettings(**values | given))


MAKE = {"biteship": biteship, "lalamove": lalamove, "grab_express": grab_express}


def read(gateway: Any, courier: StandIn, notice: Any) -> list[Any]:
    """What the adapter makes of a notice that arrives at the address it was sent to."""
    return gateway.read_updates(notice.headers, notice.body, getattr(courier, "hook_path", PATH))
