"""Where a rider says that a parcel was handed over.

Follows 0040.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shipment", sa.Column("proof_lat", sa.Double(), nullable=True))
    op.add_column("shipment", sa.Column("proof_lon", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("shipment", "proof_lon")
    op.drop_column("shipment", "proof_lat")
