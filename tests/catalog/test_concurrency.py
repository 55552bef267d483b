"""Several people at the same moment: one decision, one product, one publication."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.catalog import services
from gallery.catalog.errors import AlreadyDecidedError, ArticleCodeTakenError
from gallery.catalog.models import Product, ProductRevision, ReviewDecision
from gallery.catalog.states import RevisionStatus
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError
from gallery.core.ids import public_id
from tests.factories.catalog import complete_facts, edited, make_draft, make_photos_ready, make_submitted, reviewer
from tests.factories.registry import make_business

CROWD = 6


@pytest.fixture
def business(app) -> int:
    return make_business().id


def at_once(app, work) -> list:
    """Run ``work(number)`` in several threads that start together; an error is an outcome too."""
    start = Barrier(CROWD)

    def one(number: int):
        with app.app_context():
            start.wait()
            try:
                with transaction() as session:
                    return work(session, number)
            except ConflictError as error:
                return type(error)
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(one, range(CROWD)))


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_crowd_of_reviewers_decides_once(app, business):
    saved = make_submitted(business)
    make_photos_ready(saved.product_id)
    actors = [reviewer() for _ in range(CROWD)]
    wishes = [RevisionStatus.PUBLISHED, RevisionStatus.REJECTED]

    def decide(session, number):
        wish = wishes[number % 2]
        services.decide(session, saved.revision_id, wish, reason="Alasan", actor=actors[number])
        return wish

    outcomes = at_once(app, decide)
    assert outcomes.count(AlreadyDecidedError) == CROWD - 1
    (decision,) = [one for one in outcomes if one is not AlreadyDecidedError]
    assert db.session.get_one(ProductRevision, saved.revision_id).status is decision
    assert count(ReviewDecision) == 1


def test_a_form_sent_by_an_impatient_thumb_makes_one_product(app, business):
    wanted, name = complete_facts(business), public_id()

    def create(session, _number):
        return services.create_draft(session, business, wanted, actor=Actor.system(), public_id=name).public_id

    assert at_once(app, create) == [name] * CROWD
    assert count(Product) == 1
    assert count(ProductRevision) == 1


def test_the_same_row_of_two_files_makes_one_product(app, business):
    wanted = complete_facts(business, name="Kemplang")

    def save(session, _number):
        return services.save_submitted(session, business, wanted, actor=Actor.system()).outcome.value

    outcomes = at_once(app, save)
    assert count(Product) == 1
    assert outcomes.count("new") == 1
    assert set(outcomes) <= {"new", "unchanged", ConflictError}


def test_of_a_crowd_that_wants_one_article_code_one_product_gets_it(app, business):
    saved = [make_draft(business) for _ in range(CROWD)]
    wanted = [edited(one.product_id, external_code="KMP-01") for one in saved]

    def edit(session, number):
        services.edit_draft(session, saved[number].product_id, wanted[number], actor=Actor.system())
        return "saved"

    assert sorted(at_once(app, edit), key=str) == [ArticleCodeTakenError] * (CROWD - 1) + ["saved"]
    assert db.session.scalar(select(func.count()).where(Product.external_code == "KMP-01")) == 1
