"""Forms of the bank accounts that buyers transfer to."""

from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from gallery.accounts.queries import bank_names
from gallery.payments.services import AccountFacts
from gallery.web.forms import choices_of, offered, strip


class NumberForm(FlaskForm):
    """Which account it is."""

    bank = SelectField(_l("Bank"), validate_choice=False, default="")
    number = StringField(_l("Nomor rekening"), filters=[strip])

    def offer_banks(self) -> Self:
        self.bank.choices = choices_of(_("Pilih bank"), bank_names())
        return self

    def validate_bank(self, field: Any) -> None:
        if field.data not in offered(field):
            raise ValidationError(_("Pilih banknya."))

    def validate_number(self, field: Any) -> None:
        digits = field.data.replace(" ", "").replace("-", "").replace(".", "")
        if not (digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 20):  # noqa: PLR2004 - as of owners
            raise ValidationError(_("Nomor rekening hanya angka, 6 sampai 20 angka."))
        field.data = digits


class HolderForm(FlaskForm):
    """What may change of an account that exists."""

    holder = StringField(
        _l("Atas nama"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama pemilik rekening seperti di bank.")),
            Length(max=100, message=_l("Terlalu panjang. Paling banyak %(n)s huruf.", n=100)),
        ],
    )
    is_active = BooleanField(_l("Ditawarkan kepada pembeli"), default=True)
    current_password = PasswordField(
        _l("Kata sandi Anda"), validators=[DataRequired(_l("Tulis kata sandi Anda untuk menyetujuinya."))]
    )


class AccountForm(NumberForm, HolderForm):
    """A new account."""

    def facts(self) -> AccountFacts:
        """Return what the form says; call after validation."""
        return AccountFacts(str(self.bank.data), str(self.number.data), str(self.holder.data))
