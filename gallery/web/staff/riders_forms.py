"""Form of a rider's entry in the register."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from gallery.accounts.models import Gallery
from gallery.accounts.services.sign_in import normal_phone
from gallery.web.parcel_forms import strip

PLATE = re.compile(r"[A-Z]{1,2} [0-9]{1,4}( [A-Z]{1,3})?")


class RiderForm(FlaskForm):
    name = StringField(
        _l("Nama kurir"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama kurir.")),
            Length(max=80, message=_l("Nama paling panjang 80 huruf.")),
        ],
    )
    phone = StringField(
        _l("Nomor HP (WhatsApp)"), filters=[strip], validators=[DataRequired(_l("Tulis nomor HP kurir."))]
    )
    plate = StringField(
        _l("Pelat nomor motor"), filters=[strip], validators=[DataRequired(_l("Tulis pelat nomor motornya."))]
    )
    gallery = SelectField(_l("Dicatat oleh"), coerce=int)
    is_active = BooleanField(_l("Aktif: boleh diberi paket"), default=True)
    areas = SelectMultipleField(
        _l("Wilayah antar"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[DataRequired(_l("Pilih sedikitnya satu kecamatan."))],
    )

    def offer_galleries(self, galleries: list[Gallery], *, province: bool) -> None:
        """Offer who may keep the entry; 0 is the province."""
        own = [(gallery.id, gallery.name) for gallery in galleries]
        self.gallery.choices = [*([(0, _("Provinsi"))] if province else []), *own]

    def validate_phone(self, field: Any) -> None:
        if normal_phone(field.data) is None:
            raise ValidationError(_("Nomor HP ini tidak dikenali. Contoh: 0812 3456 7890"))

    def validate_plate(self, field: Any) -> None:
        field.data = _spaced(field.data)
        if not PLATE.fullmatch(field.data):
            raise ValidationError(_("Pelat nomor ini tidak dikenali. Contoh: BN 3312 XX"))

    @property
    def normal_phone(self) -> str:
        return normal_phone(str(self.phone.data)) or ""


def _spaced(text: str) -> str:
    """``bn3312xx`` is ``BN 3312 XX``."""
    found = re.fullmatch(r"([A-Z]+)(\d+)([A-Z]*)", re.sub(r"[\s.-]+", "", text.upper()))
    return " ".join(part for part in found.groups() if part) if found else text
