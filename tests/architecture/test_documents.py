"""What stands in the documents is what stands in the code."""

import dataclasses
import re

import pytest

from config import Settings
from gallery.core.db import Base
from tests.architecture.source import BUSINESS, ROOT

ELSEWHERE = {"BACKUP_PASSPHRASE", "TEST_DATABASE_URL"}


def readme_settings():
    return set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))


def test_every_setting_has_a_line_in_readme_and_nothing_else_has():
    assert readme_settings() == {field.name for field in dataclasses.fields(Settings)} | ELSEWHERE


def glossary():
    text = (ROOT / "docs/glossary.md").read_text()
    return set(re.findall(r"^\| ([a-z][a-z -]*?) \|", text, re.MULTILINE))


@pytest.mark.parametrize("package", BUSINESS)
def test_every_package_has_a_word_in_the_glossary(package):
    assert package in glossary()


def test_every_table_has_a_word_in_the_glossary():
    words = {re.sub(r"(?<!^)(?=[A-Z])", " ", mapper.class_.__name__).lower() for mapper in Base.registry.mappers}
    assert sorted(words - glossary()) == []


def test_decisions_are_numbered_without_gaps_or_doubles():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []
