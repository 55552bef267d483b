import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.core.money import BasisPoints, Rupiah
from gallery.delivery.tariffs import (
    CarrierRate,
    Point,
    RiderTariff,
    WeightStep,
    by_road,
    road_m,
    round_up,
    straight_m,
    weight_steps,
)

PANGKALPINANG = Point(-2.1316, 106.1169)
SUNGAILIAT = Point(-1.8545, 106.1239)
TANJUNGPANDAN = Point(-2.7352, 107.6350)

TARIFF = RiderTariff(
    base_idr=Rupiah(10_000),
    base_m=4_000,
    per_km_idr=Rupiah(2_500),
    minimum_idr=Rupiah(10_000),
    road_factor_bps=BasisPoints(13_000),
    weight_steps=(WeightStep(5_000, Rupiah(3_000)), WeightStep(10_000, Rupiah(7_000))),
    max_m=30_000,
    max_g=20_000,
)


def test_the_same_point_is_no_distance():
    assert straight_m(PANGKALPINANG, PANGKALPINANG) == 0


def test_a_degree_along_the_equator_and_a_meridian():
    assert straight_m(Point(0, 106), Point(0, 107)) == 111_195
    assert straight_m(Point(-1, 106), Point(-2, 106)) == 111_195


def test_known_distances_of_the_islands():
    assert straight_m(PANGKALPINANG, SUNGAILIAT) == 30_822
    assert round(straight_m(PANGKALPINANG, TANJUNGPANDAN), -3) == 182_000


def test_distance_is_the_same_both_ways():
    assert straight_m(PANGKALPINANG, SUNGAILIAT) == straight_m(SUNGAILIAT, PANGKALPINANG)


def test_opposite_points_of_the_globe_do_not_break_the_arithmetic():
    assert straight_m(Point(0, 0), Point(0, 180)) == 20_015_114


def test_the_way_by_road_is_longer_by_the_factor_and_rounded_up():
    assert road_m(Point(0, 106), Point(0, 107), BasisPoints(13_000)) == 144_554  # 111_195 by 1.3 is 144_553.5
    assert road_m(Point(0, 106), Point(0, 107), BasisPoints(10_000)) == 111_195


@pytest.mark.parametrize(
    ("metres", "price"),
    [
        (0, 10_000),
        (4_000, 10_000),
        (4_001, 10_500),  # 2.5 rupiah beyond the base, rounded up to what can be paid
        (4_200, 10_500),
        (5_000, 12_500),
        (9_999, 25_000),
        (10_000, 25_000),
        (30_000, 75_000),
    ],
)
def test_price_by_distance(metres, price):
    assert TARIFF.price(metres, 500) == price


@pytest.mark.parametrize(
    ("grams", "price"),
    [(1, 12_500), (5_000, 12_500), (5_001, 15_500), (10_000, 15_500), (10_001, 19_500), (20_000, 19_500)],
)
def test_weight_steps_begin_above_their_limit_and_only_the_highest_counts(grams, price):
    assert TARIFF.price(5_000, grams) == price


def test_too_far_or_too_heavy_has_no_price():
    assert TARIFF.price(30_001, 500) is None
    assert TARIFF.price(5_000, 20_001) is None


def test_no_limit_means_any_distance_and_weight():
    free = RiderTariff(Rupiah(0), 0, Rupiah(1_000), Rupiah(8_000), BasisPoints(13_000))
    assert free.price(200_000, 90_000) == 200_000


def test_the_minimum_holds_for_the_way_and_the_weight_comes_on_top():
    cheap = RiderTariff(
        Rupiah(2_000), 0, Rupiah(1_000), Rupiah(8_000), BasisPoints(13_000), (WeightStep(5_000, Rupiah(3_000)),)
    )
    assert cheap.price(1_000, 500) == 8_000
    assert cheap.price(1_000, 6_000) == 11_000


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [(0, 0), (1, 500), (499, 500), (500, 500), (501, 1_000), (12_250, 12_500)],
)
def test_rounding_up_to_five_hundred(amount, rounded):
    assert round_up(Rupiah(amount)) == rounded


@given(st.integers(0, 60_000), st.integers(0, 60_000), st.integers(1, 20_000))
def test_farther_is_never_cheaper(one, other, grams):
    near, far = sorted((min(one, 30_000), min(other, 30_000)))
    assert TARIFF.price(near, grams) <= TARIFF.price(far, grams)


def test_stored_steps_are_read_lightest_first():
    rows = [{"over_g": 10_000, "add_idr": 7_000}, {"over_g": "5000", "add_idr": "3000"}]
    assert weight_steps(rows) == TARIFF.weight_steps
    assert weight_steps([]) == ()


@pytest.mark.parametrize(
    ("grams", "price"),
    [
        (1, 22_000),
        (1_000, 22_000),
        (1_300, 22_000),
        (1_301, 40_000),
        (2_300, 40_000),
        (2_301, 58_000),
        (10_000, 184_000),
    ],
)
def test_a_carrier_counts_started_kilograms_after_its_grace(grams, price):
    assert CarrierRate(Rupiah(22_000), Rupiah(18_000), grace_g=300).price(grams) == price


def test_a_flat_rate_is_the_same_for_every_kilogram():
    assert CarrierRate.flat(Rupiah(9_000)).price(2_001) == 27_000


@pytest.mark.parametrize(
    ("origin", "destination", "main", "expected"),
    [
        ("Bangka", "Bangka", "Bangka", True),
        ("Belitung", "Belitung", "Belitung", True),
        ("Bangka", "Belitung", "Belitung", False),
        ("Bangka", "Lepar", "Bangka", False),
        ("Lepar", "Lepar", "Bangka", False),  # one island, but no road net a rider could use
        ("Belitung", "Belitung|Seliu|Sumedang", "Belitung", False),  # a subdistrict, not yet a village
        ("Bangka", None, None, False),
        (None, None, None, False),
    ],
)
def test_a_rider_stays_on_one_island_with_roads(origin, destination, main, expected):
    assert by_road(origin, destination, main) is expected
