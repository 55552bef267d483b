"""Consigned goods: terms, notes, unpacking, receipts; numbered papers with check codes.

Follows 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

APPEND_ONLY = ("paper", "receipt", "receipt_line", "receiving_count")


def upgrade() -> None:
    op.create_table(
        "paper_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gallery_code", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "note",
                "receipt",
                "owner_return",
                "write_off",
                "transfer",
                "price_change",
                "sale",
                "counter_return",
                "shift",
                "stocktake",
                name="paperkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_counter")),
        sa.UniqueConstraint("gallery_code", "kind", "month", name=op.f("uq_paper_counter_gallery_code_kind_month")),
    )
    op.create_table(
        "consignment_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=True),
        sa.Column("business_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "sent",
                "partly_received",
                "closed",
                "cancelled",
                name="notestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=True),
        sa.Column("brought_by", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(district_code IS NULL) <> (business_id IS NULL)", name=op.f("ck_consignment_note_one_sender")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["business.id"], name=op.f("fk_consignment_note_business_id_business")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_consignment_note_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["district_code"], ["region.code"], name=op.f("fk_consignment_note_district_code_region")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_consignment_note_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_note")),
        sa.UniqueConstraint("number", name=op.f("uq_consignment_note_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consignment_note_public_id")),
    )
    with op.batch_alter_table("consignment_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consignment_note_business_id"), ["business_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consignment_note_district_code"), ["district_code"], unique=False)
        batch_op.create_index("ix_consignment_note_gallery_status", ["gallery_id", "status"], unique=False)

    op.create_table(
        "consignment_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("commission_bps", sa.Integer(), nullable=True),
        sa.Column(
            "payment_period",
            sa.Enum(
                "weekly",
                "twice_monthly",
                "monthly",
                name="paymentperiod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("min_days", sa.Integer(), nullable=False),
        sa.Column("min_life_bps", sa.Integer(), nullable=False),
        sa.Column("take_off_days", sa.Integer(), nullable=False),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("collect_days", sa.Integer(), nullable=False),
        sa.Column(
            "loss_bearer",
            sa.Enum("owner", "gallery", name="lossbearer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("commission_bps BETWEEN 0 AND 10000", name=op.f("ck_consignment_terms_commission_in_range")),
        sa.CheckConstraint("min_life_bps BETWEEN 0 AND 10000", name=op.f("ck_consignment_terms_min_life_in_range")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["business.id"], name=op.f("fk_consignment_terms_business_id_business")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_consignment_terms_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_consignment_terms_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_terms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consignment_terms_public_id")),
    )
    with op.batch_alter_table("consignment_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consignment_terms_business_id"), ["business_id"], unique=False)
        batch_op.create_index("ix_consignment_terms_valid", ["gallery_id", "business_id", "valid_from"], unique=False)

    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_code", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "note",
                "receipt",
                "owner_return",
                "write_off",
                "transfer",
                "price_change",
                "sale",
                "counter_return",
                "shift",
                "stocktake",
                name="paperkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_paper_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("check_code", name=op.f("uq_paper_check_code")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_paper_kind_subject")),
        sa.UniqueConstraint("number", name=op.f("uq_paper_number")),
    )
    op.create_table(
        "receiving",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "finished",
                "abandoned",
                name="receivingstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("brought_by", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_by", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["finished_by"], ["user_account.id"], name=op.f("fk_receiving_finished_by_user_account")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_receiving_gallery_id_gallery")),
        sa.ForeignKeyConstraint(
            ["note_id"], ["consignment_note.id"], name=op.f("fk_receiving_note_id_consignment_note")
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["user_account.id"], name=op.f("fk_receiving_opened_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiving")),
        sa.UniqueConstraint("public_id", name=op.f("uq_receiving_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_receiving_request_key")),
    )
    with op.batch_alter_table("receiving", schema=None) as batch_op:
        batch_op.create_index("ix_receiving_gallery_status", ["gallery_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_receiving_note_id"), ["note_id"], unique=False)
        batch_op.create_index(
            "uq_receiving_open",
            ["note_id"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "note_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("lot_code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("consignor_price_idr", sa.BigInteger(), nullable=True),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.CheckConstraint("consignor_price_idr > 0", name=op.f("ck_note_line_consignor_price_positive")),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_note_line_pieces_positive")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_note_line_business_id_business")),
        sa.ForeignKeyConstraint(
            ["note_id"], ["consignment_note.id"], name=op.f("fk_note_line_note_id_consignment_note")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_note_line_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_line")),
        sa.UniqueConstraint("note_id", "request_key", name=op.f("uq_note_line_note_id_request_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_line_public_id")),
    )
    with op.batch_alter_table("note_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_line_business_id"), ["business_id"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("receiving_id", sa.Integer(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("brought_by", sa.String(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_receipt_business_id_business")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_receipt_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["issued_by"], ["user_account.id"], name=op.f("fk_receipt_issued_by_user_account")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_receipt_paper_id_paper")),
        sa.ForeignKeyConstraint(["receiving_id"], ["receiving.id"], name=op.f("fk_receipt_receiving_id_receiving")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("number", name=op.f("uq_receipt_number")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_receipt_paper_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_receipt_public_id")),
        sa.UniqueConstraint("receiving_id", "business_id", name=op.f("uq_receipt_receiving_id_business_id")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_business_id"), ["business_id"], unique=False)
        batch_op.create_index("ix_receipt_gallery_issued_at", ["gallery_id", "issued_at"], unique=False)

    op.create_table(
        "receiving_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("receiving_id", sa.Integer(), nullable=False),
        sa.Column("note_line_id", sa.Integer(), nullable=True),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("lot_code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("consignor_price_idr", sa.BigInteger(), nullable=True),
        sa.Column("exception_reason", sa.String(), nullable=False),
        sa.Column("exception_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_receiving_line_business_id_business")),
        sa.ForeignKeyConstraint(
            ["exception_by"], ["user_account.id"], name=op.f("fk_receiving_line_exception_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["note_line_id"], ["note_line.id"], name=op.f("fk_receiving_line_note_line_id_note_line")
        ),
        sa.ForeignKeyConstraint(
            ["receiving_id"], ["receiving.id"], name=op.f("fk_receiving_line_receiving_id_receiving")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_receiving_line_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiving_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_receiving_line_public_id")),
        sa.UniqueConstraint("receiving_id", "note_line_id", name=op.f("uq_receiving_line_receiving_id_note_line_id")),
    )
    with op.batch_alter_table("receiving_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receiving_line_receiving_id"), ["receiving_id"], unique=False)

    op.create_table(
        "receipt_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("receiving_line_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("product_name", sa.String(), nullable=False),
        sa.Column("variant_name", sa.String(), nullable=False),
        sa.Column("lot_code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("rejected_pieces", sa.Integer(), nullable=False),
        sa.Column(
            "reject_reason",
            sa.Enum(
                "broken",
                "expired",
                "too_short",
                "bad_label",
                "not_ordered",
                "other",
                name="rejectedas",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("consignor_price_idr", sa.BigInteger(), nullable=False),
        sa.Column("commission_bps", sa.Integer(), nullable=True),
        sa.CheckConstraint("(lot_id IS NULL) = (pieces = 0)", name=op.f("ck_receipt_line_lot_of_pieces")),
        sa.CheckConstraint("pieces + rejected_pieces > 0", name=op.f("ck_receipt_line_some_pieces")),
        sa.CheckConstraint("pieces >= 0 AND rejected_pieces >= 0", name=op.f("ck_receipt_line_pieces_not_negative")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_receipt_line_lot_id_lot")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id_receipt")),
        sa.ForeignKeyConstraint(
            ["receiving_line_id"], ["receiving_line.id"], name=op.f("fk_receipt_line_receiving_line_id_receiving_line")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_receipt_line_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_receipt_line_lot_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_receipt_line_public_id")),
        sa.UniqueConstraint("receiving_line_id", name=op.f("uq_receipt_line_receiving_line_id")),
    )
    with op.batch_alter_table("receipt_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_line_receipt_id"), ["receipt_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_line_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "receiving_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receiving_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("scan_key", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column(
            "reject_reason",
            sa.Enum(
                "broken",
                "expired",
                "too_short",
                "bad_label",
                "not_ordered",
                "other",
                name="rejectedas",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reject_note", sa.String(), nullable=False),
        sa.Column("photo_file_id", sa.Integer(), nullable=True),
        sa.Column("counted_by", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_receiving_count_pieces_not_zero")),
        sa.ForeignKeyConstraint(
            ["counted_by"], ["user_account.id"], name=op.f("fk_receiving_count_counted_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["receiving_line.id"], name=op.f("fk_receiving_count_line_id_receiving_line")
        ),
        sa.ForeignKeyConstraint(
            ["photo_file_id"], ["stored_file.id"], name=op.f("fk_receiving_count_photo_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["receiving_id"], ["receiving.id"], name=op.f("fk_receiving_count_receiving_id_receiving")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiving_count")),
        sa.UniqueConstraint("receiving_id", "scan_key", name=op.f("uq_receiving_count_receiving_id_scan_key")),
    )
    with op.batch_alter_table("receiving_count", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receiving_count_line_id"), ["line_id"], unique=False)

    op.create_table(
        "lot_terms",
        sa.Column("lot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("receipt_line_id", sa.Integer(), nullable=False),
        sa.Column("consignor_price_idr", sa.BigInteger(), nullable=True),
        sa.Column("commission_bps", sa.Integer(), nullable=True),
        sa.Column(
            "loss_bearer",
            sa.Enum("owner", "gallery", name="lossbearer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("take_off_on", sa.Date(), nullable=True),
        sa.Column("return_by", sa.Date(), nullable=True),
        sa.Column("collect_days", sa.Integer(), nullable=False),
        sa.Column(
            "payment_period",
            sa.Enum(
                "weekly",
                "twice_monthly",
                "monthly",
                name="paymentperiod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(consignor_price_idr IS NULL) <> (commission_bps IS NULL)", name=op.f("ck_lot_terms_one_basis")
        ),
        sa.CheckConstraint("commission_bps BETWEEN 0 AND 10000", name=op.f("ck_lot_terms_commission_in_range")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_lot_terms_business_id_business")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_lot_terms_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_terms_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["receipt_line_id"], ["receipt_line.id"], name=op.f("fk_lot_terms_receipt_line_id_receipt_line")
        ),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot_terms")),
        sa.UniqueConstraint("receipt_line_id", name=op.f("uq_lot_terms_receipt_line_id")),
    )
    with op.batch_alter_table("lot_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_terms_business_id"), ["business_id"], unique=False)
        batch_op.create_index("ix_lot_terms_return_by", ["gallery_id", "return_by"], unique=False)
        batch_op.create_index("ix_lot_terms_take_off_on", ["gallery_id", "take_off_on"], unique=False)
    for table in APPEND_ONLY:
        _protect(table)


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
    for table in (
        "lot_terms",
        "receiving_count",
        "receipt_line",
        "receiving_line",
        "receipt",
        "note_line",
        "receiving",
        "paper",
        "consignment_terms",
        "consignment_note",
        "paper_counter",
    ):
        op.drop_table(table)
