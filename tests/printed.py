"""What a printed page really shows: its text, its picture, and the codes that a scanner reads from it."""

import pypdfium2
import zxingcpp
from PIL import Image

SCALE = 4  # 288 dots an inch: a cheap scanner sees about as much


def pdf_text(pdf: bytes) -> str:
    """The text of all pages as PDFium reads it; a form feed ends each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range().replace("\r\n", "\n") + "\f" for page in document)
    finally:
        document.close()


def pdf_pages(pdf: bytes, scale: float = SCALE) -> list[Image.Image]:
    """Each page as a picture, drawn by PDFium."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=scale).to_pil().convert("L") for page in document]
    finally:
        document.close()


def codes(pdf: bytes) -> list[tuple[str, str]]:
    """(format, text) of every code on the pages, from the top left: "EAN13", "Code128", "QRCode"."""
    found = []
    for page in pdf_pages(pdf):
        for code in zxingcpp.read_barcodes(page):
            at = code.position.top_left
            found.append((round(at.y / 20), at.x, code.format.name.replace(" ", "").replace("-", ""), code.text))
    return [(kind, text) for _, _, kind, text in sorted(found)]
