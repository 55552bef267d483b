"""Large transfers are confirmed by two people; what came in is kept beside what was asked for.

Follows 0035.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
KEY = "fk_payment_seen_by_user_account"


def upgrade() -> None:
    op.add_column("payment", sa.Column("received_idr", sa.BigInteger(), nullable=True))
    op.add_column("payment", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE payment ADD COLUMN seen_by INTEGER CONSTRAINT {KEY} REFERENCES user_account (id)")
    else:
        op.add_column("payment", sa.Column("seen_by", sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(KEY), "payment", "user_account", ["seen_by"], ["id"])


def downgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        op.drop_constraint(op.f(KEY), "payment", type_="foreignkey")
    op.drop_column("payment", "seen_by")
    op.drop_column("payment", "seen_at")
    op.drop_column("payment", "received_idr")
