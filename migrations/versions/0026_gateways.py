"""Payment gateways: charges, their messages, disputes and books; more words for payments, refunds and the journal.

Follows 0025.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ACCOUNTS = [
    *("cash", "safe", "qris", "bank", "buyers", "refunds", "owners", "couriers"),
    *("commission", "shipping", "shipping_cost", "discount", "loss", "rounding", "cash_difference", "expense"),
    "office",
]
ENTRIES = [
    *("payment", "delivered", "came_back", "refund_owed", "refund_paid", "courier_fee", "courier_billed"),
    *("shift_opened", "shift_closed", "cash_moved", "counter_sale", "counter_return", "goods_lost"),
    *("payout_paid", "payout_bounced"),
]
ALL_ACCOUNTS = [
    *("cash", "safe", "qris", "bank", "gateway", "transit", "riders", "disputes", "buyers", "refunds", "owners"),
    *("couriers", "commission", "shipping", "shipping_cost", "discount", "loss", "rounding", "cash_difference"),
    *("expense", "fees", "office"),
]
ALL_ENTRIES = [
    *ENTRIES,
    *("charge_extra", "gateway_fee", "gateway_payout", "dispute_opened", "dispute_won"),
    *("bank_line", "remittance", "courier_paid"),
]
METHODS = ["bank_transfer", "cash_at_pickup", "qris"]
# (table, name of the constraint, column, words until now, words from now on)
WORDS = (
    ("payment", "paymentmethod", "method", METHODS, [*METHODS, "online", "cash_on_delivery"]),
    ("refund", "refundstatus", "status", ["due", "done"], ["due", "sending", "done"]),
    ("journal_line", "account", "account", ACCOUNTS, ALL_ACCOUNTS),
    ("journal_entry", "entrykind", "kind", ENTRIES, ALL_ENTRIES),
)
POSITIVE = "amount_idr > 0", "amount_idr >= 0 AND covered_idr >= 0 AND amount_idr + covered_idr > 0"
IS_GATEWAY = "gateway IN ('stripe', 'midtrans')"


def upgrade() -> None:
    _charges()
    if op.get_context().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_collector_id"), ["collector_id"], unique=False)
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_charge_id"), ["charge_id"], unique=False)
        batch_op.create_index("uq_refund_remote_id", ["remote_id"], unique=True)


def _charges() -> None:
    op.create_table(
        "gateway_charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column(
            "gateway",
            sa.Enum("stripe", "midtrans", name="gateway", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "wanted",
                "open",
                "processing",
                "paid",
                "closed",
                "refused",
                name="chargestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_idr", sa.BigInteger(), nullable=True),
        sa.Column("is_extra", sa.Boolean(), nullable=False),
        sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum(
                "amount",
                "foreign",
                "unknown",
                "over_refunded",
                "refund_failed",
                name="chargetrouble",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("trouble_note", sa.String(), nullable=False),
        sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_idr > 0", name=op.f("ck_gateway_charge_amount_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_gateway_charge_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_charge")),
        sa.UniqueConstraint("gateway", "remote_id", name=op.f("uq_gateway_charge_gateway_remote_id")),
        sa.UniqueConstraint("payment_id", "attempt", name=op.f("uq_gateway_charge_payment_id_attempt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gateway_charge_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_gateway_charge_reference")),
    )
    with op.batch_alter_table("gateway_charge", schema=None) as batch_op:
        batch_op.create_index("ix_gateway_charge_next_ask_at", ["next_ask_at"], unique=False)
        batch_op.create_index("ix_gateway_charge_transaction_id", ["gateway", "transaction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_gateway_charge_trouble"), ["trouble"], unique=False)
    op.create_table(
        "gateway_dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "won", "lost", name="disputestatus", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_idr > 0", name=op.f("ck_gateway_dispute_amount_positive")),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["gateway_charge.id"], name=op.f("fk_gateway_dispute_charge_id_gateway_charge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_dispute")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gateway_dispute_public_id")),
        sa.UniqueConstraint("remote_id", name=op.f("uq_gateway_dispute_remote_id")),
    )
    with op.batch_alter_table("gateway_dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateway_dispute_charge_id"), ["charge_id"], unique=False)
    op.create_table(
        "gateway_movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "gateway",
            sa.Enum("stripe", "midtrans", name="gateway", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "charge",
                "refund",
                "dispute",
                "payout",
                "fee",
                "other",
                name="movementkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("fee_idr", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["gateway_charge.id"], name=op.f("fk_gateway_movement_charge_id_gateway_charge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_movement")),
        sa.UniqueConstraint("gateway", "remote_id", name=op.f("uq_gateway_movement_gateway_remote_id")),
    )
    with op.batch_alter_table("gateway_movement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateway_movement_charge_id"), ["charge_id"], unique=False)
        batch_op.create_index("ix_gateway_movement_happened_at", ["gateway", "happened_at"], unique=False)
    op.create_table(
        "gateway_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "gateway",
            sa.Enum("stripe", "midtrans", name="gateway", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("dedup_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "applied",
                "unchanged",
                "unknown",
                "failed",
                name="noticeoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["gateway_charge.id"], name=op.f("fk_gateway_notice_charge_id_gateway_charge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_notice")),
        sa.UniqueConstraint("gateway", "dedup_key", name=op.f("uq_gateway_notice_gateway_dedup_key")),
    )
    with op.batch_alter_table("gateway_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateway_notice_charge_id"), ["charge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_gateway_notice_outcome"), ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_gateway_notice_received_at"), ["received_at"], unique=False)
        batch_op.create_index(
            "ix_gateway_notice_waiting",
            ["id"],
            unique=False,
            sqlite_where=sa.text("judged_at IS NULL"),
            postgresql_where=sa.text("judged_at IS NULL"),
        )


def _words(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _sqlite() -> None:
    for column in (
        f"payment ADD COLUMN gateway VARCHAR(32) CONSTRAINT ck_payment_gateway CHECK ({IS_GATEWAY})",
        "payment ADD COLUMN collector_id INTEGER CONSTRAINT fk_payment_collector_id_rider REFERENCES rider (id)",
        "refund ADD COLUMN charge_id INTEGER CONSTRAINT fk_refund_charge_id_gateway_charge REFERENCES gateway_charge (id)",
        "refund ADD COLUMN dispute_id INTEGER CONSTRAINT fk_refund_dispute_id_gateway_dispute REFERENCES gateway_dispute (id)",
        "refund ADD COLUMN remote_id VARCHAR",
        "refund ADD COLUMN covered_idr BIGINT DEFAULT 0 NOT NULL",
        "refund ADD COLUMN next_try_at DATETIME",
        "refund ADD COLUMN tries INTEGER DEFAULT 0 NOT NULL",
        "refund ADD COLUMN said VARCHAR DEFAULT '' NOT NULL",
    ):
        op.execute(f"ALTER TABLE {column}")
    changes = [(table, f"({_words(old)})", f"({_words(new)})") for table, _name, _column, old, new in WORDS]
    changes.append(("refund", f"({POSITIVE[0]})", f"({POSITIVE[1]})"))
    _rewrite(changes)


def _rewrite(changes: list[tuple[str, str, str]]) -> None:
    """Change texts of CHECK constraints in place: rows that hold keep to the wider ones.

    SQLite has no statement for it; its documentation gives this way (lang_altertable, section 7, the last list).
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, old, new in changes:
        row = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,))
        text = row.scalar_one()
        if text.count(old) != 1:
            raise RuntimeError(f"constraint of {table} is not what 0026 expects")
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (text.replace(old, new), table)
        )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _postgresql() -> None:
    op.add_column("payment", sa.Column("gateway", sa.String(32), nullable=True))
    op.create_check_constraint(op.f("ck_payment_gateway"), "payment", IS_GATEWAY)
    op.add_column("payment", sa.Column("collector_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_payment_collector_id_rider"), "payment", "rider", ["collector_id"], ["id"])
    op.add_column("refund", sa.Column("charge_id", sa.Integer(), nullable=True))
    op.add_column("refund", sa.Column("dispute_id", sa.Integer(), nullable=True))
    op.add_column("refund", sa.Column("remote_id", sa.String(), nullable=True))
    op.add_column("refund", sa.Column("covered_idr", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("refund", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refund", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("refund", sa.Column("said", sa.String(), nullable=False, server_default=""))
    for column in ("covered_idr", "tries", "said"):
        op.alter_column("refund", column, server_default=None)
    op.create_foreign_key(op.f("fk_refund_charge_id_gateway_charge"), "refund", "gateway_charge", ["charge_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_refund_dispute_id_gateway_dispute"), "refund", "gateway_dispute", ["dispute_id"], ["id"]
    )
    op.drop_constraint(op.f("ck_refund_amount_positive"), "refund", type_="check")
    op.create_check_constraint(op.f("ck_refund_amount_positive"), "refund", POSITIVE[1])
    for table, name, column, _old, new in WORDS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({_words(new)})")


def downgrade() -> None:
    op.drop_table("gateway_notice")
    op.drop_table("gateway_movement")
    op.drop_table("gateway_dispute")
    op.drop_table("gateway_charge")
