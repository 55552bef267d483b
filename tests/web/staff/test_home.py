import pytest

from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_stock
from tests.factories.regions import DISTRICT


@pytest.mark.parametrize(
    ("role", "scope", "seen", "hidden"),
    [
        ("province_officer", {}, ["menunggu kurasi", "bukti bayar"], ["perlu dikemas", "menyerah"]),
        ("district_officer", {"district_code": DISTRICT}, ["perlu perbaikan"], ["bukti bayar", "perlu dikemas"]),
        ("administrator", {}, ["menyerah"], ["bukti bayar", "kurasi</span>"]),
    ],
)
def test_each_role_sees_what_waits_for_it(app, role, scope, seen, hidden):
    page = signed_in(app, make_user(role, **scope)).get("/petugas/").get_data(as_text=True)
    assert [text for text in seen if text not in page] == []
    assert [text for text in hidden if text in page.split("st-main", 1)[1]] == []


def test_gallery_staff_see_their_own_gallery_only(app, count_queries):
    mine, other = make_gallery_place(), make_gallery_place()
    for _ in range(2):
        make_stock(make_goods().variant_id, mine.id, 2)
    make_stock(make_goods().variant_id, other.id, 1)
    staff = signed_in(app, make_user("gallery_staff", gallery_id=mine.gallery_id))
    with count_queries() as queries:
        page = staff.get("/petugas/").get_data(as_text=True)
    assert "<b>2</b><span>stok menipis atau habis" in page
    assert queries.count <= 6


def test_buyers_and_guests_have_no_business_here(app):
    assert guest(app).get("/petugas/").location == "/masuk?next=/petugas/"
    assert signed_in(app, make_user()).get("/petugas/").status_code == 403
