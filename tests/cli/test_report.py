"""The doors of the report: a run's film and pictures, and the page of the theory."""

from __future__ import annotations

import json

import pytest
from PIL import Image


@pytest.mark.parametrize("ending", [".gif", ".webp", ".png"])
def test_film_goes_to_a_file_and_nothing_is_measured(saddle, place, ending):
    run = next(place.glob("runs/00001-*"))
    before = sorted(path.name for path in run.iterdir())
    said = saddle(f"report 1 --film shown/film{ending}")
    assert said.code == 0 and said.out == f"film      shown/film{ending}\n"
    with Image.open(place / f"shown/film{ending}") as film:
        assert film.n_frames == len(list(run.glob("looks/*.npz"))) > 1
    assert sorted(path.name for path in run.iterdir()) == before


def test_pictures_go_to_a_folder(saddle, place):
    said = saddle("report 1 --pictures drawn")
    found = sorted(path.name for path in place.glob("drawn/*.png"))
    assert said.out == f"pictures  {len(found)} in drawn\n" and "samples.png" in found


def test_what_was_drawn_is_told_as_json(saddle, place):
    told = json.loads(saddle("report 1 --film told.gif --json").out)
    assert told["film"] == "told.gif" and told["pictures"] == []
    assert told["run"].startswith("runs/00001-") and (place / "told.gif").is_file()


def test_the_theory_is_a_page_of_its_own(saddle, place, monkeypatch):
    # The page itself is drawn and read in tests/report/test_lessons.py
    monkeypatch.setattr("saddle.report.page.lessons_page", lambda: "<html>the page</html>")
    said = saddle("report --theory")
    assert said.code == 0 and said.out == "theory  theory.html\n"
    assert (place / "theory.html").read_text(encoding="utf-8") == "<html>the page</html>"
    told = json.loads(saddle("report --theory --out pages/t.html --json").out)
    assert told == {"theory": "pages/t.html"} and (place / "pages/t.html").is_file()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("report", "report needs RUN"),
        ("report --film film.gif", "report needs RUN"),
        ("report 1 --theory", "--theory is about no run, got RUN too"),
        ("report --theory --film film.gif", "got --film too"),
        ("report 1 --out page.html", "--out page.html goes with --theory alone"),
        ("report 1 --film film.mp4", "unknown ending of a film '.mp4'"),
        ("report 1 --film film", "Known: .gif, .png, .webp"),
        ("report 77 --film film.gif", "77"),
    ],
)
def test_words_that_do_not_go_together_are_refused(saddle, place, line, words):
    said = saddle(line)
    assert said.code == 2 and words in " ".join(said.err.split())
    assert not (place / "film.mp4").exists() and not (place / "page.html").exists()


def test_a_run_without_looks_has_no_film(saddle, place):
    folder = place / "empty"
    folder.mkdir(exist_ok=True)
    (folder / "recipe.yaml").write_text("data: grid\ngame: gan\n")
    for option in ("--film film.gif", "--pictures none"):
        said = saddle(f"report empty {option}")
        assert said.code == 1 and "has no " in said.err


def test_the_report_says_what_the_theory_says(saddle, place):
    saddle("report 1")
    page = next(place.glob("runs/00001-*/report.html")).read_text(encoding="utf-8")
    assert "What the theory says of this run" in page
    assert next(place.glob("runs/00001-*/theory.json")).is_file()
