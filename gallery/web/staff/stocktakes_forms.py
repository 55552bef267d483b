"""Forms of stocktakes: opening one, goods that the books do not know, the reviewer's decision about a line."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from gallery.inventory.models import Place
from gallery.inventory.states import MovementReason
from gallery.registry.models import Business
from gallery.stocktake.states import VARIANCE_REASONS
from gallery.web.forms import NumberRange, strip
from gallery.web.stock_forms import MOST_PIECES, KeyedForm
from gallery.web.words import word


class OpenForm(FlaskForm):
    place = SelectField(_l("Galeri"), coerce=int)
    shelf = StringField(_l("Rak"), filters=[strip], validators=[Optional(), Length(max=20)])
    owner = SelectField(_l("Pemilik barang"), coerce=int)
    note = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])

    def prepare(self, places: Sequence[Place], owners: Sequence[Business]) -> "OpenForm":
        """Offer these galleries and owners; 0 is everybody."""
        self.place.choices = [(place.id, place.name) for place in places]
        self.owner.choices = [(0, _("Semua pemilik")), *((owner.id, owner.name) for owner in owners)]
        return self


class FoundForm(KeyedForm):
    pieces = IntegerField(
        _l("Jumlah barang"),
        validators=[
            InputRequired(_l("Tulis jumlahnya dengan angka.")),
            NumberRange(1, MOST_PIECES, _l("Jumlahnya 1 sampai 100.000.")),
        ],
    )
    expires_on = DateField(_l("Kedaluwarsa"), validators=[Optional()])
    lot_code = StringField(_l("Kode produksi"), filters=[strip], validators=[Optional(), Length(max=40)])
    shelf = StringField(_l("Rak"), filters=[strip], validators=[Optional(), Length(max=20)])
    note = StringField(
        _l("Di mana dan bagaimana ditemukan"),
        filters=[strip],
        validators=[DataRequired(_l("Tulis di mana barang ini ditemukan.")), Length(max=200)],
    )


class LineForm(FlaskForm):
    reason = SelectField(_l("Sebab"), validators=[Optional()])
    note = StringField(_l("Keterangan"), filters=[strip], validators=[Optional(), Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", _("Pilih")), *((reason.value, word(reason).text) for reason in VARIANCE_REASONS)]

    @property
    def chosen(self) -> MovementReason | None:
        """The reason; none where nothing was chosen."""
        return MovementReason(self.reason.data) if self.reason.data else None


class ApproveForm(FlaskForm):
    tills_connected = BooleanField(_l("Semua kasir sudah tersambung dan penjualannya terkirim"))
