"""Templates compile and carry nothing that the content security policy refuses."""

import pytest

from tests import check


def test_every_template_compiles_and_has_no_inline_code():
    assert list(check.templates()) == []


def test_every_text_is_translated():
    assert list(check.translations()) == []


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ('<p style="color:red">', "style attribute"),
        ("<style>p{}</style>", "style element"),
        ('<a onclick="x()">', "event attribute"),
        ("<script>x()</script>", "inline script"),
        ('<a href="javascript:x()">', "javascript: link"),
        ("{{ text|safe }}", "|safe without a reason"),
    ],
)
def test_forbidden_markup_is_found(tmp_path, monkeypatch, markup, what):
    (tmp_path / "page.html").write_text(f"<h1>Judul</h1>\n{markup}\n")
    monkeypatch.setattr(check, "TEMPLATES", tmp_path)
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert list(check.templates()) == [f"page.html:2: {what}"]


@pytest.mark.parametrize("markup", ['<script src="a.js"></script>', '<script type="application/ld+json">{}</script>'])
def test_allowed_markup_passes(tmp_path, monkeypatch, markup):
    (tmp_path / "page.html").write_text(markup)
    monkeypatch.setattr(check, "TEMPLATES", tmp_path)
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert list(check.templates()) == []
