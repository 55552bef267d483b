"""Pieces that a count, a transfer or a correction loses have a price, so that their owner can be paid.

Follows 0031.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

PRICED = sa.text("price_idr IS NOT NULL")
BEFORE, MORE = "'goods_lost', ", "'pieces_lost', 'pieces_found', "
KINDS = (
    *("payment", "delivered", "came_back", "refund_owed", "refund_paid", "courier_fee", "courier_billed"),
    *("shift_opened", "shift_closed", "cash_moved", "counter_sale", "counter_return", "goods_lost"),
    *("pieces_lost", "pieces_found", "payout_paid", "payout_bounced"),
    *("charge_extra", "gateway_fee", "gateway_payout", "dispute_opened", "dispute_won"),
    *("bank_line", "remittance", "courier_paid"),
)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _more_kinds_in_sqlite()
    else:
        op.drop_constraint(op.f("ck_journal_entry_entrykind"), "journal_entry", type_="check")
        allowed = ", ".join(f"'{kind}'" for kind in KINDS)
        op.create_check_constraint(op.f("ck_journal_entry_entrykind"), "journal_entry", f"kind IN ({allowed})")
    op.add_column("stock_movement", sa.Column("price_idr", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_stock_movement_priced", "stock_movement", ["stock_item_id", "id"],
        sqlite_where=PRICED, postgresql_where=PRICED,
    )  # fmt: skip


def _more_kinds_in_sqlite() -> None:
    """Change the text of the CHECK constraint in place: rows that hold keep to the wider one.

    SQLite has no statement for it; its documentation gives this way (lang_altertable, section 7, the last list).
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    table = "FROM sqlite_schema WHERE type = 'table' AND name = 'journal_entry'"
    text = connection.exec_driver_sql(f"SELECT sql {table}").scalar_one()
    if text.count(BEFORE) != 1:
        raise RuntimeError("constraint of journal_entry is not what 0032 expects")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = 'journal_entry'",
        (text.replace(BEFORE, BEFORE + MORE),),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    op.drop_index("ix_stock_movement_priced", table_name="stock_movement")
    op.drop_column("stock_movement", "price_idr")
