"""Why a proof was refused and an order cancelled: a code that is worded for its reader, and a free note.

Follows 0014. Until now the sentence was stored in the language of whoever chose it. The sentences that the pages
offered become their codes, what somebody typed becomes the note of "other".
The columns change by ADD, RENAME and DROP, which SQLite does without rebuilding the table and losing its checks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CANCEL = {
    "changed_mind": ("Saya berubah pikiran", "I changed my mind"),
    "mistake": ("Ada yang salah di pesanan", "Something is wrong in the order", "Salah pilih barang"),
    "too_slow": ("Terlalu lama", "It takes too long"),
    "buyer_asked": (),
    "unavailable": (),
    "unreachable": (),
    "other": ("Alasan lain", "Another reason"),
}
REJECT = {
    "not_received": ("Uangnya belum masuk ke rekening kami.", "The money has not reached our account."),
    "wrong_amount": (
        "Jumlahnya tidak sama dengan yang tertulis di halaman bayar.",
        "The amount is not the one on the payment page.",
    ),
    "unreadable": (
        "Gambarnya tidak terbaca. Kirim tangkapan layar yang jelas.",
        "The picture can not be read. Send a clear screenshot.",
    ),
    "not_a_proof": (
        "Gambar ini bukan bukti transfer untuk pesanan ini.",
        "This picture is not the proof of transfer for this order.",
    ),
    "other": (),
}
COLUMNS = (
    ("order", "cancel_reason", "cancel_note", "ck_order_cancelreason", CANCEL),
    ("payment", "reject_reason", "reject_note", "ck_payment_rejectreason", REJECT),
)


def upgrade() -> None:
    for table, reason, note, check, codes in COLUMNS:
        allowed = ", ".join(f"'{code}'" for code in codes)
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN {reason} TO said')
        op.execute(
            f'ALTER TABLE "{table}" ADD COLUMN {reason} VARCHAR(32) CONSTRAINT {check} CHECK ({reason} IN ({allowed}))'
        )
        op.execute(f"ALTER TABLE \"{table}\" ADD COLUMN {note} VARCHAR NOT NULL DEFAULT ''")
        for code, sentences in codes.items():
            for sentence in sentences:
                update = sa.text(f'UPDATE "{table}" SET {reason} = :code WHERE said = :sentence')  # noqa: S608 - names of this file
                op.execute(update.bindparams(code=code, sentence=sentence))
        op.execute(f"UPDATE \"{table}\" SET {reason} = 'other', {note} = said WHERE {reason} IS NULL AND said <> ''")  # noqa: S608
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN said')
        if op.get_context().dialect.name != "sqlite":
            op.execute(f'ALTER TABLE "{table}" ALTER COLUMN {note} DROP DEFAULT')


def downgrade() -> None:
    for table, reason, note, _check, codes in COLUMNS:
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN {note} TO said')
        for code, sentences in codes.items():
            update = sa.text(f"UPDATE \"{table}\" SET said = :sentence WHERE {reason} = :code AND said = ''")  # noqa: S608 - names of this file  # noqa: S608 - names of this file
            op.execute(update.bindparams(code=code, sentence=sentences[0] if sentences else code))
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {reason}')
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN said TO {reason}')
