"""Owners and businesses.

Follows 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("nik_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("nik_index", sa.String(), nullable=True),
        sa.Column("nik_hint", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("nik_index", name=op.f("uq_person_nik_index")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_phone"), ["phone"], unique=False)

    op.create_table(
        "business",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("since_year", sa.Integer(), nullable=True),
        sa.Column("nib", sa.String(), nullable=True),
        sa.Column("bank_code", sa.String(), nullable=True),
        sa.Column("bank_account_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_hint", sa.String(), nullable=True),
        sa.Column("bank_holder", sa.String(), nullable=True),
        sa.Column("photo_file_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["district_code"], ["region.code"], name=op.f("fk_business_district_code_region")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_business_owner_id_person")),
        sa.ForeignKeyConstraint(
            ["photo_file_id"], ["stored_file.id"], name=op.f("fk_business_photo_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["village_code"], ["region.code"], name=op.f("fk_business_village_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business")),
        sa.UniqueConstraint("nib", name=op.f("uq_business_nib")),
        sa.UniqueConstraint("public_id", name=op.f("uq_business_public_id")),
    )
    with op.batch_alter_table("business", schema=None) as batch_op:
        batch_op.create_index("ix_business_district_name", ["district_code", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_business_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_business_phone"), ["phone"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("business", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_business_phone"))
        batch_op.drop_index(batch_op.f("ix_business_owner_id"))
        batch_op.drop_index("ix_business_district_name")

    op.drop_table("business")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_phone"))

    op.drop_table("person")
