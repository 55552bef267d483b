"""Forms of packing and handing over, shared by staff and MSMEs."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from gallery.core.money import Rupiah
from gallery.delivery.states import FailureReason, ShipmentStatus
from gallery.orders.states import STAFF_REASONS, CancelReason
from gallery.web.money_typed import typed_rupiah
from gallery.web.words import word

LONGEST_NAME = 100
LONGEST_NOTE = 300
OTHER = "-"


def strip(text: str | None) -> str:
    """Filter: what was typed, without blanks around it and without control characters."""
    return "".join(character for character in (text or "").strip() if character.isprintable())


def note_field(label: Any, missing: Any, field_id: str | None = None) -> StringField:
    """A short text; ``field_id`` keeps two notes on one page apart."""
    return StringField(
        label,
        id=field_id,
        filters=[strip],
        validators=[
            DataRequired(missing),
            Length(max=LONGEST_NOTE, message=_l("Paling panjang 300 huruf.")),
        ],
    )


class FetchForm(FlaskForm):
    """The buyer stands at the desk."""

    recipient_name = StringField(
        _l("Nama yang mengambil"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama orang yang mengambil paket.")),
            Length(max=LONGEST_NAME, message=_l("Nama paling panjang 100 huruf.")),
        ],
    )
    cash = BooleanField(_l("Uang tunai sudah saya terima dan hitung"))

    def __init__(self, *args: Any, cash_due: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        self.cash_due = cash_due

    def validate_cash(self, field: Any) -> None:
        if self.cash_due and not field.data:
            raise ValidationError(_("Terima uangnya dulu, lalu centang kotak ini."))


class CarrierForm(FlaskForm):
    """A parcel goes with a carrier."""

    carrier = SelectField(_l("Ekspedisi"), default="", validators=[DataRequired(_l("Pilih ekspedisinya."))])
    other = StringField(
        _l("Nama ekspedisi lain"),
        filters=[strip],
        validators=[Length(max=40, message=_l("Paling panjang 40 huruf."))],
    )
    tracking_number = StringField(
        _l("Nomor resi"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nomor resi dari ekspedisi.")),
            Length(min=5, max=40, message=_l("Nomor resi terdiri atas 5 sampai 40 huruf atau angka.")),
        ],
    )

    def __init__(self, *args: Any, carriers: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        self.carrier.choices = [("", _("Pilih…")), *((name, name) for name in carriers), (OTHER, _("Lainnya"))]

    def validate_tracking_number(self, field: Any) -> None:
        field.data = field.data.replace(" ", "").upper()
        if not all(character.isascii() and (character.isalnum() or character in "-/") for character in field.data):
            raise ValidationError(_("Nomor resi hanya berisi huruf, angka, dan tanda hubung."))

    def validate_other(self, field: Any) -> None:
        if self.carrier.data == OTHER and not field.data:
            raise ValidationError(_("Tulis nama ekspedisinya."))

    @property
    def carrier_name(self) -> str:
        return str(self.other.data if self.carrier.data == OTHER else self.carrier.data)


class TrackingForm(FlaskForm):
    tracking_number = CarrierForm.tracking_number
    validate_tracking_number = CarrierForm.validate_tracking_number

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.tracking_number.id = "resi-baru"
        self.tracking_number.label.field_id = "resi-baru"


class OverrideForm(FlaskForm):
    """Staff say what the courier could not say himself."""

    status = RadioField(_l("Keadaan sebenarnya"), validators=[DataRequired(_l("Pilih keadaannya."))])
    recipient_name = StringField(
        _l("Nama penerima"),
        filters=[strip],
        validators=[Length(max=LONGEST_NAME, message=_l("Nama paling panjang 100 huruf."))],
    )
    reason = SelectField(_l("Sebab gagal"), default="")
    note = note_field(_l("Dari mana Anda tahu"), _l("Tulis alasannya, misalnya: kurir menelepon."))
    cash = BooleanField(_l("Uang tunainya sudah diterima kurir"))

    def __init__(self, *args: Any, allowed: list[ShipmentStatus], is_at_door: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        self.is_at_door = is_at_door
        self.status.choices = [(status.value, word(status).text) for status in allowed]
        self.reason.choices = [("", _("Pilih…")), *((item.value, word(item).text) for item in FailureReason)]

    def validate_recipient_name(self, field: Any) -> None:
        if self.status.data == ShipmentStatus.DELIVERED and not field.data:
            raise ValidationError(_("Tulis nama orang yang menerima paket."))

    def validate_cash(self, field: Any) -> None:
        if self.is_at_door and self.status.data == ShipmentStatus.DELIVERED and not field.data:
            raise ValidationError(_("Paket ini bayar di tempat. Pastikan kurir sudah menerima uangnya, lalu centang."))

    def validate_reason(self, field: Any) -> None:
        if self.status.data == ShipmentStatus.FAILED and not field.data:
            raise ValidationError(_("Pilih sebab pengantaran gagal."))


class ReturnForm(FlaskForm):
    """A failed parcel stands in the room again."""

    note = note_field(_l("Catatan"), _l("Tulis catatannya, misalnya: isi lengkap dan utuh."), "catatan-kembali")


class SettleForm(FlaskForm):
    """Why something about an online courier needs nobody any more."""

    note = note_field(_l("Alasan"), _l("Tulis alasannya, misalnya: sudah ditelepon."))

    @classmethod
    def named(cls, field_id: str) -> "SettleForm":
        """Return an empty one whose field has an id of its own: a page may have several."""
        form = cls(formdata=None)
        form.note.id = form.note.label.field_id = field_id
        return form


class LostForm(FlaskForm):
    """A courier lost the parcel: what is asked of it, and how that is known."""

    amount = StringField(
        _l("Ganti rugi yang diminta (Rp)"),
        id="ganti-rugi",
        filters=[strip],
        validators=[DataRequired(_l("Tulis jumlahnya dalam rupiah."))],
    )
    note = note_field(
        _l("Dari mana Anda tahu"), _l("Tulis alasannya, misalnya: kurir mengaku hilang."), "alasan-hilang"
    )

    def validate_amount(self, field: Any) -> None:
        try:
            typed_rupiah(field.data)
        except ValueError as error:
            raise ValidationError(_("Tulis jumlahnya dalam rupiah, misalnya 90.000.")) from error

    @property
    def amount_idr(self) -> Rupiah:
        """What was typed; call after validation."""
        return Rupiah(typed_rupiah(self.amount.data) or 0)


class CancelForm(FlaskForm):
    """The order ends; the buyer reads why, in the language of the page."""

    reason = SelectField(
        _l("Alasan pembatalan"), default="", validators=[DataRequired(_l("Pilih alasannya: pembeli membacanya."))]
    )
    note = TextAreaField(
        _l("Keterangan untuk pembeli"),
        id="keterangan-batal",
        filters=[strip],
        validators=[Length(max=LONGEST_NOTE, message=_l("Paling panjang 300 huruf."))],
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.reason.id = self.reason.label.field_id = "alasan-batal"
        self.reason.choices = [("", _("Pilih…")), *((item.value, word(item).text) for item in STAFF_REASONS)]

    def validate_note(self, field: Any) -> None:
        if self.reason.data == CancelReason.OTHER and not field.data:
            raise ValidationError(_("Tulis alasannya: pembeli membacanya."))
