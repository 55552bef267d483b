"""The look of a picture stays when it is saved again, and differs between two receipts of one bank's app."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from gallery.core.picture_look import is_alike, look_of

FONTS = Path(__file__).resolve().parents[2] / "templates/print/fonts"
FONT = str(min(FONTS.glob("*.ttf")))


def receipt(seed: int) -> Image.Image:
    """A bank's screen after a transfer; only what was transferred, when and under which number differs."""
    draw_of = random.Random(seed)
    image = Image.new("RGB", (720, 1440), "#f4f6f8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 720, 200), fill="#0050a0")
    draw.text((40, 110), "Transfer Berhasil", font=ImageFont.truetype(FONT, 44), fill="white")
    draw.ellipse((280, 240, 440, 400), fill="#2aa84a")
    rows = (
        ("Tanggal", f"{draw_of.randint(1, 28)} Nov 2026 {draw_of.randint(10, 23)}:{draw_of.randint(10, 59)}"),
        ("No. Ref", str(draw_of.randint(10**11, 10**12))),
        ("Dari", draw_of.choice(["YANTI OKTARINA", "BUDI SANTOSO", "SRI WAHYUNI"])),
        ("Ke", "GALERI UMKM CONTOH"),
        ("Nominal", f"Rp{draw_of.randint(100, 900)}.{draw_of.randint(100, 999)}"),
        ("Biaya", "Rp0"),
    )
    font = ImageFont.truetype(FONT, 28)
    for number, (name, value) in enumerate(rows):
        draw.text((50, 470 + 100 * number), name, font=font, fill="#667")
        draw.text((320, 470 + 100 * number), value, font=font, fill="#112")
    return image


def saved(image: Image.Image, scale: float = 1, quality: int = 85) -> bytes:
    data = io.BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale))).save(data, "JPEG", quality=quality)
    return data.getvalue()


@pytest.mark.parametrize(("scale", "quality"), [(1, 40), (0.7, 60), (0.5, 80)])
def test_the_same_picture_saved_again_is_found(scale, quality):
    for seed in range(4):
        once = look_of(saved(receipt(seed)))
        assert len(once) == 1_024
        assert is_alike(once, look_of(saved(receipt(seed), scale, quality))), seed


def test_receipts_of_one_app_are_not_taken_for_each_other():
    looks = [look_of(saved(receipt(seed))) for seed in range(6)]
    taken = [(a, b) for a in range(6) for b in range(a) if is_alike(looks[a], looks[b])]
    assert taken == []
