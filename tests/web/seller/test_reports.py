import io

from openpyxl import load_workbook

from gallery.accounts.permissions import Actor
from gallery.core.db import transaction
from gallery.inventory import services
from gallery.inventory.services import Pick
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_stock

PAGE = "/umkm-saya/laporan/"


def test_an_owner_sees_what_became_of_each_own_piece_and_nothing_else(app, count_queries):
    place, mine, other = make_gallery_place(), make_goods("Kemplang"), make_goods("Madu")
    make_stock(mine.variant_id, place.id, 9)
    make_stock(other.variant_id, place.id, 9)
    with transaction() as session:
        services.sell(session, place.id, [Pick(mine.variant_id, 2)], document="sale:a", actor=Actor.system())
    owner = signed_in(app, make_user("seller", business_id=mine.business_id))
    with count_queries() as q:
        page = owner.get(PAGE).get_data(as_text=True)
    assert q.count <= 8
    assert "Kemplang" in page
    assert "Madu" not in page
    sheet = load_workbook(io.BytesIO(owner.get(f"{PAGE}arus.xlsx").data)).active
    head, row = list(sheet.iter_rows(values_only=True))
    found = dict(zip(head, row, strict=True))
    assert (found["Produk"], found["Terjual di kasir"], found["Akhir"]) == ("Kemplang", 2, 7)
