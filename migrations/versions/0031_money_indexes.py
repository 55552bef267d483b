"""Sums of the money are read from indexes alone.

Follows 0030.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

WIDER = (
    ("journal_entry", "ix_journal_entry_happened_at", ["happened_at"], ["happened_at", "kind"]),
    ("journal_line", "ix_journal_line_account_party", ["account", "party"], ["account", "party", "amount_idr"]),
    ("journal_line", "ix_journal_line_entry_id", ["entry_id"], ["entry_id", "account", "amount_idr"]),
    ("owner_share", "ix_owner_share_due", ["business_id", "due_on"], ["business_id", "due_on", "share_idr"]),
)


def upgrade() -> None:
    for table, name, _, columns in WIDER:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
    op.create_index("ix_owner_share_happened_at", "owner_share", ["happened_at"])


def downgrade() -> None:
    op.drop_index("ix_owner_share_happened_at", table_name="owner_share")
    for table, name, columns, _ in WIDER:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
