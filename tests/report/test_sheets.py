"""A run of pictures: its sheets, film and page; what makes no sense for pictures is not there."""

from __future__ import annotations

import io
import re

import fake_runs
import numpy as np
import pytest
from PIL import Image

from saddle.report import comparison_page, film, judged, save_pictures, sheets, write_report
from saddle.report.gallery import drawings, missing
from saddle.report.page import SECTIONS
from saddle.report.read import read_run
from saddle.report.reel import ENDINGS, Cut, shot
from saddle.report.shown import CLOUDS, SHEETS, kinds
from saddle.runs import write_json

ROWS_ALONE = {"samples", "conditional", "pairs", "critic", "field", "modes"}
"""Pictures that show rows of numbers, or need their box or their modes."""


def images_of(html: str, form: str) -> list[Image.Image]:
    import base64

    held = re.findall(rf"src='data:image/{form};base64,([A-Za-z0-9+/=]+)'", html)
    return [Image.open(io.BytesIO(base64.b64decode(it))) for it in held]


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_real_pictures_and_samples_stand_side_by_side(any_pictures):
    record = read_run(any_pictures)
    real, made = [it for it in drawings(record, section="samples") if it.key == "sheets"]
    assert (real.part, made.part) == ("x", "samples")
    assert real.figure.image.size == made.figure.image.size
    assert made.told[0] == "samples, step 8,000"
    assert "from the same noise at every look" in made.told[1]
    assert re.match(r"n = \d+ of 60 held out", real.told[1])


def test_pixels_are_enlarged_by_a_whole_factor_and_by_nothing_else():
    x = np.arange(4 * 6 * 6, dtype=np.uint8).reshape(4, 6, 6, 1)
    held = sheets.rows_of(x, None, [], 2)
    page = np.asarray(sheets.composed(held))
    factor = sheets.factor_of(6, 2, sheets.WIDE - sheets.GAP)
    side = 6 * factor
    tile = page[sheets.GAP : sheets.GAP + side, sheets.GAP : sheets.GAP + side]
    assert np.array_equal(tile[::factor, ::factor], x[0, :, :, 0])
    assert np.array_equal(tile, x[0, :, :, 0].repeat(factor, 0).repeat(factor, 1))
    assert page.shape[1] <= sheets.WIDE


@pytest.mark.parametrize("size", [4, 28, 32, 64, 100, 256, 1100])
@pytest.mark.parametrize("labels", [None, np.arange(64) % 10])
def test_a_sheet_is_no_wider_than_half_a_page_whatever_the_pictures(size, labels):
    x = np.zeros((64, size, size, 3), np.uint8)
    across = sheets.across_of(x, labels)
    held = sheets.rows_of(x, labels, sheets.classes_of(labels), across)
    assert sheets.SMALLEST <= across <= sheets.ACROSS
    assert sheets.composed(held).width <= sheets.WIDE


def test_a_class_stands_in_one_row_with_its_name(tmp_path):
    run = fake_runs.make(tmp_path, "conditional-pictures")
    record = read_run(run)
    given = record.looks[-1].arrays["given"]
    held = sheets.rows_of(record.looks[-1].arrays["samples"], given, [0, 1, 2, 3], 5)
    assert held.names == ["0", "1", "2", "3"]
    assert all(set(given[row]) == {name} for name, row in enumerate(held.rows))
    named = sheets.composed(held)
    plain = sheets.composed(sheets.Rows(held.pictures, held.rows, [""] * 4))
    assert named.width > 0 and np.asarray(named)[:, :8].min() < np.asarray(plain)[:, :2].min()


def test_hostile_and_long_class_names_are_drawn(tmp_path):
    names = np.array(["<b>" + "x" * 200, "\u732b", "a\nb", ""])
    x = np.zeros((4, 8, 8, 3), np.uint8)
    image = sheets.composed(sheets.rows_of(x, names, sheets.classes_of(names), 4))
    assert image.width <= sheets.WIDE


def test_one_picture_and_no_picture_of_a_class_are_enough():
    x = np.zeros((1, 8, 8, 1), np.uint8)
    assert sheets.composed(sheets.rows_of(x, None, [], sheets.across_of(x, None))).width > 8
    held = sheets.rows_of(x, np.array([3]), [3, 4], 4)
    assert held.rows == [[0], []] and sheets.composed(held).height > 16


def test_what_makes_no_sense_for_pictures_is_absent_and_not_missing(any_pictures):
    record = read_run(any_pictures)
    assert kinds(record) == {SHEETS}
    drawn = {drawing.key for drawing in drawings(record)}
    assert not drawn & ROWS_ALONE and "sheets" in drawn
    assert not {key for key, _ in missing(record)} & ROWS_ALONE


def test_a_run_without_looks_is_told_by_its_space(tmp_path):
    run = fake_runs.bare(tmp_path)
    assert kinds(read_run(run)) == {CLOUDS}
    write_json(run.space("x"), {"space": "image", "shape": [1, 8, 8]})
    assert kinds(read_run(run)) == {SHEETS}


def test_the_page_of_pictures_is_whole_and_light(any_pictures):
    path = write_report(any_pictures)
    html = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 3_000_000
    assert "The pull on the samples" not in html and "<dt>high quality" not in html
    assert html.count("class='pixels'") == 2 + ("bigan" in str(path))
    assert "image-rendering: pixelated" in html
    assert "--out samples.png" in html
    assert images_of(html, "webp")[0].n_frames == len(fake_runs.STEPS)
    titles = {key: title for key, title in SECTIONS}
    assert {f"<h2>{titles[key]}</h2>" in html for key in ("samples", "film", "critic")} == {True}


def test_the_page_of_large_noise_is_light(tmp_path):
    run = fake_runs.make(tmp_path, "gan-pictures")
    rng = np.random.default_rng(0)
    for step in fake_runs.STEPS:
        np.savez(run.look(step), samples=rng.integers(0, 256, (64, 200, 200, 3)).astype(np.uint8))
    np.savez(run.path / "real.npz", x=rng.integers(0, 256, (64, 200, 200, 3)).astype(np.uint8))
    assert write_report(run).stat().st_size < 3_000_000


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_film_of_pictures_has_a_frame_a_look(any_pictures, tmp_path, ending):
    path = film(any_pictures, tmp_path / f"film{ending}")
    with Image.open(path) as image:
        assert image.format == ENDINGS[ending]
        assert image.n_frames == len(fake_runs.STEPS)
        seen = []
        for number in range(image.n_frames):
            image.seek(number)
            seen.append(np.asarray(image.convert("RGB"), dtype=np.float64))
    assert all(np.abs(a - b).mean() > 0.5 for a, b in zip(seen, seen[1:], strict=False))


def test_a_heavy_film_shows_fewer_pictures(tmp_path):
    record = read_run(fake_runs.make(tmp_path, "bigan-pictures"))
    whole, small = shot(record), shot(record, Cut(36, 60_000))
    assert whole is not None and small is not None
    assert small.frames[0].size != whole.frames[0].size
    assert len(small.moving("WEBP")) < len(whole.moving("WEBP"))


def test_every_picture_of_the_run_is_saved(any_pictures, tmp_path):
    saved = {
        path.stem: pixels(path.read_bytes()) for path in save_pictures(any_pictures, tmp_path)
    }
    assert {"sheets-x", "sheets-samples"} <= set(saved)
    again = save_pictures(any_pictures, tmp_path / "again")
    assert all(path.read_bytes() == (tmp_path / path.name).read_bytes() for path in again)


def test_pictures_stand_above_what_was_made_of_them(tmp_path):
    record = read_run(fake_runs.make(tmp_path, "bigan-pictures"))
    (drawing,) = [it for it in drawings(record) if it.key == "picture-pairs"]
    image = np.asarray(drawing.figure.image).astype(int)
    down = (image.shape[0] - sheets.GAP) // 2
    above, below = image[sheets.GAP : down, -20:-4], image[sheets.GAP + down : 2 * down, -20:-4]
    assert np.array_equal(above, 255 - below)


def test_runs_of_pictures_side_by_side_show_a_sheet_each(tmp_path):
    runs = [fake_runs.make(tmp_path, kind) for kind in ("gan-pictures", "conditional-pictures")]
    html = comparison_page(runs, tmp_path / "page.html").read_text()
    assert html.count("class='pixels'") == 3  # held out, and of either run
    assert "Samples over data" not in html
    mixed = [runs[0], fake_runs.make(tmp_path, "gan-plane")]
    both = comparison_page(mixed, tmp_path / "both.html").read_text()
    assert both.count("class='pixels'") == 2 and "Samples over data" in both


def test_samples_stand_above_their_nearest_training_pictures(tmp_path):
    run = fake_runs.make(tmp_path, "gan-pictures")
    rng = np.random.default_rng(0)
    near = {
        f"x.{which}.{side}": rng.integers(0, 256, (3, 12, 16, 1)).astype(np.uint8)
        for which in ("closest", "typical")
        for side in ("sample", "train")
    }
    np.savez(run.path / sheets.NEIGHBOURS, **near)
    found = sheets.neighbours(read_run(run), "x")
    assert set(found) == {"closest", "typical"}
    assert sheets.neighbours(read_run(run), "b") == {}
    held = [{"ratio": 0.01, "number": 1}, {"ratio": None, "number": 0}]
    html = judged.memory(
        {"memory": {"rows": [], "neighbours": {"closest": held}}, judged.SEEN: found}
    )
    assert html.count("class='pixels'") == 2
    assert "0.01, \u221e" in html
