"""What stands in addresses that no page of the site leads to: read from the demo's database."""

from typing import Any

from sqlalchemy import Connection, create_engine, text

from gallery.core.signing import Signer
from gallery.delivery.states import ShipmentStatus
from tests.site import Site


def fixed_objects(site: Site) -> dict[str, str]:
    """Return the values of ``{rider}``, ``{paper}`` and ``{received}`` in the addresses of PAGES."""
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        found = {
            "rider": rider_token(connection, site),
            "paper": paper_code(connection),
            "received": finished_receiving(connection),
        }
    engine.dispose()
    return found


def rider_token(connection: Connection, site: Site) -> str:
    """What a rider's link carries, for a parcel of the demo that is on its way."""
    asked = "SELECT public_id FROM shipment WHERE courier = 'local_rider' AND status = :s ORDER BY id LIMIT 1"
    states = (ShipmentStatus.PICKED_UP, ShipmentStatus.ACCEPTED, ShipmentStatus.OFFERED)
    found = next(filter(None, (connection.scalar(text(asked), {"s": state}) for state in states)), "")
    return Signer([site.environment["SECRET_KEY"]]).sign("rider", found)


def paper_code(connection: Connection) -> str:
    """The check code of a receipt of the demo."""
    found: Any = connection.scalar(text("SELECT check_code FROM paper WHERE kind = 'receipt' ORDER BY id LIMIT 1"))
    return str(found)


def finished_receiving(connection: Connection) -> str:
    """The last receiving that the gallery of the demo has finished: its result is shown once, after the last click."""
    asked = (
        "SELECT receiving.public_id FROM receiving JOIN gallery ON gallery.id = receiving.gallery_id"
        " WHERE receiving.status = 'finished' AND gallery.code = 'PGK' ORDER BY receiving.id DESC LIMIT 1"
    )
    return str(connection.scalar(text(asked)))
