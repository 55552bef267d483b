"""Every paper: drawn as pictures, nothing cut off, and its numbers are those of the database."""

import re

import pypdfium2
import pytest
from sqlalchemy import select

from gallery.core.db import db
from gallery.inventory.models import Paper
from gallery.web.consignment_papers import grouped
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.printed import SCALE, codes, pdf_pages, pdf_text
from tests.web.paper_world import PAPERS, make_scene

LEAST_INK, MOST_INK = 0.002, 0.5
SHEET_EDGE_PT, ROLL_EDGE_PT = 10, 4  # what office printers and label printers can not print on
WIDE_PT = 500
INK = 140  # darker than that is ink


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_legible_whole_and_right(app, tmp_path, name):
    scene = make_scene()
    address, words = PAPERS[name](scene)
    manager = signed_in(app, make_user("gallery_manager", gallery_id=scene.gallery_id))
    answer = manager.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), address
    pictures = pdf_pages(answer.data)
    for number, picture in enumerate(pictures, start=1):
        picture.save(tmp_path / f"{name.replace(' ', '-')}-{number}.png")
        ink = picture.point(lambda grey: 255 * (grey < INK))
        share = ink.histogram()[255] / (ink.width * ink.height)
        assert LEAST_INK < share < MOST_INK, f"page {number} is blank or black: {share}"
        left, top, right, bottom = ink.getbbox()
        space = min(left, top, ink.width - right, ink.height - bottom) / SCALE
        least = SHEET_EDGE_PT if ink.width / SCALE > WIDE_PT else ROLL_EDGE_PT
        assert space >= least, f"page {number} is printed up to {space} pt from its edge"
    outside = letters_off_the_page(answer.data)
    assert outside == [], outside
    shown = flat(pdf_text(answer.data))
    assert [words_ for words_ in words if not is_shown(words_, shown)] == [], shown
    assert without_check_code(shown, answer.data) == []


def letters_off_the_page(pdf: bytes) -> list[str]:
    """Name letters whose box is not wholly on their page: a printer would cut them off."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    try:
        for number, page in enumerate(document, start=1):
            width, height = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(index)
                if min(left, bottom) < 0 or right > width or top > height:
                    found.append(f"page {number}: {text.get_text_range(index, 1)!r}")
            text.close()
    finally:
        document.close()
    return found


def without_check_code(shown: str, pdf: bytes) -> list[str]:
    """Name the papers of our books that bear no check code: it is printed in two parts, or in the QR code's address."""
    papers = [paper for paper in db.session.scalars(select(Paper)) if paper.number in shown]
    addresses = [text.rsplit("/", 1)[-1] for _kind, text in codes(pdf)] if papers else []
    return [
        paper.number for paper in papers if grouped(paper.check_code) not in shown and paper.check_code not in addresses
    ]


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def is_shown(words: str, shown: str) -> bool:
    """Say whether the words are there; long ones are broken into lines, between which other cells may come."""
    if words in shown:
        return True
    return words.count(" ") > 2 and all(word in shown for word in words.split())
