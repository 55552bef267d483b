"""Checks and imports spreadsheets. Long work is cut into short turns, so that other work is not kept waiting."""

import logging
import time
from datetime import timedelta
from functools import partial
from typing import Any, Final

from flask import current_app
from sqlalchemy.exc import DataError, IntegrityError

from gallery.accounts.models import User
from gallery.accounts.permissions import Actor
from gallery.accounts.queries import actor_of
from gallery.consignment.services.prices import hold_prices
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.outbox import emit, every, handles
from gallery.core.sheets import Limits, UnreadableSheetError
from gallery.core.states import move
from gallery.submissions import queries
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.services import checking, importing, receiving
from gallery.submissions.services.directory import directory_of
from gallery.submissions.services.importing import Photo
from gallery.submissions.services.photos import PhotoBox
from gallery.submissions.services.rows import RowReader
from gallery.submissions.states import SUBMISSION, SubmissionStatus

log = logging.getLogger("gallery.jobs")
TURN_S: Final = 20.0
KEEP_FILES: Final = timedelta(days=90)
MEDIA_TYPES: Final = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
# What a single product may fail with for reasons that only concern itself; a lost database is not among them.
POISON: Final = (IntegrityError, DataError, ValueError, TypeError, KeyError, AttributeError, LookupError)


@handles("submission.check")
def check(payload: dict[str, Any]) -> None:
    """Do the dry run; a sheet that can not be read at all is marked as failed with the reason."""
    submission = db.session.get(Submission, payload["submission_id"])
    if submission is None or submission.status is not SubmissionStatus.CHECKING:
        return
    submission_id = submission.id
    try:
        checked = _checked(submission)
    except UnreadableSheetError as error:
        with transaction() as session:
            _refuse(session.get_one(Submission, submission_id), error)
        return
    with transaction() as session:
        locked = receiving.locked(session, submission_id)
        if locked.status is SubmissionStatus.CHECKING:  # not cancelled, nor checked by another worker meanwhile
            checking.store(session, locked, checked)


def _checked(submission: Submission) -> checking.Checked:
    files, cipher = adapters.files(), adapters.cipher()
    keys = receiving.stored_keys(db.session(), submission)
    district, defaults, submission_id = submission.district_code, submission.defaults, submission.id
    box = _photo_box(keys.photos)
    limits = Limits(data_rows=current_app.config["IMPORT_MAX_ROWS"])
    table, heading = checking.read_sheet(receiving.open_sheet(files, cipher, keys.sheet), limits)
    reader = RowReader(directory_of(db.session(), district), heading.layout, defaults, cipher)
    db.session.rollback()  # no read snapshot is held while Python computes

    def progress(done: int, total: int) -> None:
        with transaction() as session:
            receiving.beat(session, submission_id, done, total)

    rows, passed = checking.read_rows(table, heading, reader, progress)
    units = checking.judge(db.session(), district, rows, box)
    db.session.rollback()
    columns = [[key, heading.texts[key]] for key in heading.places if not key.startswith("@")]
    return checking.Checked(heading.layout.name, columns, units, checking.notices(table, heading, passed, box))


def _photo_box(key: str | None) -> PhotoBox | None:
    if key is None:
        return None
    with adapters.files().open(key) as stored:
        return PhotoBox(stored.read())


def _refuse(submission: Submission, error: UnreadableSheetError) -> None:
    submission.problem = {"code": error.problem.value, "facts": error.facts}
    if submission.status is SubmissionStatus.CHECKING:
        move(submission, SUBMISSION, SubmissionStatus.FAILED, clock.now())


@handles("submission.import")
def import_rows(payload: dict[str, Any]) -> None:
    """Write products for one turn; while some are left, ask for the next turn."""
    submission_id, ends = payload["submission_id"], time.monotonic() + TURN_S
    actor = _actor(payload.get("user_id"))
    box: PhotoBox | None = None
    unit = 0
    keys = receiving.stored_keys(db.session(), db.session.get_one(Submission, submission_id))
    while time.monotonic() < ends:
        rows = importing.next_unit(db.session(), submission_id, after=unit)
        if not rows:
            with transaction() as session:
                importing.finish(session, submission_id, actor=actor)
            return
        if box is None and any(row.facts["photos"] for row in rows):
            box = _photo_box(keys.photos)
        unit, photos = rows[0].unit, _photos(rows, box)
        db.session.rollback()
        _write(submission_id, unit, photos, actor)
    with transaction() as session:
        emit(session, "submission.import", **payload)


def _write(submission_id: int, unit: int, photos: dict[str, Photo], actor: Actor) -> None:
    hold = partial(hold_prices, rise_days=current_app.config["PRICE_RISE_NOTICE_DAYS"])
    try:
        with transaction() as session:
            importing.write_unit(session, adapters.cipher(), submission_id, unit, photos, hold=hold, actor=actor)
    except GalleryError as error:
        code = error.code
    except POISON:
        log.exception("a product of a sheet could not be written", extra={"submission_id": submission_id, "row": unit})
        code = "unforeseen"
    else:
        return
    with transaction() as session:
        importing.give_up_unit(session, submission_id, unit, code)


def _photos(rows: list[SubmissionRow], box: PhotoBox | None) -> dict[str, Photo]:
    """Bring the pictures of a unit into the store before the transaction that names them."""
    found: dict[str, Photo] = {}
    for row in rows:
        for name in row.facts["photos"] if box else ():
            zipped = box.find(name) if box else None
            if box is None or zipped is None or zipped.sha256 in found:
                continue
            data = box.read(zipped)
            key = f"photo/{zipped.sha256[:2]}/submission-{row.submission_id}-{row.unit}-{zipped.sha256}"
            adapters.files().put(key, data)
            media_type = MEDIA_TYPES.get(zipped.extension, "image/heic")
            found[zipped.sha256] = Photo(key, data, zipped.sha256, media_type)
    return found


def _actor(user_id: int | None) -> Actor:
    user = db.session.get(User, user_id) if user_id else None
    return actor_of(user) if user else Actor.system()


@handles("submission.cancelled")
def forget_cancelled(payload: dict[str, Any]) -> None:
    """The originals of a cancelled submission leave the store."""
    with transaction() as session:
        receiving.forget(session, payload["submission_id"])


@every(hours=24)
def forget_old() -> None:
    """Originals and rows of submissions that ended or were left 90 days ago are deleted: they hold personal data."""
    before = clock.now() - KEEP_FILES
    for submission_id in queries.with_old_files(db.session(), before):
        with transaction() as session:
            receiving.forget(session, submission_id)
    for submission_id in queries.left_open(db.session(), before):
        with transaction() as session:
            receiving.cancel(session, submission_id, actor=Actor.system())
