"""Every movement is linked to the one before it in its place; what is changed behind our back is named."""

import pytest
from sqlalchemy import select, text

from gallery.core.db import db, transaction
from gallery.inventory.models import StockLink, StockMovement
from gallery.inventory.queries import broken_links, chain_heads
from tests.factories.inventory import make_gallery_place, make_goods, make_stock


@pytest.fixture
def chain(app):
    goods, place = make_goods(), make_gallery_place()
    for _ in range(3):
        make_stock(goods.variant_id, place.id, 2)
    return place.id


def behind_our_back(*statements):
    """Change rows as somebody with the database's password could: past the triggers."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for table in ("stock_movement", "stock_link"):
                for verb in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        for statement in statements:
            session.execute(text(statement))


def broken():
    db.session.expire_all()
    return [(link.number, link.why) for link in broken_links(db.session())]


def test_movements_of_a_place_are_numbered_and_the_head_is_the_last(chain):
    links = db.session.scalars(select(StockLink).order_by(StockLink.number)).all()
    assert [link.number for link in links] == [1, 2, 3]
    assert chain_heads(db.session()) == {chain: (3, links[-1].hash)}
    assert broken() == []


def test_places_have_chains_of_their_own(chain):
    other = make_gallery_place()
    make_stock(make_goods("Getas").variant_id, other.id, 1)
    assert {place: length for place, (length, _) in chain_heads(db.session()).items()} == {chain: 3, other.id: 1}


@pytest.mark.parametrize(
    ("statement", "number", "why"),
    [
        ("UPDATE stock_movement SET pieces = 3 WHERE id = (SELECT MIN(id) + 1 FROM stock_movement)", 2, "changed"),
        ("UPDATE stock_link SET hash = 'x' WHERE number = 1", 1, "changed"),
        ("DELETE FROM stock_link WHERE number = 3", 0, "unlinked"),
        ("UPDATE stock_chain SET length = 4", 3, "head"),
    ],
)
def test_the_first_changed_row_is_named(chain, statement, number, why):
    behind_our_back(statement)
    assert broken()[0] == (number, why)


def test_rows_cut_off_the_end_are_missed(chain):
    last = db.session.scalar(select(StockMovement.id).order_by(StockMovement.id.desc()))
    behind_our_back(
        f"DELETE FROM stock_link WHERE movement_id = {last}",  # noqa: S608
        f"DELETE FROM stock_movement WHERE id = {last}",  # noqa: S608
    )
    assert broken() == [(2, "head")]
