"""QRIS codes of the galleries, and payments by them.

Follows 0024. SQLite can not change a constraint: the table of payments is made anew and its rows copied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

METHODS = ["bank_transfer", "cash_at_pickup", "qris"]
STATUSES = ["pending", "under_review", "paid", "cancelled", "expired"]
REASONS = ["not_received", "wrong_amount", "unreadable", "not_a_proof", "other"]


def enum(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "qris_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("merchant", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("nmid", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"], name=op.f("fk_qris_code_changed_by_user_account")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_qris_code_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qris_code")),
        sa.UniqueConstraint("gallery_id", name=op.f("uq_qris_code_gallery_id")),
    )
    if op.get_context().dialect.name == "sqlite":
        _sqlite()
    else:
        op.add_column("payment", sa.Column("qris_code_id", sa.Integer(), nullable=True))
        op.create_foreign_key(
            op.f("fk_payment_qris_code_id_qris_code"), "payment", "qris_code", ["qris_code_id"], ["id"]
        )
        op.drop_constraint(op.f("ck_payment_paymentmethod"), "payment", type_="check")
        allowed = ", ".join(f"'{method}'" for method in METHODS)
        op.create_check_constraint(op.f("ck_payment_paymentmethod"), "payment", f"method IN ({allowed})")


def _sqlite() -> None:
    """Make the table anew with its rows, the way SQLite's documentation says (lang_altertable, section 7)."""
    parts = (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("method", enum("paymentmethod", METHODS), nullable=False),
        sa.Column("status", enum("paymentstatus", STATUSES), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("unique_code", sa.Integer(), nullable=False),
        sa.Column("bank_account_id", sa.Integer(), nullable=True),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column("reject_reason", enum("rejectreason", REASONS), nullable=True),
        sa.Column("reject_note", sa.String(), nullable=False),
    )
    columns = ", ".join(part.name for part in parts)
    op.create_table(
        "payment_new",
        *parts,
        sa.Column("qris_code_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount_idr >= 0", name=op.f("ck_payment_amount_not_negative")),
        sa.CheckConstraint("unique_code BETWEEN 0 AND 999", name=op.f("ck_payment_unique_code_in_range")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_payment_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id_order")),
        sa.ForeignKeyConstraint(["qris_code_id"], ["qris_code.id"], name=op.f("fk_payment_qris_code_id_qris_code")),
        sa.ForeignKeyConstraint(["verified_by"], ["user_account.id"], name=op.f("fk_payment_verified_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("open_key", name=op.f("uq_payment_open_key")),
        sa.UniqueConstraint("order_id", name=op.f("uq_payment_order_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
    )
    op.execute(f"INSERT INTO payment_new ({columns}) SELECT {columns} FROM payment")  # noqa: S608 - our own names
    op.drop_table("payment")
    op.rename_table("payment_new", "payment")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_status_proof", ["status", "proof_sent_at"], unique=False)


def downgrade() -> None:
    op.drop_table("qris_code")
