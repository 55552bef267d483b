"""Reads a page as a strict browser would: what every page must have, and what none may have."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    "path", "circle", "rect", "use",
}  # fmt: skip
NEEDS_LABEL = {"input", "select", "textarea"}
DATA_SCRIPT = "application/ld+json"


@dataclass
class Tag:
    """An element with its attributes and the text inside it."""

    name: str
    attributes: dict[str, str]
    parents: tuple[str, ...]
    parts: list[str] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def get(self, attribute: str, default: str = "") -> str:
        return self.attributes.get(attribute, default)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


class Page(HTMLParser):
    """A parsed page; ``problems`` lists everything that is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.all: list[Tag] = []
        self.problems: list[str] = []
        self._open: list[Tag] = []
        self.feed(html)
        self.close()
        if self._open:
            self.problems.append(f"never closed: {[tag.name for tag in self._open]}")
        self._check()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> has an attribute twice")
        found = Tag(tag, {name: value or "" for name, value in attrs}, tuple(t.name for t in self._open))
        self.all.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].name != tag:
            self.problems.append(f"</{tag}> closes {self._open[-1].name if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            tag.parts.append(data)

    def tags(self, name: str, /, **attributes: str) -> list[Tag]:
        """All elements of this name with these attributes; ``class_`` means class, ``_`` in names means ``-``."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [t for t in self.all if t.name == name and all(t.attributes.get(k) == v for k, v in wanted.items())]

    def one(self, name: str, /, **attributes: str) -> Tag:
        found = self.tags(name, **attributes)
        assert len(found) == 1, f"{len(found)} × <{name} {attributes}>"
        return found[0]

    @property
    def title(self) -> str:
        return next(tag.text for tag in self.all if tag.name == "title" and "svg" not in tag.parents)

    @property
    def h1(self) -> str:
        return self.one("h1").text

    @property
    def text(self) -> str:
        return self.one("body").text

    @property
    def links(self) -> list[str]:
        return [tag["href"] for tag in self.tags("a") if "href" in tag.attributes]

    def meta(self, name: str) -> str:
        return next(t["content"] for t in self.tags("meta") if name in (t.get("name"), t.get("property")))

    def _check(self) -> None:
        self._check_frame()
        self._check_ids()
        self._check_labels()
        self._check_active_content()

    def _check_frame(self) -> None:
        for name in ("html", "title", "h1", "main"):
            count = len([t for t in self.tags(name) if "svg" not in t.parents])
            if count != 1:
                self.problems.append(f"{count} × <{name}>")
        if self.tags("html") and not self.tags("html")[0].get("lang"):
            self.problems.append("<html> without lang")
        if not all(t.text for t in self.tags("title")):
            self.problems.append("empty <title>")
        self.problems += ["<img> without alt" for t in self.tags("img") if "alt" not in t.attributes]

    def _check_ids(self) -> None:
        ids = [tag["id"] for tag in self.all if "id" in tag.attributes]
        self.problems += [
            f"id {i!r} is there {ids.count(i)} times" for i in sorted({i for i in ids if ids.count(i) > 1})
        ]
        known = set(ids)
        for tag in self.all:
            for attribute in ("for", "form", "aria-labelledby", "aria-describedby"):
                self.problems += [
                    f"{attribute}={i!r} names nothing" for i in tag.get(attribute).split() if i not in known
                ]
            if tag.name == "a" and tag.get("href").startswith("#") and tag["href"][1:] not in known:
                self.problems.append(f"dead link {tag['href']!r}")

    def _check_labels(self) -> None:
        labelled = {tag["for"] for tag in self.tags("label") if "for" in tag.attributes}
        for tag in self.all:
            if tag.name in NEEDS_LABEL and tag.get("type") not in {"hidden", "submit"}:
                named = tag.get("id") in labelled or "label" in tag.parents
                if not (named or tag.get("aria-label") or tag.get("aria-labelledby")):
                    self.problems.append(f"<{tag.name} name={tag.get('name')!r}> without a label")
            if tag.name in {"a", "button"} and not (tag.text or tag.get("aria-label") or self._has_picture_text(tag)):
                self.problems.append(f"<{tag.name} {tag.attributes}> without a name")

    def _has_picture_text(self, tag: Tag) -> bool:
        start = self.all.index(tag)
        following = self.all[start + 1 : start + 4]
        return any(t.name == "img" and t.get("alt") and tag.name in t.parents for t in following)

    def _check_active_content(self) -> None:
        for tag in self.all:
            self.problems += [f"<{tag.name} {a}=…>" for a in tag.attributes if a == "style" or a.startswith("on")]
            if tag.name == "style" or (
                tag.name == "script" and "src" not in tag.attributes and tag.get("type") != DATA_SCRIPT
            ):
                self.problems.append(f"inline <{tag.name}>")
            if tag.get("href").startswith("javascript:"):
                self.problems.append("javascript: link")


def read(answer: TestResponse) -> Page:
    """The page of an answer; an invalid one fails the test with all that is wrong."""
    page = Page(answer.get_data(as_text=True))
    assert page.problems == []
    return page
