"""The dry run: every row judged, nothing of the catalogue touched."""

from gallery.core import outbox
from gallery.core.db import db
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.states import RowOutcome, SubmissionStatus
from tests.factories.submissions import ROW, send_in, sheet


def checked(data, **given) -> Submission:
    submission_id = send_in(data, **given)
    outbox.drain()
    return db.session.get(Submission, submission_id)


def rows_of(submission):
    return db.session.query(SubmissionRow).filter_by(submission_id=submission.id).order_by("row_number").all()


def test_a_good_row_is_new(app):
    submission = checked(sheet([ROW]))
    assert submission.status is SubmissionStatus.READY, submission.problem
    assert [(row.row_number, row.outcome, row.problems) for row in rows_of(submission)] == [(2, RowOutcome.NEW, [])]
