"""Products that arrive in a spreadsheet: the same facts twice change nothing the second time."""

from dataclasses import replace
from typing import Protocol

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.facts import BLOCKING, Outcome, ProductFacts, changes, gaps
from gallery.catalog.models import Product, ProductRevision
from gallery.catalog.queries import current_products
from gallery.catalog.queries.current import candidates
from gallery.catalog.services.drafts import Saved, create_draft, edit_draft, tidied
from gallery.catalog.services.life import unarchive
from gallery.catalog.services.review import hand_in, submit
from gallery.catalog.states import ProductStatus
from gallery.core.errors import ConflictError
from gallery.core.locks import lock_row
from gallery.registry.models import Business


class HoldPrices(Protocol):
    """Returns the facts with prices that may hold at once; others are asked of whoever has a say in them."""

    def __call__(self, session: Session, product_id: int, facts: ProductFacts, *, actor: Actor) -> ProductFacts: ...


def save_submitted(
    session: Session,
    business_id: int,
    facts: ProductFacts,
    *,
    actor: Actor,
    hand_in_complete: bool = True,
    hold: HoldPrices | None = None,
) -> Saved:
    """Create or change the product that the facts speak of, and hand it to the reviewers when it is complete.

    An incomplete one (no photo, no category) stays a draft for the owner to complete; ``queries.KnownProducts.outcome``
    tells beforehand what this will do. Facts that say nothing new change nothing, rejected versions included.
    """
    facts = tidied(facts)
    found = candidates(session, business_id, facts).find(business_id, facts)
    if found is None:
        return _save_new(session, business_id, facts, actor=actor, hand_in_now=hand_in_complete)
    given = facts
    if hold is not None:
        facts = hold(session, found.id, facts, actor=actor)
    held = frozenset(
        new.name for new, kept in zip(given.variants, facts.variants, strict=True) if new.price_idr != kept.price_idr
    )
    if not changes(found.facts, facts):
        return Saved(Outcome.UNCHANGED, found.id, found.public_id, found.revision_id, held=held)
    if lock_row(session, Product, found.id).status is ProductStatus.ARCHIVED:
        unarchive(session, found.id, actor=actor)
    saved = edit_draft(session, found.id, facts, actor=actor)
    current = current_products(session, [found.id])[found.id]
    if hand_in_complete and saved.needs_review and current.is_open and _is_complete(current.facts):
        submit(session, found.id, actor=actor)
    return replace(saved, held=held)


def _save_new(session: Session, business_id: int, facts: ProductFacts, *, actor: Actor, hand_in_now: bool) -> Saved:
    lock_row(session, Business, business_id)  # two files with the same new product: one after the other
    if candidates(session, business_id, facts).find(business_id, facts):
        raise ConflictError(facts.name)
    saved = create_draft(session, business_id, facts, actor=actor)
    if hand_in_now and _is_complete(facts):
        product = session.get_one(Product, saved.product_id)
        revision = session.get_one(ProductRevision, saved.revision_id)
        hand_in(session, product, revision, facts, actor=actor)
    return saved


def _is_complete(facts: ProductFacts) -> bool:
    return not BLOCKING & set(gaps(facts))
