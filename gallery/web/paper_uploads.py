"""A paper that somebody sends: photographed, or as a PDF."""

from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from gallery.core import pdf_facts
from gallery.core.files import new_key
from gallery.core.image_facts import MAX_BYTES
from gallery.core.image_process import clean_jpeg


@dataclass(frozen=True, slots=True)
class PaperUpload:
    """What is kept of it, under ``key``: a clean JPEG, or the PDF as it came."""

    key: str
    data: bytes
    media_type: str


def read_paper(upload: FileStorage, purpose: str) -> PaperUpload:
    """Return the upload ready to be stored; raises :class:`ImageError` or :class:`PdfError` for what is neither."""
    data, name = upload.read(MAX_BYTES + 1), upload.filename or ""
    upload.close()
    if pdf_facts.is_pdf(data):
        pdf_facts.inspect(data, name)
        return PaperUpload(new_key(purpose, "pdf"), data, pdf_facts.MEDIA_TYPE)
    return PaperUpload(new_key(purpose, "jpg"), clean_jpeg(data, name), "image/jpeg")
