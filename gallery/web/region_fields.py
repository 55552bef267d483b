"""The three lists that lead to a village: regency, subdistrict, village; each depends on the one above it."""

from typing import Any, Final

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import SelectField
from wtforms.validators import ValidationError

from gallery.regions.models import Region
from gallery.regions.queries import children, district_of, districts, subdistrict_of
from gallery.web.forms import choices_of, offered

REFRESH: Final = "perbarui"  # the button that asks for the lists below without a script


def region_fields() -> tuple[SelectField, SelectField, SelectField]:
    """Return ``kabupaten, kecamatan, desa``: a form declares them where its page shows them."""
    labels = (_l("Kabupaten/kota"), _l("Kecamatan"), _l("Kelurahan/desa"))
    regency, subdistrict, village = (SelectField(label, validate_choice=False, default="") for label in labels)
    return regency, subdistrict, village


def offer_regions(form: Any, session: Session) -> list[Region]:
    """Fill the lists and return the villages; a choice that does not belong to the one above it is forgotten."""
    form.kabupaten.choices = choices_of(_("Pilih kabupaten/kota"), ((r.code, r.name) for r in districts(session)))
    below = children(session, form.kabupaten.data) if form.kabupaten.data in offered(form.kabupaten) else []
    form.kecamatan.choices = choices_of(_("Pilih kecamatan"), ((r.code, r.name) for r in below))
    if form.kecamatan.data not in offered(form.kecamatan):
        form.kecamatan.data = ""
    villages = children(session, form.kecamatan.data) if form.kecamatan.data else []
    form.desa.choices = choices_of(_("Pilih kelurahan/desa"), ((r.code, r.name) for r in villages))
    if form.desa.data not in offered(form.desa):
        form.desa.data = ""
    return villages


def village_data(code: str | None) -> dict[str, str]:
    """Return a stored village as the three fields show it."""
    return {"kabupaten": district_of(code), "kecamatan": subdistrict_of(code), "desa": code} if code else {}


class VillageForm(FlaskForm):
    """A form with an address: exactly one village has to be chosen of its ``region_fields``."""

    def is_sent(self) -> bool:
        """Whether the form was sent to be saved, rather than to be shown anew with the next list."""
        return self.is_submitted() and request.form.get("aksi") != REFRESH

    def validate_kabupaten(self, field: Any) -> None:
        _chosen(field, _("Pilih kabupaten atau kotanya."))

    def validate_kecamatan(self, field: Any) -> None:
        _chosen(field, _("Pilih kecamatannya."))

    def validate_desa(self, field: Any) -> None:
        _chosen(field, _("Pilih kelurahan atau desanya."))


def _chosen(field: Any, text: str) -> None:
    if field.data not in offered(field):
        raise ValidationError(text)
