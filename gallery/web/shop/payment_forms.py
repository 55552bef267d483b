"""The form for a proof of payment."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class ProofForm(FlaskForm):
    bukti = FileField(
        _l("Bukti transfer"), validators=[FileRequired(_l("Pilih gambar bukti transfer. Berkasnya belum ada."))]
    )
