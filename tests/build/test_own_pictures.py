"""Own pictures, from a folder to a run: sizes, options, left-out files, forecasts, resume."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from saddle.build.card import chosen, plan
from saddle.build.forecast import Forecast, forecast
from saddle.build.materials import anchored, find_source, gather, is_file
from saddle.build.pictures import may_have_gpu, names_pictures
from saddle.build.resuming import resume
from saddle.build.session import LEFT_OUT, checked, early_looks, start
from saddle.doctor import evidence_of
from saddle.errors import Incompatible, UserError
from saddle.recipe import Recipe
from saddle.runs import Run, read_json, read_lines
from saddle.sources import Options
from saddle.sources.pictures import open_pictures

TINY = {
    "steps": 24,
    "batch": 8,
    "looks": 1,
    "saves": 1,
    "generator": {"name": "conv", "width": 4, "depth": 1, "activation": "leaky-relu"},
    "critic": {"name": "conv", "width": 4, "depth": 1, "activation": "leaky-relu"},
    "latent": 4,
}


def write_pictures(folder, n=60, side=(40, 30), seed=0):
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        image = Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8))
        image.resize(side).save(folder / f"{i:03d}.png")
    return folder


@pytest.fixture
def photos(tmp_path):
    folder = write_pictures(tmp_path / "photos")
    (folder / "broken.png").write_bytes(b"not a picture")
    return folder


def recipe_of(folder, **more):
    return Recipe().amended({"data": str(folder), **TINY, **more})


def test_a_processor_takes_64_pixels_unasked_and_records_it(tmp_path):
    folder = write_pictures(tmp_path / "large", n=12, side=(200, 180))
    recipe = recipe_of(folder)
    assert find_source(recipe, None, None, trusted=False).shape == (64, 64, 3)
    made, materials, _ = checked(recipe, own={})
    assert made.pictures.size == 64 and materials.spaces["x"].shape == (3, 64, 64)
    assert any(line.startswith("64 px") for line in chosen(made, materials))
    asked = recipe.amended({"pictures.size": 128})
    assert find_source(asked, None, None, trusted=False).shape == (128, 128, 3)


def test_what_is_said_of_pictures_is_read_and_refused_for_points(photos):
    recipe = recipe_of(photos, **{"pictures.grey": True, "pictures.size": 8})
    assert find_source(recipe, None, None, trusted=False).shape == (8, 8, 1)
    with pytest.raises(Incompatible, match=r"pictures.size is about pictures.*leave out --size"):
        checked(Recipe().amended({"data": "ring", "pictures.size": 8}), own={})
    for key, value in (("size", 2), ("fit", "squash"), ("background", "white"), ("worst", 2)):
        with pytest.raises(UserError, match=f"pictures.{key}"):
            Recipe().amended({f"pictures.{key}": value})


def test_a_name_goes_before_a_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_pictures(tmp_path / "digits")
    assert not is_file("digits") and is_file("./digits")
    assert names_pictures("digits") and names_pictures("./digits") and not names_pictures("ring")
    assert anchored(Recipe(data="digits")).data == "digits"
    assert anchored(Recipe(data="./digits")).data == str(tmp_path / "digits")


def test_a_run_keeps_what_was_left_out_and_resumes_elsewhere(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(photos.parent)
    session = start(recipe_of("photos"), tmp_path / "runs")
    list(session.play())
    run = session.run
    assert "broken.png" in (run.path / LEFT_OUT).read_text()
    assert Recipe.read(run.recipe).data == str(photos)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = resume(Run(run.path.resolve()), {"steps": 26})
    list(again.play())
    assert again.state.step == 26 and again.recipe.pictures.size == session.recipe.pictures.size


def test_classes_of_folders_stay_classes_in_a_resumed_run(tmp_path):
    for name in ("a", "b"):
        write_pictures(tmp_path / "photos" / name, n=20, seed=ord(name))
    session = start(recipe_of(tmp_path / "photos"), tmp_path / "runs")
    list(session.play())
    again = resume(session.run, {"steps": 25})
    assert again.recipe.game == "conditional" and set(again.materials.spaces) == {"x", "given"}
    plain = start(recipe_of(tmp_path / "photos", game="gan"), tmp_path / "runs")
    list(plain.play())
    assert set(resume(plain.run, {"steps": 25}).materials.spaces) == {"x"}


def test_a_long_run_of_pictures_is_looked_at_early(photos, tmp_path):
    _, materials, _ = checked(recipe_of(photos), own={})
    assert early_looks(600, materials) == {10, 20, 40, 80, 160, 320}
    assert early_looks(10, materials) == set()
    _, points, _ = checked(Recipe(data="ring"), own={})
    assert early_looks(600, points) == set()
    session = start(recipe_of(photos, steps=48), tmp_path / "runs")
    moments = list(session.play())
    assert [e["step"] for e in read_lines(session.run.events)] == [0, 10, 20, 40, 48]
    assert {p.name for p in (session.run.path / "samples").iterdir()} > {"00000010.png"}
    assert all("faults" in m.event for m in moments if m.event is not None)


def test_the_doctor_does_not_read_the_early_looks(photos, tmp_path):
    session = start(recipe_of(photos, steps=48, looks=2), tmp_path / "runs")
    seen = [m.event for m in session.play() if m.event is not None]
    assert [e["step"] for e in seen if e.get("early")] == [10, 20]
    assert all((e["faults"] is None) == bool(e.get("early")) for e in seen)
    assert [e["step"] for e in evidence_of(session.run).events] == [0, 24, 48]


def test_a_forecast_writes_nothing_and_tells_other_sizes(photos, tmp_path):
    made, materials, state = checked(recipe_of(photos, steps=4000), own={})
    before = {k: v.clone() for k, v in state.game.state_dict().items()}
    found = forecast(made, materials)
    assert found is not None and found.seconds > 0 and found.json()["forecast_seconds"] > 0
    assert all((v == before[k]).all() for k, v in state.game.state_dict().items())
    assert not list(tmp_path.glob("**/recipe.yaml"))
    assert forecast(Recipe(data="ring"), checked(Recipe(data="ring"), own={})[1]) is None
    assert dict(plan(made, materials, state.game))["device"].startswith("cpu")


def test_a_forecast_in_words():
    found = Forecast(2400, 0.1, 0.5, side=64, stored=300, rows=640, gpu=False, at_most=True)
    assert found.words() == (
        "64 px here: 40 min at most, 10 turns a second; 32 px: about 10 min; 128 px: about 2.7 h, "
        "and 640 pictures are few for it (10,000 are not); 256 px: about 11 h, and 640 pictures "
        "are few for it (20,000 are not)"
    )
    slow = Forecast(24_000, 1, 1, side=64, stored=300, rows=64_000, gpu=False, at_most=False)
    assert slow.words().endswith("128 px: too long without a GPU")


def test_the_forecast_of_a_run_stands_in_its_folder(photos, tmp_path, monkeypatch):
    from saddle.cli.starting import begin

    made = recipe_of(photos)
    session = begin(made, tmp_path / "runs", trusted=False, quiet=True, as_json=True)
    assert read_json(session.run.path / "environment.json")["forecast_seconds"] > 0
    monkeypatch.setattr("saddle.build.pictures.DRIVERS", (str(photos),))
    assert may_have_gpu()


def test_labels_of_streamed_pictures_are_read_without_the_pictures(tmp_path):
    for name in "ab":
        write_pictures(tmp_path / "photos" / name, n=20, seed=ord(name))
    source = open_pictures(tmp_path / "photos", limit=0, options=Options(size=8))
    taken, rows = [], source.rows
    source.rows = lambda numbers: taken.append(len(numbers)) or rows(numbers)
    materials = gather(Recipe(), opened=source)
    assert sum(taken) == source.sizes["train"], "x is fitted on the training part, once"
    assert materials.spaces["given"].classes.tolist() == ["a", "b"]
    labels = materials.every("given", {})
    assert sorted(labels) == sorted(source.labels) and sum(taken) == source.sizes["train"]
