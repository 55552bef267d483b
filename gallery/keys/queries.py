"""Which key each encrypted value needs."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.core.crypto import HEADER_BYTES, VERSION, FieldCipher
from gallery.core.files import FileStore
from gallery.keys.facts import SEALED, SHEETS, SealedField
from gallery.submissions.queries import kept_sheets

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class KeyCount:
    """So many values of one place need this key; without an id it is one that is not configured and has no name."""

    place: str
    key_id: str
    is_first_format: bool
    values: int
    is_configured: bool
    is_newest: bool  # in the present format, too


def key_counts(session: Session, files: FileStore, cipher: FieldCipher) -> list[KeyCount]:
    """Return how many values need which key. Values of the first format name none: each is opened to find it."""
    counted: Counter[tuple[str, str, bool]] = Counter()
    for field in SEALED:
        _count(session, field, cipher, counted)
    for sheet in kept_sheets(session):
        try:
            with files.open(sheet.key) as stored:
                data = stored.read(HEADER_BYTES)
                data += b"" if data.startswith(VERSION) else stored.read()
        except FileNotFoundError:  # forgotten meanwhile
            continue
        name, context = SHEETS
        counted[name, cipher.key_id(data, context), not data.startswith(VERSION)] += 1
    return [
        KeyCount(
            *(place, key_id, is_first, values),
            is_configured=key_id in cipher.key_ids,
            is_newest=key_id == cipher.key_ids[0] and not is_first,
        )
        for (place, key_id, is_first), values in sorted(counted.items())
    ]


def _count(session: Session, field: SealedField, cipher: FieldCipher, counted: Counter[tuple[str, str, bool]]) -> None:
    begins = select(field.begin(HEADER_BYTES).label("header")).where(field.begins_with(VERSION)).subquery()
    for header, values in session.execute(select(begins.c.header, func.count()).group_by(begins.c.header)):
        key_id = (header if field.path else header.hex())[2 * len(VERSION) :]
        counted[field.name, key_id, False] += values
    old = select(field.column, field.of_row).where(field.begins_otherwise(VERSION))
    for content, row in session.execute(old.execution_options(yield_per=AT_ONCE)):
        counted[field.name, cipher.key_id(field.take(content), field.context_of(row)), True] += 1
