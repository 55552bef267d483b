"""Form of an answer to somebody who asked about the own data."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from gallery.accounts.states import DataRequestStatus
from gallery.web.forms import strip


class AnswerForm(FlaskForm):
    status = RadioField(
        _l("Hasilnya"),
        choices=[
            SelectChoice(DataRequestStatus.DONE.value, _l("Sudah dikerjakan")),
            SelectChoice(DataRequestStatus.REFUSED.value, _l("Tidak dapat dipenuhi")),
        ],
        validators=[DataRequired(_l("Pilih hasilnya."))],
    )
    answer = TextAreaField(
        _l("Jawaban kepada pemohon"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis apa yang dikerjakan, atau mengapa tidak dapat.")),
            Length(max=2_000, message=_l("Paling panjang 2.000 huruf.")),
        ],
    )

    @property
    def chosen(self) -> DataRequestStatus:
        """Call after validation."""
        return DataRequestStatus(self.status.data)
