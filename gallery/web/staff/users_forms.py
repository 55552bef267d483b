"""Forms of accounts: a role and the one place it holds in."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Email, Length, Optional, ValidationError

from gallery.accounts.models import RoleGrant
from gallery.accounts.permissions import EVERYTHING, SCOPE_OF_ROLE, Grant
from gallery.accounts.queries import galleries, offices
from gallery.accounts.services.sign_in import normal_phone
from gallery.accounts.states import OfficeKind, Role
from gallery.core import clock
from gallery.regions.queries import districts
from gallery.registry.queries import businesses
from gallery.web.forms import strip
from gallery.web.words import word

_KINDS = {"business_id": "u", "district_code": "w", "gallery_id": "g", "office_id": "o"}


class PersonForm(FlaskForm):
    """Who is meant."""

    name = StringField(_l("Nama"), filters=[strip], validators=[DataRequired(_l("Tulis namanya.")), Length(max=100)])
    email = StringField(
        _l("Surel"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis surelnya. Undangan dikirim ke sana.")),
            Email(_l("Surel ini tidak lengkap. Contoh: nama@contoh.id")),
        ],
    )
    phone = StringField(_l("Nomor HP"), filters=[strip], validators=[Optional()])

    def validate_phone(self, field: Any) -> None:
        if normal_phone(field.data) is None:
            raise ValidationError(_("Nomor HP ini tidak dikenali. Contoh: 0812 3456 7890"))

    def normal_phone(self) -> str | None:
        return normal_phone(self.phone.data) if self.phone.data else None

    def normal_email(self) -> str | None:
        return self.email.data.lower() if self.email.data else None


class GrantForm(FlaskForm):
    """A role; ``place`` is "w:19.71", "g:1", "u:5" or "o:3", and must be of the kind that the role acts in."""

    role = SelectField(_l("Peran"), validators=[DataRequired(_l("Pilih perannya."))])
    place = SelectField(_l("Tempat"), validate_choice=False)

    def prepare(self, session: Session) -> "GrantForm":
        """Fill the choices."""
        self.role.choices = [("", _("Pilih")), *((role.value, word(role).text) for role in Role)]
        self.groups = [
            (_("Kabupaten/kota"), [(f"w:{row.code}", row.name) for row in districts(session)]),
            (_("Galeri"), [(f"g:{row.id}", row.name) for row in galleries(session)]),
            (_("UMKM"), [(f"u:{row.id}", row.name) for row in businesses(session, scope=EVERYTHING)]),
            (
                _("Perangkat daerah"),
                [(f"o:{row.id}", row.name) for row in offices(session, OfficeKind.OPD, clock.now())],
            ),
        ]
        self.place.choices = [("", "–"), *(pair for _title, rows in self.groups for pair in rows)]
        return self

    def validate_place(self, field: Any) -> None:
        kind = _KINDS.get(SCOPE_OF_ROLE.get(Role(self.role.data), "") if self.role.data in set(Role) else "", "")
        if kind and field.data not in {code for code, _name in self.place.choices if code.startswith(f"{kind}:")}:
            raise ValidationError(_("Pilih tempat yang sesuai dengan perannya."))

    def grant(self) -> Grant:
        """The role that was chosen, with its place."""
        role = Role(self.role.data)
        column = SCOPE_OF_ROLE.get(role)
        if column is None:
            return Grant(role)
        key = str(self.place.data).partition(":")[2]
        return Grant(role, **{column: key if column == "district_code" else int(key)})  # type: ignore[arg-type]

    def place_names(self) -> dict[str, str]:
        """Names of all places by "kind:id", for showing grants."""
        return dict(self.place.choices)

    @staticmethod
    def as_grant(row: RoleGrant) -> Grant:
        return Grant(row.role, row.district_code, row.gallery_id, row.business_id, row.office_id)


class InvitationForm(PersonForm, GrantForm):
    """A person with a first role."""

    def prepare(self, session: Session) -> "InvitationForm":
        """Fill the choices."""
        super().prepare(session)
        return self
