"""Forms of stock, for gallery staff and for owners at home."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from gallery.core import clock
from gallery.core.db import transaction
from gallery.core.ids import public_id
from gallery.inventory import services
from gallery.inventory.errors import BelowReservedError
from gallery.inventory.models import Place, PlaceKind
from gallery.inventory.states import MovementReason
from gallery.web.forms import NumberRange, strip
from gallery.web.session import current_actor
from gallery.web.words import word

MOST_PIECES = 100_000
IN = (MovementReason.COUNT_CORRECTION,)
OUT = (
    MovementReason.COUNT_CORRECTION,
    MovementReason.DAMAGED,
    MovementReason.EXPIRED,
    MovementReason.LOST,
    MovementReason.OWNER_RETURN,
)


def pieces_and_code(text: str) -> tuple[int, str]:
    """Split "3*8991…" into 3 and the code, as a person types before scanning; one piece where no number is in front."""
    number, star, rest = text.partition("*")
    if star and number.strip().isdecimal() and 0 < int(number) <= MOST_PIECES:
        return int(number), rest.strip()
    return 1, text


class KeyedForm(FlaskForm):
    """A form that is booked once, however often it is sent: the key is made with the page."""

    request_key = HiddenField(default=public_id, validators=[Length(min=10, max=40)])


class ReceiveForm(KeyedForm):
    pieces = IntegerField(
        _l("Jumlah barang"),
        validators=[
            InputRequired(_l("Tulis jumlahnya dengan angka.")),
            NumberRange(1, MOST_PIECES, _l("Jumlahnya 1 sampai 100.000.")),
        ],
    )
    expires_on = DateField(_l("Kedaluwarsa"), validators=[Optional()])
    lot_code = StringField(_l("Kode produksi"), filters=[strip], validators=[Optional(), Length(max=40)])

    def validate_expires_on(self, field: Any) -> None:
        if field.data is not None and field.data <= clock.today():  # what is no date is told already
            raise ValidationError(_("Barang ini sudah kedaluwarsa. Jangan diterima; kembalikan ke pemiliknya."))


class AdjustForm(KeyedForm):
    """A correction: more or fewer pieces, and why."""

    direction = RadioField(
        _l("Stok menjadi"),
        choices=[SelectChoice("out", _l("Berkurang")), SelectChoice("in", _l("Bertambah"))],
        default="out",
    )
    pieces = IntegerField(
        _l("Berapa"),
        validators=[
            InputRequired(_l("Tulis jumlahnya dengan angka.")),
            NumberRange(1, MOST_PIECES, _l("Jumlahnya 1 sampai 100.000.")),
        ],
    )
    reason = SelectField(_l("Sebab"), validators=[DataRequired(_l("Pilih sebabnya."))])
    note = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])

    def prepare(self, place: Place) -> "AdjustForm":
        """Offer the reasons of that place.

        At home the owner says what became of a piece. In a gallery it is somebody else's: a loss takes two persons and
        minutes, a return the owner's signature, so that only a wrong count is left to one.
        """
        reasons = OUT if place.kind is PlaceKind.PREMISES else IN
        self.reason.choices = [("", _("Pilih")), *((reason.value, word(reason).text) for reason in reasons)]
        return self

    def validate_reason(self, field: Any) -> None:
        if self.direction.data == "in" and field.data not in {reason.value for reason in IN}:
            raise ValidationError(
                _("Stok hanya bertambah karena salah hitung. Barang baru dicatat lewat Terima barang.")
            )

    @property
    def delta(self) -> int:
        """Signed pieces."""
        return int(self.pieces.data) if self.direction.data == "in" else -int(self.pieces.data)

    def apply(self, item_id: int) -> bool:
        """Book the correction; tell whether that was possible, and say beside the field why not."""
        try:
            with transaction() as session:
                services.adjust(
                    session,
                    item_id,
                    self.delta,
                    reason=MovementReason(self.reason.data),
                    note=self.note.data or "",
                    request_key=f"adjust:{self.request_key.data}",
                    actor=current_actor(),
                )
        except BelowReservedError as error:
            free = error.on_hand - error.reserved
            self.pieces.errors = [_("Hanya %(n)s barang yang bebas; selebihnya sudah dipesan pembeli.", n=free)]
            return False
        return True
