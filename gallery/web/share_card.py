"""Draws the share picture of a product in the site's colours."""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # loaded with the first drawing: 4 MB
    from PIL import Image, ImageDraw, ImageFont

FONTS: Final = Path(__file__).resolve().parents[2] / "templates" / "print" / "fonts"
PANEL, GOLD, PAPER, SOFT = "#07393d", "#e6c578", "#f6efdf", "#b9d2d0"
MOST_BYTES: Final = 300_000
QUALITIES: Final = (84, 74, 62, 48, 34)


@dataclass(frozen=True)
class Size:
    """A format; the photo stands left of the text, or above it."""

    name: str
    width: int
    height: int

    @property
    def is_wide(self) -> bool:
        return self.width > self.height


LANDSCAPE: Final = Size("lebar", 1200, 630)
PORTRAIT: Final = Size("potret", 1080, 1350)


@dataclass(frozen=True)
class Card:
    """What the picture says."""

    name: str
    maker: str
    place: str
    price: str
    site: str
    photo: bytes


def draw(card: Card, size: Size) -> bytes:
    """The picture as JPEG of less than 300 KB."""
    from PIL import Image, ImageDraw, ImageOps  # noqa: PLC0415

    image = Image.new("RGB", (size.width, size.height), PANEL)
    side = min(size.width, size.height)
    photo_box = (0, 0, size.height, size.height) if size.is_wide else (0, 0, side, side - 120)
    if card.photo:
        with Image.open(io.BytesIO(card.photo), formats=["JPEG"]) as source:
            box_size = (photo_box[2] - photo_box[0], photo_box[3] - photo_box[1])
            image.paste(ImageOps.fit(source.convert("RGB"), box_size, Image.Resampling.LANCZOS), photo_box[:2])
    left = photo_box[2] + 48 if size.is_wide else 64
    top = 88 if size.is_wide else photo_box[3] + 52
    pen = ImageDraw.Draw(image)
    _text(pen, card, (left, top), size)
    _strip(pen, size)
    return _jpeg(image)


def _text(pen: "ImageDraw.ImageDraw", card: Card, origin: tuple[int, int], size: Size) -> None:
    x, y = origin
    room = size.width - x - 48
    pen.text((x, y), card.site, font=_font("Bold", 26), fill=GOLD)
    y += 52
    title = _font("Bold", 56 if len(card.name) <= 34 else 46)  # noqa: PLR2004 - what fits three lines
    for line in _wrapped(pen, card.name, title, room)[:3]:
        pen.text((x, y), line, font=title, fill=PAPER)
        y += round(title.size * 1.18)
    y += 14
    for line in (card.maker, card.place):
        pen.text((x, y), _cut(pen, line, _font("Regular", 28), room), font=_font("Regular", 28), fill=SOFT)
        y += 40
    pen.text((x, size.height - 118), card.price, font=_font("Bold", 54), fill=GOLD)


def _strip(pen: "ImageDraw.ImageDraw", size: Size) -> None:
    """A band of stepped lozenges along the lower edge, as on the site."""
    step, base = 28, size.height - 12
    for x in range(0, size.width + step, step):
        pen.polygon([(x, base - 10), (x + 10, base), (x, base + 10), (x - 10, base)], fill=GOLD)


def _wrapped(pen: "ImageDraw.ImageDraw", text: str, font: "ImageFont.FreeTypeFont", room: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pen.textlength(longer, font=font) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_cut(pen, line, font, room) for line in lines if line]


def _cut(pen: "ImageDraw.ImageDraw", text: str, font: "ImageFont.FreeTypeFont", room: int) -> str:
    if pen.textlength(text, font=font) <= room:
        return text
    while text and pen.textlength(f"{text}…", font=font) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _jpeg(image: "Image.Image") -> bytes:
    data = b""
    for quality in QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        data = buffer.getvalue()
        if len(data) < MOST_BYTES:
            break
    return data


@cache
def _font(weight: str, size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415

    return ImageFont.truetype(FONTS / f"PlusJakartaSans-{weight}.ttf", size)
