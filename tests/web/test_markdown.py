import pytest

from gallery.web.markdown import to_html


def test_paragraphs_lists_and_links_become_html():
    html = to_html("Satu **dua**\n\n- butir\n- lagi\n\n[tautan](https://contoh.id)")
    assert "<strong>dua</strong>" in html
    assert "<li>butir</li>" in html
    assert '<a href="https://contoh.id" rel="noopener nofollow">tautan</a>' in html


@pytest.mark.parametrize("text", ["## Dua\n\n### Tiga", "# Dua\n\n#### Tiga", "### Dua\n\n###### Tiga"])
def test_headings_leave_out_no_level(text):
    html = to_html(text)
    assert "<h2>Dua</h2>" in html
    assert "<h3>Tiga</h3>" in html


def test_headings_stay_below_the_heading_of_the_page():
    html = to_html("# Satu\n\n## Dua\n\n### Tiga")
    assert "<h1>" not in html
    assert html.index("<h2>Satu</h2>") < html.index("<h3>Dua</h3>") < html.index("<h4>Tiga</h4>")


def test_a_table_scrolls_in_a_box_of_its_own():
    html = to_html("| a | b |\n|---|---|\n| 1 | 2 |\n\nakhir")
    assert html.startswith('<div class="table-box" tabindex="0"><table class="table">')
    assert "</table></div>\n<p>akhir</p>" in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[klik](javascript:alert(1))",
        '<a href="https://a.id" onclick="x()">a</a>',
        '<p style="position:fixed">p</p>',
        "<iframe src=https://a.id></iframe>",
        '[a](https://a.id "\\" onmouseover=x")',
        "![gambar](https://a.id/p.gif)",
        "<svg><script>x</script></svg>",
    ],
)
def test_nothing_active_survives(hostile):
    html = to_html(hostile).lower()
    for forbidden in (
        "<script",
        "onerror",
        "javascript:",
        "onclick",
        "style=",
        "<iframe",
        "<img",
        "<svg",
        " onmouseover",
    ):
        assert forbidden not in html.replace("&quot; onmouseover", "")
