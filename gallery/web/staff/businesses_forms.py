"""Why somebody wants to see a NIK."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from gallery.web.forms import strip


class ReasonForm(FlaskForm):
    reason = StringField(
        _l("Alasan melihat NIK"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis alasannya. Alasan ini tercatat bersama nama Anda.")),
            Length(min=5, max=200, message=_l("Tulis alasannya dengan 5 sampai 200 huruf.")),
        ],
    )
