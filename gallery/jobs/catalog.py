"""Tells who handed a product in what became of it."""

from typing import Any

from sqlalchemy import select

from gallery.accounts.models import User
from gallery.accounts.services.mails import tell
from gallery.accounts.states import Role
from gallery.catalog.models import Product, ProductRevision, ReviewDecision
from gallery.core.db import transaction
from gallery.core.outbox import handles


@handles("product.decided")
def tell_submitter(payload: dict[str, Any]) -> None:
    """Mail the decision with its reason; a district's sheet of hundreds is followed on its own page instead."""
    with transaction() as session:
        revision = session.get_one(ProductRevision, payload["revision_id"])
        submitter = session.get(User, revision.submitted_by) if revision.submitted_by else None
        if submitter is None or not submitter.email or not submitter.is_active:
            return
        roles = {grant.role for grant in submitter.grants}
        if Role.SELLER not in roles:
            return
        newest = select(ReviewDecision).where(ReviewDecision.revision_id == revision.id)
        decision = session.scalars(newest.order_by(ReviewDecision.id.desc()).limit(1)).one()
        product = session.get_one(Product, revision.product_id)
        tell(
            session,
            submitter,
            "product_decided",
            product=revision.name,
            public_id=product.public_id,
            decision=decision.decision.value,
            reason=decision.reason,
        )
