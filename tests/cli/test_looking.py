"""Commands that look into a generator of pictures: seeds, truncation, walks, nearest pictures."""

from __future__ import annotations

import json
import shlex
import sys

import numpy as np
import pytest
from PIL import Image

from saddle import cli
from saddle.cli.seeding import in_groups, read_seeds
from saddle.errors import BadValue

SMALL = (
    "--game {game} --steps 2 --batch 8 --quiet --set looks=1 --set saves=1 "
    "--set generator.width=8 --set critic.width=8"
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """A folder with a run on labelled pictures, one on the same without labels, one on rows."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    labels = np.array(["ant", "bee"])[rng.integers(2, size=80)]
    np.savez(folder / "named.npz", x=rng.integers(0, 256, (80, 8, 8, 1), np.uint8), labels=labels)
    np.savez(folder / "plain.npz", x=rng.integers(0, 256, (80, 8, 8, 3), np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("saddle.cli.making.finish", lambda *_, **__: None)
        for line in (
            f"train named.npz {SMALL.format(game='conditional')}",
            f"train plain.npz {SMALL.format(game='gan')}",
            "train ring --steps 2 --batch 8 --quiet --set looks=1 --set saves=1",
        ):
            patch.setattr(sys, "argv", ["saddle", *shlex.split(line)])
            with pytest.raises(SystemExit) as left:
                cli.main()
            assert not left.value.code, line
    return folder


@pytest.fixture
def saddle(seen, monkeypatch, capsys):
    """Call the command line in that folder."""

    def call(line: str) -> tuple[int, str, str]:
        monkeypatch.chdir(seen)
        monkeypatch.setattr(sys, "argv", ["saddle", *shlex.split(line)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return call


def pictures(path):
    with np.load(path, allow_pickle=False) as held:
        return {key: held[key] for key in held.files}


def test_a_seed_is_the_same_picture_in_every_call(saddle, seen):
    assert saddle("sample 2 --seeds 0-9 --out a.npz")[0] == 0
    assert saddle("sample 2 --seeds 7,3 --out b.npz")[0] == 0
    a, b = pictures(seen / "a.npz")["x"], pictures(seen / "b.npz")["x"]
    assert a.shape == (10, 8, 8, 3)
    assert np.array_equal(b, a[[7, 3]])
    assert len(np.unique(a.reshape(10, -1), axis=0)) == 10


@pytest.mark.parametrize("out", ["grid.png", "some.npy", "some.npz", "some.zip", "folder"])
def test_labelled_pictures_go_to_every_kind_of_file(saddle, seen, out):
    code, said, _ = saddle(f"sample 1 -n 4 --given bee --out {out} --json")
    assert (code, json.loads(said)["rows"]) == (0, 4)
    assert (seen / out).exists()


def test_every_class_has_as_many_from_the_same_noise(saddle, seen):
    code, said, _ = saddle("sample 1 --every-class -n 3 --out classes.npz --json")
    held = pictures(seen / "classes.npz")
    assert (code, json.loads(said)["rows"]) == (0, 6)
    assert held["given"].tolist() == ["ant"] * 3 + ["bee"] * 3
    assert saddle("sample 1 --seeds 0-2 --given bee --out bees.npz")[0] == 0
    assert np.array_equal(pictures(seen / "bees.npz")["x"], held["x"][3:])
    assert saddle("sample 1 --every-class --seeds 5,6 --out classes.png")[0] == 0


def test_truncation_draws_nearer_to_the_middle(saddle, seen):
    for psi in (1, 0.5, 0.01):
        assert saddle(f"sample 2 -n 32 --truncation {psi} --out cut{psi}.npz")[0] == 0
    spread = [
        pictures(seen / f"cut{p}.npz")["x"].astype(float).std(0).mean() for p in (1, 0.5, 0.01)
    ]
    assert spread[0] > spread[1] > spread[2]


@pytest.mark.parametrize("ending", ["png", "webp", "gif"])
def test_a_walk_is_a_film_of_so_many_frames(saddle, seen, ending):
    line = f"walk 2 --seeds 0-3 --rows 2 --frames 6 --out walk.{ending} --json"
    code, said, _ = saddle(line)
    assert code == 0 and json.loads(said)["walks"] == [[0, 1], [2, 3]]
    with Image.open(seen / f"walk.{ending}") as film:
        assert film.n_frames == 6
        assert film.info["loop"] == 0


def test_a_walk_of_one_label_and_of_every_label(saddle, seen):
    """From the same seeds, a column a label: frame 0 holds the pictures of the first seed."""
    line = "walk 1 --seeds 0-3 --rows 2 --frames 4 --every-class --out every.png"
    code, said, _ = saddle(f"{line} --json")
    assert code == 0 and json.loads(said)["classes"] == ["ant", "bee"]
    assert saddle("walk 1 --seeds 0-1 --frames 4 --given bee --out bee.png")[0] == 0
    assert "2 walks, from left to right ant, bee, in every.png" in saddle(line)[1]
    with Image.open(seen / "every.png") as every, Image.open(seen / "bee.png") as bee:
        assert every.n_frames == bee.n_frames == 4
        wide = np.asarray(every)
        one = np.asarray(bee)[2:-2, 2:-2][::79, ::79][:8, :8]
    side = (640 - 3 * 2) // (2 * 8)
    assert wide.shape == (3 * 2 + 2 * 8 * side,) * 2
    second = wide[2 : 2 + 8 * side : side, 4 + 8 * side :: side][:8, :8]
    assert np.array_equal(second, one)


def test_nearest_tells_distances_beside_those_of_held_out_pictures(saddle, seen):
    code, said, _ = saddle("nearest 1 --seeds 0-2 -k 2 --given ant --out near.png --json")
    told = json.loads(said)
    assert code == 0 and (seen / "near.png").exists()
    assert [it["seed"] for it in told["samples"]] == [0, 1, 2]
    assert all(it["distances"] == sorted(it["distances"]) for it in told["samples"])
    assert told["held out"]["median"] > 0
    code, said, _ = saddle("nearest 2")
    assert code == 0 and "held-out pictures:" in said and len(said.splitlines()) > 16


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sample 2 --seeds 5-2", "--seeds must be"),
        ("sample 2 --seeds a,b", "--seeds must be"),
        ("sample 2 --seeds 0-99999999", "at most 10,000 seeds"),
        ("sample 2 --seeds 0-3 -n 5", "leave out -n and --seed"),
        ("sample 2 --seeds 0-3 --seed 5", "leave out -n and --seed"),
        ("sample 2 --truncation 0", "above 0 and up to 1"),
        ("sample 2 --truncation nan", "above 0 and up to 1"),
        ("sample 2 --truncation 1.5", "above 0 and up to 1"),
        ("sample 2 --every-class", "needs a run on labels"),
        ("sample 1 --every-class -n 0", "-n must be"),
        ("sample 1 --every-class --given ant", "do not go together"),
        ("sample 3 --refine --truncation 0.5", "do not go with --truncation"),
        ("sample 3 --weights --seeds 0-3", "do not go with --seeds"),
        ("walk 2 --out film.mp4", "ending of a film"),
        ("walk 2 --seeds 1", "--rows must be"),
        ("walk 2 --seeds 0-4 --rows 2", "--rows must be"),
        ("walk 2 --rows 0", "--rows must be"),
        ("walk 2 --frames 2", "frames must be"),
        ("walk 2 --truncation 3", "truncation must be"),
        ("walk 2 --given ant", "takes no condition"),
        ("walk 1 --given fly", "unknown label"),
        ("walk 2 --every-class", "needs a run on labels"),
        ("walk 1 --every-class --given ant", "do not go together"),
        ("walk 3", "is for pictures"),
        ("nearest 3", "is for pictures"),
        ("nearest 2 -k 0", "k must be"),
        ("nearest 2 -k 1000", "k must be"),
        ("nearest 2 --out near.csv", "ends in .png"),
        ("nearest 2 --seeds ,", "--seeds must be"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(saddle, line, words):
    code, _, err = saddle(line)
    assert code == 2 and words in err, err


def test_seeds_are_read_as_they_are_typed():
    assert read_seeds("3, 0-2") == [3, 0, 1, 2]
    assert in_groups([1, 2, 3, 4], 2) == [[1, 2], [3, 4]]
    with pytest.raises(BadValue):
        read_seeds("")
