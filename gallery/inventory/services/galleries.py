"""A gallery is opened, changed or closed together with its place of stock."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.errors import NotFoundError
from gallery.inventory.errors import GalleryCodeTakenError, GalleryNotEmptyError
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.inventory.services.papers import PROVINCE
from gallery.regions.models import Region, RegionLevel
from gallery.regions.queries import district_of


@dataclass(frozen=True, slots=True)
class GalleryFacts:
    """What people say about a gallery; ``point`` is (latitude, longitude) of its door."""

    code: str
    name: str
    village_code: str
    address: str
    phone: str
    opening_hours: str
    point: tuple[float, float] | None = None
    is_active: bool = True


def save_gallery(session: Session, facts: GalleryFacts, *, gallery_id: int | None = None, actor: Actor) -> Gallery:
    """The gallery is as told, and its places of stock are called and lie as it does.

    The code of one that exists stays: its papers are numbered by it. Raises :class:`GalleryCodeTakenError`,
    :class:`GalleryNotEmptyError` when one with goods is to be closed, :class:`NotFoundError` for an unknown village.
    """
    village = session.get(Region, facts.village_code)
    if village is None or village.level is not RegionLevel.VILLAGE:
        raise NotFoundError("Region")
    gallery = _new_gallery(session, facts) if gallery_id is None else session.get_one(Gallery, gallery_id)
    gallery.name, gallery.village_code, gallery.address = facts.name, village.code, facts.address
    gallery.phone, gallery.opening_hours = facts.phone, facts.opening_hours
    gallery.lat, gallery.lon = facts.point or (None, None)
    gallery.is_active = facts.is_active
    session.flush()  # the places point to it
    _follow(session, gallery)
    told = {"code": gallery.code, "village_code": village.code, "is_active": facts.is_active}
    audit.record(session, actor, "gallery.saved", f"gallery:{gallery.public_id}", **told)
    return gallery


def _new_gallery(session: Session, facts: GalleryFacts) -> Gallery:
    if facts.code == PROVINCE or session.scalar(select(Gallery.id).where(Gallery.code == facts.code)) is not None:
        raise GalleryCodeTakenError(facts.code)
    gallery = Gallery(code=facts.code, name=facts.name, village_code=facts.village_code, address="")
    session.add(gallery)
    return gallery


def _follow(session: Session, gallery: Gallery) -> None:
    places = list(session.scalars(select(Place).where(Place.gallery_id == gallery.id)))
    if not gallery.is_active and _has_goods(session, places):
        raise GalleryNotEmptyError(gallery.public_id)
    if not any(place.kind is PlaceKind.GALLERY for place in places):
        places.append(place := Place(kind=PlaceKind.GALLERY, gallery_id=gallery.id))
        session.add(place)
    for place in places:
        place.name, place.village_code = gallery.name, gallery.village_code
        place.district_code = district_of(gallery.village_code)
        if place.kind is PlaceKind.GALLERY:
            place.is_active = gallery.is_active
    session.flush()  # callers link to the ids


def _has_goods(session: Session, places: list[Place]) -> bool:
    lying = select(StockItem.id).where(StockItem.place_id.in_([place.id for place in places]), StockItem.on_hand > 0)
    return session.scalar(lying.limit(1)) is not None
