"""What waits for the reviewers: changes of products on sale, and products that were sent back."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog import services as catalog
from gallery.catalog.facts import ProductFacts
from gallery.catalog.models import Product, ProductRevision
from gallery.catalog.queries import current_products
from gallery.catalog.states import RevisionStatus
from gallery.demo import accounts
from gallery.demo.catalogue import submitter
from gallery.demo.history import Action
from gallery.demo.world import World
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class Change:
    """A change that the maker wants: ``days`` ago, with what a reviewer said of it (nothing: it waits)."""

    number: int
    days: float
    name: str = ""
    summary: str = ""
    allergens: str = ""
    asked: str = ""


CHANGES: Final = (
    Change(1, 5, summary="Kemplang panggang arang, kini dengan tenggiri enam puluh persen."),
    Change(7, 3, name="Kericu telur cumi super"),
    Change(34, 2, allergens="ikan, kacang pohon (kemiri), kelapa"),
    Change(53, 1.2, summary="Kopi bubuk sangrai gelap, tersedia giling halus dan kasar."),
    Change(81, 0.7, summary="Batik cap motif simpor dengan pewarna baru yang lebih tahan luntur."),
    Change(104, 0.3, name="Hand sanitizer serai wangi 100 ml"),
    Change(
        23,
        6,
        name="Selai nanas nomor satu",
        asked="Kata nomor satu tidak boleh dipakai tanpa bukti. Mohon ganti namanya.",
    ),
    Change(99, 4, summary="Perahu kater anti karam.", asked="Mohon hilangkan klaim yang tidak dapat dibuktikan."),
)


def plan(world: World) -> None:
    for change in CHANGES:
        world.agenda.at(world.ago(change.days), _submission(world, change))


def _submission(world: World, change: Change) -> Action:
    def submit(session: Session) -> None:
        product = session.get_one(Product, world.products[change.number])
        business = session.get_one(Business, product.business_id)
        actor = submitter(session, world, business)
        facts = current_products(session, [product.id])[product.id].facts
        catalog.edit_draft(session, product.id, _changed(facts, change), actor=actor)
        catalog.submit(session, product.id, actor=actor)
        if change.asked:
            world.agenda.at(world.ago(change.days) + timedelta(hours=9), _answer(world, change))

    return submit


def _changed(facts: ProductFacts, change: Change) -> ProductFacts:
    return replace(
        facts,
        name=change.name or facts.name,
        summary=change.summary or facts.summary,
        allergens=change.allergens or facts.allergens,
    )


def _answer(world: World, change: Change) -> Action:
    def decide(session: Session) -> None:
        wanted = select(ProductRevision.id).where(
            ProductRevision.product_id == world.products[change.number],
            ProductRevision.status == RevisionStatus.SUBMITTED,
        )
        catalog.decide(
            session,
            session.scalars(wanted).one(),
            RevisionStatus.CHANGES_REQUESTED,
            reason=change.asked,
            actor=accounts.actor(session, "kurator"),
        )

    return decide
