"""What WTForms says by itself, in our words: a validator without a message of its own never speaks English."""

from typing import Any, Final

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

_EMPTY = _l("Isian ini belum diisi.")
_CHOICE = _l("Pilih salah satu dari daftar.")
_LONG = _l("Paling panjang %(max)d huruf.")
_SHORT = _l("Paling sedikit %(min)d huruf.")
TEXTS: Final[dict[str, Any]] = {
    "This field is required.": _EMPTY,
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "'%(value)s' is not a valid choice for this field.": _CHOICE,
    "'%(value)s' are not valid choices for this field.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICE,
    "Invalid value, must be one of: %(values)s.": _CHOICE,
    "Not a valid integer value.": _l("Tulis bilangan bulat, misalnya 12."),
    "Not a valid decimal value.": _l("Tulis angka, misalnya 12,5."),
    "Not a valid float value.": _l("Tulis angka, misalnya 12,5."),
    "Not a valid date value.": _l("Tulis tanggal yang ada, misalnya 24 November 2026."),
    "Not a valid datetime value.": _l("Tulis tanggal dan jam yang ada."),
    "Not a valid time value.": _l("Tulis jam, misalnya 14.05."),
    "Number must be at least %(min)s.": _l("Paling sedikit %(min)s."),
    "Number must be at most %(max)s.": _l("Paling banyak %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("Tulis angka dari %(min)s sampai %(max)s."),
    "Field cannot be longer than %(max)d character.": _LONG,
    "Field cannot be longer than %(max)d characters.": _LONG,
    "Field must be at least %(min)d character long.": _SHORT,
    "Field must be at least %(min)d characters long.": _SHORT,
    "Field must be between %(min)d and %(max)d characters long.": _l("Panjangnya %(min)d sampai %(max)d huruf."),
    "Field must be exactly %(max)d character long.": _l("Harus tepat %(max)d huruf."),
    "Field must be exactly %(max)d characters long.": _l("Harus tepat %(max)d huruf."),
    "Field must be equal to %(other_name)s.": _l("Kedua isian ini harus sama."),
    "Invalid email address.": _l("Tulis alamat surel yang lengkap, misalnya nama@contoh.id."),
    "Invalid URL.": _l("Tulis alamat situs yang lengkap, diawali https://."),
    "Invalid input.": _l("Isian ini tidak dikenali. Periksa lagi."),
    "The CSRF token is missing.": _l("Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu kirim lagi."),
}


class Messages:
    """The translations object WTForms asks for its sentences."""

    def gettext(self, text: str) -> str:
        return str(TEXTS.get(text) or _(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


def init_app(app: Flask) -> None:
    """Let every form of the site speak the site's language."""
    messages = Messages()
    app.extensions["form_messages"] = messages
    FlaskForm.Meta.get_translations = lambda _meta, _form: messages
