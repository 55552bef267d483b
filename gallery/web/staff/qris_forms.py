"""Form of a gallery's QRIS code."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from gallery.web.forms import strip


class QrisForm(FlaskForm):
    payload = TextAreaField(
        _l("Isi kode QRIS"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tempel teks hasil pindaian stiker QRIS galeri.")),
            Length(max=600, message=_l("Teks ini terlalu panjang untuk kode QRIS.")),
        ],
    )
    is_active = BooleanField(_l("Tawarkan kepada pembeli"))
