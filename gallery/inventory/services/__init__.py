"""Changes of stock. Every function runs inside the caller's ``transaction()``."""

from gallery.inventory.services.bring_back import Brought, bring_back
from gallery.inventory.services.counter import Pick, Sold, sell, sell_held
from gallery.inventory.services.galleries import GalleryFacts, save_gallery
from gallery.inventory.services.hold import (
    Wanted,
    consume,
    extend,
    release,
    release_expired,
    reserve,
    reserve_items,
    take_back,
)
from gallery.inventory.services.lots import Unserved, block_lot, reseat_unsellable, unblock_lot
from gallery.inventory.services.papers import PROVINCE, digest_of, issue_paper, next_number
from gallery.inventory.services.places import follow_business, home_of
from gallery.inventory.services.receive import adjust, receive
from gallery.inventory.services.set_aside import set_aside, take_out
from gallery.inventory.services.transfer import lock_ends, move_pieces, on_the_way_to

__all__ = [
    "PROVINCE",
    "Brought",
    "GalleryFacts",
    "Pick",
    "Sold",
    "Unserved",
    "Wanted",
    "adjust",
    "block_lot",
    "bring_back",
    "consume",
    "digest_of",
    "extend",
    "follow_business",
    "home_of",
    "issue_paper",
    "lock_ends",
    "move_pieces",
    "next_number",
    "on_the_way_to",
    "receive",
    "release",
    "release_expired",
    "reseat_unsellable",
    "reserve",
    "reserve_items",
    "save_gallery",
    "sell",
    "sell_held",
    "set_aside",
    "take_back",
    "take_out",
    "unblock_lot",
]
