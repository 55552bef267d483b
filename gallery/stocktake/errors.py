"""What can go wrong with a stocktake."""

from collections.abc import Mapping

from gallery.core.errors import ConflictError, GalleryError


class StocktakeClosedError(ConflictError):
    """Counting is over, or has not been opened again."""

    code = "stocktake_closed"


class NothingToCountError(ConflictError):
    """There is no piece where this stocktake would look."""

    code = "nothing_to_count"


class SecondPersonError(ConflictError):
    """Whoever opened the stocktake or counted in it does not approve it."""

    code = "second_person"


class UnsettledLinesError(ConflictError):
    """Some lines need a decision first: line id → what is the matter. Nothing was booked."""

    code = "unsettled_lines"

    def __init__(self, lines: Mapping[int, str]) -> None:
        super().__init__(f"{len(lines)} line(s)")
        self.lines = dict(lines)


class FoundIsKnownError(ConflictError):
    """Pieces that were entered as found have been booked meanwhile: they would count twice."""

    code = "found_is_known"


class OwnCountError(GalleryError):
    """A counter takes back more pieces than it had counted itself."""

    code = "own_count"
    status = 422


class ReasonNotAllowedError(GalleryError):
    """A surplus is no loss and no damage."""

    code = "reason_not_allowed"
    status = 422


class OutOfScopeError(ConflictError):
    """The books have these goods on another shelf, or they are another owner's: not part of this stocktake."""

    code = "out_of_scope"

    def __init__(self, shelf: str) -> None:
        super().__init__(shelf)
        self.shelf = shelf
