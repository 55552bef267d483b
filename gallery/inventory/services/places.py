"""The places of stock: an MSME's own premises come into being with its first pieces."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core.locks import lock_row
from gallery.inventory.models import Place, PlaceKind
from gallery.registry.models import Business


def home_of(session: Session, business_id: int) -> Place:
    """Return the place where the business keeps its own pieces, and make it where there is none yet."""
    wanted = select(Place).where(Place.business_id == business_id)
    if (found := session.scalar(wanted)) is not None:
        return found
    business = lock_row(session, Business, business_id)
    if (found := session.scalar(wanted)) is not None:
        return found
    place = Place(
        kind=PlaceKind.PREMISES,
        business_id=business.id,
        name=business.name,
        district_code=business.district_code,
        village_code=business.village_code,
    )
    session.add(place)
    session.flush()  # callers link to the id
    return place


def follow_business(session: Session, business_id: int) -> None:
    """The premises are called and lie where the register says, so that couriers are asked from the right village."""
    place = session.scalar(select(Place).where(Place.business_id == business_id))
    if place is not None:
        business = session.get_one(Business, business_id)
        place.name, place.district_code = business.name, business.district_code
        place.village_code = business.village_code
