"""Forgets what is no longer needed, every day."""

from gallery.core import adapters
from gallery.core.db import transaction
from gallery.core.outbox import every
from gallery.delivery.services.privacy import forget_old_proofs
from gallery.orders.services.privacy import forget_erased_buyers


@every(hours=24)
def forget() -> None:
    """Orders of erased accounts, and proofs of delivery after two years. Files go last: a crash leaves an orphan."""
    with transaction() as session:
        forget_erased_buyers(session)
        keys = list(forget_old_proofs(session))
    for key in keys:
        adapters.files().delete(key)
