"""Taking a sheet in, sending it on, or dropping it. Originals hold NIKs, so they are stored encrypted."""

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.crypto import FieldCipher
from gallery.core.errors import NotFoundError
from gallery.core.files import FileStore, Placed, StoredFile, new_key, put_all_for, record_file
from gallery.core.locks import lock_row
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.submissions.errors import NothingToSendError, SubmissionChangedError
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.states import SUBMISSION, SubmissionStatus

SHEET_CONTEXT: Final = "submission.file"
SAME_UPLOAD: Final = timedelta(minutes=5)
SILENT_AFTER: Final = timedelta(seconds=45)
NAME_LENGTH: Final = 120
OPEN: Final = (SubmissionStatus.CHECKING, SubmissionStatus.READY)


@dataclass(frozen=True)
class Upload:
    """A file as it is going to be stored; ``sha256`` is of its content as sent."""

    key: str
    data: bytes
    sha256: str
    name: str


def sealed_sheet(cipher: FieldCipher, data: bytes, sha256: str, name: str) -> Upload:
    """Return a sheet encrypted."""
    sealed = cipher.encrypt(data.decode("latin-1"), SHEET_CONTEXT)
    return Upload(new_key("submission", "sealed"), sealed, sha256, name)


def photo_zip(data: bytes, sha256: str, name: str) -> Upload:
    return Upload(new_key("submission-photos", "zip"), data, sha256, name)


def stored(files: FileStore, *uploads: Upload | None) -> AbstractContextManager[Placed]:
    """Store the uploads for the block that records them; none stays when it is refused, or says it needs none."""
    return put_all_for(files, {one.key: one.data for one in uploads if one is not None})


def open_sheet(files: FileStore, cipher: FieldCipher, key: str) -> bytes:
    """Return a stored sheet as it was sent."""
    with files.open(key) as stored:
        return cipher.decrypt(stored.read(), SHEET_CONTEXT).encode("latin-1")


def reseal_sheet(session: Session, files: FileStore, cipher: FieldCipher, submission_id: int) -> bool:
    """The stored sheet is under the newest key; tell whether it was not before.

    Nothing is done while somebody else holds the submission, or when its files are forgotten. Whoever reads meanwhile
    gets the old content or the new one. A process killed before the commit leaves the new content under the old
    checksum, which the next run mends.
    """
    submission = session.scalar(
        select(Submission)
        .where(Submission.id == submission_id, Submission.files_deleted_at.is_(None))
        .with_for_update(key_share=True, skip_locked=True)
    )
    if submission is None:
        return False
    stored = session.get_one(StoredFile, submission.file_id)
    with files.open(stored.key) as stream:
        data = stream.read()
    if not data.startswith(cipher.header):
        data = cipher.encrypt(cipher.decrypt(data, SHEET_CONTEXT), SHEET_CONTEXT)
        files.put(stored.key, data)
    sha256 = hashlib.sha256(data).hexdigest()
    if stored.sha256 == sha256:
        return False
    stored.size_bytes, stored.sha256 = len(data), sha256
    return True


def receive(
    session: Session,
    district_code: str,
    sheet: Upload,
    photos: Upload | None,
    *,
    defaults: Mapping[str, str],
    actor: Actor,
) -> Submission:
    """The sheet waits to be checked. The same person sending the same bytes again at once gets the same submission.

    Then the upload is not needed: the submission's file is another one (:func:`stored_keys`).
    """
    if actor.user_id is None:
        raise NotFoundError("user")
    twin = session.scalar(
        select(Submission)
        .where(
            Submission.district_code == district_code,
            Submission.uploaded_by == actor.user_id,
            Submission.sha256 == sheet.sha256,
            Submission.created_at > clock.now() - SAME_UPLOAD,
            Submission.status.in_(OPEN),
        )
        .order_by(Submission.id.desc())
        .limit(1)
    )
    if twin is not None and photos is None and twin.defaults == dict(defaults):
        return twin
    stored = record_file(session, sheet.key, sheet.data, media_type="application/octet-stream", purpose="submission")
    submission = Submission(
        district_code=district_code,
        uploaded_by=actor.user_id,
        file_id=stored.id,
        file_name=sheet.name[:NAME_LENGTH],
        sha256=sheet.sha256,
        defaults=dict(defaults),
    )
    session.add(submission)
    if photos is not None:
        _attach(session, submission, photos)
    session.flush()  # the message carries the id
    audit.record(session, actor, "submission.received", f"submission:{submission.public_id}", district=district_code)
    emit(session, "submission.check", submission_id=submission.id)
    return submission


def add_photos(session: Session, submission_id: int, photos: Upload, *, actor: Actor) -> Submission:
    """The photo ZIP replaces the one before, which is deleted; the sheet is checked again with it."""
    submission = lock_row(session, Submission, submission_id)
    if submission.status is not SubmissionStatus.READY:
        raise SubmissionChangedError(submission.status)
    _attach(session, submission, photos)
    move(submission, SUBMISSION, SubmissionStatus.CHECKING, clock.now())
    submission.done_rows = 0
    audit.record(session, actor, "submission.photos_added", f"submission:{submission.public_id}")
    emit(session, "submission.check", submission_id=submission.id)
    return submission


def send(session: Session, submission_id: int, *, actor: Actor) -> Submission:
    """The good rows are being written. Sent a second time (double click, two tabs) nothing more happens."""
    submission = lock_row(session, Submission, submission_id)
    if submission.status in {SubmissionStatus.IMPORTING, SubmissionStatus.DONE}:
        return submission
    if submission.status is not SubmissionStatus.READY:
        raise SubmissionChangedError(submission.status)
    if submission.new_rows + submission.changed_rows == 0:
        raise NothingToSendError(submission.public_id)
    move(submission, SUBMISSION, SubmissionStatus.IMPORTING, clock.now())
    submission.done_rows, submission.beat_at = 0, clock.now()
    audit.record(
        session,
        actor,
        "submission.sent",
        f"submission:{submission.public_id}",
        new=submission.new_rows,
        changed=submission.changed_rows,
        wrong=submission.wrong_rows,
    )
    emit(session, "submission.import", submission_id=submission.id, user_id=actor.user_id)
    return submission


def resume(session: Session, submission_id: int, *, actor: Actor) -> Submission:
    """A job that has gone silent is asked for again; one that is alive is left alone."""
    submission = lock_row(session, Submission, submission_id)
    if is_silent(submission):
        submission.beat_at = clock.now()
        if submission.status is SubmissionStatus.CHECKING:
            emit(session, "submission.check", submission_id=submission.id)
        else:
            emit(session, "submission.import", submission_id=submission.id, user_id=actor.user_id)
    return submission


def is_silent(submission: Submission) -> bool:
    """Tell whether a running job has shown no sign of life for a while: its worker may have been killed."""
    running = submission.status in {SubmissionStatus.CHECKING, SubmissionStatus.IMPORTING}
    last = max(submission.beat_at or submission.status_changed_at, submission.status_changed_at)
    return running and clock.now() - last > SILENT_AFTER


def cancel(session: Session, submission_id: int, *, actor: Actor) -> Submission:
    """Nothing of the sheet will be written; its rows are gone and its files will be."""
    submission = lock_row(session, Submission, submission_id)
    if submission.status is SubmissionStatus.CANCELLED:
        return submission
    if submission.status not in OPEN:
        raise SubmissionChangedError(submission.status)
    move(submission, SUBMISSION, SubmissionStatus.CANCELLED, clock.now())
    session.execute(delete(SubmissionRow).where(SubmissionRow.submission_id == submission.id))
    audit.record(session, actor, "submission.cancelled", f"submission:{submission.public_id}")
    emit(session, "submission.cancelled", submission_id=submission.id)
    return submission


@dataclass(frozen=True)
class Keys:
    """Where the files of a submission stand."""

    sheet: str
    photos: str | None


def stored_keys(session: Session, submission: Submission) -> Keys:
    """Return where the files of a submission stand; one query."""
    ids = [number for number in (submission.file_id, submission.photos_file_id) if number]
    rows = session.execute(select(StoredFile.id, StoredFile.key).where(StoredFile.id.in_(ids)))
    found: dict[int, str] = {row.id: row.key for row in rows}
    return Keys(found[submission.file_id], found.get(submission.photos_file_id or 0))


def locked(session: Session, submission_id: int) -> Submission:
    """Return the submission, locked."""
    return lock_row(session, Submission, submission_id)


def forget(session: Session, submission_id: int) -> None:
    """The rows, which quote the sheet, are gone and the files will be; the counts stay."""
    submission = lock_row(session, Submission, submission_id)
    keys = stored_keys(session, submission)
    for key in filter(None, (keys.sheet, keys.photos)):
        emit(session, "file.discarded", key=key)
    session.execute(delete(SubmissionRow).where(SubmissionRow.submission_id == submission_id))
    submission.files_deleted_at = clock.now()


def beat(session: Session, submission_id: int, done: int, total: int) -> None:
    """Write down how far the check has come."""
    submission = lock_row(session, Submission, submission_id)
    if submission.status is SubmissionStatus.CHECKING:
        submission.done_rows, submission.total_rows, submission.beat_at = done, total, clock.now()


def _attach(session: Session, submission: Submission, photos: Upload) -> None:
    stored = record_file(session, photos.key, photos.data, media_type="application/zip", purpose="submission-photos")
    before, submission.photos_file_id = submission.photos_file_id, stored.id
    if before is not None:
        session.flush()  # the submission lets go of the old row first
        old = session.get_one(StoredFile, before)
        emit(session, "file.discarded", key=old.key)
        session.delete(old)
