"""Pictures and proofs that come with a product: stored at once, so that a mistake in a form loses none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from gallery.catalog import services
from gallery.catalog.errors import PhotoQuotaError
from gallery.catalog.facts import PhotoFacts
from gallery.core import adapters, pdf_facts
from gallery.core.db import db, transaction
from gallery.core.files import new_key, put_for
from gallery.core.image_facts import (
    MAX_BYTES,
    ImageError,
    ImageFacts,
    ImageTooLargeError,
    ImageTooManyPixelsError,
    ImageTypeError,
    inspect,
)
from gallery.core.signing import BadTokenError
from gallery.web.errors import text_of
from gallery.web.paper_uploads import read_paper
from gallery.web.session import current_actor

FORM_BYTES: Final = 32 * 1024 * 1024  # a form with several pictures, sent without JavaScript
ONE_BYTES: Final = MAX_BYTES + 64 * 1024
KEPT: Final = "product.upload"
KEPT_FOR_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """An upload that stands in the store; ``token`` is what the form sends back for it."""

    facts: PhotoFacts
    token: str


def receive(business_id: int, uploads: Sequence[FileStorage]) -> tuple[list[KeptPhoto], list[str]]:
    """Store what is a picture, and say in words what is not."""
    kept: list[KeptPhoto] = []
    refused: list[str] = []
    for upload in uploads[: services.MAX_PHOTOS]:
        if not upload or not upload.filename:
            continue
        try:
            kept.append(_stored(business_id, upload))
        except (ImageError, PhotoQuotaError) as error:
            refused.append(explained(error, upload.filename))
    return kept, refused


def kept_before(business_id: int, tokens: Sequence[str]) -> list[KeptPhoto]:
    """Return the uploads that the form still holds; a token of somebody else, or of yesterday, is none."""
    found = []
    for token in dict.fromkeys(tokens[: services.MAX_PHOTOS]):
        try:
            value = adapters.signer().unsign(KEPT, token, KEPT_FOR_S)
        except BadTokenError:
            continue
        user_id, business, file_id, sha256 = value.split(":")
        if (user_id, business) == (str(current_actor().user_id), str(business_id)):
            found.append(KeptPhoto(PhotoFacts(int(file_id), sha256), token))
    return found


def store_proof(business_id: int, upload: FileStorage) -> int:
    """Store the proof of a licence, a clean JPEG or a PDF as it is, and return the id of its private file."""
    paper, quota = read_paper(upload, "proof"), _quota()
    services.refuse_over_quota(db.session(), business_id, len(paper.data), quota_bytes=quota)
    with put_for(adapters.files(), paper.key, paper.data), transaction() as session:
        return services.record_proof(
            session, paper.key, paper.data, media_type=paper.media_type, business_id=business_id, quota_bytes=quota
        )


def explained(error: ImageError | pdf_facts.PdfError | PhotoQuotaError, name: str, *, takes_pdf: bool = False) -> str:
    """Return what is wrong with a file and what to do, in a sentence that names the file."""
    name = name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1][:60]
    if isinstance(error, ImageTypeError) and error.found:
        kind = {"name": name, "found": error.found}
        if takes_pdf:
            text = _(
                "%(name)s: jenis %(found)s tidak dapat dipakai. Pilih foto JPG, PNG, WebP, HEIC, atau PDF.", **kind
            )
        else:
            text = _("%(name)s: jenis %(found)s tidak dapat dipakai. Pilih foto JPG, PNG, WebP, atau HEIC.", **kind)
        return text
    if isinstance(error, ImageTooLargeError | pdf_facts.PdfTooLargeError):
        return _(
            "%(name)s: berkasnya lebih dari %(mb)s MB. Kecilkan dulu, atau kirim lewat WhatsApp lalu simpan.",
            name=name,
            mb=error.limit_bytes // 1024**2,
        )
    if isinstance(error, ImageTooManyPixelsError):
        return _(
            "%(name)s: fotonya %(mp)s megapiksel, paling besar %(limit)s. Turunkan ukuran foto di kamera.",
            name=name,
            mp=round(error.width * error.height / 1e6),
            limit=error.limit // 10**6,
        )
    if isinstance(error, PhotoQuotaError) and error.what == "count":
        return _("Paling banyak %(limit)s foto untuk satu produk. Hapus dulu yang lama.", limit=error.limit)
    if isinstance(error, PhotoQuotaError):
        return _(
            "Ruang foto usaha ini sudah penuh (%(mb)s MB). Hapus foto produk yang tidak dipakai.",
            mb=error.limit // 1024**2,
        )
    return f"{name}: {text_of(error.code)}"


def _stored(business_id: int, upload: FileStorage) -> KeptPhoto:
    data = upload.read(MAX_BYTES + 1)
    upload.close()
    facts = inspect(data, upload.filename or "")
    key = new_key("upload", ImageFacts.extension[facts.format])
    # A full quota is found before anything is written to the store.
    services.refuse_over_quota(db.session(), business_id, len(data), quota_bytes=_quota())
    with put_for(adapters.files(), key, data), transaction() as session:
        photo = services.record_upload(
            session,
            key,
            data,
            media_type=facts.format.value,
            business_id=business_id,
            quota_bytes=_quota(),
        )
    value = f"{current_actor().user_id}:{business_id}:{photo.file_id}:{photo.sha256}"
    return KeptPhoto(photo, adapters.signer().sign(KEPT, value))


def _quota() -> int:
    return int(current_app.config["PHOTO_QUOTA_MB"]) * 1024 * 1024
