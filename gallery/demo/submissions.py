"""Submissions of the last days: one with errors, one imported, one waiting to be sent. The real jobs do the work."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.crypto import FieldCipher
from gallery.core.db import transaction
from gallery.core.files import FileStore
from gallery.demo import accounts
from gallery.demo.samples import Sample
from gallery.submissions.services import receiving


@dataclass(frozen=True, slots=True)
class Sent:
    """Who sent a district's sheet how long ago; ``is_confirmed`` when the good rows were sent on."""

    district_code: str
    login: str
    hours_ago: float
    is_confirmed: bool = False


SENT: Final = (
    Sent("19.02", "belitung", 50, is_confirmed=True),
    Sent("19.04", "pendamping", 20),
    Sent("19.01", "bangka", 3),
)


def send_all(
    samples: dict[str, Sample], files: FileStore, cipher: FieldCipher, now: datetime, work: Callable[[], int]
) -> None:
    """Upload the sheets; ``work`` does what is due (the checks, the import, the photos)."""
    for sent in SENT:
        with clock.at(now - timedelta(hours=sent.hours_ago)):
            submission_id = _upload(samples[sent.district_code], files, cipher, sent.login)
            work()
            if sent.is_confirmed:
                with transaction() as session:
                    receiving.send(session, submission_id, actor=accounts.actor(session, sent.login))
                work()


def _upload(sample: Sample, files: FileStore, cipher: FieldCipher, login: str) -> int:
    sheet = receiving.sealed_sheet(cipher, sample.sheet, _sha256(sample.sheet), sample.sheet_name)
    photos = receiving.photo_zip(sample.photos, _sha256(sample.photos), sample.photos_name)
    with receiving.stored(files, sheet, photos), transaction() as session:
        return _receive(session, sample, sheet, photos, login)


def _receive(session: Session, sample: Sample, sheet: receiving.Upload, photos: receiving.Upload, login: str) -> int:
    actor = accounts.actor(session, login)
    return receiving.receive(session, sample.district_code, sheet, photos, defaults={}, actor=actor).id


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
