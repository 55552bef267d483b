"""What is said about a bank's statement and its rows."""

from flask_babel import gettext as _

from gallery.core.sheets import SheetProblem, UnreadableSheetError
from gallery.payments.models import BankAccount
from gallery.settlement.errors import OtherAccountError
from gallery.web.courier_sheets import problem_text
from gallery.web.sheet_texts import file_text

__all__ = ["file_problem", "other_account", "problem_text"]


def file_problem(error: UnreadableSheetError) -> str:
    """Return the sentence for a file that is refused as a whole."""
    if error.problem is SheetProblem.EMPTY:
        return _("Tidak ada baris mutasi yang terbaca. Unduh lagi mutasinya dari bank, atau periksa pilihan kolomnya.")
    return file_text({"code": error.problem.value, "facts": error.facts})


def other_account(error: OtherAccountError, account: BankAccount) -> str:
    """Return the sentence for a file that says itself that it is of another account."""
    return _(
        "Berkas ini mutasi rekening %(there)s, bukan %(here)s. Pilih rekening yang benar, atau unggah berkas lain.",
        there=error.number,
        here=account.number,
    )
