"""A gallery may say where on the map couriers fetch its parcels.

Follows 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gallery", sa.Column("lat", sa.Double(), nullable=True))
    op.add_column("gallery", sa.Column("lon", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("gallery", "lon")
    op.drop_column("gallery", "lat")
