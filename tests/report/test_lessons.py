"""The page of the theory: a picture for every statement, true to what the library measures."""

from __future__ import annotations

import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_page import parse

from saddle.distances import DISTANCES
from saddle.report.lessons import LESSONS, fits, steps
from saddle.report.lessons.laws import relativistic
from saddle.report.lessons.lines import FORMS, LOG4, X, integral, jsd, log_normal, value
from saddle.report.lessons.measured import measured, rows
from saddle.report.style import png

ROOT = Path(__file__).parent.parent.parent

ROWS = {
    "KL(p‖q)": "kl",
    "KL(q‖p)": "reverse-kl",
    "2 JSD": "js",
    "Pearson": "pearson",
    "Neyman": "neyman",
    "squared Hellinger": "squared-hellinger",
    "Jeffrey": "jeffrey",
}


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_has_a_statement_a_picture_and_what_measures_it(name):
    lesson = LESSONS[name]
    assert lesson.says.endswith(".") and ". " not in lesson.says, "one sentence"
    missing = [path for path in lesson.measured if not (ROOT / path).is_file()]
    assert lesson.measured and not missing
    assert set(lesson.tables) <= measured().keys()
    image = Image.open(io.BytesIO(png(lesson.draw(), dpi=50))).convert("L")
    assert np.asarray(image, dtype=float).std() > 4


def test_every_proof_and_benchmark_of_the_theory_is_in_some_lesson():
    named = {path for lesson in LESSONS.values() for path in lesson.measured}
    proofs = {f"tests/theory/{path.name}" for path in (ROOT / "tests/theory").glob("test_*.py")}
    benches = {f"benchmarks/{path.name}" for path in (ROOT / "benchmarks").glob("theory_*.py")}
    assert not (proofs | benches) - named


def test_the_page_is_whole_loads_nothing_and_needs_no_torch(tmp_path):
    path = tmp_path / "theory.html"
    code = (
        "import sys; from pathlib import Path; from saddle.report import theory_page;"
        f"theory_page(Path({str(path)!r})); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    html = path.read_text(encoding="utf-8")
    seen = parse(html)
    ids = [attributes["id"] for _, attributes in seen.seen if "id" in attributes]
    assert ids == list(LESSONS)
    images = [a for tag, a in seen.seen if tag == "img"]
    assert len(images) == len(LESSONS) and all(a["alt"].strip() for a in images)
    bare = re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+", "", html)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", bare)
    assert all(lesson.says in seen.text for lesson in LESSONS.values())
    assert len(html) < 3_000_000


def test_what_is_shipped_has_the_form_of_what_benchmarks_write():
    """The figures may be of another day; `scripts/theory` brings them up to date."""
    out = ROOT / "benchmarks" / "out"
    for name, shipped in measured().items():
        if (path := out / f"{name}.json").is_file():
            told = json.loads(path.read_text(encoding="utf-8"))
            assert shipped[0].keys() == told["rows"][0].keys(), f"{name}: run scripts/theory"


@pytest.mark.parametrize("form", FORMS)
def test_the_drawn_f_are_the_librarys(form):
    import torch

    row, mine = DISTANCES[ROWS[form]], FORMS[form]
    v = torch.linspace(-4, 4, 33, dtype=torch.float64)
    u = v.exp().numpy()
    for drawn, theirs in (
        (mine.f(u), row.shifted(v.exp())),
        (mine.weight(u), row.pulls(v)[0]),
    ):
        np.testing.assert_allclose(drawn, theirs.numpy(), rtol=1e-9, atol=1e-12)
    # T is free up to a constant c, and the conjugate then by the same c
    shift = mine.output(u) - row.output(v).numpy()
    np.testing.assert_allclose(shift, shift[0], atol=1e-9)
    np.testing.assert_allclose(mine.conjugate(u) - row.conjugate(v).numpy(), shift[0], atol=1e-9)


def test_the_drawn_value_is_that_of_the_game():
    p, q = log_normal(X, 0.0, 1.0), log_normal(X, 1.3, 0.8)
    assert value(p, q, p - q) == pytest.approx(-LOG4 + 2 * jsd(p, q), abs=1e-12)
    assert integral(np.exp(q)) == pytest.approx(1, abs=1e-12)


def test_the_relativistic_value_drawn_is_the_divergence_drawn():
    from saddle.report.style import sheet

    ax = sheet(3, 3).subplots()
    relativistic(ax)
    direct, by_jsd = (np.asarray(line.get_ydata()) for line in ax.get_lines()[:2])
    np.testing.assert_allclose(direct, by_jsd, atol=1e-9)
    assert direct.min() == pytest.approx(-math.log(2), abs=1e-9)


@pytest.mark.parametrize("name", steps.METHODS)
def test_the_drawn_paths_end_where_the_library_ends(name):
    """Closed forms in numpy against what the library's own losses and penalties walked."""
    move, clip = steps.METHODS[name]
    (row,) = rows("theory_dirac", method=name)
    for way, alternating in (("sim", False), ("alt", True)):
        end = steps.walk(move, clip=clip, alternating=alternating)[-1]
        # Rounding grows along the kinked and the diverging ones
        assert float(np.hypot(*end)) == pytest.approx(row[way], rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("h", "refresh", "steps_"), [(6.0, 1, 50), (0.1, 0, 50)])
def test_the_drawn_descent_is_the_benchmarks(h, refresh, steps_):
    from theory_step_size import descend

    drawn = steps.descend(h, refresh=refresh, steps=steps_)
    # Another rule of quadrature, rounding along fifty steps
    np.testing.assert_allclose(drawn, descend(h, refresh=refresh, steps=steps_), atol=1e-6)


def test_inverse_pairs_of_maps_alone_are_at_zero():
    inverse, others = fits.bigan_values()
    assert len(inverse) == 6 and max(inverse) < 1e-12 < 0.1 < min(others)


def test_a_coupling_comes_back():
    assert fits.cycle_error(1.0, np.float64, 0) < 1e-12
