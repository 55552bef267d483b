import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gallery.core.crypto import DecryptionError, FieldCipher, MissingKeyError
from tests.factories.keys import in_first_format, key

NIK = "1901020304050006"
PLACE = "person.nik:7"
# Made once and kept: what stands in databases must be read by every later version.
FIRST_KEPT = bytes.fromhex("01000102030405060708090a0bc8c7fd474e99d38251fcb8d7365a2025729c559438f8")
KEPT = bytes.fromhex("028d0f577b000102030405060708090a0bc8c7fd474e9984e078d8a14b105387ba5795b9f13209")


def cipher(*numbers: int, index: int = 9) -> FieldCipher:
    return FieldCipher([key(number) for number in numbers], key(index))


def changed(data: bytes, at: int, by: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


def test_a_value_says_its_format_and_its_key_and_is_49_bytes_for_16_digits():
    data = cipher(1).encrypt(NIK, PLACE)
    assert (data[:1], len(data)) == (b"\x02", 1 + 4 + 12 + 16 + 16)
    assert [data[1:5].hex()] == cipher(1).key_ids
    assert NIK.encode() not in data


def test_what_was_written_once_is_read_for_ever():
    assert cipher(1).decrypt(KEPT, "a.b") == "sahang"
    assert cipher(1).decrypt(FIRST_KEPT, "a.b") == "sahang"


def test_each_value_is_opened_by_the_key_that_it_names_in_whatever_order_they_stand():
    old, new = cipher(1).encrypt("lama", PLACE), cipher(2).encrypt("baru", PLACE)
    for both in (cipher(1, 2), cipher(3, 2, 1)):
        assert (both.decrypt(old, PLACE), both.decrypt(new, PLACE)) == ("lama", "baru")


def test_the_newest_key_encrypts():
    assert cipher(2, 1).encrypt(NIK, PLACE).startswith(cipher(2).header)
    assert cipher(2, 1).key_ids == [*cipher(2).key_ids, *cipher(1).key_ids]


def test_a_missing_key_is_named_and_nothing_else():
    data = cipher(1).encrypt(NIK, PLACE)
    with pytest.raises(MissingKeyError) as raised:
        cipher(2, 3).decrypt(data, PLACE)
    assert str(raised.value) == f"person.nik:7: key {cipher(1).key_ids[0]} is not configured"


def test_the_first_format_is_opened_by_any_of_the_keys():
    data = in_first_format(1, NIK, PLACE)
    assert (len(data), cipher(3, 2, 1).decrypt(data, PLACE)) == (45, NIK)
    assert cipher(3, 1).key_id(data, PLACE) == cipher(1).key_ids[0]
    with pytest.raises(MissingKeyError, match=r"^person\.nik:7: no configured key opens it$"):
        cipher(2, 3).decrypt(data, PLACE)
    assert cipher(2, 3).key_id(data, PLACE) == ""


@pytest.mark.parametrize("at", range(49))
def test_a_change_anywhere_is_noticed(at):
    data = cipher(1, 2).encrypt(NIK, PLACE)
    with pytest.raises(DecryptionError):
        cipher(1, 2).decrypt(changed(data, at), PLACE)


def test_version_and_key_id_are_bound_to_the_value():
    """Whoever may write rows can not make one be read as of another key or another format."""
    data = cipher(1).encrypt(NIK, PLACE)
    body = AESGCM(bytes([2]) * 32).encrypt(data[5:17], NIK.encode(), PLACE.encode())
    for forged in (
        cipher(2).header + data[5:],
        b"\x01" + data[5:],
        cipher(2).header + data[5:17] + body,  # rightly encrypted, but bound to the context alone
    ):
        with pytest.raises(DecryptionError):
            cipher(1, 2).decrypt(forged, PLACE)


@pytest.mark.parametrize("length", [*range(49), 50])
def test_a_value_that_was_cut_off_or_goes_on_is_refused(length):
    data = (cipher(1).encrypt(NIK, PLACE) + b"\0")[:length]
    with pytest.raises(DecryptionError):
        cipher(1).decrypt(data, PLACE)


@pytest.mark.parametrize("format_", [1, 2])
def test_a_value_belongs_to_its_row(format_):
    data = cipher(1).encrypt(NIK, PLACE) if format_ == 2 else in_first_format(1, NIK, PLACE)
    with pytest.raises(DecryptionError):
        cipher(1).decrypt(data, "person.nik:8")


def test_the_blind_index_does_not_depend_on_the_encryption_keys():
    found = {one.blind_index(NIK, "person.nik") for one in (cipher(1), cipher(2, 1), cipher(2))}
    assert len(found) == 1
    assert cipher(1, index=8).blind_index(NIK, "person.nik") not in found


def test_the_same_key_twice_is_one():
    assert len(cipher(1, 1).key_ids) == 1


def test_two_keys_with_one_id_are_refused(monkeypatch):
    monkeypatch.setattr("gallery.core.crypto._key_id", lambda _key: b"abcd")
    with pytest.raises(ValueError, match="same id"):
        cipher(1, 2)
