"""What a rider may send. Forms without a session: the signed link is the proof, so old pages and queues still work."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, Form, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.delivery.states import FailureReason
from gallery.web.filters import rupiah
from gallery.web.form_messages import Messages
from gallery.web.parcel_forms import strip
from gallery.web.words import word

LONGEST_KEY: Final = 40


class StepForm(Form):
    """Any step; ``key`` was made with the page, so that sending it twice is sending it once."""

    class Meta:
        """What WTForms says by itself is said in our words, as in the forms with a session."""

        def get_translations(self, _form: Form) -> Messages:
            return Messages()

    step = HiddenField()
    key = HiddenField(filters=[strip], validators=[DataRequired(), Length(max=LONGEST_KEY)])


class DeliverForm(StepForm):
    """``cash`` is asked for where the parcel is paid at the door."""

    recipient = StringField(
        _l("Nama yang menerima"),
        id="penerima",
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama orang yang menerima paket.")),
            Length(max=80, message=_l("Nama paling panjang 80 huruf.")),
        ],
    )
    cash = BooleanField(id="uang")
    pin = StringField(
        _l("PIN dari pembeli"),
        id="pin",
        filters=[strip],
        validators=[Optional(), Length(max=12, message=_l("PIN terdiri atas 6 angka."))],
    )
    lat = HiddenField(id="lintang", filters=[strip], validators=[Length(max=LONGEST_KEY)])
    lon = HiddenField(id="bujur", filters=[strip], validators=[Length(max=LONGEST_KEY)])
    photo = FileField(_l("Foto paket bersama penerima atau di tempatnya"))
    note = StringField(
        _l("Bila tidak bisa memotret, tulis sebabnya"),
        id="sebab-foto",
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )

    def __init__(self, *args: Any, cash_idr: int = 0, **given: Any) -> None:
        super().__init__(*args, **given)
        self.cash_idr = cash_idr
        self.cash.label.text = _("Uang tunai %(amount)s sudah saya terima dan hitung", amount=rupiah(cash_idr))

    def validate_cash(self, field: Any) -> None:
        if self.cash_idr and not field.data:
            raise ValidationError(
                _("Terima dulu uangnya, lalu centang. Bila tidak dibayar, bawa paketnya kembali dan pilih gagal.")
            )

    def validate_photo(self, field: Any) -> None:
        if not (field.data and field.data.filename) and not self.note.data:
            raise ValidationError(_("Ambil satu foto, atau tulis mengapa tidak bisa memotret."))


class FailForm(StepForm):
    reason = RadioField(_l("Mengapa gagal?"), validators=[DataRequired(_l("Pilih sebabnya."))])
    note = StringField(
        _l("Keterangan"),
        id="ket-gagal",
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )

    def __init__(self, *args: Any, cash_idr: int = 0, **given: Any) -> None:
        super().__init__(*args, **given)
        texts = {item: word(item).text for item in FailureReason if item is not FailureReason.LOST}
        if cash_idr:
            texts[FailureReason.REFUSED] = _("Tidak dibayar atau ditolak penerima")
        self.reason.choices = [(item.value, text) for item, text in texts.items()]


def form_of(step: str, *args: Any, cash_idr: int) -> StepForm:
    """Return the form of a step; ``cash_idr`` is to be collected at the door."""
    if step in FORMS:
        return FORMS[step](*args, cash_idr=cash_idr)
    return StepForm(*args)


FORMS: Final[dict[str, type[DeliverForm] | type[FailForm]]] = {"deliver": DeliverForm, "fail": FailForm}
