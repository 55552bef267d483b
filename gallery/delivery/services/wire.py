"""What went over the wire, readable again: who lives where is hidden unless somebody opens it on purpose."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.crypto import FieldCipher
from gallery.delivery.models import CourierExchange, CourierNotice
from gallery.delivery.services.inbox import ANSWER, REQUEST, read_content

HIDDEN: Final = "•••"
# Of JSON and of form fields: whose name, number, door or way is told.
_PERSONAL: Final = re.compile(
    r"""(?P<key>"[^"\\]*(?:name|phone|mobile|email|contact|address|note|remark|instruction|landmark|recipient|photo|plate"""
    r"""|person|lat|lng|lon|coordinate|link|url|pin)[^"\\]*"\s*:\s*)(?P<value>"(?:[^"\\]|\\.)*"?|-?[0-9][0-9.]*)""",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+?62|0)[0-9 -]{7,}[0-9]|[0-9]{12,})(?![0-9A-Za-z])")
# Kept: what a thing is called is no person, and without it nobody can tell one row from another.
_OF_THINGS: Final = re.compile(
    r'^"(?:courier_name|courier_service_name|courier_service_code|service_?name|event_?name)"', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Said:
    """Both sides of a call, or a notice (then ``request`` names the path it came to)."""

    request: str
    answer: str


def said_in(exchange: CourierExchange, cipher: FieldCipher, *, is_open: bool) -> Said:
    """Return what was said in a call; personal data are hidden unless ``is_open``."""
    request, answer = cipher.decrypt(exchange.request, REQUEST), cipher.decrypt(exchange.answer, ANSWER)
    return Said(request, answer) if is_open else Said(hidden(request), hidden(answer))


def said_by(notice: CourierNotice, cipher: FieldCipher, *, is_open: bool) -> Said:
    """Return a notice as it came; personal data are hidden unless ``is_open``. The path's secret part never shows."""
    received = read_content(notice, cipher)
    body = received.body.decode(errors="replace")
    return Said(received.path.rpartition("/")[0], body if is_open else hidden(body))


def note_opened(session: Session, subject: str, *, actor: Actor) -> None:
    """The audit trail knows that somebody read the personal data in it; ``subject`` as "shipment:<public id>"."""
    audit.record(session, actor, "courier.wire_opened", subject)


def hidden(text: str) -> str:
    """Return the text without what tells who lives where: personal fields, and every long number."""

    def cover(match: re.Match[str]) -> str:
        if _OF_THINGS.match(match["key"]):
            return match[0]
        return f'{match["key"]}"{HIDDEN}"'

    return _NUMBER.sub(HIDDEN, _PERSONAL.sub(cover, text))
