"""Forms of the own account. Each asks for the present password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import DataRequired

from gallery.web.shop.auth_forms import ContactForm


class ConfirmForm(FlaskForm):
    current_password = PasswordField(
        _l("Kata sandi sekarang"), validators=[DataRequired(_l("Tulis kata sandi yang sekarang Anda pakai."))]
    )


class ProfileForm(ContactForm, ConfirmForm):
    pass


class ChangePasswordForm(ConfirmForm):
    password = PasswordField(_l("Kata sandi baru"), validators=[DataRequired(_l("Tulis kata sandi baru."))])
