"""Who paid at the counter."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from gallery.web.parcel_forms import strip


class PayerForm(FlaskForm):
    payer = StringField(
        _l("Sudah terima dari"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis nama orang atau kantor yang membayar, seperti yang akan tercetak.")),
            Length(max=120, message=_l("Paling panjang 120 huruf.")),
        ],
    )
