import pytest
from sqlalchemy import literal, select

from gallery.core.db import db
from gallery.core.words import has_words, words_of


def test_five_words_in_small_letters_are_looked_for():
    assert words_of("  Kemplang BU Ani dari\tToboali  Selatan lagi") == ["kemplang", "bu", "ani", "dari", "toboali"]


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("", True),
        ("ani KEMPLANG", True),  # each word in any of the columns, in any order
        ("ani getas", False),
        ("100%", True),
        ("1%0", False),  # no wildcard of people's
        ("k_mplang", False),
    ],
)
def test_every_word_stands_in_one_of_the_columns(app, typed, is_found):
    row = has_words(typed, literal("Kemplang 100% Tenggiri"), literal("Bu Ani"))
    assert bool(db.session.scalar(select(row))) is is_found
