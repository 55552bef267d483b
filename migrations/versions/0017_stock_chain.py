"""Consigned lots, blocked lots, goods on their way, shelves, makers' barcodes, and the chain of movements.

Follows 0016. SQLite can not change a constraint: its tables are made anew and their rows copied. Movements that are
there already get their links here.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

REASONS = ["received", "count_correction", "damaged", "expired", "lost", "owner_return", "sold", "buyer_return"]
NEW_REASONS = [*REASONS, "transfer_out", "transfer_in", "recalled"]
BLOCKS = ["recalled", "quality", "off_shelf"]


def enum(name: str, values: list[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("stock_item", sa.Column("shelf", sa.String(), nullable=False, server_default=""))
    op.add_column("variant", sa.Column("barcode", sa.String(), nullable=True))
    op.create_index("ix_variant_barcode", "variant", ["barcode"])
    if op.get_context().dialect.name == "sqlite":
        _sqlite(["gallery", "premises", "transit"], NEW_REASONS)
    else:
        _postgresql()
    op.create_table(
        "stock_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_stock_chain_place_id_place"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_chain"),
        sa.UniqueConstraint("place_id", name="uq_stock_chain_place_id"),
    )
    op.create_table(
        "stock_link",
        sa.Column("movement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["stock_movement.id"], name="fk_stock_link_movement_id_stock_movement"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_stock_link_place_id_place"),
        sa.PrimaryKeyConstraint("movement_id", name="pk_stock_link"),
        sa.UniqueConstraint("place_id", "number", name="uq_stock_link_place_id_number"),
    )
    _link_what_is_there()
    _protect("stock_link")


def _postgresql() -> None:
    op.drop_constraint("uq_place_gallery_id", "place", type_="unique")
    op.create_unique_constraint("uq_place_gallery_id_kind", "place", ["gallery_id", "kind"])
    op.drop_constraint(op.f("ck_place_placekind"), "place", type_="check")
    op.create_check_constraint(op.f("ck_place_placekind"), "place", "kind IN ('gallery', 'premises', 'transit')")
    op.drop_constraint(op.f("ck_stock_movement_movementreason"), "stock_movement", type_="check")
    allowed = ", ".join(f"'{reason}'" for reason in NEW_REASONS)
    op.create_check_constraint(op.f("ck_stock_movement_movementreason"), "stock_movement", f"reason IN ({allowed})")
    op.alter_column("stock_item", "shelf", server_default=None)
    op.add_column("lot", sa.Column("intake", sa.String(), nullable=False, server_default=""))
    op.add_column("lot", sa.Column("blocked_as", enum("lotblock", BLOCKS), nullable=True))
    op.add_column("lot", sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lot", sa.Column("block_note", sa.String(), nullable=False, server_default=""))
    op.alter_column("lot", "intake", server_default=None)
    op.alter_column("lot", "block_note", server_default=None)
    op.drop_constraint("uq_lot_variant_id_code_expires_on", "lot", type_="unique")
    op.create_unique_constraint(
        "uq_lot_variant_id_code_expires_on_intake", "lot", ["variant_id", "code", "expires_on", "intake"]
    )
    op.drop_index("uq_lot_without_expiry", "lot")
    _index_without_expiry()


def _sqlite(kinds: list[str], reasons: list[str]) -> None:
    _rebuild(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("kind", enum("placekind", kinds), nullable=False),
        sa.Column("gallery_id", sa.Integer(), nullable=True),
        sa.Column("business_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(gallery_id IS NULL) <> (business_id IS NULL)", name=op.f("ck_place_one_owner")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="fk_place_business_id_business"),
        sa.ForeignKeyConstraint(["district_code"], ["region.code"], name="fk_place_district_code_region"),
        sa.ForeignKeyConstraint(["gallery_id"], ["gallery.id"], name="fk_place_gallery_id_gallery"),
        sa.ForeignKeyConstraint(["village_code"], ["region.code"], name="fk_place_village_code_region"),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
        sa.UniqueConstraint("business_id", name="uq_place_business_id"),
        sa.UniqueConstraint("gallery_id", "kind", name="uq_place_gallery_id_kind"),
        sa.UniqueConstraint("public_id", name="uq_place_public_id"),
    )
    _rebuild(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("intake", sa.String(), nullable=False, server_default=""),
        sa.Column("blocked_as", enum("lotblock", BLOCKS), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_note", sa.String(), nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="fk_lot_business_id_business"),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name="fk_lot_variant_id_variant"),
        sa.PrimaryKeyConstraint("id", name="pk_lot"),
        sa.UniqueConstraint(
            "variant_id", "code", "expires_on", "intake", name="uq_lot_variant_id_code_expires_on_intake"
        ),
        new={"intake", "blocked_as", "blocked_at", "block_note"},
    )
    op.create_index("ix_lot_business_id", "lot", ["business_id"])
    _index_without_expiry()
    _rebuild(
        "stock_movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stock_item_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("reason", enum("movementreason", reasons), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_stock_movement_pieces_not_zero")),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name="fk_stock_movement_actor_id_user_account"),
        sa.ForeignKeyConstraint(
            ["stock_item_id"], ["stock_item.id"], name="fk_stock_movement_stock_item_id_stock_item"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movement"),
        sa.UniqueConstraint("request_key", name="uq_stock_movement_request_key"),
    )
    op.create_index("ix_stock_movement_document", "stock_movement", ["document"])
    op.create_index("ix_stock_movement_item_id", "stock_movement", ["stock_item_id", "id"])
    _protect("stock_movement")  # the triggers went with the old table


def _rebuild(name: str, *parts: sa.schema.SchemaItem, new: set[str] = frozenset()) -> None:
    """Make the table anew with its rows, the way SQLite's documentation says (lang_altertable, section 7)."""
    op.create_table(f"{name}_new", *parts)
    columns = ", ".join(part.name for part in parts if isinstance(part, sa.Column) and part.name not in new)
    op.execute(f"INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name}")  # noqa: S608 - our own names
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)


def _index_without_expiry() -> None:
    op.create_index(
        "uq_lot_without_expiry",
        "lot",
        ["variant_id", "code", "intake"],
        unique=True,
        sqlite_where=sa.text("expires_on IS NULL"),
        postgresql_where=sa.text("expires_on IS NULL"),
    )


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


def _link_what_is_there() -> None:
    """Give every movement its link, in the order in which they were written."""
    db = op.get_bind()
    aware = sa.DateTime(timezone=True)
    rows = db.execute(
        sa.text(
            "SELECT i.place_id, i.id, i.variant_id, i.lot_id, m.id, m.pieces, m.reason, m.document, m.note,"
            " m.actor_id, m.request_key, m.happened_at, m.recorded_at"
            " FROM stock_movement m JOIN stock_item i ON i.id = m.stock_item_id ORDER BY m.id"
        ).columns(happened_at=aware, recorded_at=aware)
    ).all()
    heads: dict[int, tuple[int, str]] = {}
    links = []
    for place_id, item_id, variant_id, lot_id, movement_id, *facts, happened_at, recorded_at in rows:
        number, previous = heads.get(place_id, (0, ""))
        number += 1
        times = [(at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) for at in (happened_at, recorded_at)]
        row = [number, place_id, item_id, variant_id, lot_id, movement_id, *facts, *(at.isoformat() for at in times)]
        canonical = json.dumps(row, separators=(",", ":"))
        head = hashlib.sha256((previous + canonical).encode()).hexdigest()
        heads[place_id] = (number, head)
        links.append({"movement_id": movement_id, "place_id": place_id, "number": number, "hash": head})
    columns = ("movement_id", "place_id", "number", "hash")
    if links:
        db.execute(sa.table("stock_link", *(sa.column(name) for name in columns)).insert(), links)
        chain = sa.table("stock_chain", sa.column("place_id"), sa.column("length"), sa.column("head"))
        db.execute(chain.insert(), [{"place_id": p, "length": n, "head": h} for p, (n, h) in heads.items()])


def downgrade() -> None:
    raise NotImplementedError("movements and lots of consigned goods can not be written in the old form")
