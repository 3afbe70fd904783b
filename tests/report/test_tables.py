"""Tables: the same rows as HTML, Markdown, text and on the terminal."""

from __future__ import annotations

import io

import numpy as np
import pytest

from saddle.report.tables import aligned, cell, number, to_html, to_markdown, to_rich, to_text

ROWS = [
    {"distance": "kl", "bound": 0.25, "modes": 25},
    {"distance": "<b>|js", "bound": 12.5, "modes": None},
    {"distance": "[red]pearson", "bound": 3, "note": "late"},
]


def test_points_stand_in_one_line():
    lines = to_text(ROWS).splitlines()
    at = lines[1].index("0.25") + 1
    assert lines[2][at] == "."
    assert lines[3][at - 1 : at + 1] == "3 "


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


def test_rich_table_takes_brackets_as_text():
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=100).print(to_rich(ROWS, title="[bold]t"))
    assert "[red]pearson" in out.getvalue()
    assert "[bold]t" in out.getvalue()


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
