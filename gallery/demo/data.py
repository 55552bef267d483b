"""The tables of the demo data, read from ``data/``."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one table."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def products() -> dict[int, dict[str, str]]:
    return {int(row["no"]): row for row in rows("products.csv")}


@functools.cache
def summaries() -> dict[int, str]:
    return {int(row["no"]): row["summary"] for row in rows("texts.csv")}


@dataclass(frozen=True, slots=True)
class Article:
    """A news item: facts on top of the file, the text below the first empty line."""

    picture: str
    facts: dict[str, str]
    body: str


def articles() -> list[Article]:
    """Return the news items, the oldest first."""
    found = []
    for path in sorted((DATA / "news").glob("*.md")):
        head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        facts = dict(line.split(": ", 1) for line in head.splitlines())
        found.append(Article(path.stem, facts, body.strip()))
    return sorted(found, key=lambda article: -int(article.facts["days"]))
