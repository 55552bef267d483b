"""What the shop shows and searches.

Follows 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "search_miss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_miss")),
        sa.UniqueConstraint("words", name=op.f("uq_search_miss_words")),
    )
    op.create_table(
        "search_posting",
        sa.Column("term_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facet_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term_id", "rank_key", "product_id", name=op.f("pk_search_posting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("product_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_term")),
        sa.UniqueConstraint("word", name=op.f("uq_search_term_word")),
    )
    op.create_table(
        "facet_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=False),
        sa.Column("is_halal", sa.Boolean(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("is_in_gallery", sa.Boolean(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.CheckConstraint("products >= 0", name=op.f("ck_facet_count_products_not_negative")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_facet_count_category_id_category")),
        sa.ForeignKeyConstraint(["district_code"], ["region.code"], name=op.f("fk_facet_count_district_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet_count")),
        sa.UniqueConstraint(
            "category_id",
            "district_code",
            "is_halal",
            "is_available",
            "is_in_gallery",
            name=op.f("uq_facet_count_category_id_district_code_is_halal_is_available_is_in_gallery"),
        ),
    )
    op.create_table(
        "listing_entry",
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("business_public_id", sa.String(), nullable=False),
        sa.Column("business_slug", sa.String(), nullable=False),
        sa.Column("business_name", sa.String(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=False),
        sa.Column("district_name", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("variant_public_id", sa.String(), nullable=False),
        sa.Column("has_variants", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("price_max_idr", sa.BigInteger(), nullable=False),
        sa.Column("is_halal", sa.Boolean(), nullable=False),
        sa.Column("has_pirt", sa.Boolean(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("is_in_gallery", sa.Boolean(), nullable=False),
        sa.Column("available_pieces", sa.Integer(), nullable=False),
        sa.Column("gallery_pieces", sa.Integer(), nullable=False),
        sa.Column("photo", sa.JSON(), nullable=False),
        sa.Column("popularity", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("popular_key", sa.BigInteger(), nullable=False),
        sa.Column("newest_key", sa.BigInteger(), nullable=False),
        sa.Column("cheap_key", sa.BigInteger(), nullable=False),
        sa.Column("dear_key", sa.BigInteger(), nullable=False),
        sa.Column("facet_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.CheckConstraint("price_idr > 0", name=op.f("ck_listing_entry_price_positive")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_listing_entry_business_id_business")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_listing_entry_category_id_category")),
        sa.ForeignKeyConstraint(["district_code"], ["region.code"], name=op.f("fk_listing_entry_district_code_region")),
        sa.ForeignKeyConstraint(["facet_id"], ["facet_count.id"], name=op.f("fk_listing_entry_facet_id_facet_count")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_listing_entry_product_id_product")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_listing_entry")),
    )
    with op.batch_alter_table("listing_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_listing_entry_both_popular",
            ["category_id", "district_code", "popular_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_business_popular", ["business_id", "popular_key", "product_id"], unique=False
        )
        batch_op.create_index(
            "ix_listing_entry_category_cheap",
            ["category_id", "cheap_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_category_dear",
            ["category_id", "dear_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_category_newest",
            ["category_id", "newest_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_category_popular",
            ["category_id", "popular_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_cheap",
            ["cheap_key", "product_id", "is_halal", "is_in_gallery", "facet_id", "popular_key", "newest_key"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_dear", ["dear_key", "product_id", "is_halal", "is_in_gallery", "facet_id"], unique=False
        )
        batch_op.create_index(
            "ix_listing_entry_district_cheap",
            ["district_code", "cheap_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_district_dear",
            ["district_code", "dear_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_district_newest",
            ["district_code", "newest_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_district_popular",
            ["district_code", "popular_key", "product_id", "is_halal", "is_in_gallery"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_gallery_popular", ["is_in_gallery", "popular_key", "product_id", "is_halal"], unique=False
        )
        batch_op.create_index(
            "ix_listing_entry_newest",
            ["newest_key", "product_id", "is_halal", "is_in_gallery", "price_idr", "facet_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_listing_entry_popular",
            ["popular_key", "product_id", "is_halal", "is_in_gallery", "price_idr", "facet_id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("listing_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_entry_popular")
        batch_op.drop_index("ix_listing_entry_newest")
        batch_op.drop_index("ix_listing_entry_gallery_popular")
        batch_op.drop_index("ix_listing_entry_district_popular")
        batch_op.drop_index("ix_listing_entry_district_newest")
        batch_op.drop_index("ix_listing_entry_district_dear")
        batch_op.drop_index("ix_listing_entry_district_cheap")
        batch_op.drop_index("ix_listing_entry_dear")
        batch_op.drop_index("ix_listing_entry_cheap")
        batch_op.drop_index("ix_listing_entry_category_popular")
        batch_op.drop_index("ix_listing_entry_category_newest")
        batch_op.drop_index("ix_listing_entry_category_dear")
        batch_op.drop_index("ix_listing_entry_category_cheap")
        batch_op.drop_index("ix_listing_entry_business_popular")
        batch_op.drop_index("ix_listing_entry_both_popular")

    op.drop_table("listing_entry")
    op.drop_table("facet_count")
    op.drop_table("search_term")
    op.drop_table("search_posting")
    op.drop_table("search_miss")
    op.drop_table("catalogue_version")
