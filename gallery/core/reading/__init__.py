"""What people in Indonesia type into a cell, read without guessing: a value, or a typed reason why not."""

from gallery.core.reading.base import MisreadError, digits_of, is_blank, plain_key, text
from gallery.core.reading.choices import Choices
from gallery.core.reading.contacts import nib, nik, phone
from gallery.core.reading.numbers import days, grams, millimetres, pieces, rupiah
from gallery.core.reading.times import day

__all__ = [
    "Choices",
    "MisreadError",
    "day",
    "days",
    "digits_of",
    "grams",
    "is_blank",
    "millimetres",
    "nib",
    "nik",
    "phone",
    "pieces",
    "plain_key",
    "rupiah",
    "text",
]
