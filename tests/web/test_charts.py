"""Charts: what is drawn is as long as its value, and the table beside it holds every value."""

import re

import pytest
from flask import render_template_string

from gallery.web.charts import EDGE, HEIGHT, Chart, Series, Shape
from gallery.web.filters import rupiah

DRAWN = "{% from 'components/charts.html' import chart_figure with context %}{{ chart_figure(chart) }}"
LABELS = ["1 Nov", "2 Nov", "3 Nov"]
PLOT = HEIGHT - 2 * EDGE


def chart(shape: Shape, *values: list[int], labels=LABELS) -> Chart:
    series = [Series(name, given) for name, given in zip(("Masuk", "Keluar"), values, strict=False)]
    return Chart("uji", "Uang <masuk>", "Tanggal", labels, series, shape)


def drawn(app, made: Chart) -> str:
    with app.test_request_context("/"):
        return render_template_string(DRAWN, chart=made)


def rows(page: str) -> list[list[str]]:
    found = [re.findall(r"<t[hd][^>]*>(?:<b>)?([^<]*)", row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    return [row for row in found if row]


@pytest.mark.parametrize("shape", [Shape.COLUMNS, Shape.STACKED])
def test_columns_are_as_high_as_their_values(shape):
    made = chart(shape, [100, 0, 300], [200, 50, 0])
    top = 300
    assert (made.highest, made.lowest) == (top, 0)
    heights = {(step.label, mark.tone): mark.height for step in made.steps for mark in step.marks}
    wanted = {("1 Nov", 1): 100, ("1 Nov", 2): 200, ("2 Nov", 2): 50, ("3 Nov", 1): 300}
    assert heights == {key: pytest.approx(PLOT * value / top, abs=0.01) for key, value in wanted.items()}
    for step in made.steps:
        for mark in step.marks:
            assert step.x <= mark.x
            assert mark.x + mark.width <= step.x + 10
            assert EDGE - 0.01 <= mark.y <= mark.y + mark.height <= HEIGHT - EDGE + 0.01


def test_stacked_parts_lie_upon_each_other_and_losses_below_nothing():
    made = chart(Shape.STACKED, [100, -40, 0], [50, 60, -20])
    assert (made.highest, made.lowest) == (150, -40)
    first, second, third = made.steps
    lower, upper = first.marks
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.02)
    assert lower.y + lower.height == pytest.approx(made.zero, abs=0.02)
    loss, gain = second.marks
    assert loss.y == pytest.approx(made.zero, abs=0.02)
    assert gain.y + gain.height == pytest.approx(made.zero, abs=0.02)
    assert third.marks[0].y == pytest.approx(made.zero, abs=0.02)


def test_rows_share_one_scale():
    made = chart(Shape.ROWS, [100, 25, 0], [100, 0, -50])
    assert (made.highest, made.lowest) == (200, -50)
    first, second, third = made.steps
    assert [mark.width for mark in first.marks] == [40, 40]
    assert [(mark.x, mark.width) for mark in second.marks] == [(20, 10)]
    assert [(mark.x, mark.width) for mark in third.marks] == [(0, 20)]


def test_a_line_goes_through_its_values():
    made = chart(Shape.LINE, [0, 100, 50], [-100, 0, 0])
    points = [tuple(float(one) for one in point.split(",")) for point in made.lines[0].split()]
    assert [x for x, _ in points] == [5, 15, 25]
    assert points[1][1] == EDGE
    assert points[0][1] == pytest.approx(made.zero)
    assert made.lines[1].startswith(f"5.0,{HEIGHT - EDGE}")


@pytest.mark.parametrize("shape", list(Shape))
def test_the_table_holds_every_value_of_the_picture_and_their_sums(app, shape):
    values = [1_500, 0, -300], [2_000, 0, 70]
    page = drawn(app, chart(shape, *values))
    found = rows(page)
    assert found[0] == ["Tanggal", "Masuk", "Keluar"]
    wanted = [
        [label, rupiah(one), rupiah(two)] for label, one, two in zip(LABELS, *values, strict=True)
        if one or two or shape is Shape.ROWS
    ]  # fmt: skip
    assert found[1:-1] == wanted
    assert found[-1] == ["Jumlah", rupiah(1_200), rupiah(2_070)]
    assert "style=" not in page
    assert "<script" not in page
    assert "Uang <masuk>" not in page


@pytest.mark.parametrize("shape", [Shape.COLUMNS, Shape.STACKED, Shape.LINE])
def test_a_picture_says_what_it_shows(app, shape):
    page = drawn(app, chart(shape, [1_500, 0, 300], [2_000, 0, 70]))
    assert 'role="img" aria-labelledby="uji-t uji-d"' in page
    assert '<title id="uji-t">Uang &lt;masuk&gt;</title>' in page
    assert "Masuk: jumlah Rp1.800, tertinggi Rp1.500." in page
    assert "<title>1 Nov: Masuk Rp1.500, Keluar Rp2.000</title>" in page


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("labels", [[], LABELS])
def test_nothing_draws_nothing(app, shape, labels):
    nothing = [0] * len(labels)
    page = drawn(app, chart(shape, nothing, nothing, labels=labels))
    assert "Belum ada angka" in page
    assert "<svg" not in page
    assert "<table" not in page
