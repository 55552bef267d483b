"""A PDF is taken by its first and last bytes, its name and its size; nothing in it is opened."""

import pytest

from gallery.core import pdf_facts
from gallery.core.pdf_facts import PdfError, PdfTooLargeError

WHOLE = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize("name", ["", "sertifikat", "izin.pdf", "IZIN.PDF"])
def test_a_whole_pdf_passes(name):
    assert pdf_facts.is_pdf(WHOLE)
    pdf_facts.inspect(WHOLE, name)


def test_up_to_ten_megabytes_pass():
    padded = WHOLE[:-6] + b"x" * (pdf_facts.MAX_BYTES - len(WHOLE)) + WHOLE[-6:]
    assert len(padded) == 10 * 1024 * 1024
    pdf_facts.inspect(padded)
    with pytest.raises(PdfTooLargeError):
        pdf_facts.inspect(padded + b"x")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (WHOLE[:-6], ""),  # cut off
        (WHOLE + b"x" * 2000, ""),  # something glued to it
        (WHOLE.replace(b"1.4", b"9.4"), ""),
        (WHOLE, "izin.html"),
        (WHOLE.replace(b"1 0 obj", b"<script>"), ""),
        (WHOLE.replace(b"1 0 obj", b"<HTML "), ""),
    ],
)
def test_anything_else_is_refused(data, name):
    with pytest.raises(PdfError):
        pdf_facts.inspect(data, name)


def test_only_the_first_bytes_make_a_pdf():
    assert not pdf_facts.is_pdf(b" " + WHOLE)
    assert not pdf_facts.is_pdf(b"\xff\xd8\xff" + WHOLE)
