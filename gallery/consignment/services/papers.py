"""The numbered paper of goods that leave a gallery."""

from sqlalchemy.orm import Session

from gallery.consignment.models import OwnerReturn, Transfer, WriteOff
from gallery.consignment.queries.papers import Facts
from gallery.inventory.models import Place
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind


def write_paper(
    session: Session, kind: PaperKind, row: OwnerReturn | WriteOff | Transfer, place_id: int, printed: Facts
) -> None:
    """The paper of what left the place is there, and the row has its number; without a gallery there is no paper."""
    facts, summary = printed
    gallery_id = session.get_one(Place, place_id).gallery_id
    if gallery_id is not None:
        row.number = issue_paper(session, kind, row.public_id, facts, gallery_id=gallery_id, summary=summary).number
