"""What a statement would bring if it were taken now. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gallery.settlement.queries.bank_lines import known_fingerprints
from gallery.settlement.queries.bank_matching import Match, Movement, matches
from gallery.settlement.services.bank import fingerprints
from gallery.settlement.services.bank_sheets import BankSheet, SheetLine
from gallery.settlement.states import Certainty


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A line of the file; ``match`` is none where the account has it already."""

    line: SheetLine
    match: Match | None


@dataclass(frozen=True, slots=True)
class Preview:
    """All lines of a file with what would become of them."""

    rows: Sequence[PreviewRow]

    @property
    def known(self) -> int:
        return sum(1 for row in self.rows if row.match is None)

    def count(self, certainty: Certainty | None) -> int:
        """Return how many new lines are that sure."""
        return sum(1 for row in self.rows if row.match is not None and row.match.certainty == certainty)


def preview(session: Session, sheet: BankSheet, bank_account_id: int) -> Preview:
    """Return what each line of the sheet would be for this account."""
    named = list(zip(fingerprints(sheet.lines), sheet.lines, strict=True))
    known = known_fingerprints(session, bank_account_id, [name for name, _line in named])
    movements = [
        Movement(place, bank_account_id, line.day, line.amount_idr, line.description, line.reference)
        for place, (name, line) in enumerate(named)
        if name not in known
    ]
    found = matches(session, movements)
    return Preview([PreviewRow(line, found.get(place)) for place, (_name, line) in enumerate(named)])
