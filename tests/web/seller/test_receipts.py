"""An owner sees what the gallery signed for, and nobody else's."""

from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import finish, make_note, make_receiving, scan
from tests.factories.inventory import make_business, make_gallery_place, make_goods


def test_an_owner_sees_its_own_receipt(app):
    gallery_id = make_gallery_place().gallery_id
    one, two = make_goods("Lada"), make_goods("Getas", business_id=make_business(district_code="19.71").id)
    receiving = make_receiving(make_note((one, 3), (two, 4), district_code="19.71", gallery_id=gallery_id))
    scan(receiving.id, one, 3)
    scan(receiving.id, two, 4)
    mine, foreign = sorted(finish(receiving.id), key=lambda row: row.business_id)
    owner = signed_in(app, make_user("seller", business_id=one.business_id))
    listed = owner.get("/umkm-saya/titipan/").get_data(as_text=True)
    assert mine.number in listed
    assert foreign.number not in listed
    assert owner.get(f"/umkm-saya/titipan/tanda-terima/{mine.public_id}").status_code == 200
    assert owner.get(f"/umkm-saya/titipan/tanda-terima/{mine.public_id}.pdf").data[:4] == b"%PDF"
    assert owner.get(f"/umkm-saya/titipan/tanda-terima/{foreign.public_id}").status_code == 404
