"""Finding a printed paper again."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.core.errors import NotFoundError
from gallery.core.ids import PUBLIC_ID_LENGTH
from gallery.inventory.models import Paper
from gallery.inventory.states import PaperKind

MISREAD: Final = str.maketrans("oil", "011")  # the letters that a check code never has, as people type them
REVISED: Final = frozenset({PaperKind.PAYMENT_RECEIPT, PaperKind.ORDER_LETTER})


def paper_by_code(session: Session, code: str) -> Paper:
    """Return the paper with the check code, however it was typed, or raise :class:`NotFoundError`."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum()).translate(MISREAD)
    paper = None
    if len(plain) == PUBLIC_ID_LENGTH:
        paper = session.scalar(select(Paper).where(Paper.check_code == plain))
    if paper is None:
        raise NotFoundError("Paper")
    return paper


def paper_of(session: Session, kind: PaperKind, subject: str) -> Paper | None:
    """Return the paper of that kind about the subject."""
    return session.scalar(select(Paper).where(Paper.kind == kind, Paper.subject == subject))


def papers_about(session: Session, subject: str, kinds: Collection[PaperKind]) -> Sequence[Paper]:
    """Return the papers about the subject, oldest first, those of its later revisions ("<subject>:2") included."""
    about = or_(Paper.subject == subject, Paper.subject.startswith(f"{subject}:", autoescape=True))
    return session.scalars(select(Paper).where(Paper.kind.in_(kinds), about).order_by(Paper.id)).all()


def successor_of(session: Session, paper: Paper) -> Paper | None:
    """Return the paper that has replaced this one, if one did: it is about a later revision of the same subject."""
    if paper.kind not in REVISED:
        return None
    newest = papers_about(session, paper.subject.split(":")[0], {paper.kind})[-1]
    return newest if newest.id != paper.id else None


def paper_gallery(session: Session, paper: Paper) -> Gallery | None:
    """Return the gallery that issued the paper; none where the province did."""
    return session.get_one(Gallery, paper.gallery_id) if paper.gallery_id is not None else None
