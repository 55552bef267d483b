"""The categories that come with the software; offices may add their own."""

import csv
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Category


def load_categories(session: Session) -> int:
    """Add or update the shipped categories by slug and return how many there are; others are left alone."""
    text = resources.files("gallery.catalog").joinpath("data/categories.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    known = {row.slug: row for row in session.scalars(select(Category))}
    for position, row in enumerate(rows, start=1):
        category = known.get(row["slug"]) or Category(slug=row["slug"])
        category.name, category.name_en, category.icon = row["name"], row["name_en"], row["icon"]
        category.position = position
        session.add(category)
    session.flush()
    return len(rows)
