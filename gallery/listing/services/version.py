"""Say that public pages have changed for a reason that is not in the listing: news, a story, a region's name."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from gallery.core.db import insert_into
from gallery.listing.models import CatalogueVersion


def touch(session: Session) -> None:
    """Afterwards every kept page is made anew when it is next asked for."""
    first = {"id": 1, "version": 0, "words_version": 0}
    session.execute(insert_into(session, CatalogueVersion).values(first).on_conflict_do_nothing())
    session.execute(
        update(CatalogueVersion).where(CatalogueVersion.id == 1).values(version=CatalogueVersion.version + 1)
    )
