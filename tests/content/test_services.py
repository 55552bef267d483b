import pytest

from gallery.accounts.permissions import Actor
from gallery.content import queries, services
from gallery.content.errors import ArticleIncompleteError
from gallery.content.models import NewsStatus
from gallery.content.services import ArticleText
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.listing.queries import catalogue_version
from tests.factories.content import make_article

pytestmark = pytest.mark.usefixtures("app")
OFFICER = Actor.system()


def test_a_draft_is_not_on_the_site():
    _, slug = make_article(published=False)
    with pytest.raises(NotFoundError):
        queries.published_article(db.session(), slug)


def test_publishing_puts_it_on_the_site_and_renews_every_page():
    public_id, slug = make_article(published=False)
    before = catalogue_version(db.session())
    with transaction() as session:
        services.publish_article(session, public_id, actor=OFFICER)
    assert queries.published_article(db.session(), slug).title.startswith("Kabar")
    assert catalogue_version(db.session()) == before + 1


@pytest.mark.parametrize("missing", ["summary", "body_markdown"])
def test_an_incomplete_article_is_not_published(missing):
    public_id, _ = make_article(published=False, **{missing: " "})
    with pytest.raises(ArticleIncompleteError), transaction() as session:
        services.publish_article(session, public_id, actor=OFFICER)
    assert queries.article(db.session(), public_id).status is NewsStatus.DRAFT


def test_a_published_article_keeps_its_address_and_its_day_when_it_changes():
    public_id, slug = make_article(title="Pelatihan foto")
    day = queries.published_article(db.session(), slug).published_at
    with transaction() as session:
        text = ArticleText("Pelatihan foto ditunda", "Ringkasan baru.", "Isi baru.")
        services.change_article(session, public_id, text, actor=OFFICER)
    article = queries.published_article(db.session(), slug)
    assert (article.title, article.slug, article.published_at) == ("Pelatihan foto ditunda", "pelatihan-foto", day)


def test_a_published_article_can_not_be_emptied():
    public_id, slug = make_article(summary="Lama.")
    with pytest.raises(ArticleIncompleteError), transaction() as session:
        services.change_article(session, public_id, ArticleText("Judul"), actor=OFFICER)
    assert queries.published_article(db.session(), slug).summary == "Lama."


def test_a_withdrawn_article_is_gone_and_can_come_back():
    public_id, slug = make_article()
    day = queries.published_article(db.session(), slug).published_at
    with transaction() as session:
        services.withdraw_article(session, public_id, actor=OFFICER)
    with pytest.raises(NotFoundError):
        queries.published_article(db.session(), slug)
    with transaction() as session:
        services.publish_article(session, public_id, actor=OFFICER)
    assert queries.published_article(db.session(), slug).published_at == day


def test_two_articles_of_one_title_have_two_addresses():
    (_, first), (_, second) = make_article(title="Jadwal"), make_article(title="Jadwal")
    assert first == "jadwal"
    assert second.startswith("jadwal-")
