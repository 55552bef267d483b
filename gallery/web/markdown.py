"""Markdown of officers as harmless HTML: headings below the page's own, links, lists, tables; nothing active."""

import re
from typing import Final

from flask import Flask
from markupsafe import Markup

TAGS: Final = {
    "p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "a", "code", "pre", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
_HEADING: Final = re.compile(r"(</?h)([1-6])>")
HIGHEST, LOWEST = 2, 4  # the page has its own h1


def to_html(text: str) -> Markup:
    """Markdown as sanitised HTML."""
    # Loaded with the first text of an officer: 3 MB.
    import nh3  # noqa: PLC0415
    from markdown import Markdown  # noqa: PLC0415
    from markdown.extensions.sane_lists import SaneListExtension  # noqa: PLC0415
    from markdown.extensions.tables import TableExtension  # noqa: PLC0415

    html = Markdown(extensions=[SaneListExtension(), TableExtension()], output_format="html").convert(text)
    ordered = _in_order(html)
    clean = nh3.clean(ordered, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow")
    return Markup(_scrolling_tables(clean))  # noqa: S704 - sanitised in the line above


def _scrolling_tables(html: str) -> str:
    """Wide tables scroll in a box of their own, also with the keyboard, and never widen the page."""
    opened = html.replace("<table>", '<div class="table-box" tabindex="0"><table class="table">')
    return opened.replace("</table>", "</table></div>")


def _in_order(html: str) -> str:
    """Headings start at h2 and leave out no level, wherever the writer began."""
    used = sorted({int(level) for _, level in _HEADING.findall(html)})
    new = {level: min(HIGHEST + place, LOWEST) for place, level in enumerate(used)}
    return _HEADING.sub(lambda m: f"{m[1]}{new[int(m[2])]}>", html)


def init_app(app: Flask) -> None:
    """Give templates the ``markdown`` filter."""
    app.jinja_env.filters["markdown"] = to_html
