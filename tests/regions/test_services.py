from gallery.core.db import db, transaction
from gallery.regions import queries
from gallery.regions.services import load_regions, shipped_regions


def test_the_shipped_regions_are_the_whole_province_and_load_twice(app):
    rows = shipped_regions()
    for _ in range(2):
        with transaction() as session:
            assert load_regions(session, rows) == 448
    assert len(queries.districts(db.session)) == 7
    subdistricts = [
        child for district in queries.districts(db.session) for child in queries.children(db.session, district.code)
    ]
    assert len(subdistricts) == 47
    villages = [child for row in subdistricts for child in queries.children(db.session, row.code)]
    assert len(villages) == 393
    assert all(row.island and row.postal_code and row.lat and row.lon for row in villages)


def test_full_name_goes_from_the_village_up(app):
    with transaction() as session:
        load_regions(session, shipped_regions())
    assert queries.full_name(db.session, "19.71.05.1001") == "Taman Bunga, Gerunggang, Kota Pangkal Pinang"
    assert queries.full_name(db.session, "99.99.99.9999") == ""
