"""Changes of stocktakes. Every function runs inside the caller's ``transaction()``.

Locks: the stocktake, then (on approval) stock items.
"""

from gallery.stocktake.services.approve import approve_stocktake
from gallery.stocktake.services.audit import keep_audit
from gallery.stocktake.services.count import count_pieces, enter_found
from gallery.stocktake.services.plan import cancel_stocktake, close_count, open_stocktake
from gallery.stocktake.services.review import explain_line, recount_lines, refuse_found

__all__ = [
    "approve_stocktake",
    "cancel_stocktake",
    "close_count",
    "count_pieces",
    "enter_found",
    "explain_line",
    "keep_audit",
    "open_stocktake",
    "recount_lines",
    "refuse_found",
]
