"""What can go wrong in the cart and when an order is placed. Facts only: the page finds the words."""

from dataclasses import dataclass

from gallery.core.errors import ConflictError, GalleryError
from gallery.core.money import Rupiah


class CartFullError(ConflictError):
    """A cart holds a bounded number of lines."""

    code = "cart_full"


class CartEmptyError(ConflictError):
    """There is nothing to order."""

    code = "cart_empty"


class CartChangedError(ConflictError):
    """The cart is not what this page was made for: another tab changed it."""

    code = "cart_changed"


class InvalidQuantityError(GalleryError):
    """Quantities are whole numbers from 1 to the limit."""

    code = "invalid_cart_quantity"
    status = 422


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One cart line that is no longer what the buyer saw."""

    variant_id: int
    name: str
    wanted: int = 0
    available: int = 0
    seen_idr: Rupiah | None = None
    now_idr: Rupiah | None = None


class CartProblemError(ConflictError):
    """Base of the three reasons to look at the cart again; nothing was ordered, nothing was lost."""

    code = "cart_problem"

    def __init__(self, problems: list[LineProblem]) -> None:
        super().__init__(f"{len(problems)} line(s)")
        self.problems = problems


class ProductWithdrawnError(CartProblemError):
    """These lines are not on sale any more."""

    code = "product_withdrawn"


class PriceChangedError(CartProblemError):
    """The prices of these lines changed since the buyer saw them."""

    code = "price_changed"


class StockShortError(CartProblemError):
    """There are fewer pieces than wanted."""

    code = "stock_short"


class DeliveryUnavailableError(ConflictError):
    """No courier brings one of the parcels there; pick-up is left."""

    code = "delivery_unavailable"


class TooManyUnpaidError(ConflictError):
    """The account, mobile number or cart holds as many unpaid orders as it may."""

    code = "too_many_unpaid"
