"""What passes between us and couriers, kept raw: notices at our door, and what we asked and they answered.

Both hold names and telephone numbers, so they are encrypted, and forgotten after ninety days.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.crypto import FieldCipher
from gallery.core.db import insert_into
from gallery.core.errors import NotFoundError
from gallery.delivery.courier import CourierUpdate, Exchange
from gallery.delivery.models import CourierExchange, CourierHealth, CourierNotice
from gallery.delivery.states import Courier, NoticeOutcome
from gallery.inventory.services.ledger import insert_once

KEEP: Final = timedelta(days=90)
CLAIM: Final = timedelta(hours=6)  # much longer than messages wait for a worker, even after a bad night
CONTENT, REQUEST, ANSWER = "courier_notice.content", "courier_exchange.request", "courier_exchange.answer"
# A courier that can not be asked is asked again after so long, doubled each time.
FIRST_DELAY_S, LONGEST_DELAY_S, MOST_TRIES = 15, 3_600, 30


@dataclass(frozen=True, slots=True)
class Received:
    """A message exactly as it came to one of our paths; of the headers those that an adapter may ask for."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def notice_row(
    courier: Courier, received: Received, updates: Sequence[CourierUpdate], *, cipher: FieldCipher
) -> dict[str, Any]:
    """Return the message as a row of the inbox; ``updates`` is what the adapter read in it."""
    keys = "\n".join(update.event_key for update in updates) or received.body.hex()
    body = base64.b64encode(received.body).decode()
    content = json.dumps({"path": received.path, "headers": dict(received.headers), "body": body})
    return {
        "courier": courier,
        "dedup_key": hashlib.sha256(keys.encode(errors="replace")).hexdigest(),
        "booking_ref": updates[0].booking_ref if updates else "",
        "received_at": clock.now(),
        "content": cipher.encrypt(content, CONTENT),
        "said": updates[0].said if updates else "",
        "tries": 0,
        "note": "",
    }


def store_notices(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """These messages stand in the inbox, each once, whatever becomes of them."""
    # Compiled once, as a list of values in the statement itself would not be.
    session.connection().execute(insert_into(session, CourierNotice).on_conflict_do_nothing(), list(rows))


def count_refused(session: Session, courier: Courier) -> None:
    """Somebody knocked without the right signature."""
    insert_once(session, CourierHealth, courier=courier, failures=0, last_error="", refused_notices=0)
    session.execute(
        update(CourierHealth)
        .where(CourierHealth.courier == courier)
        .values(refused_notices=CourierHealth.refused_notices + 1)
        .execution_options(synchronize_session=False)
    )


def read_content(notice: CourierNotice, cipher: FieldCipher) -> Received:
    """Return the message as it came."""
    content = json.loads(cipher.decrypt(notice.content, CONTENT))
    return Received(content["path"], content["headers"], base64.b64decode(content["body"]))


def waiting_notices(session: Session, *, limit: int) -> list[int]:
    """Return the ids of notices whose turn it is, the oldest first."""
    rows = session.scalars(
        select(CourierNotice.id)
        .where(
            CourierNotice.judged_at.is_(None),
            or_(CourierNotice.next_at.is_(None), CourierNotice.next_at <= clock.now()),
        )
        .order_by(CourierNotice.id)
        .limit(limit)
    )
    return list(rows)


def take_waiting_notices(session: Session, *, limit: int) -> list[int]:
    """Return the ids of waiting notices, which nobody else gets for a while."""
    ids = waiting_notices(session, limit=limit)
    session.execute(
        update(CourierNotice)
        .where(CourierNotice.id.in_(ids))
        .values(next_at=clock.now() + CLAIM)
        .execution_options(synchronize_session=False)
    )
    return ids


def note_judged(session: Session, notice_id: int, outcome: NoticeOutcome, *, booking_id: int | None = None) -> None:
    """What became of the notice."""
    notice = session.get_one(CourierNotice, notice_id)
    notice.judged_at, notice.outcome, notice.next_at = clock.now(), outcome, None
    notice.booking_id = booking_id or notice.booking_id


def postpone(session: Session, notice_id: int) -> None:
    """The courier could not be asked about it: later again, and in the end a person reads it."""
    notice = session.get_one(CourierNotice, notice_id)
    notice.tries += 1
    if notice.tries >= MOST_TRIES:
        notice.judged_at, notice.outcome = clock.now(), NoticeOutcome.IMPOSSIBLE
        return
    delay_s = min(FIRST_DELAY_S * 2 ** (notice.tries - 1), LONGEST_DELAY_S)
    notice.next_at = clock.now() + timedelta(seconds=delay_s)


def close_notice(session: Session, notice_id: int, *, note: str, actor: Actor) -> None:
    """A person has seen to it: it leaves the queue."""
    notice = session.get(CourierNotice, notice_id)
    if notice is None:
        raise NotFoundError("CourierNotice")
    if notice.closed_at is None:
        notice.closed_at, notice.note = clock.now(), note
        audit.record(session, actor, "courier.notice_closed", f"courier_notice:{notice.id}", note=note)


def replay(
    session: Session,
    *,
    courier: Courier | None = None,
    outcome: NoticeOutcome | None = None,
    since: datetime | None = None,
    notice_id: int | None = None,
) -> int:
    """Let notices be judged again, as after a mistake of ours was mended; return how many. No effect is doubled."""
    wanted: list[ColumnElement[bool]] = [CourierNotice.judged_at.is_not(None)]
    if courier is not None:
        wanted.append(CourierNotice.courier == courier)
    if outcome is not None:
        wanted.append(CourierNotice.outcome == outcome)
    if since is not None:
        wanted.append(CourierNotice.received_at >= since)
    if notice_id is not None:
        wanted.append(CourierNotice.id == notice_id)
    done = session.execute(
        update(CourierNotice)
        .where(*wanted)
        .values(judged_at=None, outcome=None, next_at=None, tries=0)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def keep_exchanges(
    session: Session, exchanges: Sequence[Exchange], *, booking_id: int | None, cipher: FieldCipher
) -> None:
    """What was said to the courier, and what it answered, can be read in the trouble queue."""
    for one in exchanges:
        session.add(
            CourierExchange(
                courier=one.courier,
                booking_id=booking_id,
                what=one.what,
                at=one.at,
                status_code=one.status_code,
                duration_ms=one.duration_ms,
                error=one.error,
                request=cipher.encrypt(one.request, REQUEST),
                answer=cipher.encrypt(one.answer, ANSWER),
            )
        )


def forget_old_messages(session: Session, *, limit: int = 5_000) -> int:
    """After ninety days nobody reads them any more; return how many are gone."""
    gone = 0
    for model, at in ((CourierNotice, CourierNotice.received_at), (CourierExchange, CourierExchange.at)):
        old = select(model.id).where(at < clock.now() - KEEP).order_by(model.id).limit(limit)
        ids = session.scalars(old).all()
        session.execute(delete(model).where(model.id.in_(ids)))
        gone += len(ids)
    return gone
