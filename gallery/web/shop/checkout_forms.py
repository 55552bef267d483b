"""The form of the checkout page: shape only, what is possible is decided by the use case."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length, Optional, Regexp, ValidationError

from gallery.accounts.services.sign_in import normal_phone
from gallery.orders.states import FulfilmentKind
from gallery.payments.states import Gateway, PaymentMethod
from gallery.web.forms import offered, strip
from gallery.web.region_fields import region_fields
from gallery.web.words import word

WAYS = {"alamat": FulfilmentKind.ADDRESS, "kantor": FulfilmentKind.OFFICE, "ambil": FulfilmentKind.PICKUP}
METHODS = {
    "transfer": PaymentMethod.BANK_TRANSFER,
    "qris": PaymentMethod.QRIS,
    "tunai": PaymentMethod.CASH_AT_PICKUP,
    "cod": PaymentMethod.CASH_ON_DELIVERY,
}
GATEWAYS = {gateway.value: gateway for gateway in Gateway}  # each is a way to pay of its own
KEY = r"^[A-Za-z0-9_-]{22,64}$"


def one_line(text: str | None) -> str:
    """Filter: what was typed in one line, without control characters, blanks folded; it is printed and mailed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())


def _text(label: Any, longest: int, *validators: Any) -> StringField:
    too_long = Length(max=longest, message=_l("Terlalu panjang. Paling banyak %(n)s huruf.", n=longest))
    return StringField(label, filters=[one_line], validators=[*validators, too_long])


class CheckoutForm(FlaskForm):
    """Who, where to, how to pay. Fields of another way of delivery are ignored, whatever they hold."""

    nama = _text(_l("Nama lengkap"), 100, DataRequired(_l("Tulis nama lengkap penerima.")))
    wa = _text(_l("Nomor WhatsApp"), 30, DataRequired(_l("Tulis nomor WhatsApp yang dapat dihubungi kurir.")))
    surel = _text(_l("Surel"), 200, Optional(), Email(_l("Surel ini tidak lengkap. Contoh: nama@contoh.id")))
    kirim = RadioField(
        _l("Cara terima"),
        choices=[
            SelectChoice("alamat", _l("Antar ke alamat saya")),
            SelectChoice("kantor", _l("Antar ke kantor (OPD)")),
            SelectChoice("ambil", _l("Ambil di galeri")),
        ],
        default="alamat",
        validators=[DataRequired(_l("Pilih cara menerima barang."))],
    )
    kabupaten, kecamatan, desa = region_fields()
    kodepos = _text(_l("Kode pos"), 5, Optional(), Regexp(r"^\d{5}$", message=_l("Kode pos berisi 5 angka.")))
    alamat = _text(_l("Alamat lengkap"), 200)
    patokan = _text(_l("Patokan untuk kurir"), 150, Optional())
    kantor = SelectField(_l("Kantor tujuan (OPD)"), validate_choice=False, default="")
    ruang = _text(_l("Bidang atau ruangan"), 100, Optional())
    galeri = SelectField(_l("Galeri tempat mengambil"), validate_choice=False, default="")
    bayar = RadioField(
        _l("Pembayaran"),
        choices=[
            SelectChoice("transfer", _l("Transfer bank")),
            SelectChoice("tunai", _l("Tunai saat mengambil")),
            SelectChoice("qris", _l("QRIS")),
            *(SelectChoice(gateway.value, word(gateway).text) for gateway in Gateway),
            SelectChoice("cod", _l("Bayar tunai kepada kurir")),
        ],
        default="transfer",
        validators=[DataRequired(_l("Pilih cara membayar."))],
    )
    catatan = TextAreaField(
        _l("Catatan untuk penjual"),
        filters=[strip],
        validators=[Optional(), Length(max=500, message=_l("Terlalu panjang. Paling banyak %(n)s huruf.", n=500))],
    )
    kunci = HiddenField(validators=[Regexp(KEY, message=_l("Muat ulang halaman ini, lalu kirim lagi."))])
    dilihat = HiddenField()

    @property
    def way(self) -> FulfilmentKind:
        return WAYS.get(str(self.kirim.data), FulfilmentKind.ADDRESS)

    @property
    def method(self) -> PaymentMethod:
        if self.gateway is not None:
            return PaymentMethod.ONLINE
        return METHODS.get(str(self.bayar.data), PaymentMethod.BANK_TRANSFER)

    @property
    def gateway(self) -> Gateway | None:
        return GATEWAYS.get(str(self.bayar.data))

    def validate_wa(self, field: Any) -> None:
        if field.data and normal_phone(field.data) is None:
            raise ValidationError(_("Nomor ini tidak dikenali. Contoh: 0812 3456 7890"))

    def validate_kabupaten(self, field: Any) -> None:
        self._chosen(field, FulfilmentKind.ADDRESS, _("Pilih kabupaten atau kota tujuan."))

    def validate_kecamatan(self, field: Any) -> None:
        self._chosen(field, FulfilmentKind.ADDRESS, _("Pilih kecamatan tujuan."))

    def validate_desa(self, field: Any) -> None:
        self._chosen(field, FulfilmentKind.ADDRESS, _("Pilih kelurahan atau desa tujuan."))

    def validate_alamat(self, field: Any) -> None:
        if self.way is FulfilmentKind.ADDRESS and not field.data:
            raise ValidationError(_("Tulis jalan, nomor rumah, dan RT/RW."))

    def validate_kantor(self, field: Any) -> None:
        self._chosen(field, FulfilmentKind.OFFICE, _("Pilih kantor (OPD) tujuan antar."))

    def validate_galeri(self, field: Any) -> None:
        self._chosen(field, FulfilmentKind.PICKUP, _("Pilih galeri tempat mengambil pesanan."))

    def validate_bayar(self, field: Any) -> None:
        if field.data == "tunai" and self.way is not FulfilmentKind.PICKUP:
            raise ValidationError(_("Bayar tunai hanya untuk pesanan yang diambil di galeri. Pilih transfer bank."))

    def _chosen(self, field: Any, way: FulfilmentKind, text: str) -> None:
        """Ask only for the fields of the chosen way, and take only values that were offered."""
        if self.way is way and (not field.data or field.data not in offered(field)):
            raise ValidationError(text)
