"""News of the last weeks, each with its drawn illustration."""

from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy.orm import Session

from gallery.content.services import ArticleText, publish_article, write_article
from gallery.core.files import new_key, record_file
from gallery.demo import accounts, data
from gallery.demo.data import Article
from gallery.demo.history import Action
from gallery.demo.pictures.develop import illustration
from gallery.demo.world import World

PURPOSE = "news"


def plan(world: World) -> None:
    for article in data.articles():
        key = new_key(PURPOSE, "jpg")
        drawn = world.darkroom.call(illustration, article.picture)
        publish = _publication(article, key, drawn)
        world.agenda.at(world.ago(int(article.facts["days"]), 9), publish, before=_putting(world, key, drawn))


def _putting(world: World, key: str, drawn: Future[bytes]) -> Callable[[], None]:
    def put() -> None:
        world.darkroom.files.put(key, drawn.result())

    return put


def _publication(article: Article, key: str, drawn: Future[bytes]) -> Action:
    def publish(session: Session) -> None:
        actor = accounts.actor(session, "provinsi")
        picture = drawn.result()
        file = record_file(session, key, picture, media_type="image/jpeg", purpose=PURPOSE, is_public=True)
        facts = article.facts
        text = ArticleText(
            title=facts["title"],
            summary=facts["summary"],
            body_markdown=article.body,
            source=facts["source"],
            writer=facts["writer"],
            photographer=facts["photographer"],
            field=facts["field"],
            image_alt=facts["alt"],
        )
        row = write_article(session, text, image_file_id=file.id, actor=actor)
        publish_article(session, row.public_id, actor=actor)

    return publish
