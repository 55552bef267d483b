"""Stocktakes with lines, counts and found goods; runs of the audit of the stock.

Follows 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

REASONS = ["received", "count_correction", "damaged", "expired", "lost", "owner_return", "sold", "buyer_return"]
REASONS += ["transfer_out", "transfer_in", "recalled"]


def enum(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def upgrade() -> None:
    op.create_table(
        "stocktake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=True),
        sa.Column(
            "status", enum("stocktakestatus", ["counting", "reviewing", "approved", "cancelled"]), nullable=False
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_movement_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        key("stocktake", "place_id", "place"),
        key("stocktake", "business_id", "business"),
        key("stocktake", "opened_by", "user_account"),
        key("stocktake", "closed_by", "user_account"),
        key("stocktake", "approved_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_stocktake"),
        sa.UniqueConstraint("public_id", name="uq_stocktake_public_id"),
        sa.UniqueConstraint("number", name="uq_stocktake_number"),
    )
    op.create_index("ix_stocktake_place_id_status", "stocktake", ["place_id", "status"])
    op.create_table(
        "stocktake_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lot_code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("book_pieces", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("round_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", enum("movementreason", REASONS), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("deferred", sa.Boolean(), nullable=False),
        sa.Column("expected_pieces", sa.Integer(), nullable=True),
        sa.Column("counted_pieces", sa.Integer(), nullable=True),
        key("stocktake_line", "stocktake_id", "stocktake"),
        key("stocktake_line", "stock_item_id", "stock_item"),
        key("stocktake_line", "lot_id", "lot"),
        sa.PrimaryKeyConstraint("id", name="pk_stocktake_line"),
        sa.UniqueConstraint("stocktake_id", "stock_item_id", name="uq_stocktake_line_stocktake_id_stock_item_id"),
    )
    op.create_index("ix_stocktake_line_order", "stocktake_line", ["stocktake_id", "shelf", "article"])
    op.create_index("ix_stocktake_line_stock_item_id", "stocktake_line", ["stock_item_id"])
    op.create_table(
        "stocktake_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        key("stocktake_count", "stocktake_id", "stocktake"),
        key("stocktake_count", "line_id", "stocktake_line"),
        key("stocktake_count", "counter_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_stocktake_count"),
        sa.UniqueConstraint("stocktake_id", "client_key", name="uq_stocktake_count_stocktake_id_client_key"),
    )
    op.create_index("ix_stocktake_count_line_id_round", "stocktake_count", ["line_id", "round"])
    op.create_index("ix_stocktake_count_counter", "stocktake_count", ["stocktake_id", "counter_id", "id"])
    op.create_table(
        "stocktake_found",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lot_code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("intake", sa.String(), nullable=False),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_stocktake_found_pieces_positive")),
        key("stocktake_found", "stocktake_id", "stocktake"),
        key("stocktake_found", "variant_id", "variant"),
        key("stocktake_found", "counter_id", "user_account"),
        key("stocktake_found", "stock_item_id", "stock_item"),
        sa.PrimaryKeyConstraint("id", name="pk_stocktake_found"),
        sa.UniqueConstraint("stocktake_id", "client_key", name="uq_stocktake_found_stocktake_id_client_key"),
    )
    op.create_table(
        "stock_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_clean", sa.Boolean(), nullable=False),
        sa.Column("movements", sa.Integer(), nullable=False),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_audit"),
    )
    op.create_index("ix_stock_audit_ran_at", "stock_audit", ["ran_at"])


def downgrade() -> None:
    for table in ("stock_audit", "stocktake_found", "stocktake_count", "stocktake_line", "stocktake"):
        op.drop_table(table)
