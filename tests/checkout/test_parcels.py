"""From which places an order is sent: the rule of docs/adr/0014-checkout.md, case by case."""

from hypothesis import given
from hypothesis import strategies as st

from gallery.checkout.queries import Pick, PlaceFacts, Wish, allocate

# two galleries on Bangka and Belitung, two homes on Bangka
PLACES = {
    1: PlaceFacts(1, is_gallery=True, island="Bangka"),
    2: PlaceFacts(2, is_gallery=True, island="Belitung"),
    3: PlaceFacts(3, is_gallery=False, island="Bangka"),
    4: PlaceFacts(4, is_gallery=False, island="Bangka"),
}


def test_one_place_that_has_everything_sends_everything():
    wishes = [Wish(10, 2, {1: 5, 3: 5}), Wish(11, 1, {1: 1, 4: 9})]
    assert allocate(wishes, PLACES, island="Bangka") == ([Pick(10, 1, 2), Pick(11, 1, 1)], {})


def test_the_buyers_island_comes_before_fewer_parcels():
    wishes = [Wish(10, 1, {2: 5, 3: 5}), Wish(11, 1, {2: 5, 4: 5})]
    picks, missing = allocate(wishes, PLACES, island="Bangka")
    assert ({pick.place_id for pick in picks}, missing) == ({3, 4}, {})
    picks, _ = allocate(wishes, PLACES, island="Belitung")
    assert {pick.place_id for pick in picks} == {2}


def test_a_gallery_comes_before_a_home_that_could_send_as_much():
    assert allocate([Wish(10, 1, {3: 9, 1: 9})], PLACES, island="Bangka")[0] == [Pick(10, 1, 1)]


def test_a_line_that_nobody_can_send_whole_is_gathered():
    picks, missing = allocate([Wish(10, 7, {1: 3, 3: 4})], PLACES, island="Bangka")
    assert (picks, missing) == ([Pick(10, 1, 3), Pick(10, 3, 4)], {})


def test_what_is_missing_is_counted():
    assert allocate([Wish(10, 7, {1: 3})], PLACES, island="Bangka")[1] == {10: 4}
    assert allocate([Wish(10, 7, {})], PLACES, island=None) == ([], {10: 7})


def test_what_stays_fresh_only_here_never_leaves_the_island():
    wish = Wish(10, 1, {2: 5}, stays_on_island=True)
    assert allocate([wish], PLACES, island="Bangka") == ([], {10: 1})
    assert allocate([wish], PLACES, island="Belitung") == ([Pick(10, 2, 1)], {})


def test_a_pick_up_takes_only_from_its_gallery():
    wishes = [Wish(10, 1, {1: 5, 3: 5}), Wish(11, 1, {3: 5})]
    assert allocate(wishes, PLACES, island=None, only_place=1) == ([Pick(10, 1, 1)], {11: 1})


def test_places_from_which_nobody_comes_are_left_out():
    assert allocate([Wish(10, 1, {1: 5, 3: 5})], PLACES, island="Bangka", without={1})[0] == [Pick(10, 3, 1)]


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.dictionaries(st.sampled_from([1, 2, 3, 4]), st.integers(0, 6))),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["Bangka", "Belitung", None]),
)
def test_picks_never_exceed_stock_and_add_up_with_what_is_missing(lines, island):
    wishes = [Wish(n, pieces, held) for n, (pieces, held) in enumerate(lines)]
    picks, missing = allocate(wishes, PLACES, island=island)
    for wish in wishes:
        mine = [pick for pick in picks if pick.variant_id == wish.variant_id]
        assert all(0 < pick.pieces <= wish.stock[pick.place_id] for pick in mine)
        assert len({pick.place_id for pick in mine}) == len(mine)
        assert sum(pick.pieces for pick in mine) + missing.get(wish.variant_id, 0) == wish.pieces
        assert missing.get(wish.variant_id, 0) == max(0, wish.pieces - sum(wish.stock.values()))
