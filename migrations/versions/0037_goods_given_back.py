"""A refund says what became of the goods; money that went back without them has a kind of its own.

Follows 0036.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

KINDS = "'sold', 'returned', 'refunded', 'lost'"
KINDS_BEFORE = "'sold', 'returned', 'lost'"
GOODS = "goods IN ('shelf', 'damaged', 'kept')"


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE refund ADD COLUMN goods VARCHAR(32) CONSTRAINT ck_refund_goodsback CHECK ({GOODS})")
        _more_kinds_in_sqlite()
    else:
        op.add_column("refund", sa.Column("goods", sa.String(32), nullable=True))
        op.create_check_constraint(op.f("ck_refund_goodsback"), "refund", GOODS)
        op.drop_constraint(op.f("ck_owner_share_sharekind"), "owner_share", type_="check")
        op.create_check_constraint(op.f("ck_owner_share_sharekind"), "owner_share", f"kind IN ({KINDS})")


def _more_kinds_in_sqlite() -> None:
    """Change the text of the CHECK constraint in place, as 0032 does: rows that hold keep to the wider one."""
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    table = "FROM sqlite_schema WHERE type = 'table' AND name = 'owner_share'"
    text = connection.exec_driver_sql(f"SELECT sql {table}").scalar_one()
    if text.count(KINDS_BEFORE) != 1:
        raise RuntimeError("constraint of owner_share is not what 0037 expects")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = 'owner_share'",
        (text.replace(KINDS_BEFORE, KINDS),),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    """The wider constraint stays: shares of the kind may be there, and are never edited."""
    if op.get_context().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_refund_goodsback"), "refund", type_="check")
    op.drop_column("refund", "goods")
