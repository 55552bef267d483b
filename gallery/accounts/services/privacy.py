"""Consent, and what people ask about their data: kept, answered within 3 × 24 hours (UU PDP 27/2022, art. 30 to 32)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gallery.accounts.errors import TooManyDataRequestsError
from gallery.accounts.models import Consent, DataRequest, RoleGrant, User
from gallery.accounts.permissions import PERMISSIONS, Actor
from gallery.accounts.services.mails import tell
from gallery.accounts.states import DATA_REQUEST, DataRequestKind, DataRequestStatus
from gallery.core import audit, clock
from gallery.core.locks import lock_row
from gallery.core.states import move

TEXT_VERSION: Final = "2026-11"
"""Of the sentence at registration and of the privacy page together; another text is another version (tests)."""
ANSWER_WITHIN: Final = timedelta(hours=72)
MOST_OPEN: Final = 3
FORGOTTEN: Final = "—"


def give_consent(session: Session, user_id: int) -> Consent:
    """It is on record that this person agreed to the text of now."""
    consent = Consent(user_id=user_id, text_version=TEXT_VERSION)
    session.add(consent)
    return consent


def ask(session: Session, kind: DataRequestKind, text: str, *, actor: Actor) -> DataRequest:
    """The request waits for an administrator, who is told by mail; :class:`TooManyDataRequestsError`.

    The same words while they wait are the same request, also when a form is sent twice at once.
    """
    user = lock_row(session, User, actor.user_id or 0)
    waiting = session.scalars(
        select(DataRequest).where(DataRequest.user_id == user.id, DataRequest.status == DataRequestStatus.OPEN)
    ).all()
    for known in waiting:
        if (known.kind, known.text) == (kind, text):
            return known
    if len(waiting) >= MOST_OPEN:
        raise TooManyDataRequestsError(user.public_id)
    now = clock.now()
    request = DataRequest(user_id=user.id, kind=kind, text=text, asked_at=now, due_at=now + ANSWER_WITHIN)
    session.add(request)
    session.flush()  # the audit row names the id
    audit.record(session, actor, "privacy.asked", f"data_request:{request.public_id}", kind=kind.value)
    holders = select(RoleGrant.user_id).where(RoleGrant.role.in_(PERMISSIONS["privacy.answer"]))
    for reader in session.scalars(select(User).where(User.id.in_(holders), User.is_active)):
        tell(session, reader, "data_request_asked", request=request.public_id)
    return request


def answer(session: Session, request_id: int, status: DataRequestStatus, text: str, *, actor: Actor) -> DataRequest:
    """The person reads the answer in the account, and is told by mail that there is one.

    Whose account goes with the answer reads it in the mail, which alone keeps it.
    """
    request = lock_row(session, DataRequest, request_id)
    move(request, DATA_REQUEST, status, clock.now())
    request.answer, request.answered_by = text, actor.user_id
    audit.record(session, actor, "privacy.answered", f"data_request:{request.public_id}", status=status.value)
    is_last = request.kind is DataRequestKind.ERASURE and status is DataRequestStatus.DONE
    tell(session, request.user, "data_request_answered", secrets={"answer": text} if is_last else None)
    return request


def forget_person(session: Session, user_id: int) -> None:
    """Consent is withdrawn, nothing that was asked or answered is kept; what was open is done by the erasure."""
    now = clock.now()
    given = update(Consent).where(Consent.user_id == user_id, Consent.withdrawn_at.is_(None))
    session.execute(given.values(withdrawn_at=now).execution_options(synchronize_session="fetch"))
    for request in session.scalars(select(DataRequest).where(DataRequest.user_id == user_id)):
        if request.status is DataRequestStatus.OPEN:
            move(request, DATA_REQUEST, DataRequestStatus.DONE, now)
        request.text = request.answer = FORGOTTEN
