"""How banks want a list of transfers, and how their statements look: columns as data, so another bank is another row.

No bank publishes a format that holds for every customer. These are written from what such files commonly look like:
an office compares them with what its own bank's portal asks for and gives, and changes the row.
"""

from dataclasses import dataclass
from typing import Final

from gallery.settlement.states import BankLineKind


@dataclass(frozen=True, slots=True)
class BankFormat:
    """A file for one bank's portal. ``columns`` are (heading, field).

    Fields: number, owner, bank_code, bank_name, account, holder, amount, note.
    """

    key: str
    name: str
    delimiter: str
    with_headings: bool
    columns: tuple[tuple[str, str], ...]


FORMATS: Final = (
    BankFormat(
        "umum",
        "CSV umum",
        ",",
        with_headings=True,
        columns=(
            ("No", "number"),
            ("UMKM", "owner"),
            ("Kode bank", "bank_code"),
            ("Bank", "bank_name"),
            ("Nomor rekening", "account"),
            ("Atas nama", "holder"),
            ("Jumlah", "amount"),
            ("Berita", "note"),
        ),
    ),
    BankFormat(
        "sumsel-babel",
        "Bank Sumsel Babel",
        ";",
        with_headings=True,
        columns=(
            ("NO", "number"),
            ("REKENING TUJUAN", "account"),
            ("NAMA", "holder"),
            ("NOMINAL", "amount"),
            ("KETERANGAN", "note"),
        ),
    ),
    BankFormat(
        "bri",
        "BRI",
        ",",
        with_headings=False,
        columns=(("no", "number"), ("norek", "account"), ("nama", "holder"), ("nominal", "amount"), ("ket", "note")),
    ),
)


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """How a bank's statement calls its columns, compared without case, accents and punctuation.

    ``description`` are joined when there are several; of the others the first that the sheet has is taken. An amount
    is either a signed or marked one (``amount``, with DB or CR beside it, in ``mark``, or in the nameless column that
    follows), or stands in ``debit`` or ``credit``. ``plain_is_credit``: this bank marks only what went out.
    """

    key: str
    name: str
    bank_code: str
    day: tuple[str, ...]
    description: tuple[str, ...]
    balance: tuple[str, ...]
    reference: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    mark: tuple[str, ...] = ()
    debit: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()
    plain_is_credit: bool = False

    def headings(self) -> dict[str, tuple[str, ...]]:
        """Return the headings of each field."""
        return {name: getattr(self, name) for name in STATEMENT_FIELDS}


STATEMENT_FIELDS: Final = ("day", "description", "reference", "amount", "mark", "debit", "credit", "balance")
BY_HAND: Final = "pilihan"  # the layout's name where an officer said what each column is
_DAY: Final = ("Tanggal", "Tanggal Transaksi", "Tgl", "Tgl Transaksi", "Date", "Transaction Date", "Posting Date")
_WORDS: Final = ("Keterangan", "Uraian", "Uraian Transaksi", "Deskripsi", "Description", "Berita", "Remark", "Remarks")
_REFERENCE: Final = ("No Referensi", "Nomor Referensi", "Referensi", "Reference No", "Reference", "No Ref", "Ref No")
_DEBIT: Final = ("Debet", "Debit", "Mutasi Debet", "Mutasi Debit", "Keluar", "Withdrawal")
_CREDIT: Final = ("Kredit", "Credit", "Mutasi Kredit", "Masuk", "Deposit")
_AMOUNT: Final = ("Jumlah", "Nominal", "Amount", "Mutasi", "Nilai")
_MARK: Final = ("D/K", "D/C", "Db/Cr", "DK", "Jenis", "Type", "Tipe")
_BALANCE: Final = ("Saldo", "Balance", "Saldo Akhir", "Ending Balance")
STATEMENTS: Final = (
    StatementLayout(
        "bri",
        "BRI",
        "002",
        day=("TGL_TRAN", "Tanggal Transaksi", "Transaction Date", *_DAY),
        description=("DESK_TRAN", "Uraian Transaksi", "Transaction Description", "Remark"),
        reference=("SEQ", "Kode Transaksi", "KODE_TRAN", "Teller"),
        debit=("MUTASI_DEBET", *_DEBIT),
        credit=("MUTASI_KREDIT", *_CREDIT),
        balance=("SALDO_AKHIR_MUTASI", *_BALANCE),
    ),
    StatementLayout(
        "mandiri",
        "Bank Mandiri",
        "008",
        day=("PostDate", "Posting Date", "Tanggal Posting", "Val. Date", *_DAY),
        description=("Description", "Remarks", "AdditionalDesc", "Keterangan", "Transaction Description"),
        reference=("Reference No.", "Transaction Code", *_REFERENCE),
        debit=("Debit Amount", "DebitAmount", *_DEBIT),
        credit=("Credit Amount", "CreditAmount", *_CREDIT),
        balance=("CloseBal", "Close Balance", *_BALANCE),
    ),
    StatementLayout(
        "bni",
        "BNI",
        "009",
        day=("Post Date", "Tanggal Posting", "Tgl. Trans", *_DAY),
        description=("Description", "Uraian Transaksi", "Keterangan"),
        reference=("Journal No.", "Journal", "No. Jurnal", *_REFERENCE),
        amount=_AMOUNT,
        mark=("Db/Cr", "D/K", "Tipe", "Type", *_MARK),
        debit=_DEBIT,
        credit=_CREDIT,
        balance=_BALANCE,
    ),
    StatementLayout(
        "bca",
        "BCA",
        "014",
        day=("Tanggal Transaksi", "Tanggal", "Date", "Tgl"),
        description=("Keterangan", "Keterangan Transaksi", "Description"),
        reference=("Cabang", "Branch"),
        amount=_AMOUNT,
        mark=_MARK,
        balance=_BALANCE,
        plain_is_credit=True,
    ),
    StatementLayout(
        "sumsel-babel",
        "Bank Sumsel Babel",
        "120",
        day=("Tgl. Valuta", "Tanggal Mutasi", *_DAY),
        description=("Keterangan", "Uraian", "Keterangan Transaksi"),
        reference=("No. Bukti", "No. Arsip", *_REFERENCE),
        debit=_DEBIT,
        credit=_CREDIT,
        balance=_BALANCE,
    ),
    StatementLayout(
        "umum",
        "Mutasi umum",
        "",
        day=_DAY,
        description=_WORDS,
        reference=_REFERENCE,
        amount=_AMOUNT,
        mark=_MARK,
        debit=_DEBIT,
        credit=_CREDIT,
        balance=_BALANCE,
    ),
)
# Beside the table: what banks write above and below it, and in lines that move nothing.
SILENT_WORDS: Final = (
    "saldo awal", "saldo akhir", "total", "grand total", "jumlah", "mutasi debet", "mutasi debit", "mutasi kredit",
    "mutasi db", "mutasi cr", "opening balance", "closing balance", "ending balance", "beginning balance",
    "ledger balance", "debet", "debit", "kredit", "credit", "halaman", "page", "periode", "period", "end of",
    "akhir mutasi",
)  # fmt: skip
PENDING_WORDS: Final = frozenset({"pend", "pending"})
DEBIT_MARKS: Final = frozenset({"db", "dr", "d", "debet", "debit", "keluar"})
CREDIT_MARKS: Final = frozenset({"cr", "c", "k", "kredit", "credit", "masuk"})
# What a line without a document of ours probably is, by words of its description: (kind, is it money in, words).
KIND_WORDS: Final = (
    (
        BankLineKind.FEE,
        False,
        ("biaya adm", "biaya trf", "biaya transfer", "administrasi", "admin fee", "bea meterai", "pajak", "pph"),
    ),
    (BankLineKind.FEE, True, ("bunga", "interest", "jasa giro", "bagi hasil")),
    (BankLineKind.GATEWAY_PAYOUT, True, ("stripe", "midtrans", "veritrans", "gopay")),
    (BankLineKind.QRIS_PAYOUT, True, ("qris", "qr merchant", "settlement qr", "mpm")),
    (BankLineKind.CASH_DEPOSIT, True, ("setor tunai", "setoran", "cash deposit", "cdm")),
)
