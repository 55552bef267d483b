"""The photo ZIP: found by name, bounded, never unpacked to disk."""

import io
import zipfile

import pytest
from PIL import Image

from gallery.core.sheets import SheetProblem, UnreadableSheetError
from gallery.submissions.services import photos
from gallery.submissions.services.photos import PhotoBox
from tests.factories.submissions import picture, zipped


@pytest.mark.parametrize(
    "asked", ["Kemplang Tenggiri.jpg", "kemplang_tenggiri", "KEMPLANG-TENGGIRI.PNG", " kemplangtenggiri.jpeg "]
)
def test_case_spaces_and_extension_do_not_count(asked):
    assert PhotoBox(zipped({"Foto UMKM/kemplang tenggiri.JPG": picture()})).find(asked).member.endswith(".JPG")


def test_a_dot_in_the_name_is_part_of_it():
    box = PhotoBox(zipped({"kue no.1.jpg": picture(), "kue no.2.jpg": picture("blue")}))
    assert box.find("kue no.2").sha256 == box.find("KUE NO.2.jpg").sha256 != box.find("kue no.1").sha256


def test_what_nobody_asked_for_and_what_is_no_picture_is_told():
    box = PhotoBox(
        zipped(
            {
                "a.jpg": picture(),
                "b.jpg": picture("blue"),
                "catatan.docx": b"x",
                "__MACOSX/._a.jpg": b"x",
                ".DS_Store": b"x",
            }
        )
    )
    box.find("a")
    assert (box.used(), box.unused(), box.refused) == (1, ["b.jpg"], ["catatan.docx"])


def test_paths_that_climb_are_only_strange_names():
    box = PhotoBox(zipped({"../../etc/kemplang.jpg": picture(), "C:\\foto\\getas.jpg": picture("blue")}))
    assert box.find("kemplang.jpg") is not None
    assert box.find("getas") is not None
    assert box.unused() == []


def test_too_many_and_too_much_are_refused(monkeypatch):
    monkeypatch.setattr(photos, "MOST_FILES", 3)
    with pytest.raises(UnreadableSheetError) as refusal:
        PhotoBox(zipped({f"{n}.jpg": b"x" for n in range(4)}))
    assert refusal.value.problem is SheetProblem.TOO_MANY_PARTS
    monkeypatch.setattr(photos, "UNPACKED", 1000)
    with pytest.raises(UnreadableSheetError) as refusal:
        PhotoBox(zipped({"a.jpg": b"x" * 2000}))
    assert refusal.value.problem is SheetProblem.TOO_BIG_UNPACKED


def test_one_picture_that_is_too_large_or_broken_harms_no_other(monkeypatch):
    monkeypatch.setattr(photos, "MAX_BYTES", 100_000)
    data = bytearray(zipped({"besar.jpg": b"x" * 100_001, "rusak.jpg": picture("blue"), "baik.jpg": picture()}))
    at = data.index(b"rusak.jpg") + 20
    data[at : at + 30] = b"\0" * 30  # the checksum no longer fits
    box = PhotoBox(bytes(data))
    assert (box.find("besar"), box.why_not("besar")) == (None, "image_too_large")
    assert (box.find("rusak"), box.why_not("rusak")) == (None, "image_damaged")
    assert box.find("baik") is not None
    assert (box.used(), box.refused) == (1, ["besar.jpg", "rusak.jpg"])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "image_empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image_type"),
        (b"GIF89a" + b"\0" * 50, "image_type"),
        (picture()[:400], "image_damaged"),
    ],
)
def test_what_only_calls_itself_a_picture_is_found_out_before_it_is_sent(data, why):
    box = PhotoBox(zipped({"a.jpg": data}))
    assert (box.find("a"), box.why_not("a"), box.refused) == (None, why, ["a.jpg"])


def test_the_kind_is_that_of_the_bytes():
    png = io.BytesIO()
    Image.new("RGB", (9, 9)).save(png, "PNG")
    assert PhotoBox(zipped({"a.jpg": png.getvalue()})).find("a.jpg").extension == "png"


def test_of_several_pictures_of_one_name_none_is_guessed():
    box = PhotoBox(zipped({"Ani/depan.jpg": picture(), "Budi/depan.jpg": picture("blue"), "Budi/depan.png": picture()}))
    assert (box.find("depan"), box.why_not("depan")) == (None, "ambiguous")
    assert box.find("Ani/depan").member == "Ani/depan.jpg"
    assert box.find("C:/foto/ani/DEPAN.jpg").member == "Ani/depan.jpg"
    assert box.find("Budi/depan.jpg").member == "Budi/depan.jpg"
    assert box.find("budi/depan.png").member == "Budi/depan.png"


def test_equal_pictures_of_one_name_are_one():
    box = PhotoBox(zipped({"Ani/depan.jpg": picture(), "salinan/depan.jpg": picture()}))
    assert box.find("depan") is not None
    assert box.why_not("belakang") == "missing"


def test_a_locked_zip_is_refused_at_once():
    data = bytearray(zipped({"a.jpg": picture()}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    with pytest.raises(UnreadableSheetError) as refusal:
        PhotoBox(bytes(data))
    assert refusal.value.problem is SheetProblem.PASSWORD


def test_a_bomb_among_the_pictures_is_refused(monkeypatch):
    monkeypatch.setattr(photos, "UNPACKED", 5_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("a.jpg", b"\0" * (photos.UNPACKED + 1))
    with pytest.raises(UnreadableSheetError):
        PhotoBox(out.getvalue())


@pytest.mark.parametrize("data", [b"", b"Rar!", b"PK\x03\x04 nothing", b"\xff" * 100])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(UnreadableSheetError):
        PhotoBox(data)
