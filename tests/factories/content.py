"""Builders of news."""

from itertools import count

from gallery.accounts.permissions import Actor
from gallery.content import services
from gallery.content.services import ArticleText
from gallery.core.db import transaction

_n = count(1)


def make_article(*, published: bool = True, **given) -> tuple[str, str]:
    """An article; return its public id and slug."""
    number = next(_n)
    values = {
        "title": f"Kabar nomor {number}",
        "summary": "Ringkasan kabar.",
        "body_markdown": "Isi **kabar**.",
        "source": "Humas",
        "writer": "Rina Wulandari",
        "photographer": "Andi Saputra",
        "field": "Pemasaran",
    } | given
    with transaction() as session:
        article = services.write_article(session, ArticleText(**values), actor=Actor.system())
        if published:
            services.publish_article(session, article.public_id, actor=Actor.system())
        return article.public_id, article.slug
