"""What people search in vain, as a signal of demand."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.listing.models import SearchMiss
from gallery.listing.queries.words import STOP_WORDS, tokens

LONGEST: Final = 60
MOST_WORDS: Final = 5
MOST_DIGITS: Final = 4  # more may be a telephone number or a NIK


def record_misses(session: Session, queries: Iterable[str]) -> int:
    """Count these searches; what may be personal data is dropped. Return how many were counted."""
    counted = Counter(words for words in map(normal_form, queries) if words)
    known = {
        miss.words: miss for miss in session.scalars(select(SearchMiss).where(SearchMiss.words.in_(counted))).all()
    }
    for words, times in sorted(counted.items()):
        miss = known.get(words)
        if miss is None:
            miss = SearchMiss(words=words, times=0, first_at=clock.now())
            session.add(miss)
        miss.times += times
        miss.last_at = clock.now()
    session.flush()
    return counted.total()


def normal_form(query: str) -> str:
    """Return the words of a search in one form, or nothing if it may name a person or says nothing."""
    words = [token for token in tokens(query) if token not in STOP_WORDS]
    text = " ".join(words)
    if "@" in query or sum(map(str.isdigit, text)) > MOST_DIGITS or len(words) > MOST_WORDS or len(text) > LONGEST:
        return ""
    return text
