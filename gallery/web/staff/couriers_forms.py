"""Forms of a gallery's couriers: one set of fields for each courier, one for each weekday."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TimeField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.core.money import Rupiah
from gallery.core.reading import MisreadError
from gallery.delivery.queries.couriers import AS_USUAL, UseFacts
from gallery.delivery.queries.hours import USUAL
from gallery.delivery.services.coverage_sheet import CoverageFacts, service_named
from gallery.delivery.services.statement_layouts import OwnHeadings
from gallery.delivery.states import ONLINE, Courier
from gallery.regions.models import Region
from gallery.web.forms import strip
from gallery.web.money_typed import typed_rupiah
from gallery.web.parcel_forms import note_field
from gallery.web.words import word

COURIERS: Final = tuple(courier for courier in Courier if courier in ONLINE)
WEEKDAYS: Final = (_l("Senin"), _l("Selasa"), _l("Rabu"), _l("Kamis"), _l("Jumat"), _l("Sabtu"), _l("Minggu"))
_HOUR_MIN: Final = 60
_NO_TIME: Final = _l("Tulis jamnya seperti 08:00.")


def _money(_form: FlaskForm, field: Field) -> None:
    try:
        typed_rupiah(field.data)
    except ValueError as error:
        raise ValidationError(_("Tulis jumlahnya dalam rupiah, misalnya 5.000.")) from error


class UseForm(FlaskForm):
    """``on_…``, ``itself_…`` and ``extra_…`` for each courier."""

    @classmethod
    def of(cls, uses: Mapping[Courier, UseFacts]) -> "UseForm":
        """Show what is set; what is not set is as usual."""
        given: dict[str, Any] = {}
        for courier in COURIERS:
            use = uses.get(courier, AS_USUAL)
            extra = "" if use.max_extra_idr is None else f"{use.max_extra_idr:,}".replace(",", ".")
            given |= {f"on_{courier}": use.is_on, f"itself_{courier}": use.books_itself, f"extra_{courier}": extra}
        return cls(data=given)

    def facts(self, courier: Courier) -> UseFacts:
        """Return what the form says of a courier; call after validation."""
        extra = typed_rupiah(self[f"extra_{courier}"].data)
        return UseFacts(
            is_on=bool(self[f"on_{courier}"].data),
            books_itself=bool(self[f"itself_{courier}"].data),
            max_extra_idr=None if extra is None else Rupiah(extra),
        )


class HoursForm(FlaskForm):
    """``opens_0`` to ``closes_6``; a day without both is a day on which nobody is called."""

    @classmethod
    def of(cls, hours: Mapping[int, tuple[int, int]]) -> "HoursForm":
        """Show the hours in minutes by weekday; the usual ones where nothing is set."""
        given: dict[str, time] = {}
        for weekday, (opens, closes) in (hours or USUAL).items():
            given |= {f"opens_{weekday}": _clock(opens), f"closes_{weekday}": _clock(closes)}
        return cls(data=given)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each day, and that there is one."""
        if not super().validate(extra_validators):
            return False
        for weekday in range(len(WEEKDAYS)):
            opens, closes = self[f"opens_{weekday}"], self[f"closes_{weekday}"]
            if (opens.data is None) is not (closes.data is None):
                (closes if closes.data is None else opens).errors = [_("Isi jam buka dan jam tutup, atau kosongkan.")]
            elif opens.data is not None and opens.data >= closes.data:
                closes.errors = [_("Jam tutup harus sesudah jam buka.")]
        if not self.errors and not self.hours():
            self.form_errors = [_("Isi jam untuk sedikitnya satu hari, atau matikan kurirnya.")]
        return not self.errors

    def hours(self) -> dict[int, tuple[int, int]]:
        """Return minutes after midnight by weekday; call after validation."""
        days = range(len(WEEKDAYS))
        typed = {day: (self[f"opens_{day}"].data, self[f"closes_{day}"].data) for day in days}
        return {day: (_minutes(opens), _minutes(closes)) for day, (opens, closes) in typed.items() if opens and closes}


def _minutes(moment: time) -> int:
    return moment.hour * _HOUR_MIN + moment.minute


def _clock(minutes: int) -> time:
    # A day that ends at midnight ends a minute before it: a clock on a form has no 24:00.
    return time(*divmod(min(minutes, 24 * _HOUR_MIN - 1), _HOUR_MIN))


class CoverageForm(FlaskForm):
    """One way: from an island to a subdistrict, with a courier, by one service or all."""

    subdistrict = SelectField(_l("Kecamatan tujuan"), validators=[DataRequired(_l("Pilih kecamatannya."))])
    island = SelectField(_l("Dari pulau"), validators=[DataRequired(_l("Pilih pulau asalnya."))])
    courier = SelectField(_l("Kurir"))
    service = StringField(
        _l("Layanan"),
        filters=[strip],
        validators=[Length(max=60, message=_l("Paling panjang 60 huruf."))],
    )
    covered = RadioField(_l("Dilayani"), default="tidak")

    def prepare(self, regencies: list[tuple[Region, list[Region]]], islands: Sequence[str]) -> "CoverageForm":
        """Offer these places."""
        groups = {regency.name: [(row.code, row.name) for row in rows] for regency, rows in regencies if rows}
        self.subdistrict.choices = {"": [("", _("Pilih"))], **groups}
        self.island.choices = [("", _("Pilih")), *((name, name) for name in islands)]
        self.courier.choices = [(courier.value, word(courier).text) for courier in COURIERS]
        self.covered.choices = [("ya", _("Dilayani")), ("tidak", _("Tidak dilayani"))]
        return self

    def validate_service(self, field: Any) -> None:
        try:
            service_named(Courier(self.courier.data), field.data or "")
        except (MisreadError, ValueError) as error:
            raise ValidationError(_("Layanan ini bukan milik kurir yang dipilih.")) from error

    def facts(self) -> CoverageFacts:
        """Return what the form says; call after validation."""
        return CoverageFacts(
            str(self.subdistrict.data),
            str(self.island.data),
            Courier(self.courier.data),
            service_named(Courier(self.courier.data), self.service.data or ""),
            is_covered=self.covered.data == "ya",
        )


def sheet_field() -> FileField:
    return FileField(_l("Lembar kerja"), validators=[FileRequired(_l("Pilih berkas lembar kerjanya."))])


def skip_field() -> BooleanField:
    return BooleanField(_l("Lewati baris yang tidak terbaca dan simpan yang lain"))


class SheetForm(FlaskForm):
    """A spreadsheet, and whether its wrong rows are passed over."""

    sheet = sheet_field()
    skip = skip_field()

    def read(self, most: int) -> bytes:
        """Return the file's content, one byte more than allowed at most: enough to refuse it."""
        data: bytes = self.sheet.data.read(most + 1)
        self.sheet.data.close()  # a large upload is a file on disk until then
        return data

    @property
    def file_name(self) -> str:
        """What the file was called, for people to know it again; nothing is ever stored under that name."""
        name = (self.sheet.data.filename or "").rpartition("/")[2]
        return "".join(character for character in name if character.isprintable())[:120] or "-"


class StatementForm(SheetForm):
    """A courier's statement; its headings where they are none that we know."""

    courier = SelectField(_l("Kurir"))
    sheet = sheet_field()
    number_heading = StringField(_l("Judul kolom nomor"), filters=[strip], validators=[Length(max=60)])
    amount_heading = StringField(_l("Judul kolom jumlah"), filters=[strip], validators=[Length(max=60)])
    skip = skip_field()

    @property
    def own_headings(self) -> OwnHeadings:
        return OwnHeadings(self.number_heading.data or "", self.amount_heading.data or "")

    def prepare(self) -> "StatementForm":
        """Offer the couriers."""
        self.courier.choices = [(courier.value, word(courier).text) for courier in COURIERS]
        return self


class AcceptForm(FlaskForm):
    """Why a charge that differs is right."""

    note = note_field(_l("Alasan"), _l("Tulis alasannya, misalnya: berat ditimbang ulang kurir."))

    def named(self, field_id: str) -> "AcceptForm":
        """Give its field an id of its own: the page has one for each line."""
        self.note.id = self.note.label.field_id = field_id
        return self


class _Clock(TimeField):
    """A time of day that says in Indonesian what is wrong with it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not any(valuelist):
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_NO_TIME)) from error


for _courier in COURIERS:
    setattr(UseForm, f"on_{_courier}", BooleanField(_l("Dipakai")))
    setattr(UseForm, f"itself_{_courier}", BooleanField(_l("Pesan sendiri begitu paket dikemas")))
    setattr(
        UseForm,
        f"extra_{_courier}",
        StringField(_l("Selisih terbesar (Rp)"), filters=[strip], validators=[Length(max=20), _money]),
    )
for _day, _name in enumerate(WEEKDAYS):
    setattr(HoursForm, f"opens_{_day}", _Clock(_l("%(day)s, buka", day=_name), validators=[Optional()]))
    setattr(HoursForm, f"closes_{_day}", _Clock(_l("%(day)s, tutup", day=_name), validators=[Optional()]))
