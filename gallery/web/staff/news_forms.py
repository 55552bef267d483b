"""The form of a news article: exactly the fields with which the office credits its news."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gallery.content.services import ArticleText
from gallery.core import image_process
from gallery.core.image_facts import ImageError, inspect
from gallery.core.renditions import RenderedImage
from gallery.web.errors import text_of
from gallery.web.forms import strip

UPLOAD_BYTES = 12 * 1024 * 1024
LONGEST_BODY = 20_000


def _short(label: str, length: int = 120) -> StringField:
    too_long = Length(max=length, message=_l("Paling panjang %(max)d huruf."))
    return StringField(label, filters=[strip], validators=[Optional(), too_long])


class ArticleForm(FlaskForm):
    """Only the title is needed for a draft. ``rendered`` is the picture of a valid form, if one was sent."""

    rendered: RenderedImage | None = None

    title = StringField(
        _l("Judul"),
        filters=[strip],
        validators=[
            DataRequired(_l("Tulis judul beritanya.")),
            Length(max=140, message=_l("Judul paling panjang 140 huruf.")),
        ],
    )
    summary = TextAreaField(
        _l("Ringkasan"),
        filters=[strip],
        description=_l("Satu atau dua kalimat; tampil di daftar berita dan saat dibagikan."),
        validators=[Optional(), Length(max=300, message=_l("Ringkasan paling panjang 300 huruf."))],
    )
    body = TextAreaField(
        _l("Isi"),
        filters=[strip],
        description=_l("Baris kosong memulai alinea. ## anak judul, **tebal**, - butir, [tautan](https://alamat)."),
        validators=[Optional(), Length(max=LONGEST_BODY, message=_l("Isi paling panjang 20.000 huruf."))],
    )
    source = _short(_l("Sumber"))
    writer = _short(_l("Penulis"))
    photographer = _short(_l("Fotografer"))
    field = _short(_l("Bidang"))
    picture = FileField(_l("Foto"), description=_l("JPG, PNG, WebP, atau HEIC, paling besar 10 MB."))
    image_alt = StringField(
        _l("Keterangan foto untuk pembaca layar"),
        filters=[strip],
        validators=[Optional(), Length(max=200, message=_l("Paling panjang 200 huruf."))],
    )

    def text(self) -> ArticleText:
        """What was typed, as the content package wants it."""
        return ArticleText(
            title=self.title.data,
            summary=self.summary.data,
            body_markdown=self.body.data,
            source=self.source.data,
            writer=self.writer.data,
            photographer=self.photographer.data,
            field=self.field.data,
            image_alt=self.image_alt.data,
        )

    def validate_picture(self, field: Any) -> None:
        """Encode the uploaded picture anew; what is no picture is refused in words."""
        upload = field.data
        data = upload.read() if upload and getattr(upload, "filename", "") else b""
        if not data:
            return
        try:
            inspect(data, upload.filename)
            self.rendered = image_process.render(data)
        except ImageError as error:
            raise ValidationError(text_of(error.code)) from error
