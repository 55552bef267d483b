"""Goods that come back to the owner or are lost, on the owner's phone."""

from gallery.accounts.permissions import Actor
from gallery.consignment.services import returns
from gallery.core.db import transaction
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods


def test_the_owner_sees_what_waits_and_a_stranger_nothing(app, count_queries):
    goods, other, place_id = make_goods(), make_goods("Rusip"), make_gallery_place().id
    item = make_consigned(goods, place_id, 9, owed_idr=36_000)
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    stranger = signed_in(app, make_user("seller", business_id=other.business_id))
    counts, page = [], ""
    for keys in ("a", "bcd"):
        for key in keys:
            with transaction() as session:
                row = returns.prepare_return(
                    session, place_id, goods.business_id, {item: 1}, request_key=key, actor=Actor.system()
                )
                page = f"/umkm-saya/titipan/keluar/retur/{row.public_id}"
        with count_queries() as queries:
            assert "Menunggu diambil" in owner.get("/umkm-saya/titipan/keluar/").get_data(as_text=True)
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 8, counts
    assert "Rp36.000" in owner.get(page).get_data(as_text=True)
    assert owner.get(f"{page}/nota.pdf").status_code == 404  # not before it has left
    assert stranger.get(page).status_code == 404
    assert "Belum bernomor" not in stranger.get("/umkm-saya/titipan/keluar/").get_data(as_text=True)
