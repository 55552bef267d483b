import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.inventory.codes import Scan, check_digit, is_gtin, lot_code, read_code, variant_code


@pytest.mark.parametrize(("digits", "check"), [("400638133393", "1"), ("629104150021", "3"), ("9638507", "4")])
def test_check_digits_of_known_numbers(digits, check):
    assert check_digit(digits) == check


@given(st.integers(1, 9_999_999_999))
def test_own_codes_are_valid_and_name_what_they_were_made_for(number):
    assert is_gtin(lot_code(number))
    assert read_code(lot_code(number)) == Scan(lot_id=number)
    assert read_code(variant_code(number)) == Scan(variant_id=number)


@given(st.integers(1, 9_999_999_999), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_never_taken_for_a_code(number, place, shift):
    code = lot_code(number)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    assert read_code(wrong) is None


def test_makers_numbers_are_kept_as_they_are():
    assert read_code(" 4006381 333931 ") == Scan(gtin="4006381333931")


@pytest.mark.parametrize("text", ["", "kemplang", "123", "4006381333930", "٤٠٠٦٣٨١٣٣٣٩٣١"])
def test_anything_else_is_no_code(text):
    assert read_code(text) is None
