"""News of the last weeks, each with its drawn illustration."""

from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy.orm import Session

from gallery.content.pictures import Picture, laid_out
from gallery.content.services import ArticleText, publish_article, write_article
from gallery.core.files import new_key, record_file
from gallery.core.renditions import RenderedImage
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


def _putting(world: World, key: str, drawn: Future[RenderedImage]) -> Callable[[], None]:
    def put() -> None:
        for name, content in laid_out(key, drawn.result()).files.items():
            world.darkroom.files.put(name, content)

    return put


def _publication(article: Article, key: str, drawn: Future[RenderedImage]) -> Action:
    def publish(session: Session) -> None:
        actor = accounts.actor(session, "provinsi")
        made = laid_out(key, drawn.result())
        file = record_file(session, key, made.files[key], media_type="image/jpeg", purpose=PURPOSE, is_public=True)
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
        row = write_article(session, text, picture=Picture(file.id, made.sizes), actor=actor)
        publish_article(session, row.public_id, actor=actor)

    return publish
