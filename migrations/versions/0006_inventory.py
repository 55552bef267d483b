"""Places, lots, stock, movements, reservations.

Follows 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("gallery", "premises", name="placekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("business_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(gallery_id IS NULL) <> (business_id IS NULL)", name=op.f("ck_place_one_owner")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_place_business_id_business")),
        sa.ForeignKeyConstraint(["district_code"], ["region.code"], name=op.f("fk_place_district_code_region")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_place_gallery_id_gallery")),
        sa.ForeignKeyConstraint(["village_code"], ["region.code"], name=op.f("fk_place_village_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("business_id", name=op.f("uq_place_business_id")),
        sa.UniqueConstraint("gallery_id", name=op.f("uq_place_gallery_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_place_public_id")),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_lot_business_id_business")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_lot_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("variant_id", "code", "expires_on", name=op.f("uq_lot_variant_id_code_expires_on")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_business_id"), ["business_id"], unique=False)
        batch_op.create_index(
            "uq_lot_without_expiry",
            ["variant_id", "code"],
            unique=True,
            sqlite_where=sa.text("expires_on IS NULL"),
            postgresql_where=sa.text("expires_on IS NULL"),
        )

    op.create_table(
        "stock_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_item_on_hand_not_negative")),
        sa.CheckConstraint("reserved BETWEEN 0 AND on_hand", name=op.f("ck_stock_item_reserved_in_stock")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_stock_item_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_stock_item_place_id_place")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_item_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_item")),
        sa.UniqueConstraint("variant_id", "place_id", "lot_id", name=op.f("uq_stock_item_variant_id_place_id_lot_id")),
    )
    with op.batch_alter_table("stock_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_item_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index("ix_stock_item_place_id", ["place_id"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "released",
                "consumed",
                name="reservationstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_reservation_pieces_positive")),
        sa.ForeignKeyConstraint(
            ["stock_item_id"], ["stock_item.id"], name=op.f("fk_reservation_stock_item_id_stock_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_holder", ["holder"], unique=False)
        batch_op.create_index("ix_reservation_item_status", ["stock_item_id", "status"], unique=False)
        batch_op.create_index("ix_reservation_status_expires_at", ["status", "expires_at"], unique=False)

    op.create_table(
        "stock_movement",
        sa.Column("id", sa.Integer(), nullable=False),
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
                name="movementreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_stock_movement_pieces_not_zero")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_stock_movement_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["stock_item_id"], ["stock_item.id"], name=op.f("fk_stock_movement_stock_item_id_stock_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("request_key", name=op.f("uq_stock_movement_request_key")),
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index("ix_stock_movement_document", ["document"], unique=False)
        batch_op.create_index("ix_stock_movement_item_id", ["stock_item_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_movement_item_id")
        batch_op.drop_index("ix_stock_movement_document")

    op.drop_table("stock_movement")
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_status_expires_at")
        batch_op.drop_index("ix_reservation_item_status")
        batch_op.drop_index("ix_reservation_holder")

    op.drop_table("reservation")
    with op.batch_alter_table("stock_item", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_item_place_id")
        batch_op.drop_index(batch_op.f("ix_stock_item_lot_id"))

    op.drop_table("stock_item")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_lot_without_expiry",
            sqlite_where=sa.text("expires_on IS NULL"),
            postgresql_where=sa.text("expires_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_lot_business_id"))

    op.drop_table("lot")
    op.drop_table("place")
