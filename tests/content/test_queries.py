import pytest

from gallery.content import queries
from gallery.core.db import db
from tests.factories.content import make_article

pytestmark = pytest.mark.usefixtures("app")


def test_the_newest_comes_first_and_drafts_are_left_out():
    slugs = [make_article()[1] for _ in range(3)]
    make_article(published=False)
    assert [article.slug for article in queries.latest(db.session())] == slugs[::-1]


def test_the_next_page_starts_after_the_last_article():
    slugs = [make_article()[1] for _ in range(5)][::-1]
    first = queries.latest(db.session(), 2)
    second = queries.latest(db.session(), 2, before=first[-1].slug)
    third = queries.latest(db.session(), 2, before=second[-1].slug)
    assert [article.slug for page in (first, second, third) for article in page] == slugs


def test_writers_see_every_state():
    make_article()
    make_article(published=False)
    assert [article.status for article in queries.all_articles(db.session())] == ["draft", "published"]
