"""Form of a gallery."""

import re
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.accounts.models import Gallery
from gallery.accounts.services.sign_in import normal_phone
from gallery.inventory.services import GalleryFacts
from gallery.web.filters import telepon
from gallery.web.forms import strip
from gallery.web.region_fields import VillageForm, region_fields, village_data

CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,5}")
POINT: Final = re.compile(r"(-?\d{1,3}\.\d+)\s*[,;]\s*(-?\d{1,3}\.\d+)")
# Indonesia, with the sea around it: what lies outside was typed the wrong way round or without its sign.
LATITUDES: Final = (-11.5, 6.5)
LONGITUDES: Final = (94.5, 141.5)


def _text(label: Any, longest: int, *validators: Any) -> StringField:
    too_long = Length(max=longest, message=_l("Terlalu panjang. Paling banyak %(n)s huruf.", n=longest))
    return StringField(label, filters=[strip], validators=[*validators, too_long])


class GalleryForm(VillageForm):
    name = _text(_l("Nama galeri"), 80, DataRequired(_l("Tulis nama galerinya.")))
    code = _text(_l("Kode"), 6)  # asked for once: see the page
    kabupaten, kecamatan, desa = region_fields()
    address = _text(_l("Alamat"), 200, DataRequired(_l("Tulis jalan dan nomornya.")))
    point = _text(_l("Titik peta (lintang, bujur)"), 40, Optional())
    phone = _text(_l("Nomor telepon"), 30, DataRequired(_l("Tulis nomor telepon galeri.")))
    opening_hours = _text(_l("Jam buka"), 100, DataRequired(_l("Tulis hari dan jam bukanya.")))
    is_active = BooleanField(_l("Buka: pembeli boleh mengambil pesanan di sini"), default=True)

    def validate_code(self, field: Any) -> None:
        field.data = (field.data or "").upper()
        if field.data and not CODE.fullmatch(field.data):
            raise ValidationError(_("Kode berisi 2 sampai 6 huruf besar atau angka, mulai dengan huruf. Contoh: PGK"))

    def validate_phone(self, field: Any) -> None:
        if normal_phone(field.data) is None:
            raise ValidationError(_("Nomor ini tidak dikenali. Contoh: 0812 3456 7890 atau 0717 439 325"))

    def validate_point(self, field: Any) -> None:
        if field.data and self.parsed_point is None:
            raise ValidationError(
                _("Tulis lintang lalu bujur di Indonesia, dengan titik sebagai koma desimal. Contoh: -2.1291, 106.1138")
            )

    @property
    def parsed_point(self) -> tuple[float, float] | None:
        found = POINT.fullmatch(str(self.point.data or ""))
        if found is None:
            return None
        lat, lon = float(found[1]), float(found[2])
        is_here = LATITUDES[0] <= lat <= LATITUDES[1] and LONGITUDES[0] <= lon <= LONGITUDES[1]
        return (lat, lon) if is_here else None

    def facts(self) -> GalleryFacts:
        """Return what the form says; call after validation."""
        return GalleryFacts(
            code=str(self.code.data),
            name=str(self.name.data),
            village_code=str(self.desa.data),
            address=str(self.address.data),
            phone=normal_phone(str(self.phone.data)) or "",
            opening_hours=str(self.opening_hours.data),
            point=self.parsed_point,
            is_active=bool(self.is_active.data),
        )


def form_data(gallery: Gallery) -> dict[str, Any]:
    """Return a stored gallery as the form shows it."""
    return {
        "name": gallery.name,
        "code": gallery.code,
        "address": gallery.address,
        "phone": telepon(gallery.phone),
        "opening_hours": gallery.opening_hours,
        "point": f"{gallery.lat}, {gallery.lon}" if gallery.lat is not None else "",
        "is_active": gallery.is_active,
        **village_data(gallery.village_code),
    }
