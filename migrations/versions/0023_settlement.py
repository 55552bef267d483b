"""Journal, owners' shares and payouts; refunds of single lines; more kinds of papers.

Follows 0022. SQLite can not change a constraint: tables whose words became more are made anew and their rows copied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

APPEND_ONLY = ("journal_entry", "journal_line", "owner_share")
PAPERS = [
    *("note", "receipt", "owner_return", "write_off", "transfer", "price_change", "sale", "counter_return", "shift"),
    *("stocktake", "payout", "statement", "hand_over", "invoice", "payment_receipt", "order_letter"),
]
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


def enum(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _sqlite_papers()
        _sqlite_refund()
    else:
        _postgresql()
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_parcel_id"), ["parcel_id"], unique=False)
    _refund_line()
    _journal()
    _payouts()
    for table in APPEND_ONLY:
        _protect(table)


def _postgresql() -> None:
    allowed = ", ".join(f"'{kind}'" for kind in PAPERS)
    for table in ("paper", "paper_counter"):
        op.drop_constraint(op.f(f"ck_{table}_paperkind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_paperkind"), table, f"kind IN ({allowed})")
    op.alter_column("paper", "gallery_id", nullable=True)
    op.add_column("refund", sa.Column("parcel_id", sa.Integer(), nullable=True))
    op.add_column("refund", sa.Column("shipping_idr", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("refund", sa.Column("is_borne_by_gallery", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("refund", sa.Column("request_key", sa.String(), nullable=True))
    op.alter_column("refund", "shipping_idr", server_default=None)
    op.alter_column("refund", "is_borne_by_gallery", server_default=None)
    op.create_foreign_key(op.f("fk_refund_parcel_id_parcel"), "refund", "parcel", ["parcel_id"], ["id"])
    op.create_unique_constraint(op.f("uq_refund_request_key"), "refund", ["request_key"])
    op.create_check_constraint(op.f("ck_refund_shipping_in_amount"), "refund", "shipping_idr BETWEEN 0 AND amount_idr")


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
    _protect("paper")  # the triggers went with the old table


def _sqlite_refund() -> None:
    _rebuild(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", enum("refundstatus", ["due", "done"]), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=True),
        sa.Column("shipping_idr", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("is_borne_by_gallery", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.CheckConstraint("amount_idr > 0", name=op.f("ck_refund_amount_positive")),
        sa.CheckConstraint("shipping_idr BETWEEN 0 AND amount_idr", name=op.f("ck_refund_shipping_in_amount")),
        sa.ForeignKeyConstraint(["done_by"], ["user_account.id"], name=op.f("fk_refund_done_by_user_account")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_refund_parcel_id_parcel")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("public_id", name=op.f("uq_refund_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_refund_request_key")),
        new={"parcel_id", "shipping_idr", "is_borne_by_gallery", "request_key"},
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_payment_id"), ["payment_id"], unique=False)


def _rebuild(name: str, *parts: sa.schema.SchemaItem, new: set[str] = frozenset()) -> None:
    """Make the table anew with its rows, the way SQLite's documentation says (lang_altertable, section 7)."""
    op.create_table(f"{name}_new", *parts)
    columns = ", ".join(part.name for part in parts if isinstance(part, sa.Column) and part.name not in new)
    op.execute(f"INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name}")  # noqa: S608 - our own names
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)


def _refund_line() -> None:
    op.create_table(
        "refund_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("pieces > 0 AND amount_idr > 0", name=op.f("ck_refund_line_positive")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_refund_line_order_line_id_order_line")
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id_refund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
    )
    with op.batch_alter_table("refund_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_line_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refund_line_refund_id"), ["refund_id"], unique=False)


def _journal() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", enum("entrykind", ENTRIES), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_journal_entry_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("kind", "source_id", name=op.f("uq_journal_entry_kind_source_id")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index("ix_journal_entry_document", ["document"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_gallery_id"), ["gallery_id"], unique=False)
        batch_op.create_index("ix_journal_entry_happened_at", ["happened_at"], unique=False)
    op.create_table(
        "journal_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account", enum("account", ACCOUNTS), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_idr <> 0", name=op.f("ck_journal_line_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_line_entry_id_journal_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_line")),
    )
    with op.batch_alter_table("journal_line", schema=None) as batch_op:
        batch_op.create_index("ix_journal_line_account_party", ["account", "party"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_line_entry_id"), ["entry_id"], unique=False)
    op.create_table(
        "owner_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("channel", enum("channel", ["counter", "online", "none"]), nullable=False),
        sa.Column("kind", enum("sharekind", ["sold", "returned", "lost"]), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("gross_idr", sa.BigInteger(), nullable=False),
        sa.Column("commission_idr", sa.BigInteger(), nullable=False),
        sa.Column("share_idr", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("share_idr = gross_idr - commission_idr", name=op.f("ck_owner_share_share_adds_up")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_owner_share_business_id_business")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_owner_share_entry_id_journal_entry")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_owner_share_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_owner_share_lot_id_lot")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_owner_share_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_share")),
    )
    with op.batch_alter_table("owner_share", schema=None) as batch_op:
        batch_op.create_index("ix_owner_share_business_id", ["business_id", "happened_at"], unique=False)
        batch_op.create_index("ix_owner_share_due", ["business_id", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_owner_share_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_owner_share_gallery_id"), ["gallery_id"], unique=False)


def _payouts() -> None:
    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.Column("status", enum("payoutstatus", ["draft", "approved", "done", "cancelled"]), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bank_account_id", sa.Integer(), nullable=False),
        sa.Column("total_idr", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_payout_approved_by_user_account")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_payout_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_payout_created_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_payout_request_key")),
    )
    op.create_table(
        "payout_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("status", enum("payoutitemstatus", ["open", "paid", "failed", "cancelled"]), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_key", sa.Integer(), nullable=True),
        sa.Column("bank_code", sa.String(), nullable=False),
        sa.Column("account_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("account_hint", sa.String(), nullable=False),
        sa.Column("account_holder", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_note", sa.String(), nullable=False),
        sa.CheckConstraint("amount_idr > 0", name=op.f("ck_payout_item_amount_positive")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_payout_item_business_id_business")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_item_payout_id_payout")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_item")),
        sa.UniqueConstraint("open_key", name=op.f("uq_payout_item_open_key")),
        sa.UniqueConstraint("payout_id", "business_id", name=op.f("uq_payout_item_payout_id_business_id")),
    )
    with op.batch_alter_table("payout_item", schema=None) as batch_op:
        batch_op.create_index("ix_payout_item_business_id", ["business_id", "status"], unique=False)


def _protect(table: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in ("payout_item", "payout", "owner_share", "journal_line", "journal_entry", "refund_line"):
        op.drop_table(table)
