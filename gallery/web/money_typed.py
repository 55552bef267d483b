"""Rupiah as people type them: "50.000", "Rp 50000", "50rb"."""

import re
from typing import Final

_AMOUNT: Final = re.compile(r"(?:rp)?\.?\s*(\d[\d. ]{0,14})\s*(rb|ribu|k)?(?:,00|,-)?", re.IGNORECASE)
_ROUND: Final = (1_000, 5_000, 10_000, 20_000, 50_000, 100_000)
MOST_IDR: Final = 1_000_000_000
OFFERS: Final = 4


def typed_rupiah(text: str | None) -> int | None:
    """Return the amount; None where nothing was typed. :class:`ValueError` where it is no amount."""
    text = (text or "").strip()
    if not text:
        return None
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    amount = int(re.sub(r"\D", "", match[1])) * (1_000 if match[2] else 1)
    if amount > MOST_IDR:
        raise ValueError(text)
    return amount


def quick_amounts(total_idr: int) -> list[int]:
    """Return what a buyer is likely to hand over for that total: the next round sums, smallest first."""
    found = {-(-total_idr // note) * note for note in _ROUND} - {total_idr}
    return sorted(found)[:OFFERS]
