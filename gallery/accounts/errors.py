"""What can go wrong with accounts."""

from gallery.core.errors import ConflictError, GalleryError


class SignInFailedError(GalleryError):
    """Unknown account, wrong password or disabled account: nobody is told which."""

    code = "sign_in_failed"
    status = 401


class TooManyAttemptsError(GalleryError):
    code = "too_many_attempts"
    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s


class WeakPasswordError(GalleryError):
    """``reason`` is "short" (with ``minimum``) or "common"."""

    code = "weak_password"
    status = 422

    def __init__(self, reason: str, minimum: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.minimum = minimum


class AccountExistsError(ConflictError):
    """Somebody already has this address or number."""

    code = "account_exists"


class TooManyDataRequestsError(ConflictError):
    """So many requests of one account wait for an answer already."""

    code = "too_many_data_requests"


class OfficeTakenError(ConflictError):
    """An office of this kind and name exists already."""

    code = "office_taken"


class LinkSpentError(GalleryError):
    """The one-time link was used, is too old, or never existed."""

    code = "link_spent"
    status = 410
