"""The checker itself: a page with a fault is refused, so that the page tests can fail."""

import pytest

from tests.html import Page

GOOD = (
    '<html lang="id"><head><title>Judul</title></head><body><main><h1>Judul</h1>'
    '<label for="q">Cari</label><input id="q">{}</main></body></html>'
)


def test_a_good_page_has_no_problems():
    assert Page(GOOD.format("")).problems == []


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        ("<h1>Lagi</h1>", "2 × <h1>"),
        ('<p id="q"></p>', "id 'q' is there 2 times"),
        ('<input name="nama">', "<input name='nama'> without a label"),
        ('<p style="color:red"></p>', "<p style=…>"),
        ('<button onclick="x()">Ya</button>', "<button onclick=…>"),
        ("<script>x()</script>", "inline <script>"),
        ("<style>p{}</style>", "inline <style>"),
        ('<a href="#tiada">Ke sana</a>', "dead link '#tiada'"),
        ('<img src="a.png">', "<img> without alt"),
        ('<p aria-describedby="tiada"></p>', "aria-describedby='tiada' names nothing"),
        ("<p><b>silang</p></b>", "</p> closes b"),
        ("<button></button>", "<button {}> without a name"),
        ('<a href="javascript:x()">Ya</a>', "javascript: link"),
    ],
)
def test_each_fault_is_named(markup, problem):
    assert problem in Page(GOOD.format(markup)).problems
