"""What can go wrong with a submission as a whole."""

from gallery.core.errors import ConflictError


class SubmissionChangedError(ConflictError):
    """It was sent, cancelled or refused meanwhile: this step is not possible any more."""

    code = "submission_changed"


class NothingToSendError(ConflictError):
    """No row of the sheet is new or changed."""

    code = "nothing_to_send"
