"""Words that people type to find something by: how they are read, and what of a row must have them."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, true

MOST_WORDS: Final = 5


def words_of(text: str) -> list[str]:
    """Return the first five words in small letters; more make no search better, and each costs a comparison."""
    return text.lower().split()[:MOST_WORDS]


def contains(column: Any, word: str) -> ColumnElement[bool]:
    """Condition: the column has the word somewhere, in capitals or not; "%" and "_" stand for themselves."""
    return func.lower(column).contains(word, autoescape=True)


def has_words(text: str, *columns: Any) -> ColumnElement[bool]:
    """Condition: each typed word stands in one of the columns; always true where nothing was typed."""
    return and_(true(), *(or_(*(contains(column, word) for column in columns)) for word in words_of(text)))
