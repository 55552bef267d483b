"""Form of an office that orders are brought to."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.accounts.models import Office
from gallery.accounts.services.offices import OfficeFacts
from gallery.accounts.services.sign_in import normal_phone
from gallery.core import clock
from gallery.web.filters import telepon
from gallery.web.forms import strip
from gallery.web.region_fields import VillageForm, region_fields, village_data


def _text(label: Any, longest: int, *validators: Any) -> StringField:
    too_long = Length(max=longest, message=_l("Terlalu panjang. Paling banyak %(n)s huruf.", n=longest))
    return StringField(label, filters=[strip], validators=[*validators, too_long])


class OfficeForm(VillageForm):
    name = _text(_l("Nama kantor"), 150)  # asked for once: see the page
    short = _text(_l("Singkatan"), 40, DataRequired(_l("Tulis singkatannya, misalnya Dinkes.")))
    kabupaten, kecamatan, desa = region_fields()
    address = _text(_l("Alamat"), 200, DataRequired(_l("Tulis jalan dan nomornya, atau nama kompleksnya.")))
    phone = _text(_l("Nomor telepon"), 30, Optional())
    is_active = BooleanField(_l("Ditawarkan kepada pembeli"), default=True)

    def validate_phone(self, field: Any) -> None:
        if normal_phone(field.data) is None:
            raise ValidationError(_("Nomor ini tidak dikenali. Contoh: 0812 3456 7890 atau 0717 439 325"))

    def facts(self) -> OfficeFacts:
        """Return what the form says; call after validation."""
        return OfficeFacts(
            name=str(self.name.data),
            short=str(self.short.data),
            village_code=str(self.desa.data),
            address=str(self.address.data),
            phone=normal_phone(self.phone.data) if self.phone.data else None,
            is_active=bool(self.is_active.data),
        )


def form_data(office: Office) -> dict[str, Any]:
    """Return a stored office as the form shows it."""
    return {
        "name": office.name,
        "short": office.short,
        "address": office.address,
        "phone": telepon(office.phone) if office.phone else "",
        "is_active": is_open(office),
        **village_data(office.village_code),
    }


def is_open(office: Office) -> bool:
    """Whether the office exists today."""
    return office.valid_until is None or office.valid_until >= clock.today()
