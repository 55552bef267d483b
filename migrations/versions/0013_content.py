"""News.

Follows 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "news_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "withdrawn",
                name="newsstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("body_markdown", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("photographer", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("image_file_id", sa.Integer(), nullable=True),
        sa.Column("image_alt", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_news_article_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["image_file_id"], ["stored_file.id"], name=op.f("fk_news_article_image_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_article")),
        sa.UniqueConstraint("public_id", name=op.f("uq_news_article_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_news_article_slug")),
    )
    with op.batch_alter_table("news_article", schema=None) as batch_op:
        batch_op.create_index("ix_news_article_status_published_at", ["status", "published_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("news_article", schema=None) as batch_op:
        batch_op.drop_index("ix_news_article_status_published_at")

    op.drop_table("news_article")
