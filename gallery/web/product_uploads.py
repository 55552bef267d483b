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
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.core.image_facts import (
    MAX_BYTES,
    ImageError,
    ImageFacts,
    ImageTooLargeError,
    ImageTooManyPixelsError,
    ImageTypeError,
    inspect,
)
from gallery.core.images import clean_jpeg
from gallery.core.signing import BadTokenError
from gallery.web.errors import text_of
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
    """Store the proof of a licence as a clean JPEG and return the id of its private file."""
    data = clean_jpeg(upload.read(MAX_BYTES + 1), upload.filename or "")
    key = new_key("proof", "jpg")
    adapters.files().put(key, data)
    with transaction() as session:
        services.refuse_over_quota(session, business_id, len(data), quota_bytes=_quota())
        row = record_file(session, key, data, media_type="image/jpeg", purpose="licence_proof", business_id=business_id)
        return row.id


def explained(error: ImageError | PhotoQuotaError, name: str) -> str:
    """Return what is wrong with a file and what to do, in a sentence that names the file."""
    name = name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1][:60]
    if isinstance(error, ImageTypeError) and error.found:
        return _(
            "%(name)s: jenis %(found)s tidak dapat dipakai. Pilih foto JPG, PNG, WebP, atau HEIC.",
            name=name,
            found=error.found,
        )
    if isinstance(error, ImageTooLargeError):
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
    adapters.files().put(key, data)
    with transaction() as session:
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
