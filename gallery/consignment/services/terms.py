"""Agreeing on terms: a new row from a day on; what was agreed before stays readable."""

from dataclasses import asdict
from datetime import date

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.consignment.errors import TermsInThePastError
from gallery.consignment.models import Terms
from gallery.consignment.queries.terms import TermsFacts
from gallery.core import audit, clock


def agree_terms(
    session: Session,
    gallery_id: int,
    business_id: int | None,
    valid_from: date,
    facts: TermsFacts,
    *,
    actor: Actor,
) -> Terms:
    """From that day on the terms hold for the owner at the gallery, without an owner for all who have none.

    They begin today or later (:class:`TermsInThePastError`). Pieces that are there keep the terms they came under.
    """
    if valid_from < clock.today():
        raise TermsInThePastError(str(valid_from))
    row = Terms(
        gallery_id=gallery_id,
        business_id=business_id,
        valid_from=valid_from,
        created_by=actor.user_id,
        **asdict(facts),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "consignment.terms_agreed",
        f"consignment_terms:{row.public_id}",
        gallery_id=gallery_id,
        business_id=business_id,
        commission_bps=facts.commission_bps,
        valid_from=str(valid_from),
    )
    return row
