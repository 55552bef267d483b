"""Forms of the own account. Each asks for the present password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from gallery.web.language import NAMES, current_language
from gallery.web.shop.auth_forms import ContactForm


def _known_language(code: str | None) -> str:
    """Who never chose one gets that of the page."""
    return code or current_language()


class LanguageForm(FlaskForm):
    language = SelectField(
        _l("Bahasa surel dari kami"),
        choices=[SelectChoice(code, name) for code, name in NAMES.items()],
        default=current_language,
        coerce=_known_language,
    )


class ConfirmForm(FlaskForm):
    current_password = PasswordField(
        _l("Kata sandi sekarang"), validators=[DataRequired(_l("Tulis kata sandi yang sekarang Anda pakai."))]
    )


class ProfileForm(ContactForm, LanguageForm, ConfirmForm):
    """Who one is, and in which language one is written to."""


class ChangePasswordForm(ConfirmForm):
    password = PasswordField(_l("Kata sandi baru"), validators=[DataRequired(_l("Tulis kata sandi baru."))])
