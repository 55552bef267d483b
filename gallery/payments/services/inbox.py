"""Messages of gateways, kept exactly as they came before they are judged; encrypted, and forgotten after ninety days.

Nothing in a message is believed: it is only a reason to ask.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.crypto import FieldCipher
from gallery.core.db import insert_into
from gallery.payments.gateway import NoticeSeen
from gallery.payments.models import GatewayNotice
from gallery.payments.queries.charges import waiting_notices
from gallery.payments.states import Gateway, NoticeOutcome

KEEP: Final = timedelta(days=90)
CLAIM: Final = timedelta(hours=6)  # much longer than messages wait for a worker, even after a bad night
CONTENT: Final = "gateway_notice.content"
FIRST_DELAY_S, LONGEST_DELAY_S, MOST_TRIES = 15, 3_600, 30
MOST_TRIES_UNKNOWN: Final = 8  # half an hour: a message may be faster than what it is about
LONGEST_NAME: Final = 255


def notice_rows(
    gateway: Gateway, headers: Mapping[str, str], body: bytes, seen: Sequence[NoticeSeen], *, cipher: FieldCipher
) -> list[dict[str, Any]]:
    """Return a message as rows of the inbox, one for each thing that it is about."""
    raw = json.dumps({"headers": dict(headers), "body": base64.b64encode(body).decode()})
    return [
        {
            "gateway": gateway,
            "dedup_key": one.dedup_key[:LONGEST_NAME],
            "kind": one.kind[:LONGEST_NAME],
            "about": one.about[:LONGEST_NAME],
            "received_at": clock.now(),
            "content": cipher.encrypt(raw, CONTENT),
            "said": "",
            "tries": 0,
        }
        for one in seen
    ]


def store_notices(session: Session, messages: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """These messages stand in the inbox, each once, however often it comes."""
    rows = [dict(row) for message in messages for row in message]
    if rows:
        session.connection().execute(insert_into(session, GatewayNotice).on_conflict_do_nothing(), rows)


def take_waiting_notices(session: Session, *, limit: int) -> list[int]:
    """Return the ids of messages whose turn it is, the oldest first; nobody else gets them for a while."""
    now = clock.now()
    notices = session.scalars(waiting_notices(now).limit(limit).with_for_update(skip_locked=True)).all()
    for notice in notices:
        notice.next_at = now + CLAIM
    return [notice.id for notice in notices]


def note_judged(session: Session, notice_id: int, outcome: NoticeOutcome, *, charge_id: int | None = None) -> None:
    """What became of the message."""
    notice = session.get_one(GatewayNotice, notice_id)
    notice.judged_at, notice.outcome, notice.next_at = clock.now(), outcome, None
    notice.charge_id = charge_id or notice.charge_id


def postpone(session: Session, notice_id: int, said: str, *, last: NoticeOutcome = NoticeOutcome.FAILED) -> None:
    """It could not be judged yet: later again, and after many tries never more (``last``)."""
    notice = session.get_one(GatewayNotice, notice_id)
    notice.tries += 1
    notice.said = said[:LONGEST_NAME]
    if notice.tries >= (MOST_TRIES if last is NoticeOutcome.FAILED else MOST_TRIES_UNKNOWN):
        note_judged(session, notice_id, last)
        return
    notice.next_at = clock.now() + timedelta(seconds=min(FIRST_DELAY_S * 2 ** (notice.tries - 1), LONGEST_DELAY_S))


def forget_old_notices(session: Session, *, limit: int = 5_000) -> int:
    """After ninety days nobody reads them any more; return how many are gone."""
    old = select(GatewayNotice.id).where(GatewayNotice.received_at < clock.now() - KEEP).order_by(GatewayNotice.id)
    ids = session.scalars(old.limit(limit)).all()
    session.execute(delete(GatewayNotice).where(GatewayNotice.id.in_(ids)))
    return len(ids)
