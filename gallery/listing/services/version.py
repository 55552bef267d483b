"""Say that public pages have changed for a reason that is not in the listing: news, a story, a region's name."""

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gallery.listing.models import CatalogueVersion


def touch(session: Session) -> None:
    """Afterwards every kept page is made anew when it is next asked for."""
    maker = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = {"id": 1, "version": 0, "words_version": 0}
    session.execute(maker(CatalogueVersion).values(first).on_conflict_do_nothing())
    session.execute(
        update(CatalogueVersion).where(CatalogueVersion.id == 1).values(version=CatalogueVersion.version + 1)
    )
