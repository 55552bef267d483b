"""What all parts of the seeding share: the moment of now, the agenda, files, and who acts."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.crypto import FieldCipher
from gallery.demo import accounts
from gallery.demo.history import Agenda
from gallery.demo.photos import Darkroom


@dataclass
class World:
    """One run of the seeding. ``dice`` are the same in every run."""

    now: datetime
    agenda: Agenda
    darkroom: Darkroom
    cipher: FieldCipher
    dice: random.Random = field(default_factory=lambda: random.Random(20_200_422))
    sellers: dict[int, str] = field(default_factory=dict)
    """Login of the seller by business id."""
    products: dict[int, int] = field(default_factory=dict)
    """Product id by number."""
    on_sale: dict[int, tuple[str, bool]] = field(default_factory=dict)
    on_sale_of: int = -1
    """How many products there were when ``on_sale`` was read."""

    def ago(self, days: float, hour: float | None = None) -> datetime:
        """Return the moment so many days ago; ``hour`` sets the time of day in the province."""
        moment = self.now - timedelta(days=days)
        if hour is None:
            return moment
        local = moment.astimezone(clock.LOCAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        return local + timedelta(hours=hour)

    def seller_of(self, session: Session, business_id: int) -> Actor:
        """Return the maker with an account, or the system for those who have none."""
        login = self.sellers.get(business_id)
        return accounts.actor(session, login) if login else Actor.system()
