"""Form of a request about the own data."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from gallery.accounts.states import DataRequestKind
from gallery.web.forms import strip
from gallery.web.words import word


class RequestForm(FlaskForm):
    kind = RadioField(
        _l("Apa yang Anda minta?"),
        choices=[SelectChoice(kind.value, word(kind).text) for kind in DataRequestKind],
        validators=[DataRequired(_l("Pilih apa yang Anda minta."))],
    )
    text = TextAreaField(
        _l("Jelaskan permintaan Anda"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis data mana yang Anda maksud dan apa yang seharusnya.")),
            Length(max=2_000, message=_l("Paling panjang 2.000 huruf.")),
        ],
    )

    @property
    def chosen(self) -> DataRequestKind:
        """Call after validation."""
        return DataRequestKind(self.kind.data)
