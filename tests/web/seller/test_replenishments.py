"""What galleries ask the owner for, on the owner's phone."""

from gallery.accounts.permissions import Actor
from gallery.consignment.services import replenish
from gallery.core.db import transaction
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods


def test_the_owner_sees_and_answers_its_own_only(app):
    mine, foreign = make_goods("Getas"), make_goods("Rusip")
    gallery_id = make_gallery_place().gallery_id
    with transaction() as session:
        own, other = (
            replenish.ask_goods(session, gallery_id, goods.variant_id, 6, actor=Actor.system()).public_id
            for goods in (mine, foreign)
        )
    owner = signed_in(app, make_user("seller", business_id=mine.business_id))
    listed = owner.get("/umkm-saya/titipan/permintaan/").get_data(as_text=True)
    assert "Getas" in listed
    assert "Rusip" not in listed
    page = f"/umkm-saya/titipan/permintaan/{own}"
    assert owner.post(f"{page}/jawab", {"answer": "Besok 6"}, page=page).status_code == 303
    assert "Besok 6" in owner.get(page).get_data(as_text=True)
    assert owner.post(f"/umkm-saya/titipan/permintaan/{other}/jawab", {"answer": "x"}).status_code == 404
