"""Two galleries work for ten thousand steps, with requests that die in the middle, and not a piece is lost.

The suite walks shorter ways (``test_gallery_machine.py``). The long one, on each database:

    python -m tests.inventory.gallery_machine --steps 10000
    python -m tests.inventory.gallery_machine --steps 10000 --database postgresql

``--seed`` repeats a walk.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import func, select

from gallery.accounts import passwords
from gallery.core.db import db
from gallery.inventory.models import StockMovement
from gallery.registry.models import Business
from tests.application import QUICK_HASHER
from tests.inventory import gallery_books, gallery_leaving, gallery_steps, race
from tests.inventory.gallery_steps import Step
from tests.inventory.gallery_world import World

STEPS: Final[dict[Step, int]] = {
    gallery_steps.write_note: 4,
    gallery_steps.end_note: 1,
    gallery_steps.begin_receiving: 5,
    gallery_steps.scan_arrivals: 8,
    gallery_steps.finish_receiving: 6,
    gallery_steps.sell_at_the_counter: 14,
    gallery_steps.top_up_lease: 4,
    gallery_steps.lose_the_connection: 4,
    gallery_steps.sell_offline: 8,
    gallery_steps.reconnect: 4,
    gallery_steps.close_shift: 1,
    gallery_steps.bring_back: 5,
    gallery_steps.order_online: 8,
    gallery_steps.follow_an_order: 12,
    gallery_leaving.prepare_return: 2,
    gallery_leaving.end_return: 3,
    gallery_leaving.prepare_write_off: 2,
    gallery_leaving.end_write_off: 3,
    gallery_leaving.draft_transfer: 2,
    gallery_leaving.move_transfer: 5,
    gallery_leaving.open_stocktake: 1,
    gallery_leaving.count_shelf: 2,
    gallery_leaving.end_stocktake: 4,
    gallery_leaving.block: 1,
    gallery_leaving.unblock: 2,
    gallery_leaving.tidy_up: 1,
    gallery_leaving.time_passes: 3,
}
"""What people do, and how often."""
SUMS_EVERY, CHAIN_EVERY = 25, 1_000


@dataclass(frozen=True)
class Walk:
    """What was done in a walk, and what came of it."""

    seed: int
    steps: int
    world: World
    owners: dict[str, gallery_books.Books]
    movements: int
    gaps: Sequence[str]


def walk(steps: int, seed: int) -> Walk:
    """Take so many steps; sums are compared every 25 of them, the whole chain every thousand and at the end."""
    world = World()
    world.random = random.Random(seed)
    try:
        for number in range(1, steps + 1):
            take(world, world.random.choices(list(STEPS), list(STEPS.values()))[0])
            if number % SUMS_EVERY == 0:
                world.check(chain=number % CHAIN_EVERY == 0)
        world.check()
        session = db.session()
        names = dict(session.execute(select(Business.id, Business.name)).all())
        sums = gallery_books.by_owner(session, world.came_back)
        return Walk(
            seed,
            steps,
            world,
            {names[owner]: books for owner, books in sorted(sums.items())},
            session.scalar(select(func.count()).select_from(StockMovement)) or 0,
            gallery_books.gaps_in_numbers(session),
        )
    finally:
        world.close()


def take(world: World, step: Step) -> None:
    world.done[step.__name__] += 1
    step(world)
    world.no_bad_sale()


def report(made: Walk) -> None:
    """Print what was done."""
    world = made.world
    say = print
    say(f"{made.steps} steps, seed {made.seed}, {made.movements} movements, {(world.now - world.started).days} days")
    for title, counted in (("steps", world.done), ("crashes", world.crashed), ("refusals", world.refused)):
        say(f"{title}: {sum(counted.values())}:", ", ".join(f"{name} {n}" for name, n in counted.most_common()))
    for owner, books in made.owners.items():
        figures = ", ".join(f"{name} {pieces}" for name, pieces in asdict(books).items())
        say(f"{owner}: {figures}; drift {books.on_hand - books.expected}")
    say(f"numbers of papers: {'gaps in ' + ', '.join(made.gaps) if made.gaps else 'without gaps'}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    passwords._hasher = QUICK_HASHER
    began = time.perf_counter()

    def run(url: str) -> Walk:
        with tempfile.TemporaryDirectory() as folder:
            app = race.app_at(url, folder)
            with app.app_context():
                made = walk(given.steps, given.seed)
                report(made)
                db.session.remove()
                db.engine.dispose()
                return made

    with race.server(given.database) as server:
        made = race.on_sqlite(run) if server is None else race.on_postgresql(server, 0, run)
    took = time.perf_counter() - began
    drift = sum(abs(books.on_hand - books.expected) for books in made.owners.values())
    print(f"drift {drift} after {given.steps} steps on {given.database}, {took:.0f} s")  # noqa: T201
    return drift != 0 or bool(made.gaps)


if __name__ == "__main__":
    sys.exit(main())
