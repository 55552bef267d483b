"""Markdown of officers as harmless HTML: headings below the page's own, links, lists, tables; nothing active."""

from typing import Final

import nh3
from flask import Flask
from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markupsafe import Markup

TAGS: Final = {
    "p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "a", "code", "pre", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
# The page has its own h1, so a "# heading" becomes an h2, and so on.
_LOWER: Final = {"h3": "h4", "h2": "h3", "h1": "h2"}


def to_html(text: str) -> Markup:
    """Markdown as sanitised HTML."""
    html = Markdown(extensions=[SaneListExtension(), TableExtension()], output_format="html").convert(text)
    for higher, lower in _LOWER.items():
        html = html.replace(f"<{higher}>", f"<{lower}>").replace(f"</{higher}>", f"</{lower}>")
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow")
    return Markup(clean)  # noqa: S704 - sanitised in the line above


def init_app(app: Flask) -> None:
    """Give templates the ``markdown`` filter."""
    app.jinja_env.filters["markdown"] = to_html
