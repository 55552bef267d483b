"""Changes of the catalogue. Every function runs inside the caller's ``transaction()``."""

from gallery.catalog.services.drafts import Saved, create_draft, edit_draft
from gallery.catalog.services.life import archive, restore, unarchive, withdraw
from gallery.catalog.services.photos import (
    MAX_PHOTOS,
    QUOTA_BYTES,
    WrittenPhoto,
    WrittenRendition,
    add_photos,
    arrange_photos,
    drop_removed_photos,
    drop_unused_uploads,
    original_key,
    record_proof,
    record_refused,
    record_rendered,
    record_upload,
    refuse_over_quota,
    rendition_key,
)
from gallery.catalog.services.review import DECISIONS, decide, discard_change, submit, take_back
from gallery.catalog.services.submitted import save_submitted
from gallery.catalog.services.variants import remove_variant, save_variant, set_price

__all__ = [
    "DECISIONS",
    "MAX_PHOTOS",
    "QUOTA_BYTES",
    "Saved",
    "WrittenPhoto",
    "WrittenRendition",
    "add_photos",
    "archive",
    "arrange_photos",
    "create_draft",
    "decide",
    "discard_change",
    "drop_removed_photos",
    "drop_unused_uploads",
    "edit_draft",
    "original_key",
    "record_proof",
    "record_refused",
    "record_rendered",
    "record_upload",
    "refuse_over_quota",
    "remove_variant",
    "rendition_key",
    "restore",
    "save_submitted",
    "save_variant",
    "set_price",
    "submit",
    "take_back",
    "unarchive",
    "withdraw",
]
