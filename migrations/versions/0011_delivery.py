"""Riders, tariffs, shipments.

Follows 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carrier_tariff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("origin_island", sa.String(), nullable=False),
        sa.Column("destination_island", sa.String(), nullable=False),
        sa.Column("first_kg_idr", sa.BigInteger(), nullable=False),
        sa.Column("next_kg_idr", sa.BigInteger(), nullable=False),
        sa.Column("grace_g", sa.Integer(), nullable=False),
        sa.Column("days_min", sa.Integer(), nullable=False),
        sa.Column("days_max", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("days_min >= 0 AND days_max >= days_min", name=op.f("ck_carrier_tariff_days_in_order")),
        sa.CheckConstraint(
            "first_kg_idr >= 0 AND next_kg_idr >= 0 AND grace_g >= 0", name=op.f("ck_carrier_tariff_rates_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_tariff")),
        sa.UniqueConstraint(
            "carrier",
            "service",
            "origin_island",
            "destination_island",
            name=op.f("uq_carrier_tariff_carrier_service_origin_island_destination_island"),
        ),
    )
    op.create_table(
        "rider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_rider_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rider")),
        sa.UniqueConstraint("phone", name=op.f("uq_rider_phone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rider_public_id")),
    )
    with op.batch_alter_table("rider", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rider_gallery_id"), ["gallery_id"], unique=False)

    op.create_table(
        "rider_area",
        sa.Column("rider_id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["rider_id"], ["rider.id"], name=op.f("fk_rider_area_rider_id_rider")),
        sa.ForeignKeyConstraint(
            ["subdistrict_code"], ["region.code"], name=op.f("fk_rider_area_subdistrict_code_region")
        ),
        sa.PrimaryKeyConstraint("rider_id", "subdistrict_code", name=op.f("pk_rider_area")),
    )
    with op.batch_alter_table("rider_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rider_area_subdistrict_code"), ["subdistrict_code"], unique=False)

    op.create_table(
        "tariff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("base_idr", sa.BigInteger(), nullable=False),
        sa.Column("base_km", sa.Integer(), nullable=False),
        sa.Column("per_km_idr", sa.BigInteger(), nullable=False),
        sa.Column("minimum_idr", sa.BigInteger(), nullable=False),
        sa.Column("road_factor_bps", sa.Integer(), nullable=False),
        sa.Column("weight_steps", sa.JSON(), nullable=False),
        sa.Column("max_km", sa.Integer(), nullable=False),
        sa.Column("max_weight_g", sa.Integer(), nullable=False),
        sa.Column("cut_off_hour", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "base_idr >= 0 AND base_km >= 0 AND per_km_idr >= 0 AND minimum_idr >= 0",
            name=op.f("ck_tariff_rates_not_negative"),
        ),
        sa.CheckConstraint("cut_off_hour BETWEEN 0 AND 24", name=op.f("ck_tariff_cut_off_hour_of_day")),
        sa.CheckConstraint("max_km > 0 AND max_weight_g > 0", name=op.f("ck_tariff_limits_positive")),
        sa.CheckConstraint("road_factor_bps >= 10000", name=op.f("ck_tariff_road_not_shorter_than_line")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_tariff_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sa.UniqueConstraint("place_id", name=op.f("uq_tariff_place_id")),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("open_key", sa.Integer(), nullable=True),
        sa.Column(
            "courier",
            sa.Enum(
                "local_rider",
                "expedition",
                "pickup",
                name="courier",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "offered",
                "accepted",
                "picked_up",
                "delivered",
                "failed",
                "declined",
                "cancelled",
                "returned",
                name="shipmentstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price_idr", sa.BigInteger(), nullable=False),
        sa.Column("rider_id", sa.Integer(), nullable=True),
        sa.Column("rider_name", sa.String(), nullable=False),
        sa.Column("rider_plate", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("booking_ref", sa.String(), nullable=False),
        sa.Column("recipient_name", sa.String(), nullable=False),
        sa.Column("proof_file_id", sa.Integer(), nullable=True),
        sa.Column(
            "failure_reason",
            sa.Enum(
                "nobody_home",
                "address_not_found",
                "refused",
                "unreachable",
                "damaged",
                "breakdown",
                "other",
                name="failurereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price_idr >= 0", name=op.f("ck_shipment_price_not_negative")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_shipment_parcel_id_parcel")),
        sa.ForeignKeyConstraint(
            ["proof_file_id"], ["stored_file.id"], name=op.f("fk_shipment_proof_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["rider_id"], ["rider.id"], name=op.f("fk_shipment_rider_id_rider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("open_key", name=op.f("uq_shipment_open_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shipment_public_id")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shipment_booking_ref"), ["booking_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_shipment_parcel_id"), ["parcel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shipment_rider_id"), ["rider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shipment_status"), ["status"], unique=False)

    op.create_table(
        "shipment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "offered",
                "accepted",
                "picked_up",
                "delivered",
                "failed",
                "declined",
                "cancelled",
                "returned",
                name="shipmentstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "applied",
                "stale",
                "superseded",
                "impossible",
                name="eventoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_label", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_event_shipment_id_shipment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_event")),
        sa.UniqueConstraint("shipment_id", "event_key", name=op.f("uq_shipment_event_shipment_id_event_key")),
    )


def downgrade() -> None:
    op.drop_table("shipment_event")
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shipment_status"))
        batch_op.drop_index(batch_op.f("ix_shipment_rider_id"))
        batch_op.drop_index(batch_op.f("ix_shipment_parcel_id"))
        batch_op.drop_index(batch_op.f("ix_shipment_booking_ref"))

    op.drop_table("shipment")
    op.drop_table("tariff")
    with op.batch_alter_table("rider_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rider_area_subdistrict_code"))

    op.drop_table("rider_area")
    with op.batch_alter_table("rider", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rider_gallery_id"))

    op.drop_table("rider")
    op.drop_table("carrier_tariff")
