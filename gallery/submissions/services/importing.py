"""Writing the good rows: one product in one transaction, marked as applied in the same one.

Whatever moment a worker dies at, a product is either written and marked or neither; the next worker goes on with
the first unmarked one. Which business and product a row means is decided again here, under lock, because another
sheet may have been written since the preview.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog import services as products
from gallery.catalog.facts import PhotoFacts, name_key
from gallery.catalog.models import Variant
from gallery.catalog.queries.current import candidates
from gallery.catalog.services.submitted import HoldPrices
from gallery.core import audit, clock
from gallery.core.crypto import FieldCipher
from gallery.core.locks import lock_row, lock_rows
from gallery.core.states import move
from gallery.inventory import services as inventory
from gallery.inventory.states import DocumentKind
from gallery.registry.models import Business
from gallery.registry.services import BusinessFacts, register_business
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.services.matching import Register, wanted
from gallery.submissions.services.rows import NIK_CONTEXT
from gallery.submissions.states import SUBMISSION, RowOutcome, SubmissionStatus

GOOD: Final = (RowOutcome.NEW, RowOutcome.CHANGED)


class Photo:
    """A picture of a unit that already stands in the file store; the key is the same however often it is tried."""

    def __init__(self, key: str, data: bytes, sha256: str, media_type: str) -> None:
        self.key, self.data, self.sha256, self.media_type = key, data, sha256, media_type


def next_unit(session: Session, submission_id: int, *, after: int = 0) -> list[SubmissionRow]:
    """Return the rows of the first product below row ``after`` that is not written yet; none when all are."""
    waiting = (
        select(SubmissionRow.unit)
        .where(
            SubmissionRow.submission_id == submission_id,
            SubmissionRow.outcome.in_(GOOD),
            SubmissionRow.applied_at.is_(None),
            SubmissionRow.row_number > after,  # so that a long sheet is walked once, not from its top for each product
        )
        .order_by(SubmissionRow.row_number)
        .limit(1)
    )
    return list(
        session.scalars(
            select(SubmissionRow)
            .where(SubmissionRow.submission_id == submission_id, SubmissionRow.unit.in_(waiting.scalar_subquery()))
            .order_by(SubmissionRow.row_number)
        )
    )


def write_unit(
    session: Session,
    cipher: FieldCipher,
    submission_id: int,
    unit: int,
    photos: Mapping[str, Photo],
    *,
    hold: HoldPrices | None = None,
    actor: Actor,
) -> None:
    """The product of this unit is written and its rows are marked; done before, nothing happens.

    ``hold`` keeps prices that somebody else has a say in. A refusal (somebody took the NIB, the picture quota is full)
    is raised: the caller then gives the unit up, in a transaction of its own, and the rest of the sheet goes on.
    """
    submission = _lock(session, submission_id)
    rows = _open_rows(session, submission_id, unit)
    if submission.status is not SubmissionStatus.IMPORTING or not rows:
        return
    business_id = _business_id(session, cipher, submission, rows, actor)
    product_id = _save(session, business_id, rows, photos, submission, hold, actor)
    for row in rows:
        row.business_id, row.product_id = business_id, product_id
    _mark(submission, rows)


def give_up_unit(session: Session, submission_id: int, unit: int, code: str) -> None:
    """Mark a unit that was refused as failed, so that it does not hold up all the others."""
    submission = lock_row(session, Submission, submission_id)
    rows = _open_rows(session, submission_id, unit)
    if rows and rows[0].outcome is RowOutcome.NEW:
        submission.new_rows -= len(rows)
    else:
        submission.changed_rows -= len(rows)
    submission.wrong_rows += len(rows)
    for row in rows:
        row.outcome = RowOutcome.WRONG
        row.problems = [*row.problems, {"key": "product", "value": "", "code": f"failed_{code}", "facts": {}}]
    submission.failed_rows += len(rows)
    _mark(submission, rows)


def finish(session: Session, submission_id: int, *, actor: Actor) -> None:
    """All rows are written: the submission is done."""
    submission = lock_row(session, Submission, submission_id)
    if submission.status is not SubmissionStatus.IMPORTING:
        return
    move(submission, SUBMISSION, SubmissionStatus.DONE, clock.now())
    written = submission.done_rows - submission.failed_rows
    audit.record(session, actor, "submission.done", f"submission:{submission.public_id}", rows=written)


def _lock(session: Session, submission_id: int) -> Submission:
    """Lock every sheet of the district that is being written: two of them never add one business twice."""
    district = session.scalar(select(Submission.district_code).where(Submission.id == submission_id))
    running = session.scalars(
        select(Submission.id).where(
            Submission.district_code == district, Submission.status == SubmissionStatus.IMPORTING
        )
    )
    return lock_rows(session, Submission, {submission_id, *running})[submission_id]


def _open_rows(session: Session, submission_id: int, unit: int) -> list[SubmissionRow]:
    return list(
        session.scalars(
            select(SubmissionRow)
            .where(
                SubmissionRow.submission_id == submission_id,
                SubmissionRow.unit == unit,
                SubmissionRow.outcome.in_(GOOD),
                SubmissionRow.applied_at.is_(None),
            )
            .order_by(SubmissionRow.row_number)
        )
    )


def _business_id(
    session: Session, cipher: FieldCipher, submission: Submission, rows: Sequence[SubmissionRow], actor: Actor
) -> int:
    if rows[0].business_id is not None and session.get(Business, rows[0].business_id) is not None:
        return rows[0].business_id
    facts = rows[0].facts["business"]
    match = Register(session, submission.district_code, only=facts).find(facts)
    if match.business_id is not None:
        return match.business_id
    nik = cipher.decrypt(bytes.fromhex(facts["nik"]), NIK_CONTEXT) if "nik" in facts else None
    wanted_facts = BusinessFacts(
        name=facts["name"],
        owner_name=facts["owner"],
        district_code=submission.district_code,
        phone=facts["phone"],
        village_code=facts.get("village"),
        address=facts.get("address", ""),
        nib=facts.get("nib"),
        nik=nik,
    )
    return register_business(session, cipher, wanted_facts, actor=actor).id


def _save(
    session: Session,
    business_id: int,
    rows: Sequence[SubmissionRow],
    photos: Mapping[str, Photo],
    submission: Submission,
    hold: HoldPrices | None,
    actor: Actor,
) -> int:
    facts = [row.facts for row in rows]
    probe = wanted(facts, None, None)
    found = candidates(session, business_id, probe).find(business_id, probe)
    known = {photo.sha256: photo for photo in found.facts.photos or ()} if found else {}
    pictures = [known.get(sha) or _recorded(session, photo, business_id) for sha, photo in photos.items()] or None
    full = wanted(facts, found.facts if found else None, pictures)
    saved = products.save_submitted(session, business_id, full, hold=hold, actor=actor)
    _stock(session, saved.product_id, business_id, facts, submission, actor)
    held = {name_key(name) for name in saved.held}
    _tell_held(submission, [row for row in rows if name_key(row.facts["variant"].get("name", "")) in held])
    return saved.product_id


def _tell_held(submission: Submission, rows: Sequence[SubmissionRow]) -> None:
    """Note on the rows, and on the sheet as a whole, that their new price does not hold yet."""
    for row in rows:
        typed = row.cells.get("price", "")
        note = {"key": "price", "value": typed, "code": "price_asked", "facts": {}, "note": True}
        row.problems = [*row.problems, note]
    if rows:
        told = submission.notices.get("prices_asked", 0) + len(rows)
        submission.notices = {**submission.notices, "prices_asked": told}


def _recorded(session: Session, photo: Photo, business_id: int) -> PhotoFacts:
    return products.record_upload(session, photo.key, photo.data, media_type=photo.media_type, business_id=business_id)


def _stock(
    session: Session,
    product_id: int,
    business_id: int,
    facts: Sequence[dict[str, Any]],
    submission: Submission,
    actor: Actor,
) -> None:
    """Receive the first stock of each variant at home: once for ever, whichever sheet says it."""
    pieces = {name_key(row["variant"].get("name", "")): row["stock"] for row in facts if row.get("stock")}
    if not pieces:
        return
    place_id = inventory.home_of(session, business_id).id
    variants = session.execute(
        select(Variant.id, Variant.name).where(Variant.product_id == product_id).order_by(Variant.id)
    ).all()
    for variant_id, name in variants:
        if name_key(name) in pieces:
            inventory.receive(
                session,
                variant_id,
                place_id,
                pieces[name_key(name)],
                document=DocumentKind.SUBMISSION.of(submission.public_id),
                request_key=f"first-stock:{variant_id}",
                actor=actor,
            )


def _mark(submission: Submission, rows: Sequence[SubmissionRow]) -> None:
    now = clock.now()
    for row in rows:
        row.applied_at = now
    submission.done_rows += len(rows)
    submission.beat_at = now
