import pytest

from gallery.accounts.permissions import Actor
from gallery.consignment.services import replenish
from gallery.core.db import transaction
from gallery.registry.models import Business
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import make_note
from tests.factories.inventory import make_gallery_place, make_goods, make_stock
from tests.factories.regions import DISTRICT, OTHER_DISTRICT


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
    assert queries.count <= 8


def test_the_district_sees_what_a_gallery_asks_of_its_enterprises(app):
    goods, gallery_id = make_goods(), make_gallery_place().gallery_id
    make_note((goods, 3), gallery_id=gallery_id)
    with transaction() as session:
        replenish.ask_goods(session, gallery_id, goods.variant_id, 12, note="", actor=Actor.system())
        district = session.get_one(Business, goods.business_id).district_code
    seen = {
        ("district_officer", "district_code", district): "<b>1</b><span>permintaan isi ulang belum dijawab",
        ("district_officer", "district_code", OTHER_DISTRICT): "<b>0</b><span>permintaan isi ulang belum dijawab",
        ("gallery_manager", "gallery_id", gallery_id): "<b>1</b><span>surat titip ditunggu",
    }
    for (role, name, place), words in seen.items():
        page = signed_in(app, make_user(role, **{name: place})).get("/petugas/").get_data(as_text=True)
        assert words in page, role
    owner = signed_in(app, make_user("seller", business_id=goods.business_id)).get("/umkm-saya/")
    assert "<b>1</b><span>permintaan isi ulang belum dijawab" in owner.get_data(as_text=True)


def test_buyers_and_guests_have_no_business_here(app):
    assert guest(app).get("/petugas/").location == "/masuk?next=/petugas/"
    assert signed_in(app, make_user()).get("/petugas/").status_code == 403
