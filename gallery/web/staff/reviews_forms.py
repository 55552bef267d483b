"""The decision of a reviewer."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional


class DecisionForm(FlaskForm):
    """``decision`` is the pressed button; ``seen`` is when the version on screen was handed in."""

    decision = StringField()
    seen = HiddenField()
    reason = TextAreaField(
        _l("Alasan untuk pengaju"),
        filters=[lambda text: (text or "").strip()],
        validators=[Optional(), Length(max=1000, message=_l("Paling panjang 1.000 huruf."))],
    )
