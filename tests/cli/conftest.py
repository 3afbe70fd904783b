"""A folder with data and small runs in it, and the command line called as a user calls it."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from saddle import cli

QUICK = "--steps 2 --batch 16 --quiet --set looks=1 --set saves=1"


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str


def write_data(folder: Path) -> None:
    """Good and bad files, by telling names."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    kinds = rng.choice(["left", "right"], 60)
    table = "\n".join(f"{a!r},{b!r},{k}" for (a, b), k in zip(x.tolist(), kinds, strict=True))
    texts = {
        "good.csv": "u,v\n" + "\n".join(f"{a!r},{b!r}" for a, b in x.tolist()),
        "named.csv": f"u,v,kind\n{table}",
        "other.csv": "p,q\n1,2\n3,4\n",
        "text.csv": "u,v\n1,2\n3,hello\n5,6\n",
        "empty.csv": "",
        "header.csv": "u,v\n",
        "ragged.csv": "u,v\n1,2\n3\n",
        "one.csv": "u,v\n1,2\n",
        "nan.csv": "u,v\n1,2\nnan,3\n" + "4,5\n" * 9,
        "bad.json": "{",
        "page.pdf": "x",
        "broken.yaml": "a: [1,\n",
        "list.yaml": "- 1\n",
        "typo.yaml": "stepz: 5\n",
        "value.yaml": "steps: many\n",
        "plain": "x",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "bytes.csv").write_bytes(bytes(range(256)))
    (folder / "junk.npy").write_bytes(b"junk")
    np.save(folder / "cube.npy", x.reshape(10, 6, 2))
    np.save(folder / "complex.npy", x + 1j)
    np.save(folder / "inf.npy", np.full((9, 2), np.inf))
    np.save(folder / "huge.npy", x * 1e300)
    np.save(folder / "flat.npy", x[:, 0])
    objects = np.array([[1, "a"], [None, 2]], dtype=object)
    np.save(folder / "object.npy", objects, allow_pickle=True)
    np.savez(folder / "keys.npz", p=x, q=x)
    (folder / "folder").mkdir()
    (folder / "own_parts.py").write_text(
        "from torch import nn\n\n\n"
        "class Nothing:\n    pass\n\n\ndef fails(shape):\n    raise RuntimeError('no')\n\n\n"
        "def wrong(shape):\n    return nn.Linear('x', 3)\n\n\nclass Bare(nn.Module):\n    pass\n"
        "\n\nNUMBER = 5\n"
    )


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A folder to stand in: data, and a run of each kind in runs/."""
    folder = tmp_path_factory.mktemp("user")
    write_data(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("saddle.cli.making.finish", lambda *_, **__: None)
        for line in (
            f"train good.csv {QUICK}",
            f"train named.csv --columns u,v --given kind {QUICK}",
            f"train good.csv good.csv --game align {QUICK}",
        ):
            patch.setattr(sys, "argv", ["saddle", *shlex.split(line)])
            with pytest.raises(SystemExit) as left:
                cli.main()
            assert not left.value.code, line
    return folder


@pytest.fixture
def saddle(place, monkeypatch, capsys):
    """Call the command line in that folder."""

    def call(line: str) -> Said:
        monkeypatch.chdir(place)
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["saddle", *shlex.split(line)])
        monkeypatch.setattr(sys, "path", [*sys.path])
        with pytest.raises(SystemExit) as left:
            cli.main()
        written = capsys.readouterr()
        return Said(left.value.code or 0, written.out, written.err)

    return call
