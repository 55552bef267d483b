"""A process dies by ``kill -9`` in the middle of what moves goods; after the restart it was done once or not at all."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable

import pytest
from sqlalchemy import event, select

from gallery.consignment.services import finish_receiving, transfers, write_offs
from gallery.consignment.services.transfers import Counted
from gallery.consignment.services.write_offs import Loss
from gallery.core.db import Base, db, transaction
from gallery.core.errors import GalleryError
from gallery.inventory.models import StockItem
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.states import MovementReason
from gallery.stocktake import services as stocktake
from tests.factories.consignment import SYSTEM, make_note, make_receiving, scan
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods
from tests.factories.stocktake import count_of, lines_of, make_shelf, make_stocktake

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
FORK = multiprocessing.get_context("fork")
WRITES = ("INSERT", "UPDATE", "DELETE")
DRY, COMMIT, DONE = -1, -2, -3
Act = Callable[..., object]


def finish_a_receipt() -> Act:
    one, two = make_goods("Lada"), make_goods("Getas")
    receiving_id = make_receiving(make_note((one, 10), (two, 4), district_code="19.71")).id
    scan(receiving_id, one, 10)
    scan(receiving_id, two, 3)
    return lambda session: finish_receiving(session, receiving_id, actor=SYSTEM)


def approve_a_write_off() -> Act:
    shelf = make_shelf(10, 6)
    item = db.session.get_one(StockItem, shelf.items[0])
    with transaction() as session:
        losses = [Loss(item.id, 3, MovementReason.DAMAGED)]
        made = write_offs.prepare_write_off(
            session, shelf.place_id, item.lot.business_id, losses, note="", request_key="w", actor=shelf.opener
        ).id
    return lambda session: write_offs.approve_write_off(session, made, actor=shelf.approver)


def approve_a_stocktake() -> Act:
    shelf = make_shelf(10, 6)
    made = make_stocktake(shelf)
    count_of(made, shelf.items[0], 8, shelf.counter)
    count_of(made, shelf.items[1], 7, shelf.second)
    line = lines_of(made)[shelf.items[0]].id
    with transaction() as session:
        stocktake.close_count(session, made, actor=shelf.opener)
        stocktake.explain_line(session, made, line, reason=MovementReason.LOST, note="", actor=shelf.approver)
    return lambda session: stocktake.approve_stocktake(session, made, tills_connected=True, actor=shelf.approver)


def send_a_transfer() -> Act:
    shelf = make_shelf(10, 6)
    far_id = make_gallery_place(BELITUNG).id
    with transaction() as session:
        pieces = dict.fromkeys(shelf.items, 5)
        made = transfers.draft_transfer(session, shelf.place_id, far_id, pieces, request_key="t", actor=SYSTEM).id
    return lambda session: transfers.send_transfer(session, made, carried_by="Kapal", actor=SYSTEM)


def receive_a_transfer() -> Act:
    send = send_a_transfer()
    with transaction() as session:
        sent = send(session)
        made, counted = sent.id, {line.id: Counted(line.pieces) for line in sent.lines}
    return lambda session: transfers.receive_transfer(session, made, counted, actor=SYSTEM)


@pytest.mark.parametrize(
    "prepare", [finish_a_receipt, approve_a_write_off, approve_a_stocktake, send_a_transfer, receive_a_transfer]
)
def test_a_killed_process_has_done_all_of_it_or_nothing(app, database, prepare):
    act = prepare()
    before, writes = every_row(), run_and_die(database, act, at=DRY)
    assert writes > 3
    for at in (*sorted({1, writes // 3, writes * 2 // 3, writes}), COMMIT):
        assert run_and_die(database, act, at=at) == -signal.SIGKILL
        assert every_row() == before, f"killed at write {at} of {writes}"
    assert run_and_die(database, act, at=DONE) == -signal.SIGKILL
    after = every_row()
    assert after != before
    with contextlib.suppress(GalleryError), transaction() as session:  # the form is sent again
        act(session)
    assert every_row() == after
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []


def run_and_die(database, act: Act, *, at: int) -> int:
    """Let a process do it and die at its n-th write, at the commit, or when all is done; its exit code.

    ``DRY``: it does all and takes it back; the exit code says how many writes there were.
    """
    db.session.remove()
    db.engine.dispose()
    database.disconnect()  # no connection may be shared with the child
    child = FORK.Process(target=_child, args=(act, at))
    child.start()
    child.join()
    return int(child.exitcode or 0)


def _child(act: Act, at: int) -> None:
    writes = 0

    def die(*_given: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal writes
        writes += statement.lstrip().startswith(WRITES)
        if writes == at:
            die()

    event.listen(db.engine, "after_cursor_execute", note)
    if at == COMMIT:
        event.listen(db.engine, "commit", die)
    try:
        with transaction() as session:
            act(session)
            if at == DRY:
                session.flush()
                os._exit(writes)
        die()
    finally:
        os._exit(0)


def every_row() -> dict[str, list[str]]:
    """Whatever the database holds."""
    db.session.rollback()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
    }
