"""Builders for the settlement: posting, and owners with a bank account."""

from gallery.core.db import db, transaction
from gallery.registry.models import Business
from gallery.settlement import services
from gallery.settlement.models import JournalEntry, JournalLine, OwnerShare
from gallery.settlement.queries import prove_money

WINDOW = 2


def post() -> int:
    """Post everything that is due; how many entries were made."""
    made = 0
    while True:
        with transaction() as session:
            fresh = services.post_due(session, WINDOW)
        if not fresh:
            return made
        made += fresh


def give_account(business_id: int) -> None:
    """The owner has a bank account on file; nobody decrypts it in these tests."""
    with transaction() as session:
        row = session.get_one(Business, business_id)
        row.bank_code, row.bank_account_hint, row.bank_holder = "120", "******0001", "Contoh"
        row.bank_account_encrypted = b"sealed"


def sums() -> dict[tuple[str, str], int]:
    """Balances of all accounts that are not zero."""
    db.session.rollback()
    found: dict[tuple[str, str], int] = {}
    for line in db.session.query(JournalLine):
        key = (line.account.value, line.party.split(":")[0])
        found[key] = found.get(key, 0) + line.amount_idr
    return {key: amount for key, amount in found.items() if amount}


def entries() -> list[str]:
    db.session.rollback()
    return [entry.kind.value for entry in db.session.query(JournalEntry).order_by(JournalEntry.id)]


def shares() -> list[tuple[str, int, int, int]]:
    db.session.rollback()
    rows = db.session.query(OwnerShare).order_by(OwnerShare.id)
    return [(row.kind.value, row.pieces, row.gross_idr, row.share_idr) for row in rows]


def findings() -> list[str]:
    db.session.rollback()
    return [str(finding) for finding in prove_money(db.session()).findings]
