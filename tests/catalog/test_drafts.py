"""What needs a review and what holds at once; variants and their prices."""

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.catalog import queries, services
from gallery.catalog.errors import ArticleCodeTakenError, DuplicateVariantError, LastVariantError
from gallery.catalog.facts import AT_ONCE, REVIEWED, LicenceFacts, Outcome, VariantFacts
from gallery.catalog.models import PriceChange, Product, ProductRevision, Variant
from gallery.catalog.states import LicenceKind, RevisionStatus, ShippingClass, Storage
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.outbox import OutboxMessage
from tests.factories.catalog import (
    current_facts,
    edited,
    make_category,
    make_draft,
    make_published,
    make_upload,
    seller_of,
)
from tests.factories.registry import make_business

ACTOR = Actor.system()


@pytest.fixture
def business(app) -> int:
    return make_business().id


def edit(saved, *, actor=ACTOR, **given) -> services.Saved:
    wanted = edited(saved.product_id, **given)
    with transaction() as session:
        return services.edit_draft(session, saved.product_id, wanted, actor=actor)


def count_revisions(product_id: int) -> int:
    db.session.rollback()
    return len(db.session.scalars(select(ProductRevision).where(ProductRevision.product_id == product_id)).all())


def prices(product_id: int) -> list[tuple[int | None, int]]:
    db.session.rollback()
    statement = select(PriceChange).join(Variant).where(Variant.product_id == product_id).order_by(PriceChange.id)
    return [(row.old_price_idr, row.new_price_idr) for row in db.session.scalars(statement)]


def was_announced(product_id: int) -> bool:
    db.session.rollback()
    payloads = db.session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "product.changed"))
    return any(payload["product_ids"] == [product_id] for payload in payloads)


def forget_messages() -> None:
    with transaction() as session:
        session.query(OutboxMessage).delete()


def test_every_field_is_either_reviewed_or_holds_at_once():
    assert set(REVIEWED) | AT_ONCE == set(current_fields())
    assert not set(REVIEWED) & AT_ONCE


def test_an_article_code_belongs_to_one_product_of_the_business(business):
    first, second, elsewhere = make_draft(business), make_draft(business), make_draft(make_business().id)
    before = current_facts(second.product_id)
    edit(first, external_code="KMP-01")
    with pytest.raises(ArticleCodeTakenError):
        edit(second, external_code="KMP-01", name="Nama Lain")
    assert current_facts(second.product_id) == before
    edit(first, external_code="KMP-01", summary="Renyah")
    edit(elsewhere, external_code="KMP-01")
    assert current_facts(elsewhere.product_id).external_code == "KMP-01"


def current_fields() -> list[str]:
    from dataclasses import fields

    from gallery.catalog.facts import ProductFacts

    return [field.name for field in fields(ProductFacts)]


REVIEWED_CHANGES = {
    "name": "Nama Lain",
    "summary": "Renyah",
    "description": "Cerita lain.",
    "ingredients": "cumi",
    "allergens": "ikan",
    "shelf_life_days": 90,
    "storage": Storage.FROZEN,
    "shipping_class": ShippingClass.FROZEN,
    "licences": (LicenceFacts(LicenceKind.HALAL, "ID32110001040701122"),),
}


@pytest.mark.parametrize("field", [*REVIEWED_CHANGES, "category_id", "photos"])
def test_changing_what_was_reviewed_makes_a_revision_and_leaves_the_shop_alone(business, field):
    saved = make_published(business)
    value = {"category_id": lambda: make_category().id, "photos": lambda: (make_upload(),)}.get(
        field, lambda: REVIEWED_CHANGES[field]
    )()
    before = queries.product_page(db.session(), saved.public_id)
    change = edit(saved, **{field: value})
    assert (change.outcome, change.changed, change.needs_review) == (Outcome.CHANGED, {field}, True)
    assert change.revision_id != saved.revision_id
    assert getattr(current_facts(saved.product_id), field) == value
    assert queries.product_page(db.session(), saved.public_id) == before


def test_price_weight_and_lead_time_hold_at_once(business):
    saved = make_published(business)
    forget_messages()
    wanted = VariantFacts(Rupiah(30_000), 350, net_weight_g=250, unit="bungkus")
    change = edit(saved, variants=(wanted,), lead_time_days=3)
    assert (change.changed, change.needs_review, change.revision_id) == (
        {"variants", "lead_time_days"},
        False,
        saved.revision_id,
    )
    page = queries.product_page(db.session(), saved.public_id)
    assert (page.lowest_price_idr, page.variants[0].ship_weight_g, page.lead_time_days) == (30_000, 350, 3)
    assert count_revisions(saved.product_id) == 1
    assert was_announced(saved.product_id)


def test_every_price_is_remembered_with_who_set_it(business):
    owner = seller_of(business)
    saved = make_draft(business, price_idr=20_000, actor=owner)
    for price in (22_000, 22_000, 25_000):
        edit(saved, actor=owner, variants=(VariantFacts(Rupiah(price), 300),))
    assert prices(saved.product_id) == [(None, 20_000), (20_000, 22_000), (22_000, 25_000)]
    assert set(db.session.scalars(select(PriceChange.changed_by))) == {owner.user_id}


def test_saying_the_same_again_changes_nothing(business):
    saved = make_published(business)
    forget_messages()
    again = edit(saved)
    assert (again.outcome, again.changed) == (Outcome.UNCHANGED, frozenset())
    assert count_revisions(saved.product_id) == 1
    assert not was_announced(saved.product_id)


def test_spaces_do_not_make_a_change(business):
    saved = make_draft(business, name="Kemplang Ikan")
    assert edit(saved, name="  Kemplang   Ikan ").outcome is Outcome.UNCHANGED


def test_several_edits_of_an_open_revision_stay_one_revision(business):
    saved = make_published(business)
    first = edit(saved, name="Satu")
    second = edit(saved, name="Dua")
    assert first.revision_id == second.revision_id
    assert count_revisions(saved.product_id) == 2


def test_licences_are_replaced_as_a_whole(business):
    halal = LicenceFacts(LicenceKind.HALAL, "ID32110001040701122")
    pirt = LicenceFacts(LicenceKind.PIRT, "2061901010123-28")
    saved = make_draft(business, licences=(halal,))
    edit(saved, licences=(pirt, halal))
    assert set(current_facts(saved.product_id).licences) == {pirt, halal}
    edit(saved, licences=(pirt,))
    assert current_facts(saved.product_id).licences == (pirt,)
    with transaction() as session:
        assert session.get_one(ProductRevision, saved.revision_id).status is RevisionStatus.DRAFT


def test_two_variants_of_one_name_are_refused(business):
    two = (VariantFacts(Rupiah(1_000), 100, name="Besar"), VariantFacts(Rupiah(2_000), 200, name=" besar "))
    with pytest.raises(DuplicateVariantError):
        make_draft(business, variants=two)


def test_a_product_of_a_business_that_does_not_exist(app):
    with pytest.raises(NotFoundError):
        make_draft(999_999)


# --- variants one by one


def save_variant(saved, public_id=None, **given) -> Variant:
    values = {"price_idr": Rupiah(10_000), "ship_weight_g": 100} | given
    with transaction() as session:
        return services.save_variant(session, saved.product_id, public_id, VariantFacts(**values), actor=ACTOR)


def variants(saved) -> dict[str, tuple[int, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(Variant).where(Variant.product_id == saved.product_id).order_by(Variant.position))
    return {row.name: (row.price_idr, row.is_active) for row in rows}


def test_variants_are_added_changed_and_removed(business):
    saved = make_draft(business, variants=(VariantFacts(Rupiah(5_000), 100, name="100 g"),))
    big = save_variant(saved, name="1 kg", price_idr=Rupiah(40_000))
    assert variants(saved) == {"100 g": (5_000, True), "1 kg": (40_000, True)}
    save_variant(saved, big.public_id, name="1 kg", price_idr=Rupiah(45_000))
    assert variants(saved)["1 kg"] == (45_000, True)
    with transaction() as session:
        services.remove_variant(session, saved.product_id, big.public_id, actor=ACTOR)
    assert variants(saved)["1 kg"] == (45_000, False)
    assert [one.name for one in current_facts(saved.product_id).variants] == ["100 g"]


def test_a_removed_variant_comes_back_as_the_same_one(business):
    saved = make_draft(business, variants=(VariantFacts(Rupiah(5_000), 100, name="100 g"),))
    big = save_variant(saved, name="1 kg")
    with transaction() as session:
        services.remove_variant(session, saved.product_id, big.public_id, actor=ACTOR)
    assert save_variant(saved, name="1 KG", price_idr=Rupiah(50_000)).id == big.id


def test_the_last_variant_stays(business):
    saved = make_draft(business)
    only = db.session.scalars(select(Variant).where(Variant.product_id == saved.product_id)).one()
    with pytest.raises(LastVariantError), transaction() as session:
        services.remove_variant(session, saved.product_id, only.public_id, actor=ACTOR)
    assert variants(saved)[""][1]


def test_a_name_twice_is_refused(business):
    saved = make_draft(business, variants=(VariantFacts(Rupiah(5_000), 100, name="100 g"),))
    other = save_variant(saved, name="1 kg")
    with pytest.raises(DuplicateVariantError):
        save_variant(saved, name="100 G")
    with pytest.raises(DuplicateVariantError):
        save_variant(saved, other.public_id, name="100 g")


def test_a_variant_of_another_product_does_not_exist(business):
    saved, other = make_draft(business), make_draft(business)
    foreign = db.session.scalars(select(Variant).where(Variant.product_id == other.product_id)).one()
    with pytest.raises(NotFoundError):
        save_variant(saved, foreign.public_id)
    with pytest.raises(NotFoundError), transaction() as session:
        services.remove_variant(session, saved.product_id, foreign.public_id, actor=ACTOR)


def test_a_variant_of_a_product_on_sale_is_announced(business):
    saved = make_published(business)
    forget_messages()
    save_variant(saved, name="Besar")
    assert was_announced(saved.product_id)
    assert db.session.get_one(Product, saved.product_id).is_sellable
