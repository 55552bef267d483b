"""Several processes want the same pieces: two staff return them, a transfer is received twice, a form is sent twice."""

import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable

import pytest

from gallery.accounts.permissions import Actor
from gallery.consignment.models import OwnerReturn, Receiving, Transfer
from gallery.consignment.services import open_receiving, returns, transfers
from gallery.consignment.services.transfers import Counted
from gallery.core.db import db, transaction
from gallery.inventory.errors import BelowReservedError
from gallery.inventory.models import StockItem
from gallery.inventory.queries import audit_stock, broken_links
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock
from tests.inventory.race import Start, app_at

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
FORK = multiprocessing.get_context("fork")
OK, SHORT, ERROR = 10, 11, 12
MANY = 4
SYSTEM = Actor.system()


@pytest.fixture
def url(database_url, database):
    database.disconnect()  # no connection may be shared with a forked child
    return database_url


def at_once(url: str, folder: str, work: Callable[[int], None]) -> list[int]:
    """Let four processes do the work together; their answers, sorted."""
    start = Start()
    children = [FORK.Process(target=_child, args=(url, folder, start, work, number)) for number in range(MANY)]
    for child in children:
        child.start()
    start.give(MANY)
    for child in children:
        child.join()
    return sorted(child.exitcode for child in children)


def _child(url: str, folder: str, start: Start, work: Callable[[int], None], number: int) -> None:
    code = ERROR
    try:
        with app_at(url, folder).app_context():
            start.wait()
            work(number)
            code = OK
    except BelowReservedError:
        code = SHORT
    except Exception:  # noqa: BLE001 - the race waits for every child, and counts this one as wrong
        traceback.print_exc()
        sys.stderr.flush()
        start.wait()
    os._exit(code)


def world(url: str, folder: str, make: Callable[[], None]) -> None:
    with app_at(url, folder).app_context():
        make()
        db.session.remove()
        db.engine.dispose()


def look(url: str, folder: str, see: Callable[[], object]) -> object:
    with app_at(url, folder).app_context():
        found = see()
        assert audit_stock(db.session()) == []
        assert broken_links(db.session()) == []
        db.session.remove()
        db.engine.dispose()
        return found


def one_item() -> StockItem:
    return db.session.query(StockItem).order_by(StockItem.id).first()


def make_shelf() -> None:
    make_stock(make_goods().variant_id, make_gallery_place().id, 5)


def prepare(key: str) -> None:
    item = one_item()
    with transaction() as session:
        returns.prepare_return(
            session, item.place_id, item.lot.business_id, {item.id: 3}, request_key=key, actor=SYSTEM
        )


def test_the_same_pieces_go_back_in_one_return_only(url, tmp_path):
    folder = str(tmp_path)
    world(url, folder, make_shelf)
    assert at_once(url, folder, lambda number: prepare(f"form-{number}")) == [OK, SHORT, SHORT, SHORT]
    seen = look(url, folder, lambda: (db.session.query(OwnerReturn).count(), one_item().reserved))
    assert seen == (1, 3)


def test_one_form_sent_four_times_is_one_return_handed_over_once(url, tmp_path):
    folder = str(tmp_path)
    world(url, folder, make_shelf)
    assert at_once(url, folder, lambda _number: prepare("form")) == [OK] * MANY

    def hand_over(_number: int) -> None:
        return_id = (
            db.session.query(OwnerReturn).one().id
        )  # not always 1: PostgreSQL spends a number on each INSERT that lost
        with transaction() as session:
            returns.hand_over_return(session, return_id, collected_by="Bu Siti", actor=SYSTEM)

    assert at_once(url, folder, hand_over) == [OK] * MANY
    item = look(url, folder, lambda: (one_item().on_hand, one_item().reserved, db.session.query(OwnerReturn).count()))
    assert item == (2, 0, 1)


def test_a_transfer_is_received_once_by_four(url, tmp_path):
    folder = str(tmp_path)

    def send() -> None:
        make_shelf()
        item_id, place_id = one_item().id, one_item().place_id
        far_id = make_gallery_place(BELITUNG).id
        with transaction() as session:
            made = transfers.draft_transfer(session, place_id, far_id, {item_id: 5}, request_key="t", actor=SYSTEM)
            made_id = made.id
        with transaction() as session:
            transfers.send_transfer(session, made_id, carried_by="Kapal", actor=SYSTEM)

    def receive(_number: int) -> None:
        line_id = db.session.query(Transfer).one().lines[0].id
        with transaction() as session:
            transfers.receive_transfer(session, 1, {line_id: Counted(5)}, actor=SYSTEM)

    world(url, folder, send)
    assert at_once(url, folder, receive) == [OK] * MANY
    seen = look(url, folder, lambda: [row.on_hand for row in db.session.query(StockItem).order_by(StockItem.id)])
    assert seen == [0, 0, 5]


def test_one_form_sent_four_times_opens_one_unpacking_without_a_note(url, tmp_path):
    folder = str(tmp_path)
    world(url, folder, make_gallery_place)

    def begin(_number: int) -> None:
        with transaction() as session:
            open_receiving(session, 1, request_key="open:form", actor=SYSTEM)

    assert at_once(url, folder, begin) == [OK] * MANY
    assert look(url, folder, lambda: db.session.query(Receiving).count()) == 1
