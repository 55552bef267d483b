"""The bank's statements, line by line.

Follows 0028.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("bank_account_id", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("closing_idr", sa.BigInteger(), nullable=True),
        sa.Column("new_lines", sa.Integer(), nullable=False),
        sa.Column("known_lines", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_statement_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_bank_statement_file_id_stored_file")),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["user_account.id"], name=op.f("fk_bank_statement_imported_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("bank_account_id", "sha256", name=op.f("uq_bank_statement_bank_account_id_sha256")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_statement_public_id")),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("bank_account_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("balance_idr", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "matched",
                "ignored",
                name="banklinestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payment",
                "owner_payout",
                "refund",
                "courier_paid",
                "gateway_payout",
                "qris_payout",
                "cash_deposit",
                "fee",
                "other",
                name="banklinekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "certainty",
            sa.Enum(
                "sure", "likely", "by_hand", name="certainty", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("payout_item_id", sa.Integer(), nullable=True),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column("courier_payment_id", sa.Integer(), nullable=True),
        sa.Column(
            "gateway",
            sa.Enum("stripe", "midtrans", name="gateway", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("fee_idr", sa.BigInteger(), nullable=False),
        sa.Column("matched_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("amount_idr <> 0", name=op.f("ck_bank_line_amount_not_zero")),
        sa.CheckConstraint("fee_idr >= 0", name=op.f("ck_bank_line_fee_not_negative")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_line_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(
            ["courier_payment_id"], ["courier_payment.id"], name=op.f("fk_bank_line_courier_payment_id_courier_payment")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_bank_line_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["matched_by"], ["user_account.id"], name=op.f("fk_bank_line_matched_by_user_account")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_bank_line_payment_id_payment")),
        sa.ForeignKeyConstraint(
            ["payout_item_id"], ["payout_item.id"], name=op.f("fk_bank_line_payout_item_id_payout_item")
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_bank_line_refund_id_refund")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id_bank_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("bank_account_id", "fingerprint", name=op.f("uq_bank_line_bank_account_id_fingerprint")),
        sa.UniqueConstraint("courier_payment_id", name=op.f("uq_bank_line_courier_payment_id")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_bank_line_payment_id")),
        sa.UniqueConstraint("payout_item_id", name=op.f("uq_bank_line_payout_item_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_line_public_id")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_bank_line_refund_id")),
    )
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.create_index("ix_bank_line_amount_idr", ["amount_idr"], unique=False)
        batch_op.create_index("ix_bank_line_day", ["bank_account_id", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_line_statement_id"), ["statement_id"], unique=False)
        batch_op.create_index("ix_bank_line_status", ["status", "day"], unique=False)


def downgrade() -> None:
    op.drop_table("bank_line")
    op.drop_table("bank_statement")
