"""From which places an order is sent. The rule is written down in docs/adr/0014-checkout.md.

1. Pick-up: only the chosen gallery's own shelf.
2. Otherwise places on the buyer's island come first; what stays fresh only on the island never leaves it.
3. Of these the place that can send the most lines whole takes them (fewest parcels), galleries before premises.
4. A line that no single place can send whole is gathered from several, in the same order of places.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What the rule needs to know about a place."""

    id: int
    is_gallery: bool
    island: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """One line: what, how many, where pieces are, whether it must stay on the island."""

    variant_id: int
    pieces: int
    stock: Mapping[int, int]
    stays_on_island: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """Pieces of one variant from one place."""

    variant_id: int
    place_id: int
    pieces: int


def allocate(
    wishes: Sequence[Wish],
    places: Mapping[int, PlaceFacts],
    *,
    island: str | None,
    only_place: int | None = None,
    without: Collection[int] = (),
) -> tuple[list[Pick], dict[int, int]]:
    """Return the picks, and the missing pieces by variant (empty when every wish is met)."""
    stock = {wish.variant_id: _usable(wish, places, island, only_place, without) for wish in wishes}
    todo = {wish.variant_id: wish.pieces for wish in wishes}
    picks: list[Pick] = []
    while todo:
        candidates = {place for variant in todo for place in stock[variant]}
        whole = {
            place: [variant for variant, pieces in todo.items() if stock[variant].get(place, 0) >= pieces]
            for place in candidates
        }
        best = min(
            (place for place in candidates if whole[place]),
            key=lambda place: (
                _is_elsewhere(places[place], island),
                -len(whole[place]),
                not places[place].is_gallery,
                place,
            ),
            default=None,
        )
        if best is None:
            break
        picks += [Pick(variant, best, todo.pop(variant)) for variant in whole[best]]
    missing: dict[int, int] = {}
    for variant, pieces in todo.items():
        gathered = _gather(stock[variant], pieces, {pick.place_id for pick in picks}, places, island)
        picks += [Pick(variant, place, part) for place, part in gathered]
        if left := pieces - sum(part for _, part in gathered):
            missing[variant] = left
    return picks, missing


def _usable(
    wish: Wish,
    places: Mapping[int, PlaceFacts],
    island: str | None,
    only_place: int | None,
    without: Collection[int],
) -> dict[int, int]:
    return {
        place: pieces
        for place, pieces in wish.stock.items()
        if pieces > 0
        and place in places
        and place not in without
        and (only_place is None or place == only_place)
        and (island is None or not wish.stays_on_island or places[place].island == island)
    }


def _is_elsewhere(place: PlaceFacts, island: str | None) -> bool:
    return island is not None and place.island != island


def _gather(
    stock: Mapping[int, int],
    pieces: int,
    used: Collection[int],
    places: Mapping[int, PlaceFacts],
    island: str | None,
) -> list[tuple[int, int]]:
    """Take a line from several places: those that already send a parcel first, then galleries, then the fullest."""
    order = sorted(
        stock,
        key=lambda place: (
            _is_elsewhere(places[place], island),
            place not in used,
            not places[place].is_gallery,
            -stock[place],
            place,
        ),
    )
    taken: list[tuple[int, int]] = []
    for place in order:
        if pieces == 0:
            break
        part = min(pieces, stock[place])
        taken.append((place, part))
        pieces -= part
    return taken
