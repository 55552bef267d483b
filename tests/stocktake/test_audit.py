"""A row changed behind the application's back is found, and named; chains made anew do not fit their anchors."""

import pytest
from sqlalchemy import text

from gallery.core import audit, clock
from gallery.core.audit import AuditEntry
from gallery.core.clock import LOCAL_ZONE
from gallery.core.db import db, snapshot, transaction
from gallery.inventory import services as inventory
from gallery.inventory.models import StockChain, StockItem, StockLink, StockMovement
from gallery.inventory.queries import link_hash
from gallery.inventory.services import Pick
from gallery.inventory.states import MovementReason
from gallery.jobs import stock_audit
from gallery.stocktake import services
from gallery.stocktake.models import StockAudit
from gallery.stocktake.queries import last_audit, prove_stock
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.stocktake import count_of, make_shelf, make_stocktake

KEY = b"key of these tests"


@pytest.fixture
def shelf(app):
    app.config["AUDIT_KEY"] = KEY.decode()
    shelf = make_shelf(10, 5)
    with transaction() as session:
        inventory.adjust(session, shelf.items[0], -2, reason=MovementReason.DAMAGED, actor=shelf.opener)
    return shelf


def raw(*statements: str) -> None:
    """Change rows as somebody with the database's password could: without the triggers."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:  # each test has a copy of the file of its own
            for table in ("stock_movement", "stock_link", "audit_entry"):
                for verb in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        for statement in statements:
            session.execute(text(statement))
    db.session.expire_all()


def found() -> list[tuple[str, str]]:
    return [(one.what, one.row) for one in prove_stock(snapshot(), KEY).findings]


def test_untouched_books_are_proven(shelf):
    proof = prove_stock(snapshot(), KEY)
    assert (proof.findings, proof.movements, list(proof.heads)) == ([], 3, [shelf.place_id])


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE stock_movement SET pieces = 12 WHERE id = 1", ("chain_changed", "stock_movement 1")),
        ("UPDATE stock_movement SET note = 'x' WHERE id = 2", ("chain_changed", "stock_movement 2")),
        ("UPDATE stock_movement SET price_idr = 1 WHERE id = 3", ("chain_changed", "stock_movement 3")),
        ("UPDATE stock_movement SET price_idr = 1 WHERE id = 2", ("chain_changed", "stock_movement 2")),
        ("UPDATE stock_item SET on_hand = 9 WHERE id = 1", ("drift_on_hand", "stock_item 1")),
        ("UPDATE stock_item SET reserved = 1 WHERE id = 2", ("drift_reserved", "stock_item 2")),
        ("UPDATE stock_item SET variant_id = 2 WHERE id = 1", ("chain_changed", "stock_movement 1")),
        ("UPDATE stock_item SET lot_id = 2 WHERE id = 1", ("chain_changed", "stock_movement 1")),
        ("UPDATE stock_movement SET stock_item_id = 2 WHERE id = 1", ("drift_on_hand", "stock_item 1")),
        (
            "UPDATE stock_movement SET happened_at = '2026-01-01 00:00:00' WHERE id = 2",
            ("chain_changed", "stock_movement 2"),
        ),
        ("UPDATE stock_link SET hash = 'x' WHERE movement_id = 2", ("chain_changed", "stock_movement 2")),
        ("UPDATE stock_link SET number = 9 WHERE movement_id = 3", ("chain_gap", "stock_link 3 of place 1")),
        ("DELETE FROM stock_link WHERE movement_id = 3", ("chain_unlinked", "stock_movement 3")),
        ("UPDATE stock_chain SET head = 'x'", ("chain_head", "stock_chain of place 1")),
        ("UPDATE stock_chain SET length = 2", ("chain_head", "stock_chain of place 1")),
        ("DELETE FROM stock_chain", ("chain_head", "stock_chain of place 1")),
        (
            "UPDATE stock_movement SET document = 'order:none' WHERE id = 3",
            ("document_missing", "stock_movement 3"),
        ),
    ],
)
def test_a_changed_row_is_named(shelf, statement, expected):
    assert (shelf.place_id, shelf.items) == (1, [1, 2])
    raw(statement)
    assert expected in found()


def test_a_row_that_was_written_past_the_application_is_named(shelf):
    raw(
        "INSERT INTO stock_movement (id, stock_item_id, pieces, reason, note, happened_at, recorded_at)"
        " VALUES (99, 1, 5, 'received', '', '2026-11-24 00:00:00', '2026-11-24 00:00:00')",
        "UPDATE stock_item SET on_hand = on_hand + 5 WHERE id = 1",
    )
    assert found() == [("chain_unlinked", "stock_movement 99")]


def rewrite() -> None:
    """Change a movement and put everything in order again: row, all hashes, head. The books agree with themselves."""
    raw("UPDATE stock_movement SET pieces = -4 WHERE id = 3", "UPDATE stock_item SET on_hand = 6 WHERE id = 1")
    head = ""
    changes = []
    rows = db.session.query(StockLink, StockMovement, StockItem).join(
        StockMovement, StockMovement.id == StockLink.movement_id
    )
    for link, movement, item in rows.join(StockItem, StockItem.id == StockMovement.stock_item_id).order_by(
        StockLink.number
    ):
        head = link_hash(head, link.number, movement, item)
        changes.append(f"UPDATE stock_link SET hash = '{head}' WHERE movement_id = {movement.id}")  # noqa: S608
    raw(*changes, f"UPDATE stock_chain SET head = '{head}'")  # noqa: S608


def test_books_that_were_made_anew_do_not_fit_the_anchor(shelf):
    stock_audit.prove()
    assert last_audit(db.session()).is_clean
    rewrite()
    assert found() == [("anchor_changed", "stock_link 3 of place 1")]


def test_an_anchor_that_was_added_for_the_new_chain_does_not_help(shelf):
    stock_audit.prove()
    rewrite()
    head = db.session.query(StockChain).one().head
    with transaction() as session:
        audit.record(session, shelf.opener, "stock.chain", "stock", heads={"1": [3, head]})
    assert found() == [("anchor_changed", "stock_link 3 of place 1")]


def test_a_chain_that_was_cut_off_is_shorter_than_its_anchor(shelf):
    stock_audit.prove()
    second = db.session.get(StockLink, 2).hash
    raw(
        "DELETE FROM stock_link WHERE movement_id = 3",
        "DELETE FROM stock_movement WHERE id = 3",
        f"UPDATE stock_chain SET length = 2, head = '{second}'",  # noqa: S608
        "UPDATE stock_item SET on_hand = 10 WHERE id = 1",
    )
    assert found() == [("anchor_cut", "stock_link 3 of place 1")]


def test_an_anchor_that_was_changed_breaks_the_seal_of_the_trail(shelf):
    stock_audit.prove()
    with transaction() as session:
        audit.seal_new(session, KEY)
    raw("""UPDATE audit_entry SET facts = '{"heads": {}}' WHERE action = 'stock.chain'""")
    assert [what for what, _row in found()] == ["audit_trail"]


def test_what_was_approved_and_not_booked_is_named(shelf):
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 9, shelf.counter)
    count_of(stocktake_id, shelf.items[1], 5, shelf.counter)
    with transaction() as session:
        services.close_count(session, stocktake_id, actor=shelf.counter)
    with transaction() as session:
        services.approve_stocktake(session, stocktake_id, tills_connected=False, actor=shelf.approver)
    assert found() == []
    raw("UPDATE stocktake_line SET counted_pieces = 8 WHERE id = 1")
    assert found() == [("stocktake_line", "stocktake_line 1")]


def test_heads_are_anchored_once_until_something_moves(shelf):
    for _ in range(2):
        stock_audit.prove()
    entry = db.session.query(AuditEntry).filter_by(action="stock.chain").one()
    assert entry.facts == {"heads": {"1": [3, db.session.query(StockChain).one().head]}}
    assert db.session.query(StockAudit).count() == 2


def test_nothing_is_anchored_while_something_is_wrong(shelf):
    raw("UPDATE stock_item SET on_hand = 9 WHERE id = 1")
    stock_audit.prove()
    run = last_audit(db.session())
    assert (run.is_clean, run.finding_count) == (False, 1)
    assert run.findings[0] == {"what": "drift_on_hand", "row": "stock_item 1", "expected": "8", "found": "9"}
    assert db.session.query(AuditEntry).filter_by(action="stock.chain").count() == 0


def test_the_command_names_the_first_broken_row(app, shelf):
    run = app.test_cli_runner().invoke
    assert run(args=["audit", "stock"]).output == "Stock adds up: 3 movements in 1 chains.\n"
    raw("UPDATE stock_movement SET pieces = 12 WHERE id = 1")
    result = run(args=["audit", "stock"])
    assert result.exit_code == 1
    assert "the first broken row: stock_movement 1" in result.output


def test_a_sale_during_the_proof_is_no_finding(app, shelf):
    """The proof reads one moment, on both databases, however long it takes."""
    session = snapshot()
    assert session.query(StockChain).one().length == 3
    from sqlalchemy.orm import Session

    with Session(db.engine) as other:
        connection = other.connection(execution_options={"write": True})
        assert connection is not None
        other.execute(text("UPDATE stock_chain SET length = 4"))
        other.commit()
    assert prove_stock(session, KEY).findings == []
    session.rollback()
    assert found() == [("chain_head", "stock_chain of place 1")]


def test_the_dashboard_says_what_was_found(app, shelf):
    staff = signed_in(app, make_user("gallery_staff", gallery_id=shelf.gallery_id))
    assert "Pemeriksaan catatan stok" not in staff.get("/petugas/").get_data(as_text=True)
    stock_audit.prove()
    assert "3 mutasi diperiksa" in staff.get("/petugas/").get_data(as_text=True)
    raw("UPDATE stock_item SET on_hand = 9 WHERE id = 1")
    stock_audit.prove()
    page = staff.get("/petugas/").get_data(as_text=True)
    assert "1 temuan" in page
    assert "stock_item 1" in page


def test_sales_are_documents_too(shelf):
    with transaction() as session:
        picks = [Pick(shelf.goods[0].variant_id, 1)]
        inventory.sell(session, shelf.place_id, picks, document="sale:nosuchsale", actor=shelf.opener)
    assert found() == [("document_missing", "stock_movement 4")]


def test_times_of_another_zone_do_not_look_like_a_change(shelf):
    """A till tells when it sold, in the zone of the province; what is read back is UTC."""
    sold_at = clock.now().astimezone(LOCAL_ZONE)
    with transaction() as session:
        inventory.reserve_items(session, "lease:1", {shelf.items[0]: 2}, expires_at=None)
    with transaction() as session:
        inventory.sell_held(
            session, "lease:1", {shelf.items[0]: 1}, document="stocktake:none", happened_at=sold_at, actor=shelf.opener
        )
    assert found() == [("document_missing", "stock_movement 4")]
