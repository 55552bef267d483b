"""Giving encrypted values another key, a few at a time. Functions run inside the caller's ``transaction()``."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.crypto import DecryptionError, FieldCipher, MissingKeyError
from gallery.core.files import FileStore
from gallery.keys.facts import SHEETS, SealedField
from gallery.submissions.services.receiving import reseal_sheet

BATCH: Final = 300


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: so many values have the newest key now, and where to go on; None at the end.

    ``damaged`` are the rows whose value the key that it names does not open: it was changed, or is another row's.
    """

    values: int
    damaged: list[int]
    after: int | None


def reseal(session: Session, field: SealedField, cipher: FieldCipher, *, after: int, actor: Actor) -> Turn:
    """The next few values of a column that are not under the newest key are, or can not be opened.

    Rows that somebody else holds are left out, so this waits for nobody, and nobody's change is lost.
    """
    row_id = field.model.id
    found = session.execute(
        select(row_id, field.column, field.of_row)
        .where(row_id > after, field.begins_otherwise(cipher.header))
        .order_by(row_id)
        .limit(BATCH)
        .with_for_update(of=field.model, key_share=True, skip_locked=True)
    ).all()
    changes, damaged = [], []
    for number, content, row in found:
        context = field.context_of(row)
        try:
            text = cipher.decrypt(field.take(content), context)
        except MissingKeyError:  # stays as it is, and is counted by what is left
            continue
        except DecryptionError:
            damaged.append(number)
            continue
        changes.append({"this_row": number, "sealed": field.put(content, cipher.encrypt(text, context))})
    if changes:
        table = field.model.__table__
        change = (
            update(table).where(table.c.id == bindparam("this_row")).values({field.column.key: bindparam("sealed")})
        )
        session.connection().execute(change, changes)
        _record(session, cipher, field.name, len(changes), actor)
    return Turn(len(changes), damaged, found[-1][0] if len(found) == BATCH else None)


def reseal_file(session: Session, files: FileStore, cipher: FieldCipher, submission_id: int, *, actor: Actor) -> Turn:
    """The sheet of a submission is under the newest key, or can not be opened."""
    try:
        is_changed = reseal_sheet(session, files, cipher, submission_id)
    except (FileNotFoundError, MissingKeyError):  # forgotten meanwhile; stays as it is, and is counted by what is left
        return Turn(0, [], None)
    except DecryptionError:
        return Turn(0, [submission_id], None)
    if is_changed:
        _record(session, cipher, SHEETS[0], 1, actor)
    return Turn(int(is_changed), [], None)


def _record(session: Session, cipher: FieldCipher, place: str, values: int, actor: Actor) -> None:
    audit.record(session, actor, "keys.rotated", f"key:{cipher.key_ids[0]}", place=place, values=values)
