"""Receipts of payout batches, payments to riders and couriers, statements of turnover.

Follows 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"], name=op.f("fk_payout_proof_added_by_user_account")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_payout_proof_file_id_stored_file")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_proof_payout_id_payout")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_proof")),
    )
    with op.batch_alter_table("payout_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_proof_payout_id"), ["payout_id"], unique=False)
    op.create_table(
        "courier_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.Integer(), nullable=True),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(bank_account_id IS NULL) <> (gallery_id IS NULL)", name=op.f("ck_courier_payment_one_purse")
        ),
        sa.CheckConstraint("amount_idr > 0", name=op.f("ck_courier_payment_amount_positive")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_courier_payment_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_courier_payment_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_courier_payment_made_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_payment")),
        sa.UniqueConstraint("number", name=op.f("uq_courier_payment_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_courier_payment_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_courier_payment_request_key")),
    )
    with op.batch_alter_table("courier_payment", schema=None) as batch_op:
        batch_op.create_index("ix_courier_payment_party", ["party"], unique=False)
    op.create_table(
        "turnover_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["business.id"], name=op.f("fk_turnover_statement_business_id_business")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_turnover_statement_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_turnover_statement_recorded_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turnover_statement")),
        sa.UniqueConstraint("business_id", "year", name=op.f("uq_turnover_statement_business_id_year")),
    )


def downgrade() -> None:
    op.drop_table("turnover_statement")
    op.drop_table("courier_payment")
    op.drop_table("payout_proof")
