"""Goods that leave a gallery: returns, write-offs, transfers, new prices, requests for more.

Follows 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _papers()
    _requests()
    _lines()


def _papers() -> None:
    op.create_table(
        "owner_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "prepared",
                "handed_over",
                "cancelled",
                name="ownerreturnstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_by", sa.String(), nullable=False),
        sa.Column("handed_over_by", sa.Integer(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_owner_return_business_id_business")),
        sa.ForeignKeyConstraint(
            ["handed_over_by"], ["user_account.id"], name=op.f("fk_owner_return_handed_over_by_user_account")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_owner_return_place_id_place")),
        sa.ForeignKeyConstraint(
            ["prepared_by"], ["user_account.id"], name=op.f("fk_owner_return_prepared_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_return")),
        sa.UniqueConstraint("number", name=op.f("uq_owner_return_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_owner_return_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_owner_return_request_key")),
    )
    with op.batch_alter_table("owner_return", schema=None) as batch_op:
        batch_op.create_index("ix_owner_return_business_status", ["business_id", "status"], unique=False)
        batch_op.create_index("ix_owner_return_place_status", ["place_id", "status"], unique=False)

    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("from_place_id", sa.Integer(), nullable=False),
        sa.Column("to_place_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "sent",
                "received",
                "cancelled",
                name="transferstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("carried_by", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_place_id <> to_place_id", name=op.f("ck_transfer_two_places")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_transfer_created_by_user_account")),
        sa.ForeignKeyConstraint(["from_place_id"], ["place.id"], name=op.f("fk_transfer_from_place_id_place")),
        sa.ForeignKeyConstraint(
            ["received_by"], ["user_account.id"], name=op.f("fk_transfer_received_by_user_account")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_transfer_sent_by_user_account")),
        sa.ForeignKeyConstraint(["to_place_id"], ["place.id"], name=op.f("fk_transfer_to_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_transfer_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_transfer_request_key")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_from_status", ["from_place_id", "status"], unique=False)
        batch_op.create_index("ix_transfer_to_status", ["to_place_id", "status"], unique=False)

    op.create_table(
        "write_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "approved",
                "refused",
                name="writeoffstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.Column("photo_file_id", sa.Integer(), nullable=True),
        sa.Column("prepared_by", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_write_off_business_id_business")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_write_off_decided_by_user_account")),
        sa.ForeignKeyConstraint(
            ["photo_file_id"], ["stored_file.id"], name=op.f("fk_write_off_photo_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_write_off_place_id_place")),
        sa.ForeignKeyConstraint(
            ["prepared_by"], ["user_account.id"], name=op.f("fk_write_off_prepared_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off")),
        sa.UniqueConstraint("number", name=op.f("uq_write_off_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_write_off_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_write_off_request_key")),
    )
    with op.batch_alter_table("write_off", schema=None) as batch_op:
        batch_op.create_index("ix_write_off_business_status", ["business_id", "status"], unique=False)
        batch_op.create_index("ix_write_off_place_status", ["place_id", "status"], unique=False)


def _requests() -> None:
    op.create_table(
        "price_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "asked",
                "confirmed",
                "applied",
                "refused",
                "withdrawn",
                name="pricerequeststatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_price_idr", sa.BigInteger(), nullable=False),
        sa.Column("new_price_idr", sa.BigInteger(), nullable=False),
        sa.Column("wanted_from", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("new_price_idr > 0", name=op.f("ck_price_request_new_price_positive")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name=op.f("fk_price_request_answered_by_user_account")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_price_request_asked_by_user_account")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_price_request_business_id_business")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_price_request_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_price_request_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_price_request_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_price_request_public_id")),
    )
    with op.batch_alter_table("price_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_request_business_id"), ["business_id"], unique=False)
        batch_op.create_index("ix_price_request_status_from", ["status", "wanted_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_request_variant_id"), ["variant_id"], unique=False)
        batch_op.create_index(
            "uq_price_request_open",
            ["variant_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('proposed', 'asked', 'confirmed')"),
            postgresql_where=sa.text("status IN ('proposed', 'asked', 'confirmed')"),
        )

    op.create_table(
        "replenishment_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "closed",
                name="replenishmentstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_replenishment_request_pieces_positive")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name=op.f("fk_replenishment_request_answered_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["user_account.id"], name=op.f("fk_replenishment_request_asked_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["business.id"], name=op.f("fk_replenishment_request_business_id_business")
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id"], ["gallery.id"], name=op.f("fk_replenishment_request_gallery_id_gallery")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_replenishment_request_variant_id_variant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replenishment_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_replenishment_request_public_id")),
    )
    with op.batch_alter_table("replenishment_request", schema=None) as batch_op:
        batch_op.create_index("ix_replenishment_request_business_status", ["business_id", "status"], unique=False)
        batch_op.create_index("ix_replenishment_request_gallery_status", ["gallery_id", "status"], unique=False)
        batch_op.create_index(
            "uq_replenishment_request_open",
            ["gallery_id", "variant_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('open', 'answered')"),
            postgresql_where=sa.text("status IN ('open', 'answered')"),
        )


def _lines() -> None:
    op.create_table(
        "price_request_lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("old_consignor_price_idr", sa.BigInteger(), nullable=True),
        sa.Column("new_consignor_price_idr", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("new_consignor_price_idr > 0", name=op.f("ck_price_request_lot_new_price_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_price_request_lot_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["price_request.id"], name=op.f("fk_price_request_lot_request_id_price_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_request_lot")),
        sa.UniqueConstraint("request_id", "lot_id", name=op.f("uq_price_request_lot_request_id_lot_id")),
    )
    with op.batch_alter_table("price_request_lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_request_lot_lot_id"), ["lot_id"], unique=False)

    op.create_table(
        "owner_return_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_owner_return_line_pieces_positive")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["owner_return.id"], name=op.f("fk_owner_return_line_return_id_owner_return")
        ),
        sa.ForeignKeyConstraint(
            ["stock_item_id"], ["stock_item.id"], name=op.f("fk_owner_return_line_stock_item_id_stock_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_return_line")),
        sa.UniqueConstraint("return_id", "stock_item_id", name=op.f("uq_owner_return_line_return_id_stock_item_id")),
    )
    with op.batch_alter_table("owner_return_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_owner_return_line_stock_item_id"), ["stock_item_id"], unique=False)

    op.create_table(
        "transfer_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("received_pieces", sa.Integer(), nullable=True),
        sa.Column(
            "missing_as",
            sa.Enum("lost", "went_back", name="missingas", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("missing_note", sa.String(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_transfer_line_pieces_positive")),
        sa.CheckConstraint("received_pieces BETWEEN 0 AND pieces", name=op.f("ck_transfer_line_received_of_sent")),
        sa.ForeignKeyConstraint(
            ["stock_item_id"], ["stock_item.id"], name=op.f("fk_transfer_line_stock_item_id_stock_item")
        ),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_line_transfer_id_transfer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_line")),
        sa.UniqueConstraint("transfer_id", "stock_item_id", name=op.f("uq_transfer_line_transfer_id_stock_item_id")),
    )
    with op.batch_alter_table("transfer_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_line_stock_item_id"), ["stock_item_id"], unique=False)

    op.create_table(
        "write_off_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("write_off_id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "received",
                "count_correction",
                "damaged",
                "expired",
                "lost",
                "owner_return",
                "sold",
                "buyer_return",
                "transfer_out",
                "transfer_in",
                "recalled",
                name="movementreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value_idr", sa.BigInteger(), nullable=False),
        sa.Column(
            "loss_bearer",
            sa.Enum("owner", "gallery", name="lossbearer", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_write_off_line_pieces_positive")),
        sa.CheckConstraint("value_idr >= 0", name=op.f("ck_write_off_line_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["stock_item_id"], ["stock_item.id"], name=op.f("fk_write_off_line_stock_item_id_stock_item")
        ),
        sa.ForeignKeyConstraint(
            ["write_off_id"], ["write_off.id"], name=op.f("fk_write_off_line_write_off_id_write_off")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off_line")),
        sa.UniqueConstraint("write_off_id", "stock_item_id", name=op.f("uq_write_off_line_write_off_id_stock_item_id")),
    )
    with op.batch_alter_table("write_off_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_write_off_line_stock_item_id"), ["stock_item_id"], unique=False)


def downgrade() -> None:
    for table in (
        "write_off_line",
        "transfer_line",
        "owner_return_line",
        "price_request_lot",
        "replenishment_request",
        "price_request",
        "write_off",
        "transfer",
        "owner_return",
    ):
        op.drop_table(table)
