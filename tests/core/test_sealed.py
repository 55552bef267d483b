import io

import pytest

from gallery.core import sealed
from gallery.core.sealed import SCRYPT_N, SealedReader, SealedWriter, SealError

FIRST_KIND = bytes.fromhex(
    "47414c4c4552592d4241434b55502d310abc8c230477839167776e3cf3648376"
    "81106a5db09a17cf414f7fa7dd85885820b5ee681318f46b96be9e16c5ba5f52"
    "cbb2145cc4"
)
HEAD = len(sealed.MAGIC) + sealed.SALT_BYTES + sealed.PREFIX_BYTES


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(sealed, "PIECE", 64)
    monkeypatch.setattr(sealed, "SCRYPT_N", 2**4)


def seal(data: bytes, passphrase: str = "kunci") -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, passphrase)
    for start in range(0, len(data), 50):
        writer.write(data[start : start + 50])
    writer.close()
    return target.getvalue()


def unseal(stream: bytes, passphrase: str = "kunci") -> bytes:
    reader = SealedReader(io.BytesIO(stream), passphrase)
    return b"".join(iter(lambda: reader.read(17), b""))


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 128, 129, 1000])
def test_what_was_sealed_comes_back(length):
    data = bytes(range(256)) * 4
    assert unseal(seal(data[:length])) == data[:length]


def test_a_backup_of_the_first_kind_still_opens():
    assert unseal(FIRST_KIND, "kunci lama") == b"isi dari dulu"
    with pytest.raises(SealError):
        unseal(sealed.MAGIC + FIRST_KIND[len(sealed.MAGIC) :], "kunci lama")


def test_the_work_of_guessing_a_passphrase_is_owasps_floor():
    assert SCRYPT_N == 2**17
    assert seal(b"isi").startswith(b"GALLERY-BACKUP-2\n")


def test_the_text_cannot_be_read_in_the_stream():
    assert b"rahasia" not in seal(b"rahasia" * 50)


def test_another_passphrase_opens_nothing():
    with pytest.raises(SealError):
        unseal(seal(b"isi"), "kunci lain")


def test_a_foreign_file_is_refused():
    with pytest.raises(SealError):
        unseal(b"PK\x03\x04" + bytes(200))


@pytest.mark.parametrize("cut", [1, 40, 80, 160])
def test_a_cut_stream_is_noticed(cut):
    with pytest.raises(SealError):
        unseal(seal(bytes(300))[:-cut])


def test_a_stream_that_ends_after_a_whole_piece_is_noticed():
    with pytest.raises(SealError):
        unseal(seal(bytes(300))[: HEAD + 2 * 80])


def test_swapped_pieces_are_noticed():
    stream = seal(bytes(300))
    first, second = stream[HEAD : HEAD + 80], stream[HEAD + 80 : HEAD + 160]
    with pytest.raises(SealError):
        unseal(stream[:HEAD] + second + first + stream[HEAD + 160 :])


@pytest.mark.parametrize("place", [HEAD - 1, HEAD, HEAD + 100, -1])
def test_one_changed_bit_is_noticed(place):
    stream = bytearray(seal(bytes(300)))
    stream[place] ^= 1
    with pytest.raises(SealError):
        unseal(bytes(stream))
