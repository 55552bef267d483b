"""A lot on screen: blocking it, and the recall list with contacts for those who may see them."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services as inventory
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.queries import available
from gallery.inventory.services import Pick
from gallery.orders.models import Order
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import make_desk, make_sale, on_shelf
from tests.factories.delivery import make_parcel
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock


@pytest.fixture
def place(app):
    return make_gallery_place()


def lot_of(item) -> int:
    return db.session.get_one(StockItem, item).lot_id


def test_a_blocked_lot_is_on_sale_nowhere_and_can_be_released(app, place):
    goods, place_id, gallery_id = make_goods(), place.id, place.gallery_id
    lot = lot_of(make_stock(goods.variant_id, place_id, 5))
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    page = f"/petugas/galeri/lot/{lot}"
    assert manager.post(f"{page}/tahan", {"reason": ""}, page=page).status_code == 422
    assert available(db.session(), [goods.variant_id]) == {(goods.variant_id, place_id): 5}
    assert manager.post(f"{page}/tahan", {"reason": "recalled", "note": "bau"}, page=page).status_code == 303
    db.session.rollback()
    assert available(db.session(), [goods.variant_id]) == {}
    assert "Ditarik dari peredaran" in manager.get(page).get_data(as_text=True)
    assert manager.post(f"{page}/lepas", page=page).status_code == 303
    assert db.session.get_one(Lot, lot, populate_existing=True).blocked_as is None
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    assert staff.post(f"{page}/tahan", {"reason": "recalled"}, page=page).status_code == 403


def sold(place_id: int, variant_id: int) -> Order:
    """Two pieces over the counter, and one in an order of somebody whose number stands on it."""
    with transaction() as session:
        inventory.sell(session, place_id, [Pick(variant_id, 2)], document="sale:struk00001", actor=Actor.system())
    order = db.session.get_one(Order, make_parcel(place_id).order_id)
    public_id = order.public_id
    with transaction() as session:
        inventory.sell(session, place_id, [Pick(variant_id, 1)], document=f"order:{public_id}", actor=Actor.system())
    return db.session.query(Order).filter_by(public_id=public_id).one()


def rows_of(person, lot) -> list[tuple]:
    answer = person.get(f"/petugas/galeri/lot/{lot}/penarikan.xlsx")
    return list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(min_row=2, values_only=True))


def test_the_recall_list_names_orders_and_sales_and_hides_other_galleries_buyers(app, place):
    goods, place_id, gallery_id = make_goods(), place.id, place.gallery_id
    expires = clock.today() + timedelta(days=90)
    lot = lot_of(make_stock(goods.variant_id, place_id, 9, expires_on=expires))
    far = make_gallery_place(BELITUNG)
    far_id, far_gallery = far.id, far.gallery_id
    make_stock(goods.variant_id, far_id, 2, expires_on=expires)  # the same lot, on the other island
    order = sold(place_id, goods.variant_id)
    own = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    other = signed_in(app, make_user("gallery_staff", gallery_id=far_gallery))
    mine = {row[3]: (row[4], row[6]) for row in rows_of(own, lot)}
    assert mine == {"struk00001": (2, "–"), order.number: (1, order.contact_name)}
    text = other.get(f"/petugas/galeri/lot/{lot}").get_data(as_text=True)
    assert order.number in text
    assert order.contact_name not in text
    assert order.contact_phone[-8:] not in text
    assert {row[6] for row in rows_of(other, lot)} == {"–", f"{order.contact_name[0]}•••"}


def test_a_counter_sale_is_named_by_its_receipt_and_a_cut_list_says_so(app, monkeypatch):
    desk = make_desk()
    goods, item = on_shelf(desk)
    numbers = [make_sale(desk, (goods, 1)).number for _ in range(3)]
    lot = lot_of(item)
    staff = signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id))
    assert {row[3] for row in rows_of(staff, lot)} == set(numbers)
    page = f"/petugas/galeri/lot/{lot}"
    text = staff.get(page).get_data(as_text=True)
    assert all(number in text for number in numbers)
    assert "dipotong" not in text
    monkeypatch.setattr("gallery.web.staff.lots.MOST", 2)
    cut = staff.get(page).get_data(as_text=True)
    assert "lebih dari 2 pesanan atau struk" in cut
    assert numbers[2] not in cut
    assert len(rows_of(staff, lot)) == 3  # the sheet has all
    monkeypatch.setattr("gallery.web.staff.lots.WHOLE", 2)
    assert "dipotong" in rows_of(staff, lot)[-1][0]
