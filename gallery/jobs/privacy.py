"""Forgets what is no longer needed, every day."""

from gallery.core import adapters
from gallery.core.db import transaction
from gallery.core.outbox import every
from gallery.delivery.services import forget_old_messages
from gallery.delivery.services.privacy import forget_old_proofs
from gallery.orders.services.privacy import forget_erased_buyers
from gallery.payments.services.papers import forget_budgets


@every(hours=24)
def forget() -> None:
    """Orders of erased accounts, and proofs of delivery after two years. Files go last: a crash leaves an orphan."""
    with transaction() as session:
        forget_erased_buyers(session)
        forget_budgets(session)
        keys = list(forget_old_proofs(session))
    for key in keys:
        adapters.files().delete(key)


@every(hours=24)
def forget_messages() -> None:
    """What was said to couriers and by them, after ninety days: so many rows at a time that nobody waits for them."""
    gone = 1
    while gone:
        with transaction() as session:
            gone = forget_old_messages(session)
