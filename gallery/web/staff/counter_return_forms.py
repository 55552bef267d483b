"""The form of a return: whose drawer, why, and how the money goes back. The lines are read beside it."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from gallery.counter.models import Shift
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.web.forms import strip
from gallery.web.stock_forms import KeyedForm
from gallery.web.words import word


class ReturnForm(KeyedForm):
    reason = SelectField(_l("Sebab"), validators=[DataRequired(_l("Pilih sebabnya."))])
    note = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])
    method = RadioField(
        _l("Uang kembali"),
        choices=[
            SelectChoice(RefundMethod.CASH.value, _l("Tunai dari laci")),
            SelectChoice(RefundMethod.OTHER.value, _l("Lewat transfer")),
        ],
        default=RefundMethod.CASH.value,
    )
    shift = SelectField(_l("Dicatat di kasir"), coerce=int)

    def prepare(self, shifts: Sequence[Shift]) -> "ReturnForm":
        """Offer the reasons, and the open shifts of the gallery."""
        self.reason.choices = [("", _l("Pilih")), *((reason.value, word(reason).text) for reason in ReturnReason)]
        self.shift.choices = [(shift.id, shift.till.name) for shift in shifts]
        return self
