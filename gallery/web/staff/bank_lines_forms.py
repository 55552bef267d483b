"""Forms of the bank's statements: the file, its columns, and what a line is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from gallery.accounts.models import Gallery
from gallery.payments.models import BankAccount
from gallery.payments.states import HAS_BOOKS, Gateway
from gallery.settlement.queries.bank import OWN_KINDS
from gallery.settlement.services import OwnFacts
from gallery.settlement.states import BankLineKind
from gallery.web.money_typed import typed_rupiah
from gallery.web.parcel_forms import note_field, strip
from gallery.web.staff.couriers_forms import SheetForm, sheet_field
from gallery.web.words import word

NO_COLUMN: Final = "-"
FIELD_OF: Final = {
    "hari": "day",
    "uraian": "description",
    "rujukan": "reference",
    "jumlah": "amount",
    "tanda": "mark",
    "debit": "debit",
    "kredit": "credit",
    "saldo": "balance",
}


class UploadForm(SheetForm):
    """A statement, and the account that it is of."""

    skip = None
    rekening = SelectField(_l("Rekening"), coerce=int)
    sheet = sheet_field()

    def use(self, accounts: Sequence[BankAccount]) -> "UploadForm":
        """Offer these accounts."""
        self.rekening.choices = [SelectChoice(row.id, f"{row.bank_name} {row.number}") for row in accounts]
        return self


class ColumnsForm(FlaskForm):
    """Which column is what, where no bank's headings are found; asked for in the address, so without a token."""

    class Meta:
        """It changes nothing."""

        csrf = False

    hari = SelectField(_l("Tanggal"))
    uraian = SelectField(_l("Keterangan"))
    jumlah = SelectField(_l("Jumlah, satu kolom bertanda"))
    tanda = SelectField(_l("Tanda D/K atau DB/CR"))
    debit = SelectField(_l("Debit (keluar)"))
    kredit = SelectField(_l("Kredit (masuk)"))
    rujukan = SelectField(_l("Nomor referensi"))
    saldo = SelectField(_l("Saldo"))

    def use(self, columns: Sequence[str]) -> "ColumnsForm":
        """Offer these columns, by place and first words."""
        choices = [SelectChoice(str(place), text) for place, text in enumerate(columns)]
        for field in self:
            field.choices = [SelectChoice(NO_COLUMN, _("Tidak ada")), *choices]
            field.data = field.data if field.data in {choice.value for choice in field.choices} else NO_COLUMN
        return self

    @property
    def is_asked(self) -> bool:
        """Whether somebody said anything about the columns."""
        return any(field.data != NO_COLUMN for field in self)

    @property
    def chosen(self) -> Mapping[str, int]:
        """Return the column of each field that has one."""
        found = {FIELD_OF[field.short_name]: field.data for field in self}
        return {name: int(place) for name, place in found.items() if place not in {None, NO_COLUMN}}

    def validate_hari(self, field: Any) -> None:
        if field.data == NO_COLUMN:
            raise ValidationError(_("Pilih kolom tanggalnya."))

    def validate_uraian(self, field: Any) -> None:
        if field.data == NO_COLUMN:
            raise ValidationError(_("Pilih kolom keterangannya."))

    def validate_jumlah(self, field: Any) -> None:
        sides = [self.debit.data != NO_COLUMN, self.kredit.data != NO_COLUMN]
        if (field.data != NO_COLUMN) is any(sides) or (any(sides) and not all(sides)):
            raise ValidationError(_("Pilih satu kolom jumlah, atau kolom debit dan kolom kredit."))


class OwnForm(FlaskForm):
    """What a line is that has no document in this book."""

    jenis = SelectField(_l("Jenis"), filters=[strip])
    gerbang = SelectField(_l("Layanan pembayaran"), filters=[strip])
    galeri = SelectField(_l("Galeri"), filters=[strip])
    biaya = StringField(_l("Biaya yang dipotong (Rp)"), filters=[strip])
    catatan = StringField(
        _l("Catatan"), filters=[strip], validators=[Length(max=200, message=_l("Paling panjang 200 huruf."))]
    )

    def use(self, amount_idr: int, galleries: Sequence[Gallery], suggested: BankLineKind | None) -> "OwnForm":
        """Offer what a line of this direction may be."""
        fits = [kind for kind in BankLineKind if kind in OWN_KINDS and (amount_idr > 0 or kind in _BOTH_WAYS)]
        self.jenis.choices = [("", _("Pilih jenis")), *((kind.value, word(kind).text) for kind in fits)]
        self.gerbang.choices = [("", _("Tidak ada")), *((one.value, one.value.title()) for one in Gateway)]
        self.galeri.choices = [("", _("Tidak ada")), *((str(one.id), one.name) for one in galleries)]
        if not self.jenis.data and not self.is_submitted() and suggested in fits:
            self.jenis.data = str(suggested)
        return self

    def validate_jenis(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Pilih jenisnya."))

    def validate_gerbang(self, field: Any) -> None:
        if self.jenis.data == BankLineKind.GATEWAY_PAYOUT and not field.data:
            raise ValidationError(_("Pilih layanan yang mengirim uang ini."))

    def validate_galeri(self, field: Any) -> None:
        if self.jenis.data in _OF_GALLERY and not field.data:
            raise ValidationError(_("Pilih galerinya."))

    def validate_biaya(self, field: Any) -> None:
        try:
            fee = typed_rupiah(field.data)
        except ValueError as error:
            raise ValidationError(_("Tulis jumlahnya dalam rupiah, misalnya 5.000.")) from error
        if not fee:
            return
        if self.jenis.data not in {BankLineKind.GATEWAY_PAYOUT, BankLineKind.QRIS_PAYOUT}:
            raise ValidationError(_("Biaya hanya untuk setoran layanan pembayaran atau QRIS. Kosongkan."))
        if self.jenis.data == BankLineKind.GATEWAY_PAYOUT and self.gerbang.data in HAS_BOOKS:
            raise ValidationError(_("Biaya layanan ini sudah dibaca dari pembukuannya. Kosongkan."))

    def validate_catatan(self, field: Any) -> None:
        if self.jenis.data == BankLineKind.OTHER and not field.data:
            raise ValidationError(_("Tulis untuk apa uang ini, agar petugas lain mengerti."))

    def facts(self) -> OwnFacts:
        """Return what the form says; call after validation."""
        kind = BankLineKind(self.jenis.data)
        return OwnFacts(
            kind,
            str(self.catatan.data or ""),
            Gateway(self.gerbang.data) if kind is BankLineKind.GATEWAY_PAYOUT else None,
            int(self.galeri.data) if kind in _OF_GALLERY else None,
            typed_rupiah(self.biaya.data) or 0,
        )


class AsideForm(FlaskForm):
    alasan = note_field(_l("Alasan"), _l("Tulis alasannya, misalnya: transfer kembali, sudah dicatat di daftarnya."))


_BOTH_WAYS: Final = frozenset({BankLineKind.FEE, BankLineKind.OTHER})
_OF_GALLERY: Final = frozenset({BankLineKind.QRIS_PAYOUT, BankLineKind.CASH_DEPOSIT})
