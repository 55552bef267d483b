"""How long the chosen service says that it takes is kept with the parcel and with the booking.

Follows 0034.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parcel", sa.Column("takes_min", sa.Integer(), nullable=True))
    op.add_column("courier_booking", sa.Column("takes_min", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("courier_booking", "takes_min")
    op.drop_column("parcel", "takes_min")
