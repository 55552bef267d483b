"""Codes on paper and screen: EAN-13 and Code 128 as rows of modules, QR as SVG or PNG."""

import io

import segno


def ean13(digits: str) -> str:
    """Return the 95 modules of an EAN-13, "1" for a bar; ``digits`` are all 13, with a right check digit."""
    return _modules("ean13", digits).replace("G", "1")


def code128(text: str) -> str:
    """Return the modules of a Code 128, "1" for a bar."""
    return _modules("code128", text)


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG document without a quiet zone (the paper leaves it), error level M."""
    drawing = io.BytesIO()
    segno.make(text, error="m").save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


def qr_svg_framed(text: str) -> str:
    """Return a QR code as an SVG document that stands by itself: white ground, quiet zone of four modules, level M."""
    drawing = io.BytesIO()
    segno.make(text, error="m").save(drawing, kind="svg", border=4, light="#fff", omitsize=True)
    return drawing.getvalue().decode()


def qr_png(text: str) -> bytes:
    """Return a QR code as a picture with its quiet zone, large enough to be scanned from a screen."""
    drawing = io.BytesIO()
    segno.make(text, error="m").save(drawing, kind="png", scale=8, border=4)
    return drawing.getvalue()


def _modules(kind: str, text: str) -> str:
    import barcode  # noqa: PLC0415 - loaded with the first label: 2 MB

    return str(barcode.get(kind, text).build()[0])
