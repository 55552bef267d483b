"""Cash that riders collect at the door, until it is handed over; papers about it.

Follows 0026. SQLite can not change a constraint: tables whose words became more are made anew and their rows copied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

PAPERS = [
    *("note", "receipt", "owner_return", "write_off", "transfer", "price_change", "sale", "counter_return", "shift"),
    *("stocktake", "payout", "statement", "hand_over", "invoice", "payment_receipt", "order_letter"),
    *("remittance", "courier_payment"),
]


def enum(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _sqlite_papers()
    else:
        _postgresql_papers()
    op.create_table(
        "remittance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("rider_id", sa.Integer(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.CheckConstraint("amount_idr > 0", name=op.f("ck_remittance_amount_positive")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_remittance_gallery_id_gallery")),
        sa.ForeignKeyConstraint(
            ["received_by"], ["user_account.id"], name=op.f("fk_remittance_received_by_user_account")
        ),
        sa.ForeignKeyConstraint(["rider_id"], ["rider.id"], name=op.f("fk_remittance_rider_id_rider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance")),
        sa.UniqueConstraint("number", name=op.f("uq_remittance_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_remittance_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_remittance_request_key")),
    )
    with op.batch_alter_table("remittance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remittance_gallery_id"), ["gallery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remittance_rider_id"), ["rider_id"], unique=False)
    op.create_table(
        "remittance_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_remittance_line_payment_id_payment")),
        sa.ForeignKeyConstraint(
            ["remittance_id"], ["remittance.id"], name=op.f("fk_remittance_line_remittance_id_remittance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_line")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_remittance_line_payment_id")),
    )
    with op.batch_alter_table("remittance_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remittance_line_remittance_id"), ["remittance_id"], unique=False)


def _postgresql_papers() -> None:
    allowed = ", ".join(f"'{kind}'" for kind in PAPERS)
    for table in ("paper", "paper_counter"):
        op.drop_constraint(op.f(f"ck_{table}_paperkind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_paperkind"), table, f"kind IN ({allowed})")


def _sqlite_papers() -> None:
    _rebuild(
        "paper_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gallery_code", sa.String(), nullable=False),
        sa.Column("kind", enum("paperkind", PAPERS), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_counter")),
        sa.UniqueConstraint("gallery_code", "kind", "month", name=op.f("uq_paper_counter_gallery_code_kind_month")),
    )
    _rebuild(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_code", sa.String(), nullable=False),
        sa.Column("kind", enum("paperkind", PAPERS), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_paper_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("check_code", name=op.f("uq_paper_check_code")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_paper_kind_subject")),
        sa.UniqueConstraint("number", name=op.f("uq_paper_number")),
    )
    for verb in ("UPDATE", "DELETE"):  # the triggers went with the old table
        op.execute(
            f"CREATE TRIGGER paper_no_{verb.lower()} BEFORE {verb} ON paper "
            "BEGIN SELECT RAISE(ABORT, 'paper is append-only'); END"
        )


def _rebuild(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Make the table anew with its rows, the way SQLite's documentation says (lang_altertable, section 7)."""
    op.create_table(f"{name}_new", *parts)
    columns = ", ".join(part.name for part in parts if isinstance(part, sa.Column))
    op.execute(f"INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name}")  # noqa: S608 - our own names
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)


def downgrade() -> None:
    op.drop_table("remittance_line")
    op.drop_table("remittance")
