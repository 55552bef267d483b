"""Builders of categories, product facts, products in every state, and pictures."""

import hashlib
import io
from dataclasses import replace
from itertools import count

from PIL import Image

from gallery.accounts.models import User
from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.states import Role
from gallery.catalog import services
from gallery.catalog.facts import PhotoFacts, ProductFacts, VariantFacts
from gallery.catalog.models import Category, Photo
from gallery.catalog.states import PHOTO, PhotoStatus, RevisionStatus
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.core.money import Rupiah
from gallery.core.states import move

_n = count(1)


def make_category(name: str | None = None) -> Category:
    number = next(_n)
    with transaction() as session:
        session.add(category := Category(slug=f"kategori-{number}", name=name or f"Kategori {number}"))
    return category


def picture_bytes(colour: tuple[int, int, int] | None = None, size: tuple[int, int] = (800, 600)) -> bytes:
    """A JPEG, another one each time unless the colour is given."""
    number = next(_n)
    image = Image.new("RGB", size, colour or (number * 37 % 256, number * 91 % 256, number * 53 % 256))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def make_upload(data: bytes | None = None, business_id: int | None = None) -> PhotoFacts:
    """An uploaded picture that stands in the store."""
    data = data or picture_bytes()
    key = new_key("upload", "jpg")
    adapters.files().put(key, data)
    with transaction() as session:
        row = record_file(session, key, data, media_type="image/jpeg", purpose="photo", business_id=business_id)
        return PhotoFacts(row.id, hashlib.sha256(data).hexdigest())


def facts(**given) -> ProductFacts:
    """Complete facts of a product; say what matters."""
    if "price_idr" in given:
        given["variants"] = (VariantFacts(Rupiah(given.pop("price_idr")), 300),)
    values = {
        "name": f"Kemplang {next(_n)}",
        "variants": (VariantFacts(Rupiah(25_000), 300, net_weight_g=250, unit="bungkus"),),
        "description": "Kemplang ikan tenggiri panggang dari Belinyu.",
        "ingredients": "ikan tenggiri; tapioka",
    } | given
    return ProductFacts(**values)


def complete_facts(business_id: int, **given) -> ProductFacts:
    """Facts with a category and a picture: ready to be handed in."""
    given.setdefault("category_id", make_category().id if "category_id" not in given else None)
    given.setdefault("photos", (make_upload(business_id=business_id),))
    return facts(**given)


def actor_of(user: User) -> Actor:
    grants = tuple(
        Grant(one.role, one.district_code, one.gallery_id, one.business_id, one.office_id) for one in user.grants
    )
    return Actor(user_id=user.id, name=user.name, grants=grants)


def reviewer() -> Actor:
    from tests.factories.accounts import make_user

    return actor_of(make_user(Role.PROVINCE_OFFICER))


def seller_of(business_id: int) -> Actor:
    from tests.factories.accounts import make_user

    return actor_of(make_user(Role.SELLER, business_id=business_id))


def make_photos_ready(product_id: int) -> None:
    """Pretend that the job has rendered the photos."""
    with transaction() as session:
        for photo in session.query(Photo).filter_by(product_id=product_id, status=PhotoStatus.PENDING):
            move(photo, PHOTO, PhotoStatus.READY, clock.now())
            photo.width, photo.height, photo.colour = 800, 600, "#aabbcc"


def make_draft(business_id: int, *, actor: Actor | None = None, **given) -> services.Saved:
    wanted = complete_facts(business_id, **given)
    with transaction() as session:
        return services.create_draft(session, business_id, wanted, actor=actor or Actor.system())


def make_submitted(business_id: int, *, actor: Actor | None = None, **given) -> services.Saved:
    saved = make_draft(business_id, actor=actor, **given)
    with transaction() as session:
        services.submit(session, saved.product_id, actor=actor or Actor.system())
    return saved


def make_published(business_id: int, *, actor: Actor | None = None, **given) -> services.Saved:
    saved = make_submitted(business_id, actor=actor, **given)
    make_photos_ready(saved.product_id)
    decider = reviewer()
    with transaction() as session:
        services.decide(session, saved.revision_id, RevisionStatus.PUBLISHED, actor=decider)
    return saved


def current_facts(product_id: int) -> ProductFacts:
    from gallery.catalog.queries import current_products

    return current_products(db.session(), [product_id])[product_id].facts


def edited(product_id: int, **given) -> ProductFacts:
    """The product's facts with these fields changed."""
    return replace(current_facts(product_id), **given)
