"""Figures that show something, a film of every look, and the same bytes each time."""

from __future__ import annotations

import io

import fake_runs
import matplotlib
import numpy as np
import pytest
from PIL import Image

from saddle.errors import BadData, BrokenRun, UnknownName
from saddle.report import film, picture_of_rows, save_pictures
from saddle.report.canvas import Line, Plane, canvas, main_directions
from saddle.report.critics import near
from saddle.report.gallery import PICTURES, drawings
from saddle.report.read import read_run
from saddle.report.reel import ENDINGS, SIZES, Cut, fitting, shot
from saddle.report.shade import probability, score, undecided
from saddle.report.style import SERIES, png, svg, words
from saddle.runs import write_json

MEANINGS = ("log-ratio", "log-ratio up to a constant", "margin", "potential")


def grey(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=np.float64)


def test_every_figure_of_every_game_shows_something(any_run):
    keys = set()
    for drawing in drawings(read_run(any_run)):
        keys.add(drawing.key)
        image = grey(png(drawing.figure, dpi=60))
        assert image.std() > 4, drawing.name
        assert (image < 160).mean() > 0.001, drawing.name
    assert keys >= {"samples", "watch", "losses", "schedule", "auc", "scores"}


def test_all_kinds_of_pictures_are_drawn_by_some_game(tmp_path):
    drawn = set()
    for kind in ("gan-plane", "conditional-plane", "bigan", "bigan-pictures"):
        run = fake_runs.make(tmp_path, kind)
        write_json(run.path / "findings.json", fake_runs.FINDINGS)
        record = read_run(run)
        drawn |= {key for key, picture in PICTURES.items() if picture.parts(record)}
    assert drawn == set(PICTURES)


@pytest.mark.parametrize("ending", ENDINGS)
def test_film_has_a_frame_a_look(any_run, tmp_path, ending):
    path = film(any_run, tmp_path / f"film{ending}")
    with Image.open(path) as image:
        assert image.format == ENDINGS[ending]
        assert image.n_frames == len(fake_runs.STEPS)
        assert image.info["loop"] == 0
        seen = []
        for number in range(image.n_frames):
            image.seek(number)
            seen.append(np.asarray(image.convert("RGB"), dtype=np.float64))
    assert all(np.abs(a - b).mean() > 0.05 for a, b in zip(seen, seen[1:], strict=False))


@pytest.mark.parametrize("name", ["film.mp4", "film", "film.gifs"])
def test_a_film_of_another_format_is_refused_before_it_is_drawn(run, tmp_path, name):
    with pytest.raises(UnknownName, match="Known: .gif, .png, .webp"):
        film(run, tmp_path / name)
    assert not list(tmp_path.glob("film*"))


def test_long_run_keeps_its_film_small(tmp_path):
    run = fake_runs.make(tmp_path, "conditional-plane", steps=tuple(range(0, 8001, 100)))
    made = shot(read_run(run), Cut(20, 100_000))
    assert made is not None
    assert len(made.steps) == 20
    assert (made.steps[0], made.steps[-1]) == (0, 8000)
    # The weight is told from six frames, whose steps are the larger ones
    assert len(made.moving()) < 130_000


def test_the_size_of_a_film_is_the_largest_that_fits():
    assert fitting(1000, 1000) == SIZES[0]
    assert fitting(1000, 500) == 64  # (64 / 100)^2 = .41 of the bytes, (72 / 100)^2 = .52
    assert fitting(1e12, 1) == SIZES[-1]


def test_pictures_are_the_same_bytes_twice(run, tmp_path):
    one = {p.name: p.read_bytes() for p in save_pictures(run, tmp_path / "one")}
    two = {p.name: p.read_bytes() for p in save_pictures(run, tmp_path / "two")}
    assert one == two and len(one) > 10
    assert film(run, tmp_path / "1.gif").read_bytes() == film(run, tmp_path / "2.gif").read_bytes()
    figure = next(drawings(read_run(run), section="curves")).figure
    again = next(drawings(read_run(run), section="curves")).figure
    assert svg(figure) == svg(again)


def test_drawing_ignores_and_keeps_the_callers_settings(run):
    plain = png(next(drawings(read_run(run), section="curves")).figure)
    with matplotlib.rc_context({"lines.linewidth": 9.0, "axes.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        assert png(next(drawings(read_run(run), section="curves")).figure) == plain
        assert dict(matplotlib.rcParams) == before


def test_nothing_recorded_nothing_drawn(tmp_path):
    run = fake_runs.bare(tmp_path)
    with pytest.raises(BrokenRun, match="no film"):
        film(run, tmp_path / "film.gif")
    with pytest.raises(BrokenRun, match="no pictures"):
        save_pictures(run, tmp_path / "pictures")


def test_rows_that_are_not_finite_are_counted_as_outside(run):
    look = read_run(run).looks[-1]
    held = dict(look.arrays)
    held["samples"] = held["samples"].copy()
    held["samples"][:7] = np.nan
    held["samples"][7:10] = 1e9
    np.savez(look.path, **held)
    record = read_run(run)
    assert canvas(record.real["x"], box=record.box("x")).outside(held["samples"]) == 10
    assert all(png(drawing.figure, dpi=40) for drawing in drawings(record, section="samples"))


@pytest.mark.parametrize("meaning", MEANINGS)
def test_shade_is_centred_where_the_critic_is_undecided(tmp_path, meaning):
    record = read_run(fake_runs.make(tmp_path, "gan-line", meaning=meaning))
    middle = 0.0 if meaning in ("log-ratio", "margin") else 3.0  # (3 + gap + 3 - gap) / 2
    assert undecided(record, "duel", 8000) == pytest.approx(middle, abs=1e-12)
    shade = score(record, "duel", record.looks[-1:])
    assert shade.seen(np.array([middle])) == pytest.approx(0.0, abs=1e-12)
    assert (shade.low, shade.high) == (-shade.limit, shade.limit)
    assert len(list(drawings(record, section="critic"))) == 3


def test_probability_is_the_sigmoid():
    v = np.linspace(-30, 30, 7)
    assert probability().seen(v) == pytest.approx(1 / (1 + np.exp(-v)), rel=1e-14)
    assert probability().middle == 0.5


def test_canvas_fits_the_dimension():
    rng = np.random.default_rng(0)
    assert isinstance(canvas(rng.normal(size=(50, 1))), Line)
    assert isinstance(canvas(rng.normal(size=(50, 2))), Plane)
    deep = canvas(rng.normal(size=(50, 7)))
    assert "7 dimensions" in deep.note
    assert deep.at(np.zeros((3, 7))).shape == (3, 2)


def test_main_directions_are_those_of_the_covariance():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(400, 5)) * [3, 0.1, 2, 0.2, 0.3]
    _, vectors = np.linalg.eigh(np.cov(rows.T))
    overlap = np.abs(vectors[:, :-3:-1].T @ main_directions(rows))
    assert overlap == pytest.approx(np.eye(2), abs=1e-10)  # both are exact decompositions


@pytest.mark.parametrize(
    "held",
    [
        {"x": np.zeros((5, 2)) + np.arange(5)[:, None], "given": np.arange(5) % 2},
        {"x": np.arange(5.0)[:, None], "given": np.arange(5.0)[:, None]},
        {"a": np.random.default_rng(0).normal(size=(30, 2)), "b": np.arange(30.0)},
        {"z": np.random.default_rng(0).normal(size=(30, 6))},
    ],
    ids=["labels", "points", "domains", "deep"],
)
def test_picture_of_rows(held, tmp_path):
    path = picture_of_rows(held, tmp_path / "rows.png")
    assert grey(path.read_bytes()).std() > 4


def test_picture_of_nothing_is_refused(tmp_path):
    with pytest.raises(BadData, match="no row"):
        picture_of_rows({"x": np.zeros((0, 2))}, tmp_path / "rows.png")


def test_rows_of_a_condition_are_those_that_have_it_or_lie_nearest():
    x = np.arange(100.0)[:, None]
    label = np.arange(100) % 4
    assert (near(x, label, [3.0])[:, 0] % 4 == 3).all()
    assert len(near(x, label, [3.0])) == 25
    assert set(near(x, x, [50.0])[:, 0]) == set(range(40, 60))  # a tie is taken in row order


def test_words_can_be_drawn():
    assert words("猫 λ\n x") == "? λ x"
    assert len(words("long " * 40)) == 60


def test_colours_of_lines_differ():
    assert len(set(SERIES)) == len(SERIES)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (("longitude", "latitude"), ["longitude", "latitude"]),
        (("0", "1"), ["x₁", "x₂"]),
        ((), ["x₁", "x₂"]),
        (("a" * 40, "b"), ["a" * 27 + "…", "b"]),
    ],
)
def test_axes_are_called_by_the_columns_where_these_have_names(columns, told):
    place = canvas(np.zeros((3, 2)), columns=columns)
    assert [*place.labels] == told
