"""Forms of uploading a spreadsheet."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from gallery.web.forms import strip


class UploadForm(FlaskForm):
    """The sheet, its photos, and what an export of a single shop leaves out."""

    district = SelectField(_l("Kabupaten/kota"))
    sheet = FileField(_l("Lembar kerja"), validators=[FileRequired(_l("Pilih berkas lembar kerjanya."))])
    photos = FileField(_l("Foto dalam satu ZIP"), validators=[Optional()])
    business = StringField(_l("Nama UMKM"), filters=[strip], validators=[Optional(), Length(max=120)])
    owner = StringField(_l("Nama pemilik"), filters=[strip], validators=[Optional(), Length(max=120)])
    phone = StringField(_l("Nomor HP"), filters=[strip], validators=[Optional(), Length(max=30)])
    category = SelectField(_l("Kategori"), validators=[Optional()])

    def defaults(self) -> dict[str, str]:
        """Return the cells that fill empty ones."""
        given = {name: str(getattr(self, name).data or "") for name in ("business", "owner", "phone", "category")}
        return {name: value for name, value in given.items() if value}


class PhotosForm(FlaskForm):
    photos = FileField(_l("Foto dalam satu ZIP"), validators=[FileRequired(_l("Pilih berkas ZIP-nya."))])
