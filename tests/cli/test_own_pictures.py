"""The first ten minutes with one's own pictures, on the command line."""

from __future__ import annotations

import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddle.progress import Story, missing
from saddle.runs import Run, read_json
from saddle.sources import fetch

TINY = (
    "--batch 8 --set looks=1 --set saves=1 --set latent=4 --set generator.name=conv "
    "--set generator.width=4 --set critic.name=conv --set critic.width=4"
)


def write_pictures(folder: Path, n: int = 120, seed: int = 0, side: int = 12) -> Path:
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        image = Image.fromarray(rng.integers(0, 255, (4, 4, 3), dtype=np.uint8))
        image.resize((side + 4, side)).save(folder / f"{i:03d}.png")
    return folder


def claim(width: int, height: int) -> bytes:
    """A PNG whose head claims a size, with no pixels behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


@pytest.fixture(scope="module")
def photos(place):
    return write_pictures(place / "photos")


def test_a_run_of_pictures_from_the_card_to_the_next_command(saddle, place, photos):
    said = saddle(
        f"train photos {TINY} --steps 12 --size 8 --fit pad --background #000000 --out p"
    )
    assert said.code == 0
    order = ["source", "parts", "networks", "forecast", "\nrun ", "\nreport", "\nnext"]
    assert sorted(order, key=said.out.index) == order
    assert "8 x 8" in said.out and "bars of (0, 0, 0)" in said.out
    assert "8 px here" in said.out
    assert "step 12 of 12: diversity" in said.err and "first sheet" in said.err
    run = next(iter((place / "p").glob("*/recipe.yaml"))).parent
    assert f"saddle sample p/{run.name} -n 16" in said.out
    assert read_json(run / "environment.json")["forecast_seconds"] > 0
    verdict = said.out.index("real at n = 12")
    assert verdict < said.out.index("floor: what other real rows")
    drawn = saddle(f"sample p/{run.name} -n 3 --out drawn-own/")
    assert drawn.code == 0 and len(list((place / "drawn-own").glob("*.png"))) >= 3


def test_a_dry_run_tells_card_plan_and_forecast_and_makes_no_folder(saddle, place, photos):
    said = saddle(f"train photos {TINY} --steps 50 --dry-run --out dry")
    assert said.code == 0 and not (place / "dry").exists()
    for word in ("120 from a folder", "train 96, watch 12, final 12", "chosen", "px here"):
        assert word in said.out
    recipe = json.loads(saddle(f"train photos {TINY} --size 8 --dry-run --json").out)
    assert recipe["pictures"]["size"] == 8


def test_options_of_pictures_are_refused_for_points_in_words(saddle):
    said = saddle("train good.csv --size 32 --out refused")
    assert said.code == 2 and "about pictures" in said.err and "leave out --size" in said.err
    assert saddle("inspect good.csv --grey").code == 2
    assert "crop" in saddle("train photos --fit squash --dry-run").err


def test_bad_files_are_named_and_nothing_crashes(saddle, place):
    folder = write_pictures(place / "fuzzed", n=40)
    good = (folder / "000.png").read_bytes()
    bad = {
        "cut.png": good[: len(good) // 2],
        "zero.jpg": b"",
        "text.png": b"hello",
        "claims.png": claim(20_000, 20_000),
        "bomb.png": claim(2**31 - 1, 2**31 - 1),
        "x" * 240 + ".png": b"\x89PNG\r\n\x1a\n",
        "sch\u00f6n \u2603 \u202e.png": good[:40],
        "new\nline.gif": b"GIF89a",
    }
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    Image.new("RGB", (1, 1)).save(folder / "one.png")
    (folder / "wrong.jpg").write_bytes(good)
    (folder / "readme.txt").write_text("no picture")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.png").symlink_to(folder / "absent.png")
    os.mkfifo(folder / "pipe.png")
    said = saddle("inspect fuzzed --size 8 --json")
    assert said.code == 0
    told = json.loads(said.out)
    named = {one["path"] for one in told["left_out"]}
    for start in (
        "cut",
        "zero",
        "text",
        "claims",
        "bomb",
        "xxxx",
        "sch",
        "new",
        "nowhere",
        "pipe",
    ):
        assert any(name.startswith(start) for name in named), start
    assert "again" in named and all(one["why"] for one in told["left_out"])
    assert not any("\n" in name for name in named)
    run = saddle(f"train fuzzed --size 8 {TINY} --steps 2 --quiet --json --out fuzz")
    assert run.code == 0
    kept = (next(iter((place / "fuzz").glob("*/left_out.txt")))).read_text("utf-8")
    assert len(kept.splitlines()) == len(named)


def test_a_folder_of_nothing_but_bad_files_is_refused_in_words(saddle, place):
    folder = place / "hopeless"
    folder.mkdir()
    for i in range(5):
        (folder / f"{i}.png").write_bytes(bytes(range(i, i + 40)))
    for line in ("train hopeless", "inspect hopeless", "train hopeless --dry-run"):
        said = saddle(line)
        assert said.code == 2 and "0.png" in said.err and "Traceback" not in said.err


def test_folders_are_judged_by_folders(saddle, place, photos):
    write_pictures(place / "others", n=110, seed=1, side=20)
    told = json.loads(saddle("evaluate others --against photos --json").out)
    assert told["sides"]["fake"]["n"] == 110 and told["sides"]["real"]["kind"] == "pictures"
    assert told["verdict"]["sentences"]
    same = saddle("evaluate photos --against photos")
    assert same.code == 0 and "same 120 rows" in same.out
    mixed = saddle("evaluate good.csv --against photos")
    assert mixed.code == 2 and "has none" in mixed.err
    assert saddle("evaluate photos --against good.csv").code == 2
    assert saddle("why others photos --json").code == 0


def test_named_sets_are_listed_and_fetched(saddle, place, monkeypatch):
    monkeypatch.setenv("SADDLE_DATA", str(place / "sets"))
    monkeypatch.setenv("SADDLE_CACHE", str(place / "cache"))
    rows = {row["name"]: row for row in json.loads(saddle("data --json").out)}
    assert rows["mnist"]["here"] is None and rows["digits"]["here"] == "scikit-learn"
    assert all(row["terms"] for row in rows.values())
    (place / "sets" / "mnist").mkdir(parents=True)
    assert "saddle train mnist" in saddle("data mnist").out

    def unreachable(request):
        raise OSError("no network")

    monkeypatch.setattr(fetch, "_open", unreachable)
    said = saddle("data cifar10")
    assert said.code == 1 and "SADDLE_DATA" in said.err
    assert "did you mean 'mnist'?" in saddle("data mnits").err


def test_a_story_is_told_in_plain_lines():
    story = Story()
    story.hear({"made": {"x": {"diversity": 0.5}}}, [])
    story.hear({"made": {"x": {"diversity": 0.4}}}, ["mode collapse"])
    assert story.line(5, 10, 90.0) == (
        "step 5 of 10, 2 min left: diversity 40 % of the real, falling; wrong: mode collapse"
    )
    assert missing({}) == []


def test_runs_of_pictures_are_judged_by_folders(saddle, place, photos):
    saddle(f"train photos {TINY} --size 8 --steps 4 --quiet --json --out judged")
    run = Run(next(iter((place / "judged").glob("*/recipe.yaml"))).parent)
    told = json.loads(saddle(f"evaluate {run.path} --against photos --json -n 50").out)
    assert told["sides"]["fake"] == {**told["sides"]["fake"], "kind": "run", "n": 50}
