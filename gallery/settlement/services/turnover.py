"""The MSME's statement about its turnover, on file."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.files import StoredFile
from gallery.core.locks import lock_row
from gallery.registry.models import Business
from gallery.settlement.models import TurnoverStatement


def file_statement(session: Session, business_id: int, year: int, file: StoredFile, *, note: str, actor: Actor) -> bool:
    """The file is the statement of that year; tell whether it is a new one.

    An earlier one of the same year is replaced, and the trail names both. The same file sent twice is one statement,
    and the second copy is not recorded.
    """
    business = lock_row(session, Business, business_id)
    found = session.scalar(
        select(TurnoverStatement).where(TurnoverStatement.business_id == business_id, TurnoverStatement.year == year)
    )
    old = session.get(StoredFile, found.file_id) if found is not None and found.file_id is not None else None
    if found is not None and old is not None and old.sha256 == file.sha256 and found.note == note:
        session.delete(file)
        return False
    if found is None:
        found = TurnoverStatement(business_id=business_id, year=year)
        session.add(found)
    found.file_id, found.note = file.id, note
    found.recorded_by, found.recorded_at = actor.user_id, clock.now()
    audit.record(
        session,
        actor,
        "turnover.statement_filed",
        f"business:{business.public_id}",
        year=year,
        file=file.public_id,
        instead_of=old.public_id if old is not None else None,
    )
    return True
