"""Whatever happens in two galleries, in any order and with crashes in between, each piece is accounted for."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gallery.core.db import db
from tests.inventory import gallery_books
from tests.inventory.gallery_machine import STEPS, take, walk
from tests.inventory.gallery_world import World

WEIGHED = [step for step, weight in STEPS.items() for _ in range(weight)]


class GalleryMachine(RuleBasedStateMachine):
    """Hypothesis chooses the steps, and what is random in them, and shrinks what goes wrong."""

    def __init__(self):
        super().__init__()
        self.world = World()

    def teardown(self):
        self.world.close()

    @rule(step=st.sampled_from(WEIGHED), chance=st.randoms(use_true_random=False))
    def somebody_does(self, step, chance):
        self.world.random = chance
        take(self.world, step)

    @invariant()
    def each_piece_is_accounted_for(self):
        self.world.check()


def test_each_piece_is_accounted_for_after_any_sequence(app):
    run_state_machine_as_test(
        GalleryMachine,
        settings=settings(
            max_examples=5, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_long_walk_loses_nothing(app):
    made = walk(250, seed=4)
    assert made.gaps == []
    assert sum(made.world.crashed.values()) > 10
    assert all(books.on_hand == books.expected for books in made.owners.values())
    sums = gallery_books.by_owner(db.session(), made.world.came_back)
    total = gallery_books.Books()
    for books in sums.values():
        total.add(books)
    assert min(total.received, total.sold, total.on_shelf) > 0  # the walk led somewhere
