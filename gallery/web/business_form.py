"""The form of a business, for officers and for its owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import FileField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.accounts.permissions import Actor
from gallery.accounts.queries import bank_names
from gallery.accounts.services.sign_in import normal_phone
from gallery.core import clock, image_process
from gallery.core.errors import GalleryError
from gallery.core.files import FileStore, new_key, put_for, record_file
from gallery.core.image_facts import ImageError
from gallery.regions.queries import district_of, villages_by_subdistrict
from gallery.registry import services
from gallery.registry.errors import (
    InvalidNibError,
    InvalidNikError,
    NibTakenError,
    NikTakenError,
    OwnerElsewhereError,
    SharedOwnerError,
)
from gallery.registry.identity import normal_nib, normal_nik
from gallery.registry.models import Business
from gallery.registry.services import BusinessFacts
from gallery.web.errors import text_of
from gallery.web.forms import NumberRange, strip
from gallery.web.reauthentication import is_own_password

STORY_LENGTH = 2_000
PHOTO_SIDE = 1_200
OLDEST_YEAR = 1900
UPLOAD_BYTES = 12 * 1024 * 1024


class BusinessForm(FlaskForm):
    """What people tell about a business; NIK and bank account stay as they are when left empty."""

    name = StringField(
        _l("Nama usaha"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis nama usahanya.")), Length(max=100, message=_l("Paling panjang 100 huruf."))],
    )
    owner_name = StringField(
        _l("Nama pemilik"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis nama pemilik seperti di KTP.")), Length(max=100)],
    )
    phone = StringField(
        _l("Nomor HP usaha"), filters=[strip], validators=[DataRequired(_l("Tulis nomor HP yang dapat dihubungi."))]
    )
    village = SelectField(
        _l("Kelurahan atau desa"), validators=[DataRequired(_l("Pilih kelurahan atau desanya."))], validate_choice=False
    )
    address = StringField(_l("Alamat"), filters=[strip], validators=[Optional(), Length(max=200)])
    story = TextAreaField(
        _l("Cerita usaha"),
        filters=[strip],
        validators=[Optional(), Length(max=STORY_LENGTH, message=_l("Paling panjang 2.000 huruf."))],
    )
    photo = FileField(_l("Foto usaha"))
    since_year = IntegerField(
        _l("Berdiri sejak tahun"),
        validators=[Optional(), NumberRange(min=OLDEST_YEAR, message=_l("Tulis tahun empat angka, misalnya 2015."))],
    )
    nib = StringField(_l("NIB"), filters=[strip], validators=[Optional()])
    nik = StringField(_l("NIK pemilik"), filters=[strip], validators=[Optional()])
    bank_code = SelectField(_l("Bank"), validators=[Optional()], validate_choice=False)
    bank_account = StringField(_l("Nomor rekening"), filters=[strip], validators=[Optional()])
    bank_holder = StringField(_l("Rekening atas nama"), filters=[strip], validators=[Optional(), Length(max=100)])
    current_password = PasswordField(_l("Kata sandi Anda"), validators=[Optional()])

    def prepare(self, session: Session, districts: frozenset[str] | None) -> "BusinessForm":
        """Fill the choices: villages of these districts (None = all), and the banks."""
        self.villages = villages_by_subdistrict(session, districts)
        options = [(village.code, village.name) for _subdistrict, rows in self.villages for village in rows]
        self.village.choices = [("", _("Pilih")), *options]
        self.bank_code.choices = [("", _("Belum ada")), *bank_names()]
        return self

    def validate_phone(self, field: Any) -> None:
        if normal_phone(field.data) is None:
            raise ValidationError(_("Nomor HP ini tidak dikenali. Contoh: 0812 3456 7890"))

    def validate_village(self, field: Any) -> None:
        if field.data not in {code for code, _name in self.village.choices}:
            raise ValidationError(_("Pilih kelurahan atau desa dari daftar."))

    def validate_since_year(self, field: Any) -> None:
        if field.data and field.data > clock.today().year:
            raise ValidationError(_("Tahun ini belum tiba. Periksa lagi."))

    def validate_nib(self, field: Any) -> None:
        try:
            normal_nib(field.data)
        except InvalidNibError as error:
            raise ValidationError(text_of(error.code)) from error

    def validate_nik(self, field: Any) -> None:
        try:
            normal_nik(field.data)
        except InvalidNikError as error:
            raise ValidationError(text_of(error.code)) from error

    def validate_bank_account(self, field: Any) -> None:
        digits = field.data.replace(" ", "").replace("-", "")
        if not (digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 20):  # noqa: PLR2004 - DOMAIN: 8-16
            raise ValidationError(_("Nomor rekening hanya angka, 6 sampai 20 angka."))
        field.data = digits

    def facts(self) -> BusinessFacts:
        """What was typed, as the register wants it."""
        return BusinessFacts(
            name=str(self.name.data),
            owner_name=str(self.owner_name.data),
            district_code=district_of(str(self.village.data)),
            phone=normal_phone(self.phone.data) or "",
            village_code=str(self.village.data),
            address=self.address.data or "",
            story=self.story.data or "",
            since_year=self.since_year.data,
            nib=self.nib.data or None,
            nik=self.nik.data or None,
            bank_code=self.bank_code.data or None,
            bank_account=self.bank_account.data or None,
            bank_holder=self.bank_holder.data or None,
        )

    def may_change_bank(self, business: Business) -> bool:
        """Whether the money stays where it goes, or the password was given for sending it elsewhere."""
        if not services.changes_bank(business, self.facts()):
            return True
        if self.current_password.data:
            return is_own_password(self.current_password)
        self.current_password.errors = [_("Rekeningnya berubah. Tulis kata sandi Anda untuk menyetujuinya.")]
        return False

    def explain(self, error: GalleryError) -> bool:
        """Put a refusal beside the field that caused it; tell whether there is one."""
        fields = {
            NibTakenError: self.nib,
            NikTakenError: self.nik,
            OwnerElsewhereError: self.nik,
            SharedOwnerError: self.owner_name,
            ImageError: self.photo,
        }
        field = next((found for kind, found in fields.items() if isinstance(error, kind)), None)
        if field is not None:
            field.errors = [text_of(error.code)]
        return field is not None


def fill(form: BusinessForm, business: Business) -> BusinessForm:
    """Show what is stored; never the NIK or the account in clear."""
    form.process(
        obj=business,
        data={
            "owner_name": business.owner.name,
            "village": business.village_code or "",
            "nik": "",
            "bank_account": "",
        },
    )
    return form


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A cleaned picture that stands in the file store already."""

    key: str
    data: bytes


@contextmanager
def stored_photo(form: BusinessForm, store: FileStore) -> Iterator[KeptPhoto | None]:
    """Encode the uploaded picture anew and store it for the transaction inside; None without one.

    Raises :class:`ImageError`. When the business is refused, no picture stays.
    """
    upload = form.photo.data
    data = upload.read() if upload and getattr(upload, "filename", "") else b""
    if not data:
        yield None
        return
    photo = KeptPhoto(new_key("business", "jpg"), image_process.clean_jpeg(data, upload.filename, PHOTO_SIDE))
    with put_for(store, photo.key, photo.data):
        yield photo


def show_photo(session: Session, business_id: int, photo: KeptPhoto, *, actor: Actor) -> None:
    """Record a stored picture and show it on the profile."""
    row = record_file(
        session,
        photo.key,
        photo.data,
        media_type="image/jpeg",
        purpose="business",
        is_public=True,
        business_id=business_id,
    )
    services.set_photo(session, business_id, row.id, actor=actor)
