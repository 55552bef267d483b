"""Links that prove themselves: signed values for guests and riders who have no account."""

from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from gallery.core.errors import GalleryError

SALT: Final = "gallery.link."


class BadTokenError(GalleryError):
    """The token was not made here, was changed, or is too old."""

    code = "bad_token"
    status = 404


class Signer:
    """Signs with the first secret and accepts all, so that a secret can be rotated."""

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = secrets

    def sign(self, purpose: str, value: str) -> str:
        """Return a URL-safe token for ``value`` that is valid for this purpose only."""
        return self._serializer(purpose).dumps(value)

    def unsign(self, purpose: str, token: str, max_age_s: int | None = None) -> str:
        """Return the signed value, or raise :class:`BadTokenError`."""
        try:
            value = self._serializer(purpose).loads(token, max_age=max_age_s)
        except BadSignature as error:
            raise BadTokenError(purpose) from error
        return str(value)

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        # itsdangerous signs with the last key of the list and tries all of them.
        return URLSafeTimedSerializer(self._secrets[::-1], salt=SALT + purpose)
