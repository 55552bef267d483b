"""Changes of consigned goods. Every function runs inside the caller's ``transaction()``.

Locks: note, then receiving, then (inside inventory) stock, then the counter of papers.
"""

from gallery.consignment.services.notes import (
    NoteFacts,
    NoteLineFacts,
    add_note_line,
    call_back_note,
    cancel_note,
    close_note,
    create_note,
    edit_note,
    edit_note_line,
    remove_note_line,
    send_note,
)
from gallery.consignment.services.receipts import finish_receiving, problems_of
from gallery.consignment.services.receiving import (
    Clash,
    Count,
    LineFacts,
    abandon_receiving,
    accept_short_life,
    add_line,
    count_line,
    count_variant,
    describe_line,
    merge_line,
    open_receiving,
)
from gallery.consignment.services.terms import agree_terms

__all__ = [
    "Clash",
    "Count",
    "LineFacts",
    "NoteFacts",
    "NoteLineFacts",
    "abandon_receiving",
    "accept_short_life",
    "add_line",
    "add_note_line",
    "agree_terms",
    "call_back_note",
    "cancel_note",
    "close_note",
    "count_line",
    "count_variant",
    "create_note",
    "describe_line",
    "edit_note",
    "edit_note_line",
    "finish_receiving",
    "merge_line",
    "open_receiving",
    "problems_of",
    "remove_note_line",
    "send_note",
]
