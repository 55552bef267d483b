from gallery.web.shop.district_map import LARGEST, SMALLEST, map_dots


def test_the_dot_grows_with_its_products():
    few, many = map_dots([("19.01", "Kabupaten Bangka", 1), ("19.71", "Kota Pangkal Pinang", 100)])
    assert SMALLEST < few.radius < many.radius == LARGEST
    assert many.name == "Pangkal Pinang"


def test_a_district_without_a_spot_is_left_to_the_list():
    assert map_dots([("31.71", "Jakarta", 5)]) == []


def test_an_empty_catalogue_has_dots_all_the_same():
    assert [dot.radius for dot in map_dots([("19.01", "Kabupaten Bangka", 0)])] == [SMALLEST]
