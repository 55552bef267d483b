"""The sizes of an article's picture.

Follows 0039.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("news_article", sa.Column("photo", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("news_article", "photo")
