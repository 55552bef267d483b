"""Products out of spreadsheets: new, changed, unchanged, and the same file twice."""

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.catalog import queries, services
from gallery.catalog.facts import LicenceFacts, Outcome, VariantFacts
from gallery.catalog.models import Product, ProductRevision
from gallery.catalog.states import LicenceKind, ProductStatus, RevisionStatus
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.money import Rupiah
from gallery.core.outbox import OutboxMessage
from tests.factories.catalog import (
    complete_facts,
    facts,
    make_category,
    make_photos_ready,
    make_published,
    make_upload,
    picture_bytes,
    reviewer,
)
from tests.factories.registry import make_business

ACTOR = Actor.system()


@pytest.fixture
def business(app) -> int:
    return make_business().id


def save(business_id, wanted) -> services.Saved:
    with transaction() as session:
        return services.save_submitted(session, business_id, wanted, actor=ACTOR)


def state() -> tuple[int, ...]:
    db.session.rollback()
    tables = (Product, ProductRevision, AuditEntry, OutboxMessage)
    return tuple(db.session.scalar(select(func.count()).select_from(table)) for table in tables)


def status_of(saved) -> RevisionStatus:
    db.session.rollback()
    return db.session.get_one(ProductRevision, saved.revision_id).status


def foretold(business_id, wanted) -> Outcome:
    db.session.rollback()
    return queries.known_products(db.session(), [business_id]).outcome(business_id, wanted)[0]


def test_a_complete_new_product_waits_for_its_review(business):
    wanted = complete_facts(business)
    assert foretold(business, wanted) is Outcome.NEW
    saved = save(business, wanted)
    assert (saved.outcome, status_of(saved)) == (Outcome.NEW, RevisionStatus.SUBMITTED)


def test_an_incomplete_one_stays_a_draft(business):
    saved = save(business, facts(photos=None, category_id=make_category().id))
    assert (saved.outcome, status_of(saved)) == (Outcome.NEW, RevisionStatus.DRAFT)


def test_the_same_facts_twice_change_nothing(business):
    wanted = complete_facts(business, external_code="KMP-01")
    first = save(business, wanted)
    before = state()
    assert foretold(business, wanted) is Outcome.UNCHANGED
    again = save(business, wanted)
    assert (again.outcome, again.product_id) == (Outcome.UNCHANGED, first.product_id)
    assert state() == before


def test_the_same_picture_from_another_upload_is_the_same_picture(business):
    data = picture_bytes()
    wanted = complete_facts(business, name="Getas", photos=(make_upload(data),))
    save(business, wanted)
    again = complete_facts(business, name="Getas", photos=(make_upload(data),), category_id=wanted.category_id)
    assert save(business, again).outcome is Outcome.UNCHANGED


def test_a_name_in_another_spelling_is_the_same_product(business):
    wanted = complete_facts(business, name="Kemplang Ikan")
    first = save(business, wanted)
    again = complete_facts(business, name="kemplang  IKAN", category_id=wanted.category_id, photos=None)
    saved = save(business, again)
    assert (saved.product_id, saved.outcome, saved.changed) == (first.product_id, Outcome.CHANGED, {"name"})


def test_the_article_code_finds_a_product_under_a_new_name(business):
    wanted = complete_facts(business, name="Kemplang", external_code="A1")
    first = save(business, wanted)
    renamed = complete_facts(
        business, name="Kemplang Panggang", external_code="A1", category_id=wanted.category_id, photos=None
    )
    assert foretold(business, renamed) is Outcome.CHANGED
    assert save(business, renamed).product_id == first.product_id


def test_two_article_codes_are_two_products_of_one_name(business):
    one = save(business, complete_facts(business, name="Kemplang", external_code="A1"))
    other = save(business, complete_facts(business, name="Kemplang", external_code="A2"))
    assert one.product_id != other.product_id


def test_the_name_of_another_business_is_another_product(business):
    save(business, complete_facts(business, name="Kemplang"))
    neighbour = make_business().id
    assert save(neighbour, complete_facts(neighbour, name="Kemplang")).outcome is Outcome.NEW


def test_a_new_price_needs_no_review(business):
    published = make_published(business, name="Abon", price_idr=20_000)
    wanted = facts(**kept(published), variants=(VariantFacts(Rupiah(21_000), 300),))
    saved = save(business, wanted)
    assert (saved.outcome, saved.changed, saved.needs_review) == (Outcome.CHANGED, {"variants"}, False)
    assert queries.product_page(db.session(), published.public_id).lowest_price_idr == 21_000
    assert state()[1] == 1


def kept(saved) -> dict:
    current = queries.current_products(db.session(), [saved.product_id])[saved.product_id].facts
    return {
        "name": current.name,
        "category_id": current.category_id,
        "photos": None,
        "description": current.description,
        "ingredients": current.ingredients,
    }


def test_a_new_description_waits_for_its_review_while_the_old_one_is_on_sale(business):
    published = make_published(business, name="Abon", description="Lama", price_idr=20_000)
    wanted = facts(**kept(published) | {"description": "Baru"}, variants=(VariantFacts(Rupiah(20_000), 300),))
    saved = save(business, wanted)
    assert (saved.changed, status_of(saved)) == ({"description"}, RevisionStatus.SUBMITTED)
    assert queries.product_page(db.session(), published.public_id).description == "Lama"


def test_proof_and_expiry_typed_by_hand_survive_a_sheet_that_has_none(business):
    from datetime import date

    number = LicenceFacts(LicenceKind.PIRT, "2061901010123-28", date(2028, 6, 30), make_upload().file_id)
    wanted = complete_facts(business, licences=(number,))
    save(business, wanted)
    from dataclasses import replace

    sheet = replace(wanted, licences=(LicenceFacts(LicenceKind.PIRT, "2061901010123-28"),))
    assert save(business, sheet).outcome is Outcome.UNCHANGED


def test_a_rejected_product_that_is_sent_again_stays_rejected(business):
    wanted = complete_facts(business)
    first = save(business, wanted)
    officer = reviewer()
    with transaction() as session:
        services.decide(session, first.revision_id, RevisionStatus.REJECTED, reason="Bukan UMKM", actor=officer)
    assert save(business, wanted).outcome is Outcome.UNCHANGED
    assert status_of(first) is RevisionStatus.REJECTED


def test_an_answer_to_requested_changes_is_handed_in_again(business):
    wanted = complete_facts(business)
    first = save(business, wanted)
    make_photos_ready(first.product_id)
    officer = reviewer()
    with transaction() as session:
        services.decide(session, first.revision_id, RevisionStatus.CHANGES_REQUESTED, reason="Komposisi", actor=officer)
    from dataclasses import replace

    saved = save(business, replace(wanted, ingredients="ikan; sagu"))
    assert (saved.revision_id, status_of(saved)) == (first.revision_id, RevisionStatus.SUBMITTED)


def test_an_archived_product_comes_back_only_with_something_new(business):
    from dataclasses import replace

    wanted = complete_facts(business)
    first = save(business, wanted)
    with transaction() as session:
        services.archive(session, first.product_id, actor=ACTOR)
    assert save(business, wanted).outcome is Outcome.UNCHANGED
    assert db.session.get_one(Product, first.product_id).status is ProductStatus.ARCHIVED
    assert save(business, replace(wanted, summary="Renyah")).outcome is Outcome.CHANGED
    db.session.rollback()
    assert db.session.get_one(Product, first.product_id).status is ProductStatus.DRAFT


def test_known_products_are_read_with_few_queries(business, count_queries):
    for number in range(12):
        save(business, complete_facts(business, name=f"Produk {number}"))
    db.session.rollback()
    with count_queries() as seen:
        known = queries.known_products(db.session(), [business])
    assert seen.count <= 6
    assert known.find(business, facts(name="produk 7")) is not None
