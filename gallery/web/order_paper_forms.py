"""Form of the budget that an office pays an order from, as its papers name it."""

import re
from datetime import date, datetime
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.core import clock
from gallery.payments.queries.papers import Budget
from gallery.web.parcel_forms import strip

NIP_DIGITS: Final = 18  # born on (8), appointed in (6), sex (1), serial number (3)
NPWP_DIGITS: Final = (15, 16)
_ACCOUNT: Final = re.compile(r"\d(\.\d{1,4}){2,6}", re.ASCII)
_LONG: Final = _l("Paling panjang %(max)d huruf.")


def digits_only(text: str | None) -> str:
    """Filter: numbers are typed with blanks, dots and hyphens; anything else stays, to be refused."""
    return re.sub(r"[\s.\-–]", "", text or "")


def _nip(_form: Any, field: Any) -> None:
    text = field.data
    if not (text.isascii() and text.isdigit() and len(text) == NIP_DIGITS):
        raise ValidationError(_("NIP terdiri atas 18 angka, misalnya 19800101 200501 1 001. Periksa lagi."))
    try:
        born = datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day, without a zone
    except ValueError:
        born = date.min
    if not date(1920, 1, 1) < born < clock.today() or text[14] not in "12":
        raise ValidationError(_("NIP ini tidak mungkin: delapan angka pertamanya tanggal lahir. Periksa lagi."))


def _name(label: Any, missing: Any) -> StringField:
    return StringField(label, filters=[strip], validators=[DataRequired(missing), Length(max=100, message=_LONG)])


class BudgetForm(FlaskForm):
    officer_post = StringField(
        _l("Jabatan yang memesan"),
        default="Pejabat Pembuat Komitmen (PPK)",
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis jabatannya, misalnya Pejabat Pelaksana Teknis Kegiatan (PPTK).")),
            Length(max=100, message=_LONG),
        ],
    )
    officer_name = _name(_l("Nama yang memesan"), _l("Tulis nama pejabat yang memesan."))
    officer_nip = StringField(
        _l("NIP yang memesan"),
        filters=[digits_only],
        validators=[DataRequired(_l("Tulis NIP pejabat yang memesan, 18 angka.")), _nip],
    )
    treasurer_name = _name(_l("Nama bendahara pengeluaran"), _l("Tulis nama bendahara yang membayar."))
    treasurer_nip = StringField(
        _l("NIP bendahara"),
        filters=[digits_only],
        validators=[DataRequired(_l("Tulis NIP bendahara, 18 angka.")), _nip],
    )
    activity = StringField(
        _l("Kegiatan"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis kegiatan atau subkegiatan dalam anggaran kantor Anda.")),
            Length(max=200, message=_LONG),
        ],
    )
    account_code = StringField(
        _l("Kode rekening belanja"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis kode rekening belanjanya, misalnya 5.1.02.01.01.0052."))],
    )
    npwp = StringField(_l("NPWP kantor"), filters=[digits_only], validators=[Optional()])
    letter_number = StringField(
        _l("Nomor surat pesanan kantor"), filters=[strip], validators=[Optional(), Length(max=80, message=_LONG)]
    )
    letter_date = DateField(_l("Tanggal surat pesanan kantor"), validators=[Optional()])

    def validate_account_code(self, field: Any) -> None:
        if _ACCOUNT.fullmatch(field.data) is None:
            raise ValidationError(_("Kode rekening berisi angka dan titik, misalnya 5.1.02.01.01.0052. Periksa lagi."))

    def validate_letter_date(self, field: Any) -> None:
        if field.data is not None and not date(2020, 1, 1) <= field.data <= clock.today():
            raise ValidationError(_("Tanggal surat tidak boleh sesudah hari ini. Periksa lagi."))
        if field.data is not None and not self.letter_number.data:
            raise ValidationError(_("Tulis juga nomor suratnya, atau kosongkan tanggalnya."))

    def validate_npwp(self, field: Any) -> None:
        text = field.data
        if not (text.isascii() and text.isdigit() and len(text) in NPWP_DIGITS):
            raise ValidationError(_("NPWP terdiri atas 15 atau 16 angka. Periksa lagi, atau kosongkan."))

    @property
    def budget(self) -> Budget:
        """What was typed, after it was found right."""
        names = Budget.__dataclass_fields__
        given: dict[str, Any] = {name: getattr(self, name).data for name in names}
        given = {name: value if name == "letter_date" else value or "" for name, value in given.items()}
        return Budget(**given)
