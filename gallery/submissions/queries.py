"""Reads of submissions: the list, the preview by outcome, progress."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.regions.models import Region
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.states import RowOutcome

PAGE = 25
ROWS = 50


@dataclass(frozen=True)
class SubmissionLine:
    """A submission with the names of its district and of who sent it."""

    submission: Submission
    district: str
    uploader: str


def submission_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition: the submission's district lies inside the scope."""
    return true() if scope.everything else Submission.district_code.in_(sorted(scope.districts))


def submissions(session: Session, scope: Scope, page: int) -> tuple[list[SubmissionLine], bool]:
    """Return one page of the newest submissions, and whether older ones follow; one query."""
    statement = (
        select(Submission, Region.name, User.name)
        .join(Region, Region.code == Submission.district_code)
        .join(User, User.id == Submission.uploaded_by)
        .where(submission_in_scope(scope))
        .order_by(Submission.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    lines = [SubmissionLine(*row) for row in session.execute(statement)]
    return lines[:PAGE], len(lines) > PAGE


def submission(session: Session, public_id: str, scope: Scope) -> SubmissionLine:
    """Return one submission inside the scope; raise :class:`NotFoundError`."""
    row = session.execute(
        select(Submission, Region.name, User.name)
        .join(Region, Region.code == Submission.district_code)
        .join(User, User.id == Submission.uploaded_by)
        .where(Submission.public_id == public_id, submission_in_scope(scope))
    ).first()
    if row is None:
        raise NotFoundError("Submission")
    return SubmissionLine(*row)


def rows(
    session: Session, submission_id: int, outcome: RowOutcome | None, page: int
) -> tuple[Sequence[SubmissionRow], bool]:
    """Return one page of rows in the order of the sheet, and whether more follow."""
    statement = select(SubmissionRow).where(SubmissionRow.submission_id == submission_id)
    if outcome is not None:
        statement = statement.where(SubmissionRow.outcome == outcome)
    statement = statement.order_by(SubmissionRow.row_number).offset((page - 1) * ROWS).limit(ROWS + 1)
    found = session.scalars(statement).all()
    return found[:ROWS], len(found) > ROWS


def wrong_rows(session: Session, submission_id: int) -> dict[int, list[dict[str, object]]]:
    """Return the problems of every row that was not written, by row number."""
    statement = select(SubmissionRow.row_number, SubmissionRow.problems).where(
        SubmissionRow.submission_id == submission_id, SubmissionRow.outcome == RowOutcome.WRONG
    )
    return {number: list(problems) for number, problems in session.execute(statement)}


def written_products(session: Session, submission_id: int) -> int:
    """Return how many products the import has written so far."""
    return session.scalars(
        select(func.count(func.distinct(SubmissionRow.product_id))).where(
            SubmissionRow.submission_id == submission_id, SubmissionRow.applied_at.is_not(None)
        )
    ).one()
