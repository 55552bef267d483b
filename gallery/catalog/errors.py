"""What can go wrong with products, revisions, photos and licences."""

from gallery.core.errors import ConflictError, GalleryError


class LicenceNumberError(GalleryError):
    """The text is not a number of this kind. ``problem`` says why: shape, year, decree or kind."""

    code = "licence_number"
    status = 422

    def __init__(self, kind: str, found: str, problem: str = "shape") -> None:
        super().__init__(f"{kind}: {problem}")
        self.kind = kind
        self.found = found
        self.problem = problem


class IncompleteProductError(GalleryError):
    """Something that a review needs is missing; ``gaps`` names what (see ``facts.Gap``)."""

    code = "product_incomplete"
    status = 422

    def __init__(self, gaps: tuple[str, ...]) -> None:
        super().__init__(", ".join(gaps))
        self.gaps = gaps


class ReasonMissingError(GalleryError):
    """The submitter must learn why: a request for changes and a rejection carry a reason."""

    code = "reason_missing"
    status = 422


class OwnSubmissionError(ConflictError):
    """Whoever submitted a product does not decide on it."""

    code = "own_submission"
    status = 403


class NotAllowedError(GalleryError):
    """The actor's role does not do this, whatever page it came from."""

    code = "not_allowed"
    status = 403


class PhotosNotReadyError(ConflictError):
    """A product is published only with at least one photo that the shop can show."""

    code = "photos_not_ready"


class AlreadyDecidedError(ConflictError):
    """The revision changed, was taken back or decided by somebody else since it was shown."""

    code = "already_decided"


class PhotoQuotaError(GalleryError):
    """The business has used up its room for photos, or the product has as many photos as allowed."""

    code = "photo_quota"
    status = 413

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what)
        self.what = what
        self.limit = limit


class DuplicateVariantError(ConflictError):
    """Two variants of one product can not carry the same name."""

    code = "duplicate_variant"


class ArticleCodeTakenError(ConflictError):
    """Another product of the same business carries this article code already."""

    code = "article_code_taken"


class LastVariantError(ConflictError):
    """A product keeps at least one variant that can be bought."""

    code = "last_variant"
