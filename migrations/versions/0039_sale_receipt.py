"""Who paid a sale at the counter, as its kuitansi names them.

Follows 0038.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sale_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_sale_receipt_revision_positive")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name=op.f("fk_sale_receipt_changed_by_user_account")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["counter_sale.id"], name=op.f("fk_sale_receipt_sale_id_counter_sale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_receipt")),
        sa.UniqueConstraint("sale_id", name=op.f("uq_sale_receipt_sale_id")),
    )


def downgrade() -> None:
    op.drop_table("sale_receipt")
