"""What papers of an office's order say of its budget; how a picture of a payment looks.

Follows 0029.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_budget",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("officer_post", sa.String(), nullable=False),
        sa.Column("officer_name", sa.String(), nullable=False),
        sa.Column("officer_nip", sa.LargeBinary(), nullable=False),
        sa.Column("treasurer_name", sa.String(), nullable=False),
        sa.Column("treasurer_nip", sa.LargeBinary(), nullable=False),
        sa.Column("account_code", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("letter_number", sa.String(), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("npwp", sa.LargeBinary(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_order_budget_revision_positive")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name=op.f("fk_order_budget_changed_by_user_account")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_budget_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_budget")),
        sa.UniqueConstraint("order_id", name=op.f("uq_order_budget_order_id")),
    )
    op.add_column("payment_proof", sa.Column("look", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payment_proof", schema=None) as batch_op:
        batch_op.drop_column("look")
    op.drop_table("order_budget")
