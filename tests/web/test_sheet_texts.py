"""Every reason why a sheet, a cell or a row is refused has a sentence that ends with what to do."""

import ast
import dataclasses
import re

import pytest

from gallery.catalog.facts import ProductFacts
from gallery.core.sheets import SheetProblem
from gallery.web.sheet_texts import CELL_TEXTS, FIELD_TEXTS, FILE_TEXTS, ZIP_TEXTS, cell_text, file_text, zip_text
from tests.architecture.source import GALLERY, called, calls, tree

FACTS = {
    "limit": 10_000, "limit_mb": 10, "needed": "Nama Produk", "found": "nama", "length": 15, "formula": "#REF!",
    "lowest": 100, "highest": 10**9, "guess": 25_000, "unit": "kg", "units": "g, kg", "most": 100, "hint": "Air Itam",
    "net": 250, "row": 12, "ending": "8888", "grams": 300, "name": "foto.jpg", "why": "image_type",
    "fields": ["photos"],
}  # fmt: skip


def raised_codes() -> set[str]:
    """Codes that readers and the dry run write down, found in their source."""
    found = set()
    for path in [*GALLERY.glob("core/reading/*.py"), *GALLERY.glob("submissions/services/*.py")]:
        for call in calls(tree(path)):
            place = 1 if called(call).endswith(("row.add", ".add")) else 0
            if called(call).split(".")[-1] in {"MisreadError", "add"} and len(call.args) > place:
                found |= {n.value for n in ast.walk(call.args[place]) if isinstance(n, ast.Constant)}
        found |= set(re.findall(r'code="([a-z_]+)"', path.read_text()))
        found |= set(re.findall(r'scientific(?:: str)? ?= ?"([a-z_]+)"', path.read_text()))
    return {code for code in found if isinstance(code, str)} - {"_too_small", "_too_big", "licence_"}


def test_every_code_has_a_sentence():
    codes = raised_codes()
    assert len(codes) > 40
    assert sorted(codes - set(CELL_TEXTS)) == []


def test_every_problem_of_a_file_has_a_sentence():
    assert sorted(set(SheetProblem) - set(FILE_TEXTS)) == []


@pytest.mark.parametrize("code", sorted(CELL_TEXTS))
def test_a_sentence_about_a_cell_is_whole(app, code):
    with app.test_request_context("/"):
        text = cell_text({"code": code, "facts": FACTS})
    assert text.endswith((".", "?"))
    assert "%(" not in text


@pytest.mark.parametrize("code", sorted(FILE_TEXTS))
def test_a_sentence_about_a_file_is_whole(app, code):
    with app.test_request_context("/"):
        text = file_text({"code": code, "facts": FACTS})
    assert text.endswith(".")
    assert "%(" not in text


@pytest.mark.parametrize("code", sorted(ZIP_TEXTS))
def test_a_sentence_about_a_zip_is_whole(app, code):
    with app.test_request_context("/"):
        text = zip_text({"code": code, "facts": FACTS})
    assert text.endswith(".")
    assert "%(" not in text


def test_numbers_are_grouped_and_the_likely_meaning_is_offered(app):
    with app.test_request_context("/"):
        assert "10.000 baris" in file_text({"code": "too_many_rows", "facts": {"limit": 10_000}})
        assert cell_text({"code": "unknown_choice", "facts": {"hint": "Air Itam"}}).endswith("Maksud Anda: Air Itam?")
        assert cell_text({"code": "unknown_choice", "facts": {}}).endswith("templat.")


def test_a_refusal_without_a_sentence_of_its_own_says_what_to_do(app):
    with app.test_request_context("/"):
        assert "Unggah lagi" in cell_text({"code": "failed_something_new", "facts": {}})


def test_every_field_that_may_change_has_a_word(app):
    assert {field.name for field in dataclasses.fields(ProductFacts)} == set(FIELD_TEXTS)
    with app.test_request_context("/"):
        text = cell_text({"code": "changes", "facts": {"fields": ["photos", "variants"]}})
    assert text == "Yang berubah: foto, harga, berat, atau varian."
