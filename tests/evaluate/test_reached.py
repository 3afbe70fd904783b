"""A run of pictures tells which held-out pictures it never comes near, by class and by name."""

import numpy as np
import pytest
from PIL import Image

import saddle
from saddle.evaluate import assess
from saddle.runs import read_json

TINY = {
    "looks": 1,
    "saves": 1,
    "latent": 4,
    **{f"{player}.{key}": 4 for player in ("generator", "critic") for key in ("width",)},
}


@pytest.mark.parametrize("game", ["conditional", "gan"])
def test_classes_are_told_whether_the_game_reads_them_or_not(tmp_path, game):
    gan = saddle.GAN(game=game, steps=2, batch=8, settings=TINY, out=tmp_path).fit("digits")
    found = assess(gan.run_)["reached"]
    assert found == read_json(gan.run_.path / "evaluation.json")["reached"]
    assert found["n"] == found["made"] == sum(it["n"] for it in found["classes"])
    assert {it["label"] for it in found["classes"]} == set("0123456789")
    assert found["floor"] < found["unreached"], "two turns teach little"
    assert assess(gan.run_)["reached"] == found


def test_files_are_told_by_their_names(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 60), ("test", 24)):
        (tmp_path / "set" / part).mkdir(parents=True)
        for i in range(n):
            small = Image.fromarray(rng.integers(0, 255, (4, 4), dtype=np.uint8))
            small.resize((8, 8)).save(tmp_path / "set" / part / f"{i}.png")
    gan = saddle.GAN(steps=2, batch=8, settings=TINY, out=tmp_path / "runs").fit(tmp_path / "set")
    found = assess(gan.run_)["reached"]
    assert found["n"] == 24 and found["classes"] == []
    assert all(name.startswith("test/") for name in found["farthest"])


def test_of_points_and_of_few_pictures_nothing_is_told(tmp_path):
    gan = saddle.GAN(steps=2, batch=8, settings={"looks": 1, "saves": 1}, out=tmp_path)
    assert "reached" not in assess(gan.fit("ring").run_)
    few = np.random.default_rng(0).integers(0, 255, (60, 8, 8), dtype=np.uint8)
    gan = saddle.GAN(steps=2, batch=8, settings=TINY, out=tmp_path).fit(few)
    assert "reached" not in assess(gan.run_)
