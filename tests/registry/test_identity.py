import pytest

from gallery.registry.errors import InvalidNibError, InvalidNikError
from gallery.registry.identity import mask_account, mask_nik, normal_nib, normal_nik


@pytest.mark.parametrize(
    ("typed", "nik"),
    [
        ("9999014708850001", "9999014708850001"),  # a woman: day 47 is the 7th
        ("9999 0107-0885.0001", "9999010708850001"),
        ("9999012902040001", "9999012902040001"),  # 29 February 2004
    ],
)
def test_a_nik_becomes_sixteen_digits(typed, nik):
    assert normal_nik(typed) == nik


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("1,9E+15", "length"),
        ("999901070885000", "length"),
        ("٩٩٩٩٠١٠٧٠٨٨٥٠٠٠١", "length"),
        ("9999013213850001", "date"),
        ("9999012902050001", "date"),  # 2005 was no leap year
        ("9999010708850000", "serial"),
        ("9900010708850001", "serial"),
    ],
)
def test_what_no_nik_can_be_is_refused(typed, reason):
    with pytest.raises(InvalidNikError) as caught:
        normal_nik(typed)
    assert caught.value.reason == reason


def test_masks_show_the_ends_only():
    assert mask_nik("1971010708850001") == "1971**********01"
    assert mask_account("0123456789") == "******6789"


def test_an_nib_has_thirteen_digits():
    assert normal_nib("0220 0012 3456 7") == "0220001234567"
    with pytest.raises(InvalidNibError):
        normal_nib("022000123456")
