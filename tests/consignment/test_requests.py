"""New prices and more goods: who asks, who decides, and what holds from when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.catalog.models import PriceChange, Variant
from gallery.consignment.errors import (
    OtherOwnersGoodsError,
    PriceBelowOwedError,
    PriceNoticeError,
    RequestOpenError,
    SamePriceError,
    SecondPersonError,
)
from gallery.consignment.models import LotTerms, PriceRequest, PriceRequestLot, ReplenishmentRequest
from gallery.consignment.services import prices, replenish
from gallery.consignment.states import PriceRequestStatus, ReplenishmentStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.money import Rupiah
from gallery.inventory.models import Paper, StockItem
from gallery.inventory.states import PaperKind
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods

SYSTEM = Actor.system()


@pytest.fixture
def goods(app):
    return make_goods(price_idr=45_000)


def ask(goods, price, *, days=0, rise_days=7, actor=SYSTEM, **given) -> int:
    with transaction() as session:
        return prices.ask_price(
            session,
            goods.variant_id,
            Rupiah(price),
            wanted_from=clock.today() + timedelta(days=days),
            rise_days=rise_days,
            actor=actor,
            **given,
        ).id


def decide(request_id, *, confirm=True, actor=SYSTEM) -> None:
    with transaction() as session:
        prices.decide_price(session, request_id, confirm=confirm, note="", actor=actor)


def price(goods) -> int:
    db.session.rollback()
    return db.session.get_one(Variant, goods.variant_id).price_idr


def status(request_id) -> PriceRequestStatus:
    db.session.rollback()
    return db.session.get_one(PriceRequest, request_id).status


def test_a_cut_holds_at_once_when_the_manager_confirms(goods):
    request_id = ask(goods, 40_000)
    assert price(goods) == 45_000
    decide(request_id)
    assert price(goods) == 40_000
    history = db.session.scalars(select(PriceChange).order_by(PriceChange.id)).all()
    assert [(row.old_price_idr, row.new_price_idr) for row in history] == [(45_000, 40_000)]
    assert status(request_id) is PriceRequestStatus.APPLIED


def test_a_rise_needs_its_days_of_notice_and_waits_for_its_day(goods, monkeypatch):
    with pytest.raises(PriceNoticeError) as refused:
        ask(goods, 50_000, days=6)
    assert refused.value.earliest == clock.today() + timedelta(days=7)
    request_id = ask(goods, 50_000, days=7)
    decide(request_id)
    with transaction() as session:
        assert prices.due_prices(session) == []
        assert prices.apply_price(session, request_id, actor=SYSTEM) is False
    assert price(goods) == 45_000
    later = clock.today() + timedelta(days=7)
    monkeypatch.setattr(clock, "today", lambda: later)
    with transaction() as session:
        assert prices.due_prices(session) == [request_id]
        assert prices.apply_price(session, request_id, actor=SYSTEM) is True
    with transaction() as session:
        assert prices.apply_price(session, request_id, actor=SYSTEM) is False
    assert price(goods) == 50_000
    assert db.session.query(PriceChange).count() == 1


def test_an_article_has_one_open_request(goods):
    request_id = ask(goods, 40_000)
    with pytest.raises(RequestOpenError):
        ask(goods, 39_000)
    with pytest.raises(SamePriceError):
        ask(make_goods("Getas", price_idr=45_000), 45_000)
    decide(request_id, confirm=False)
    assert price(goods) == 45_000
    ask(goods, 39_000)


def test_whoever_asked_does_not_confirm(goods):
    user = Actor(user_id=make_user().id)
    request_id = ask(goods, 40_000, actor=user)
    with pytest.raises(SecondPersonError):
        decide(request_id, actor=user)
    assert (status(request_id), price(goods)) == (PriceRequestStatus.ASKED, 45_000)


def test_a_gallerys_proposal_waits_for_the_owner_first(goods):
    place = make_gallery_place()
    request_id = ask(goods, 40_000, proposed_by_gallery=place.gallery_id)
    assert status(request_id) is PriceRequestStatus.PROPOSED
    with transaction() as session:
        prices.answer_proposal(session, request_id, accept=True, actor=SYSTEM)
    decide(request_id)
    assert price(goods) == 40_000


def test_only_the_lots_that_are_named_change_what_their_owner_gets(goods):
    place = make_gallery_place()
    first = make_consigned(goods, place.id, owed_idr=36_000)
    second = make_consigned(goods, place.id, owed_idr=36_000, expires_on=clock.today() + timedelta(days=99))
    lots = [db.session.get_one(StockItem, item).lot_id for item in (first, second)]
    decide(ask(goods, 40_000, lots={lots[0]: Rupiah(32_000)}))
    assert [db.session.get_one(LotTerms, lot).consignor_price_idr for lot in lots] == [32_000, 36_000]
    kept = db.session.query(PriceRequestLot).one()
    assert (kept.old_consignor_price_idr, kept.new_consignor_price_idr) == (36_000, 32_000)


def test_nobody_asks_for_less_than_a_piece_in_a_gallery_is_owed(goods):
    place = make_gallery_place()
    item_id = make_consigned(goods, place.id, owed_idr=36_000)
    lot_id = db.session.get_one(StockItem, item_id).lot_id
    with pytest.raises(PriceBelowOwedError) as refused:
        ask(goods, 35_000)
    assert refused.value.owed_idr == 36_000
    with pytest.raises(PriceBelowOwedError):
        ask(goods, 35_000, lots={lot_id: Rupiah(35_500)})
    assert db.session.query(PriceRequest).count() == 0
    ask(goods, 35_000, lots={lot_id: Rupiah(35_000)})


def test_the_owner_answers_a_proposal_with_lower_prices_for_its_lots(goods):
    place = make_gallery_place()
    lot_id = db.session.get_one(StockItem, make_consigned(goods, place.id, owed_idr=36_000)).lot_id
    request_id = ask(goods, 30_000, proposed_by_gallery=place.gallery_id)
    with pytest.raises(PriceBelowOwedError), transaction() as session:
        prices.answer_proposal(session, request_id, accept=True, actor=SYSTEM)
    assert status(request_id) is PriceRequestStatus.PROPOSED
    with transaction() as session:
        prices.answer_proposal(session, request_id, accept=True, lots={lot_id: Rupiah(27_000)}, actor=SYSTEM)
    decide(request_id)
    assert (price(goods), db.session.get_one(LotTerms, lot_id).consignor_price_idr) == (30_000, 27_000)


def test_a_confirmed_price_has_a_numbered_paper_and_a_refused_one_none(goods):
    place = make_gallery_place()
    refused = ask(goods, 40_000)
    decide(refused, confirm=False)
    request_id = ask(goods, 40_000, proposed_by_gallery=place.gallery_id)
    with transaction() as session:
        prices.answer_proposal(session, request_id, accept=True, actor=SYSTEM)
    decide(request_id)
    row = db.session.get_one(PriceRequest, request_id)
    paper = db.session.query(Paper).filter_by(kind=PaperKind.PRICE_CHANGE).one()
    assert (paper.subject, paper.gallery_id) == (row.public_id, place.gallery_id)
    assert paper.number.startswith("PPH-")


def test_lots_on_commission_and_of_others_can_not_be_named(goods):
    place = make_gallery_place()
    share = db.session.get_one(StockItem, make_consigned(goods, place.id, commission_bps=1_000)).lot_id
    foreign = db.session.get_one(StockItem, make_consigned(make_goods("Getas"), place.id)).lot_id
    for lot_id in (share, foreign):
        with pytest.raises(OtherOwnersGoodsError):
            ask(goods, 40_000, lots={lot_id: Rupiah(1_000)})
    assert db.session.query(PriceRequest).count() == 0


def test_a_gallery_has_one_open_request_for_an_article(goods):
    place = make_gallery_place()
    for pieces in (6, 9):
        with transaction() as session:
            replenish.ask_goods(session, place.gallery_id, goods.variant_id, pieces, actor=SYSTEM)
    row = db.session.query(ReplenishmentRequest).one()
    assert (row.pieces, row.business_id) == (9, goods.business_id)
    with transaction() as session:
        replenish.answer_goods(session, row.id, answer="Kamis 6 bungkus", actor=SYSTEM)
        replenish.close_goods(session, row.id, actor=SYSTEM)
    assert db.session.get_one(ReplenishmentRequest, row.id).status is ReplenishmentStatus.CLOSED
    with transaction() as session:
        replenish.ask_goods(session, place.gallery_id, goods.variant_id, 3, actor=SYSTEM)
    assert db.session.query(ReplenishmentRequest).count() == 2
