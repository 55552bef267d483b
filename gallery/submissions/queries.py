"""Reads of submissions: the list, the preview by outcome, progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.catalog.models import Product
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.regions.models import Region
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.states import RowOutcome, SubmissionStatus

PAGE = 25
ROWS = 50
ENDED = (SubmissionStatus.DONE, SubmissionStatus.FAILED, SubmissionStatus.CANCELLED)
FORGOTTEN_AT_ONCE = 100


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


@dataclass(frozen=True)
class RowLine:
    """A row of a sheet, and the address of the product that it speaks of, where there is one."""

    row: SubmissionRow
    product: str | None


def rows(session: Session, submission_id: int, outcome: RowOutcome, page: int) -> tuple[list[RowLine], bool]:
    """Return one page of rows in the order of the sheet, and whether more follow; one query."""
    statement = (
        select(SubmissionRow, Product.public_id)
        .outerjoin(Product, Product.id == SubmissionRow.product_id)
        .where(SubmissionRow.submission_id == submission_id, SubmissionRow.outcome == outcome)
        .order_by(SubmissionRow.row_number)
        .offset((page - 1) * ROWS)
        .limit(ROWS + 1)
    )
    found = [RowLine(*row) for row in session.execute(statement)]
    return found[:ROWS], len(found) > ROWS


def with_old_files(session: Session, before: datetime) -> Sequence[int]:
    """Return the ids of submissions whose life ended before that moment and whose files still stand in the store."""
    statement = select(Submission.id).where(
        Submission.status.in_(ENDED), Submission.status_changed_at < before, Submission.files_deleted_at.is_(None)
    )
    return session.scalars(statement.order_by(Submission.id).limit(FORGOTTEN_AT_ONCE)).all()


@dataclass(frozen=True)
class KeptSheet:
    """A submission whose sheet still stands in the store, and where."""

    submission_id: int
    key: str


def kept_sheets(session: Session) -> list[KeptSheet]:
    """Return all sheets that still stand in the store, the oldest first."""
    statement = (
        select(Submission.id, StoredFile.key)
        .join(StoredFile, StoredFile.id == Submission.file_id)
        .where(Submission.files_deleted_at.is_(None))
        .order_by(Submission.id)
    )
    return [KeptSheet(*row) for row in session.execute(statement)]


def left_open(session: Session, before: datetime) -> Sequence[int]:
    """Return the ids of submissions that nobody has sent or cancelled since that moment."""
    statement = select(Submission.id).where(
        Submission.status.in_((SubmissionStatus.CHECKING, SubmissionStatus.READY)),
        Submission.status_changed_at < before,
    )
    return session.scalars(statement.order_by(Submission.id).limit(FORGOTTEN_AT_ONCE)).all()


def wrong_rows(session: Session, submission_id: int) -> dict[int, list[dict[str, object]]]:
    """Return the problems of every row that was not written, by row number."""
    statement = select(SubmissionRow.row_number, SubmissionRow.problems).where(
        SubmissionRow.submission_id == submission_id, SubmissionRow.outcome == RowOutcome.WRONG
    )
    return {number: list(problems) for number, problems in session.execute(statement)}
