"""Tables: the same rows as HTML and as Markdown."""

from __future__ import annotations

import numpy as np
import pytest

from saddle.report.tables import (
    FIGURE_SPACE,
    POINT_SPACE,
    aligned,
    cell,
    number,
    to_html,
    to_markdown,
)

ROWS = [
    {"distance": "kl", "bound": 0.25, "modes": 25},
    {"distance": "<b>|js", "bound": 12.5, "modes": None},
    {"distance": "[red]pearson", "bound": 3, "note": "late"},
]


def test_points_stand_in_one_line():
    html = to_html(ROWS)
    assert f">3{2 * FIGURE_SPACE}{POINT_SPACE}<" in html
    assert f">12.5{FIGURE_SPACE}<" in html and ">0.25<" in html


def test_markdown_keeps_its_columns():
    lines = to_markdown(ROWS).splitlines()
    assert len(lines) == 5
    assert {line.replace("\\|", "").count("|") for line in lines} == {5}
    assert len({len(line) for line in lines}) == 1


def test_html_escapes_and_marks_numbers():
    html = to_html(ROWS, caption="<i>")
    assert "&lt;b&gt;|js" in html and "<b>" not in html and "<i>" not in html
    assert html.count("<th scope='col' class='n'>") == 2
    assert "not measured" in to_html([], caption="measures")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.5), "0.5"),
        (np.int64(12000), "12,000"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (-0.00001234, "-1.23e-05"),
        (1234567.8, "1.23e+06"),
        (99999.96, "100,000"),
        ([], "–"),
        ({"a": 1, "b": None}, "a 1, b –"),
        (False, "no"),
    ],
)
def test_cells(value, text):
    assert cell(value) == text


def test_numbers_keep_four_digits_that_count():
    rng = np.random.default_rng(0)
    for value in np.exp(rng.uniform(np.log(1e-4), np.log(1e6), 200)):
        said = float(number(float(value)).replace(",", ""))
        assert said == pytest.approx(value, rel=5.1e-4)  # half a unit of the fourth digit


def test_alignment_pads_to_one_width_behind_the_point():
    padded = aligned(["1", "2.5", "3.25", "1e-07"])
    assert padded == ["1   ", "2.5 ", "3.25", "1e-07"]
