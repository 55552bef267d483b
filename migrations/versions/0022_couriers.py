"""Online couriers: what they were asked, what they answered, where they go, what they cost.

Follows 0021. SQLite can not change a constraint: tables whose words became more are made anew and their rows copied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COURIERS = ["local_rider", "expedition", "pickup", "biteship", "lalamove", "grab_express"]
STATUSES = [
    *("offered", "accepted", "picking_up", "picked_up", "in_transit", "on_hold", "returning"),
    *("delivered", "failed", "declined", "cancelled", "returned"),
]
REASONS = ["nobody_home", "address_not_found", "refused", "unreachable", "damaged", "breakdown", "lost", "other"]
OUTCOMES = ["applied", "stale", "superseded", "impossible"]


def enum(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("parcel", sa.Column("quote_ref", sa.String(), nullable=False, server_default=""))
    op.add_column("parcel", sa.Column("quote_expires_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_context().dialect.name == "sqlite":
        _sqlite_shipment()
        _sqlite_event()
    else:
        _postgresql()
    _offers()
    _bookings()
    _costs()


def _postgresql() -> None:
    op.alter_column("parcel", "quote_ref", server_default=None)
    op.add_column("shipment", sa.Column("needs_pin", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("shipment", sa.Column("pin_tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("shipment", sa.Column("pin_proved_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("shipment", "needs_pin", server_default=None)
    op.alter_column("shipment", "pin_tries", server_default=None)
    for table, column, name, values in (
        ("shipment", "courier", "courier", COURIERS),
        ("shipment", "status", "shipmentstatus", STATUSES),
        ("shipment", "failure_reason", "failurereason", REASONS),
        ("shipment_event", "status", "shipmentstatus", STATUSES),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        allowed = ", ".join(f"'{value}'" for value in values)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({allowed})")


def _sqlite_shipment() -> None:
    _rebuild(
        "shipment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("open_key", sa.Integer(), nullable=True),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("status", enum("shipmentstatus", STATUSES), nullable=False),
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
        sa.Column("failure_reason", enum("failurereason", REASONS), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_pin", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("pin_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("pin_proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price_idr >= 0", name=op.f("ck_shipment_price_not_negative")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name="fk_shipment_parcel_id_parcel"),
        sa.ForeignKeyConstraint(["proof_file_id"], ["stored_file.id"], name="fk_shipment_proof_file_id_stored_file"),
        sa.ForeignKeyConstraint(["rider_id"], ["rider.id"], name="fk_shipment_rider_id_rider"),
        sa.PrimaryKeyConstraint("id", name="pk_shipment"),
        sa.UniqueConstraint("open_key", name="uq_shipment_open_key"),
        sa.UniqueConstraint("public_id", name="uq_shipment_public_id"),
        new={"needs_pin", "pin_tries", "pin_proved_at"},
    )
    for column in ("booking_ref", "parcel_id", "rider_id", "status"):
        op.create_index(f"ix_shipment_{column}", "shipment", [column])


def _sqlite_event() -> None:
    _rebuild(
        "shipment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column("status", enum("shipmentstatus", STATUSES), nullable=False),
        sa.Column("outcome", enum("eventoutcome", OUTCOMES), nullable=False),
        sa.Column("actor_label", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name="fk_shipment_event_shipment_id_shipment"),
        sa.PrimaryKeyConstraint("id", name="pk_shipment_event"),
        sa.UniqueConstraint("shipment_id", "event_key", name="uq_shipment_event_shipment_id_event_key"),
    )


def _rebuild(name: str, *parts: sa.schema.SchemaItem, new: set[str] = frozenset()) -> None:
    """Make the table anew with its rows, the way SQLite's documentation says (lang_altertable, section 7)."""
    op.create_table(f"{name}_new", *parts)
    columns = ", ".join(part.name for part in parts if isinstance(part, sa.Column) and part.name not in new)
    op.execute(f"INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name}")  # noqa: S608 - our own names
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)


def _offers() -> None:
    op.create_table(
        "courier_health",
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opened_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_notices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("courier", name=op.f("pk_courier_health")),
    )
    op.create_table(
        "courier_quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("quotes", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_quote")),
        sa.UniqueConstraint("courier", "way", name=op.f("uq_courier_quote_courier_way")),
    )
    with op.batch_alter_table("courier_quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_quote_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "courier_coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_code", sa.String(), nullable=False),
        sa.Column("origin_island", sa.String(), nullable=False),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("is_covered", sa.Boolean(), nullable=False),
        sa.Column("source", enum("coveragesource", ["learnt", "manual", "imported"]), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subdistrict_code"], ["region.code"], name=op.f("fk_courier_coverage_subdistrict_code_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_coverage")),
        sa.UniqueConstraint("subdistrict_code", "origin_island", "courier", "service", name="uq_courier_coverage_way"),
    )
    op.create_table(
        "gallery_courier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("books_itself", sa.Boolean(), nullable=False),
        sa.Column("max_extra_idr", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("max_extra_idr >= 0", name=op.f("ck_gallery_courier_max_extra_not_negative")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_gallery_courier_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gallery_courier")),
        sa.UniqueConstraint("holder", "courier", name=op.f("uq_gallery_courier_holder_courier")),
    )
    with op.batch_alter_table("gallery_courier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gallery_courier_gallery_id"), ["gallery_id"], unique=False)
    op.create_table(
        "pick_up_hours",
        sa.Column("gallery_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens_min", sa.Integer(), nullable=False),
        sa.Column("closes_min", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens_min >= 0 AND opens_min < closes_min AND closes_min <= 1440",
            name=op.f("ck_pick_up_hours_hours_in_order"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_pick_up_hours_weekday_of_week")),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name=op.f("fk_pick_up_hours_gallery_id_gallery")),
        sa.PrimaryKeyConstraint("gallery_id", "weekday", name=op.f("pk_pick_up_hours")),
    )


def _bookings() -> None:
    op.create_table(
        "courier_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("quote_ref", sa.String(), nullable=False),
        sa.Column("quote_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            enum(
                "bookingstatus",
                ["wanted", "sending", "unsure", "booked", "refused", "needs_person", "cancelling", "cancelled"],
            ),
            nullable=False,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_idr", sa.BigInteger(), nullable=False),
        sa.Column("quoted_idr", sa.BigInteger(), nullable=False),
        sa.Column("max_extra_idr", sa.BigInteger(), nullable=False),
        sa.Column("booked_idr", sa.BigInteger(), nullable=True),
        sa.Column("cost_idr", sa.BigInteger(), nullable=True),
        sa.Column("booking_ref", sa.String(), nullable=True),
        sa.Column("former_ref", sa.String(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("is_rebooking", sa.Boolean(), nullable=False),
        sa.Column("is_unwanted", sa.Boolean(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "trouble",
            enum(
                "bookingtrouble",
                [
                    "lost_answer",
                    "refused",
                    "no_rider",
                    "price_rose",
                    "price_differs",
                    "unknown_word",
                    "contradiction",
                    "cancel_refused",
                    "turned_up",
                    "silent",
                ],
            ),
            nullable=True,
        ),
        sa.Column("trouble_code", sa.String(), nullable=False),
        sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tracking_url", sa.String(), nullable=False),
        sa.Column("rider_phone", sa.String(), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_url", sa.String(), nullable=False),
        sa.CheckConstraint(
            "paid_idr >= 0 AND quoted_idr >= 0 AND max_extra_idr >= 0",
            name=op.f("ck_courier_booking_amounts_not_negative"),
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_courier_booking_shipment_id_shipment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_booking")),
        sa.UniqueConstraint("courier", "booking_ref", name=op.f("uq_courier_booking_courier_booking_ref")),
        sa.UniqueConstraint("key", name=op.f("uq_courier_booking_key")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_courier_booking_shipment_id")),
    )
    with op.batch_alter_table("courier_booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_booking_former_ref"), ["former_ref"], unique=False)
        batch_op.create_index("ix_courier_booking_status_next_at", ["status", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_courier_booking_trouble"), ["trouble"], unique=False)
    op.create_table(
        "courier_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("status", enum("claimstatus", ["open", "paid", "refused"]), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_idr >= 0", name=op.f("ck_courier_claim_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user_account.id"], name=op.f("fk_courier_claim_opened_by_user_account")
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_courier_claim_shipment_id_shipment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_claim")),
        sa.UniqueConstraint("public_id", name=op.f("uq_courier_claim_public_id")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_courier_claim_shipment_id")),
    )
    op.create_table(
        "courier_exchange",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["courier_booking.id"], name=op.f("fk_courier_exchange_booking_id_courier_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_exchange")),
    )
    with op.batch_alter_table("courier_exchange", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_exchange_at"), ["at"], unique=False)
        batch_op.create_index("ix_courier_exchange_booking_id_id", ["booking_id", "id"], unique=False)
    op.create_table(
        "courier_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("dedup_key", sa.String(), nullable=False),
        sa.Column("booking_ref", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            enum(
                "noticeoutcome",
                [
                    "applied",
                    "stale",
                    "superseded",
                    "impossible",
                    "unknown_order",
                    "unknown_word",
                    "not_ours",
                    "unreadable",
                ],
            ),
            nullable=True,
        ),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["courier_booking.id"], name=op.f("fk_courier_notice_booking_id_courier_booking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_notice")),
        sa.UniqueConstraint("courier", "dedup_key", name=op.f("uq_courier_notice_courier_dedup_key")),
    )
    with op.batch_alter_table("courier_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_notice_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index("ix_courier_notice_booking_ref", ["courier", "booking_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_courier_notice_outcome"), ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_courier_notice_received_at"), ["received_at"], unique=False)
        batch_op.create_index(
            "ix_courier_notice_waiting",
            ["id"],
            unique=False,
            sqlite_where=sa.text("judged_at IS NULL"),
            postgresql_where=sa.text("judged_at IS NULL"),
        )


def _costs() -> None:
    op.create_table(
        "courier_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("courier", enum("courier", COURIERS), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("total_idr", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_courier_statement_file_id_stored_file")),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["user_account.id"], name=op.f("fk_courier_statement_imported_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_statement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_courier_statement_public_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_courier_statement_sha256")),
    )
    op.create_table(
        "courier_statement_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("booking_ref", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=True),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("amount_idr", sa.BigInteger(), nullable=False),
        sa.Column("expected_idr", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome", enum("statementoutcome", ["matched", "different", "unmatched", "accepted"]), nullable=False
        ),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_idr >= 0", name=op.f("ck_courier_statement_line_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["courier_booking.id"], name=op.f("fk_courier_statement_line_booking_id_courier_booking")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_courier_statement_line_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["courier_statement.id"],
            name=op.f("fk_courier_statement_line_statement_id_courier_statement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_statement_line")),
        sa.UniqueConstraint(
            "statement_id", "row_number", name=op.f("uq_courier_statement_line_statement_id_row_number")
        ),
    )
    with op.batch_alter_table("courier_statement_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_statement_line_booking_id"), ["booking_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("shipments of online couriers can not be written in the old form")
