"""Forms of signing in and registering."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length, Optional, ValidationError

from gallery.accounts.errors import WeakPasswordError
from gallery.accounts.services.sign_in import normal_phone
from gallery.web.forms import strip

LONGEST_NAME = 100


def weakness(error: WeakPasswordError) -> str:
    """Say why a password is refused and what to do."""
    if error.reason == "short":
        return _("Kata sandi terlalu pendek. Pakai sedikitnya %(n)s huruf atau angka.", n=error.minimum)
    if error.reason == "long":
        return _("Kata sandi terlalu panjang. Pakai paling banyak 1.000 huruf.")
    return _("Kata sandi ini mudah ditebak. Pakai gabungan beberapa kata yang hanya Anda tahu.")


class SignInForm(FlaskForm):
    login = StringField(
        _l("Nomor HP atau surel"), filters=[strip], validators=[DataRequired(_l("Tulis nomor HP atau surel Anda."))]
    )
    password = PasswordField(_l("Kata sandi"), validators=[DataRequired(_l("Tulis kata sandi Anda."))])


class ContactForm(FlaskForm):
    """Name and the two addresses of a person; at least one of them."""

    name = StringField(
        _l("Nama"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama Anda.")),
            Length(max=LONGEST_NAME, message=_l("Nama paling panjang 100 huruf.")),
        ],
    )
    phone = StringField(_l("Nomor HP"), filters=[strip], validators=[Optional()])
    email = StringField(
        _l("Surel"),
        filters=[strip],
        validators=[Optional(), Email(_l("Surel ini tidak lengkap. Contoh: nama@contoh.id"))],
    )

    def validate_phone(self, field: Any) -> None:
        if normal_phone(field.data) is None:
            raise ValidationError(_("Nomor HP ini tidak dikenali. Contoh: 0812 3456 7890"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a number or an address; with neither nobody could sign in again."""
        fine = super().validate(extra_validators)
        if not self.phone.data and not self.email.data:
            self.phone.errors = [*self.phone.errors, _("Tulis nomor HP atau surel, agar Anda dapat masuk lagi.")]
            return False
        return bool(fine)

    def normal_phone(self) -> str | None:
        return normal_phone(self.phone.data) if self.phone.data else None

    def normal_email(self) -> str | None:
        return self.email.data.lower() if self.email.data else None


class RegistrationForm(ContactForm):
    password = PasswordField(_l("Kata sandi"), validators=[DataRequired(_l("Buat kata sandi."))])
    consent = BooleanField(
        _l("Saya setuju data saya dipakai untuk memproses pesanan saya"),
        validators=[DataRequired(_l("Tanpa persetujuan ini akun tidak dapat dibuat."))],
    )


class ResetRequestForm(FlaskForm):
    login = StringField(
        _l("Surel atau nomor HP akun Anda"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis surel atau nomor HP akun Anda."))],
    )


class PasswordForm(FlaskForm):
    password = PasswordField(_l("Kata sandi baru"), validators=[DataRequired(_l("Tulis kata sandi baru."))])
