"""Products, revisions, photos, licences.

Follows 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=False),
        sa.Column("external_code", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "on_sale",
                "withdrawn",
                "archived",
                name="productstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_revision_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("sold_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_product_business_id_business")),
        sa.ForeignKeyConstraint(["district_code"], ["region.code"], name=op.f("fk_product_district_code_region")),
        sa.ForeignKeyConstraint(
            ["published_revision_id"],
            ["product_revision.id"],
            name="fk_product_published_revision_id_product_revision",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("business_id", "external_code", name=op.f("uq_product_business_id_external_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_public_id")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_business_id"), ["business_id"], unique=False)
        batch_op.create_index("ix_product_district_status", ["district_code", "status"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("original_file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending", "ready", "refused", name="photostatus", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("colour", sa.String(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_file_id"], ["stored_file.id"], name=op.f("fk_photo_original_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_photo_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("product_id", "sha256", name=op.f("uq_photo_product_id_sha256")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_public_id")),
    )
    op.create_table(
        "product_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "changes_requested",
                "published",
                "rejected",
                "superseded",
                name="revisionstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("ingredients", sa.String(), nullable=False),
        sa.Column("allergens", sa.String(), nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column(
            "storage",
            sa.Enum(
                "dry", "cool", "chilled", "frozen", name="storage", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "shipping_class",
            sa.Enum(
                "normal",
                "fragile",
                "liquid",
                "odorous",
                "frozen",
                "ready_to_eat",
                "bulky",
                "high_value",
                "alcohol",
                name="shippingclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_product_revision_category_id_category")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_product_revision_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_revision_product_id_product")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_product_revision_submitted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_revision")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_product_revision_product_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_revision_public_id")),
    )
    with op.batch_alter_table("product_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_revision_name_key"), ["name_key"], unique=False)
        batch_op.create_index("ix_product_revision_status_submitted_at", ["status", "submitted_at"], unique=False)

    op.create_table(
        "variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("net_weight_g", sa.Integer(), nullable=True),
        sa.Column("ship_weight_g", sa.Integer(), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_idr > 0", name=op.f("ck_variant_price_positive")),
        sa.CheckConstraint("ship_weight_g > 0", name=op.f("ck_variant_ship_weight_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_variant_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_variant_product_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_variant_public_id")),
    )
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_variant_sku"), ["sku"], unique=False)

    op.create_table(
        "licence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pirt",
                "bpom",
                "halal",
                "sni",
                "gi",
                "pkrt",
                name="licencekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("proof_file_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proof_file_id"], ["stored_file.id"], name=op.f("fk_licence_proof_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["product_revision.id"], name=op.f("fk_licence_revision_id_product_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("revision_id", "kind", "number", name=op.f("uq_licence_revision_id_kind_number")),
    )
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_revision_id"), ["revision_id"], unique=False)

    op.create_table(
        "photo_rendition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_rendition_photo_id_photo")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_rendition")),
        sa.UniqueConstraint(
            "photo_id", "media_type", "width", name=op.f("uq_photo_rendition_photo_id_media_type_width")
        ),
    )
    op.create_table(
        "price_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("old_price_idr", sa.BigInteger(), nullable=True),
        sa.Column("new_price_idr", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name=op.f("fk_price_change_changed_by_user_account")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_price_change_variant_id_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    with op.batch_alter_table("price_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_change_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "review_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "draft",
                "submitted",
                "changes_requested",
                "published",
                "rejected",
                "superseded",
                name="revisionstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["user_account.id"], name=op.f("fk_review_decision_reviewer_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["product_revision.id"], name=op.f("fk_review_decision_revision_id_product_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
    )
    with op.batch_alter_table("review_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_decision_revision_id"), ["revision_id"], unique=False)

    op.create_table(
        "revision_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_revision_photo_photo_id_photo")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["product_revision.id"], name=op.f("fk_revision_photo_revision_id_product_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_photo")),
        sa.UniqueConstraint("revision_id", "photo_id", name=op.f("uq_revision_photo_revision_id_photo_id")),
    )
    with op.batch_alter_table("revision_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_photo_photo_id"), ["photo_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revision_photo_revision_id"), ["revision_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("revision_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_photo_revision_id"))
        batch_op.drop_index(batch_op.f("ix_revision_photo_photo_id"))

    op.drop_table("revision_photo")
    with op.batch_alter_table("review_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_decision_revision_id"))

    op.drop_table("review_decision")
    with op.batch_alter_table("price_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_change_variant_id"))

    op.drop_table("price_change")
    op.drop_table("photo_rendition")
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licence_revision_id"))

    op.drop_table("licence")
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_variant_sku"))

    op.drop_table("variant")
    with op.batch_alter_table("product_revision", schema=None) as batch_op:
        batch_op.drop_index("ix_product_revision_status_submitted_at")
        batch_op.drop_index(batch_op.f("ix_product_revision_name_key"))

    op.drop_table("product_revision")
    op.drop_table("photo")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index("ix_product_district_status")
        batch_op.drop_index(batch_op.f("ix_product_business_id"))

    op.drop_table("product")
    op.drop_table("category")
