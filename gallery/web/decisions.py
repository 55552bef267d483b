"""A step that one officer takes, and that another one may have taken a moment before."""

from collections.abc import Callable

from flask import flash
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gallery.core.db import transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.states import Decision


def decide(step: Callable[[Session], Decision], done: str) -> GalleryError | None:
    """Take the step and say what came of it; return why it was refused, for the page to tell."""
    try:
        with transaction() as session:
            decision = step(session)
    except NotFoundError:
        raise
    except GalleryError as error:
        return error
    if decision is Decision.STALE:
        flash(_("Ini sudah dicatat petugas lain. Tidak ada yang berubah."), "info")
    else:
        flash(done)
    return None
