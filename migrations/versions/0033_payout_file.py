"""A payout knows when its file for the bank was taken.

Follows 0032.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payout", sa.Column("file_taken_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE payout SET file_taken_at = (SELECT max(audit_entry.at) FROM audit_entry"
        " WHERE audit_entry.action = 'payout.file_taken' AND audit_entry.subject = 'payout:' || payout.public_id)"
    )


def downgrade() -> None:
    op.drop_column("payout", "file_taken_at")
