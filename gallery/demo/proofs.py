"""Pictures that people send: a transfer slip, a parcel at the door. Drawn with Pillow, small and quick."""

from datetime import datetime
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from gallery.core import clock
from gallery.demo.pictures.canvas import FONT_FILES

SIZE: Final = (540, 760)


def _font(size: int, weight: int = 600) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILES[weight]), size)


def transfer_slip(amount_idr: int, at: datetime, reference: str) -> bytes:
    """Return the picture of a bank's confirmation, as from a telephone."""
    image = Image.new("RGB", SIZE, "#EEF2F4")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 150), fill="#0B5E63")
    draw.ellipse((235, 105, 305, 175), fill="#3BA55D")
    draw.line((253, 140, 266, 154, 288, 126), fill="#FFFFFF", width=8)
    draw.text((270, 60), "Bank Contoh", font=_font(34, 800), fill="#FFFFFF", anchor="mm")
    draw.rounded_rectangle((40, 200, 500, 700), 18, fill="#FFFFFF")
    amount = f"Rp{amount_idr:,}".replace(",", ".")
    lines = (
        ("Transfer berhasil", 26, 245, "#1B2327"),
        (amount, 46, 310, "#0B5E63"),
        (f"{at.astimezone(clock.LOCAL_ZONE):%d/%m/%Y %H.%M} WIB", 22, 370, "#4C5B63"),
        ("Penerima: Galeri UMKM", 22, 440, "#1B2327"),
        ("Rekening: 0000 7700 1904", 22, 480, "#1B2327"),
        (f"Referensi: {reference}", 22, 520, "#1B2327"),
        ("Contoh, bukan bukti asli", 20, 650, "#9B2C3A"),
    )
    for words, size, y, fill in lines:
        draw.text((270, y), words, font=_font(size, 800 if size > 30 else 600), fill=fill, anchor="mm")  # noqa: PLR2004
    return _jpeg(image)


def parcel_at_door(number: str) -> bytes:
    """Return the picture that a rider takes when the parcel is handed over."""
    image = Image.new("RGB", (720, 540), "#D8CDBA")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 400, 720, 540), fill="#B9A888")
    draw.rectangle((250, 30, 470, 405), fill="#6B4119")
    draw.rectangle((270, 55, 450, 220), outline="#8A5A2B", width=6)
    draw.rectangle((270, 240, 450, 385), outline="#8A5A2B", width=6)
    draw.ellipse((425, 225, 445, 245), fill="#D9B25F")
    draw.rounded_rectangle((300, 330, 560, 500), 8, fill="#C8934F")
    draw.rectangle((412, 330, 446, 500), fill="#E8CF9A")
    draw.rectangle((316, 420, 404, 480), fill="#FBF8F1")
    draw.text((360, 450), number[-7:], font=_font(16), fill="#1B2327", anchor="mm")
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
