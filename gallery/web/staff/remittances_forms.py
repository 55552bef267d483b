"""What an officer types when a rider hands over cash."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from gallery.accounts.models import Gallery
from gallery.core.ids import public_id
from gallery.web.forms import strip

MOST_CHOSEN = 500


class RemittanceForm(FlaskForm):
    gallery = SelectField(_l("Disimpan di brankas"), coerce=int)
    note = StringField(
        _l("Catatan"),
        filters=[strip],
        validators=[Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )
    counted = BooleanField(_l("Uangnya sudah saya terima dan hitung"))
    request_key = HiddenField(default=public_id, validators=[DataRequired(), Length(max=40)])

    def use(self, galleries: Sequence[Gallery]) -> None:
        """Offer the safes of these galleries."""
        self.gallery.choices = [SelectChoice(row.id, row.name) for row in galleries]

    def validate_counted(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Terima dan hitung uangnya dulu, lalu centang kotak ini."))

    @property
    def chosen(self) -> list[str]:
        """Public ids of the ticked payments."""
        return request.form.getlist("pembayaran")[:MOST_CHOSEN]
