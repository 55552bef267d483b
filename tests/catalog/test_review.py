"""Revisions, their review, and what the shop sells meanwhile."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.accounts.states import Role
from gallery.catalog import queries, services
from gallery.catalog.errors import (
    AlreadyDecidedError,
    IncompleteProductError,
    NotAllowedError,
    OwnSubmissionError,
    PhotosNotReadyError,
    ReasonMissingError,
)
from gallery.catalog.facts import Outcome
from gallery.catalog.models import Product, ProductRevision, ReviewDecision
from gallery.catalog.states import ProductStatus, RevisionStatus
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError, InvalidTransitionError, NotFoundError
from gallery.core.outbox import OutboxMessage
from tests.factories.accounts import make_user
from tests.factories.catalog import (
    actor_of,
    edited,
    make_draft,
    make_photos_ready,
    make_published,
    make_submitted,
    reviewer,
    seller_of,
)
from tests.factories.registry import make_business

PUBLISH, CHANGES, REJECT = (
    RevisionStatus.PUBLISHED,
    RevisionStatus.CHANGES_REQUESTED,
    RevisionStatus.REJECTED,
)


@pytest.fixture
def business(app) -> int:
    return make_business().id


def product_of(saved) -> Product:
    db.session.rollback()
    return db.session.get_one(Product, saved.product_id)


def revision(revision_id: int) -> ProductRevision:
    db.session.rollback()
    return db.session.get_one(ProductRevision, revision_id)


def revisions(product_id: int) -> list[tuple[int, RevisionStatus]]:
    db.session.rollback()
    statement = select(ProductRevision.number, ProductRevision.status).where(ProductRevision.product_id == product_id)
    return [tuple(row) for row in db.session.execute(statement.order_by(ProductRevision.number))]


def topics() -> list[tuple[str, dict]]:
    db.session.rollback()
    return [(row.topic, row.payload) for row in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def decide(saved, decision, *, actor=None, reason="", seen=None) -> ProductRevision:
    actor = actor or reviewer()
    with transaction() as session:
        return services.decide(session, saved.revision_id, decision, reason=reason, seen=seen, actor=actor)


def test_a_new_product_is_a_draft_that_nobody_sees(business):
    saved = make_draft(business)
    assert saved.outcome is Outcome.NEW
    assert (product_of(saved).status, revisions(saved.product_id)) == (ProductStatus.DRAFT, [(1, RevisionStatus.DRAFT)])
    with pytest.raises(NotFoundError):
        queries.product_page(db.session(), saved.public_id)


@pytest.mark.parametrize(
    ("missing", "gaps"),
    [
        ({"photos": ()}, ("photo",)),
        ({"category_id": None}, ("category",)),
        ({"photos": (), "category_id": None, "variants": ()}, ("photo", "price", "category")),
    ],
)
def test_an_incomplete_product_is_not_handed_in(business, missing, gaps):
    saved = make_draft(business, **missing)
    with pytest.raises(IncompleteProductError) as caught, transaction() as session:
        services.submit(session, saved.product_id, actor=Actor.system())
    assert caught.value.gaps == gaps
    assert revisions(saved.product_id) == [(1, RevisionStatus.DRAFT)]


def test_handing_in_twice_is_handing_in_once(business):
    saved = make_submitted(business)
    first = revision(saved.revision_id).submitted_at
    with transaction() as session:
        services.submit(session, saved.product_id, actor=Actor.system())
    assert revision(saved.revision_id).submitted_at == first
    assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "product.submitted")).all()) == 1


def test_publishing_puts_the_product_on_sale_and_tells_the_shop(business):
    saved = make_submitted(business, name="Getas Cumi")
    make_photos_ready(saved.product_id)
    decide(saved, PUBLISH)
    product = product_of(saved)
    assert (product.status, product.published_revision_id, product.slug) == (
        ProductStatus.ON_SALE,
        saved.revision_id,
        "getas-cumi",
    )
    assert product.published_at is not None
    assert product.is_sellable
    assert ("product.changed", {"product_ids": [saved.product_id]}) in topics()
    assert queries.product_page(db.session(), saved.public_id).name == "Getas Cumi"


def test_a_decision_is_kept_with_reviewer_reason_and_time(business, monkeypatch):
    saved = make_submitted(business)
    who = reviewer()
    at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    decide(saved, CHANGES, actor=who, reason="  Foto  gelap.\n Ambil di dekat jendela. ")
    row = db.session.scalars(select(ReviewDecision)).one()
    assert (row.decision, row.reason, row.reviewer_id, row.decided_at) == (
        CHANGES,
        "Foto gelap. Ambil di dekat jendela.",
        who.user_id,
        at,
    )
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "product.changes_requested")).one()
    assert (entry.actor_id, entry.subject) == (who.user_id, f"product:{saved.public_id}")
    assert "gelap" not in str(entry.facts)


@pytest.mark.parametrize("decision", [CHANGES, REJECT])
def test_a_refusal_without_a_reason_is_refused(business, decision):
    saved = make_submitted(business)
    with pytest.raises(ReasonMissingError):
        decide(saved, decision, reason="   ")
    assert revision(saved.revision_id).status is RevisionStatus.SUBMITTED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PROVINCE_OFFICER])
def test_nobody_but_the_province_decides(business, role):
    saved = make_submitted(business)
    make_photos_ready(saved.product_id)
    scope = {"district_code": "19.71"} if role in {Role.DISTRICT_OFFICER, Role.COMPANION} else {}
    if role is Role.SELLER:
        scope = {"business_id": business}
    actor = actor_of(make_user(role, **scope))
    with pytest.raises(NotAllowedError):
        decide(saved, PUBLISH, actor=actor)
    assert (revision(saved.revision_id).status, product_of(saved).status) == (
        RevisionStatus.SUBMITTED,
        ProductStatus.DRAFT,
    )


@pytest.mark.parametrize("actor", [Actor.system(), Actor.anonymous()])
def test_neither_a_job_nor_a_guest_publishes(business, actor):
    saved = make_submitted(business)
    make_photos_ready(saved.product_id)
    with pytest.raises(NotAllowedError):
        decide(saved, PUBLISH, actor=actor)


def test_whoever_handed_it_in_does_not_decide(business):
    officer = reviewer()
    saved = make_submitted(business, actor=officer)
    make_photos_ready(saved.product_id)
    with pytest.raises(OwnSubmissionError):
        decide(saved, PUBLISH, actor=officer)
    decide(saved, PUBLISH)
    assert product_of(saved).status is ProductStatus.ON_SALE


def test_a_product_without_a_finished_photo_is_not_published(business):
    saved = make_submitted(business)
    with pytest.raises(PhotosNotReadyError):
        decide(saved, PUBLISH)
    assert product_of(saved).status is ProductStatus.DRAFT


def test_two_reviewers_decide_once(business):
    saved = make_submitted(business)
    make_photos_ready(saved.product_id)
    decide(saved, PUBLISH)
    with pytest.raises(AlreadyDecidedError):
        decide(saved, REJECT, reason="Terlambat")
    assert revision(saved.revision_id).status is PUBLISH
    assert len(db.session.scalars(select(ReviewDecision)).all()) == 1


def test_a_version_handed_in_again_is_not_decided_unseen(business, monkeypatch):
    saved = make_submitted(business)
    make_photos_ready(saved.product_id)
    seen = revision(saved.revision_id).submitted_at
    with transaction() as session:
        services.edit_draft(session, saved.product_id, edited(saved.product_id, name="Nama lain"), actor=Actor.system())
    assert revision(saved.revision_id).status is RevisionStatus.DRAFT
    with transaction() as session:
        services.submit(session, saved.product_id, actor=Actor.system())
    with pytest.raises(AlreadyDecidedError):
        decide(saved, PUBLISH, seen=seen)
    decide(saved, PUBLISH, seen=revision(saved.revision_id).submitted_at)


def test_what_is_on_sale_stays_on_sale_while_a_change_waits(business):
    saved = make_published(business, name="Abon Tenggiri")
    with transaction() as session:
        change = services.edit_draft(
            session, saved.product_id, edited(saved.product_id, name="Abon Tenggiri Pedas"), actor=Actor.system()
        )
        services.submit(session, saved.product_id, actor=Actor.system())
    assert change.changed == {"name"}
    page = queries.product_page(db.session(), saved.public_id)
    assert (page.name, page.is_sellable) == ("Abon Tenggiri", True)
    assert revisions(saved.product_id) == [(1, PUBLISH), (2, RevisionStatus.SUBMITTED)]

    decide(change, PUBLISH)
    assert queries.product_page(db.session(), saved.public_id).name == "Abon Tenggiri Pedas"
    assert revisions(saved.product_id) == [(1, RevisionStatus.SUPERSEDED), (2, PUBLISH)]
    assert product_of(saved).slug == "abon-tenggiri-pedas"


def test_a_rejected_change_leaves_what_is_on_sale(business):
    saved = make_published(business, name="Abon Tenggiri")
    with transaction() as session:
        change = services.edit_draft(
            session, saved.product_id, edited(saved.product_id, name="Abon"), actor=Actor.system()
        )
        services.submit(session, saved.product_id, actor=Actor.system())
    decide(change, REJECT, reason="Nama terlalu umum")
    assert queries.product_page(db.session(), saved.public_id).name == "Abon Tenggiri"
    with transaction() as session:  # and the next change starts from what is published
        again = services.edit_draft(
            session, saved.product_id, edited(saved.product_id, name="Abon Ikan"), actor=Actor.system()
        )
    assert again.changed == {"name"}
    assert [status for _, status in revisions(saved.product_id)] == [PUBLISH, REJECT, RevisionStatus.DRAFT]


def test_after_a_request_for_changes_the_same_revision_comes_back(business):
    saved = make_submitted(business)
    make_photos_ready(saved.product_id)
    decide(saved, CHANGES, reason="Tulis komposisinya")
    with transaction() as session:
        services.edit_draft(
            session, saved.product_id, edited(saved.product_id, ingredients="ikan"), actor=Actor.system()
        )
    assert revisions(saved.product_id) == [(1, CHANGES)]
    with transaction() as session:
        services.submit(session, saved.product_id, actor=Actor.system())
    decide(saved, PUBLISH)
    assert product_of(saved).status is ProductStatus.ON_SALE


def test_a_rejected_new_product_can_be_tried_again_as_a_new_revision(business):
    saved = make_submitted(business)
    decide(saved, REJECT, reason="Bukan produk UMKM")
    with pytest.raises(ConflictError), transaction() as session:
        services.submit(session, saved.product_id, actor=Actor.system())
    with transaction() as session:
        services.edit_draft(session, saved.product_id, edited(saved.product_id, name="Yang baru"), actor=Actor.system())
    assert revisions(saved.product_id) == [(1, REJECT), (2, RevisionStatus.DRAFT)]


def test_taking_back_and_dropping_a_change(business):
    saved = make_published(business)
    with transaction() as session:
        services.edit_draft(session, saved.product_id, edited(saved.product_id, summary="Baru"), actor=Actor.system())
        services.submit(session, saved.product_id, actor=Actor.system())
    with transaction() as session:
        services.take_back(session, saved.product_id, actor=Actor.system())
    assert revisions(saved.product_id) == [(1, PUBLISH), (2, RevisionStatus.DRAFT)]
    with pytest.raises(AlreadyDecidedError), transaction() as session:
        services.take_back(session, saved.product_id, actor=Actor.system())
    with transaction() as session:
        services.discard_change(session, saved.product_id, actor=Actor.system())
    assert revisions(saved.product_id) == [(1, PUBLISH), (2, RevisionStatus.SUPERSEDED)]
    with pytest.raises(ConflictError), transaction() as session:
        services.discard_change(session, saved.product_id, actor=Actor.system())


def test_withdrawing_restoring_and_filing_away(business):
    saved = make_published(business)
    owner = seller_of(business)
    for step, status in (
        (services.withdraw, ProductStatus.WITHDRAWN),
        (services.restore, ProductStatus.ON_SALE),
        (services.archive, ProductStatus.ARCHIVED),
        (services.unarchive, ProductStatus.WITHDRAWN),
    ):
        with transaction() as session:
            step(session, saved.product_id, actor=owner)
        assert product_of(saved).status is status
        assert product_of(saved).is_sellable is (status is ProductStatus.ON_SALE)
        assert topics()[-1] == ("product.changed", {"product_ids": [saved.product_id]})
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.actor_id == owner.user_id).order_by(AuditEntry.id)
    ).all()
    assert actions == ["product.withdrawn", "product.restored", "product.archived", "product.unarchived"]


def test_a_draft_does_not_get_on_sale_without_a_review(business):
    saved = make_draft(business)
    with pytest.raises(InvalidTransitionError), transaction() as session:
        services.restore(session, saved.product_id, actor=Actor.system())
    assert product_of(saved).status is ProductStatus.DRAFT


def test_a_change_of_a_withdrawn_product_does_not_put_it_back_on_sale(business):
    saved = make_published(business)
    with transaction() as session:
        services.withdraw(session, saved.product_id, actor=Actor.system())
        change = services.edit_draft(
            session, saved.product_id, edited(saved.product_id, name="Baru"), actor=Actor.system()
        )
        services.submit(session, saved.product_id, actor=Actor.system())
    decide(change, PUBLISH)
    assert product_of(saved).status is ProductStatus.WITHDRAWN


def test_an_archived_product_is_neither_edited_nor_handed_in(business):
    saved = make_draft(business)
    with transaction() as session:
        services.archive(session, saved.product_id, actor=Actor.system())
    with pytest.raises(ConflictError), transaction() as session:
        services.edit_draft(session, saved.product_id, edited(saved.product_id, name="x"), actor=Actor.system())
    with pytest.raises(ConflictError), transaction() as session:
        services.submit(session, saved.product_id, actor=Actor.system())


def test_a_closed_business_sells_nothing(business):
    from gallery.registry.models import Business

    saved = make_published(business)
    with transaction() as session:
        session.get_one(Business, business).is_active = False
    assert not queries.product_page(db.session(), saved.public_id).is_sellable
    assert not product_of(saved).is_sellable
