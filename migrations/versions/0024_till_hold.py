"""The device that sells for a shift; what the counter has finished is append-only; how often an article was sold.

Follows 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

FINISHED = ("counter_sale", "tender", "counter_return", "counter_return_line", "cash_movement")
# A return counts pieces up on the line that was sold; all else of it stays as it was printed.
SOLD = [
    *("id", "sale_id", "variant_id", "stock_item_id", "lot_id", "business_id", "name", "business_name"),
    *("expires_on", "pieces", "price_idr", "discount_idr", "consignor_price_idr", "commission_bps"),
]


def upgrade() -> None:
    op.create_table(
        "till_hold",
        sa.Column("shift_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("device_name", sa.String(), nullable=False),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("held_by_name", sa.String(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["held_by"], ["user_account.id"], name=op.f("fk_till_hold_held_by_user_account")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_till_hold_shift_id_shift")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_till_hold")),
    )
    op.create_index("ix_counter_sale_line_variant_id", "counter_sale_line", ["variant_id"])
    if op.get_context().dialect.name == "sqlite":
        for table in FINISHED:
            _refuse(f"{table}_no_update", "UPDATE", table)
            _refuse(f"{table}_no_delete", "DELETE", table)
        _refuse("counter_sale_line_no_update", f"UPDATE OF {', '.join(SOLD)}", "counter_sale_line")
        _refuse("counter_sale_line_no_delete", "DELETE", "counter_sale_line")
        return
    for table in FINISHED:
        _guard(table, "UPDATE OR DELETE")
    _guard("counter_sale_line", f"UPDATE OF {', '.join(SOLD)} OR DELETE")


def _refuse(name: str, verb: str, table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _guard(table: str, verbs: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    sqlite = op.get_context().dialect.name == "sqlite"
    for table in (*FINISHED, "counter_sale_line"):
        if sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.drop_index("ix_counter_sale_line_variant_id", table_name="counter_sale_line")
    op.drop_table("till_hold")
