"""Terms: the newest that have begun, the owner's before the gallery's, frozen into the lot at receiving."""

import pytest
from sqlalchemy import select

from gallery.consignment import services
from gallery.consignment.errors import TermsInThePastError
from gallery.consignment.models import LotTerms, Terms
from gallery.consignment.queries import TermsFacts, terms_of_lots, terms_on
from gallery.consignment.states import LossBearer
from gallery.core import clock
from gallery.core.db import db, transaction
from tests.factories.consignment import SYSTEM, describe, finish, in_days, make_receipt, make_receiving, scan
from tests.factories.inventory import make_business, make_gallery_place, make_goods


def agree(gallery_id, business_id, day, **given):
    with transaction() as session:
        return services.agree_terms(session, gallery_id, business_id, day, TermsFacts(**given), actor=SYSTEM)


def test_without_any_agreement_the_usual_terms_hold(app):
    gallery, business = make_gallery_place().gallery_id, make_business().id
    found = terms_on(db.session(), gallery, [business], clock.today())[business]
    assert (found.commission_bps, found.min_days, found.return_days, found.loss_bearer) == (
        1_000,
        60,
        90,
        LossBearer.OWNER,
    )


def test_own_terms_come_before_those_of_the_gallery_and_the_newest_of_the_day_hold(app):
    gallery, mine, other = make_gallery_place().gallery_id, make_business().id, make_business().id
    agree(gallery, None, in_days(0), commission_bps=500)
    agree(gallery, mine, in_days(0), commission_bps=0)
    agree(gallery, mine, in_days(10), commission_bps=700)

    def on(days):
        found = terms_on(db.session(), gallery, [mine, other], in_days(days))
        return found[mine].commission_bps, found[other].commission_bps

    assert on(-1) == (1_000, 1_000)
    assert on(0) == on(9) == (0, 500)
    assert on(10) == (700, 500)


def test_terms_do_not_begin_in_the_past(app):
    gallery = make_gallery_place().gallery_id
    with pytest.raises(TermsInThePastError):
        agree(gallery, None, in_days(-1))
    assert db.session.scalars(select(Terms)).all() == []


@pytest.mark.parametrize(("life", "days"), [(None, 60), (30, 60), (120, 60), (121, 61), (365, 183)])
def test_half_of_the_shelf_life_and_sixty_days_must_be_left(life, days):
    assert TermsFacts().earliest_expiry(clock.today(), life) == in_days(days)


def test_what_was_received_keeps_the_terms_of_its_day(app):
    goods, gallery = make_goods(price_idr=45_999), make_gallery_place().gallery_id
    agree(gallery, goods.business_id, in_days(0), commission_bps=1_500, return_days=30, take_off_days=20)
    lot_id = make_receipt(goods, 4, gallery_id=gallery, days=200).lines[0].lot_id
    agree(gallery, goods.business_id, in_days(0), commission_bps=0)

    frozen = terms_of_lots(db.session(), [lot_id])[lot_id]
    assert (frozen.commission_bps, frozen.consignor_price_idr) == (1_500, None)
    assert (frozen.take_off_on, frozen.return_by) == (in_days(180), in_days(30))
    line = db.session.get(LotTerms, lot_id).receipt_line_id
    assert line is not None
    again = make_receipt(goods, 1, gallery_id=gallery, days=200).lines[0]
    assert again.lot_id != lot_id
    assert (again.commission_bps, again.consignor_price_idr) == (0, 45_999)


def test_the_owners_price_is_frozen_where_that_was_agreed(app):
    goods, gallery = make_goods(price_idr=45_000), make_gallery_place().gallery_id
    agree(gallery, goods.business_id, in_days(0), commission_bps=None)
    receiving = make_receiving(gallery_id=gallery)
    line = scan(receiving.id, goods, 3)
    describe(receiving.id, line, expires_on=in_days(100), consignor_price_idr=38_000)
    received = finish(receiving.id)[0].lines[0]
    frozen = terms_of_lots(db.session(), [received.lot_id])[received.lot_id]
    assert (frozen.consignor_price_idr, frozen.commission_bps) == (38_000, None)
    assert received.consignor_price_idr == 38_000


def test_lots_that_are_not_consigned_have_no_terms(app):
    assert terms_of_lots(db.session(), [1, 2]) == {}
