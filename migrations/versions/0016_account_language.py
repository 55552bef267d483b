"""The language that an account's mails are written in; none means Indonesian, as before.

Follows 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("language", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "language")
