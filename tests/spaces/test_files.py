"""Raw samples in files."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from saddle.errors import BadValue, MissingExtra
from saddle.spaces.files import save

X = np.random.default_rng(0).normal(size=(40, 2)) * [1, 1e-9]
COLUMNS = {"u": X[:, 0], "v": X[:, 1]}


@pytest.mark.parametrize("ending", [".npy", ".npz", ".csv"])
def test_files_hold_every_digit(tmp_path, ending):
    path = tmp_path / "deep" / f"x{ending}"
    save(path, {"x": X}, COLUMNS)
    readers = {
        ".npy": lambda: np.load(path, allow_pickle=False),
        ".npz": lambda: np.load(path, allow_pickle=False)["x"],
        ".csv": lambda: np.loadtxt(path, delimiter=",", skiprows=1),
    }
    assert np.array_equal(readers[ending](), X)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    if ending == ".csv":
        assert path.read_text().splitlines()[0] == "u,v"


def test_words_are_kept(tmp_path):
    words = np.array(["cat", "dog", "cat", "eel"])
    save(tmp_path / "y.csv", {"y": words}, {"label": words})
    save(tmp_path / "y.npy", {"y": words}, {"label": words})
    assert (tmp_path / "y.csv").read_text() == "label\ncat\ndog\ncat\neel\n"
    assert np.load(tmp_path / "y.npy", allow_pickle=False).tolist() == words.tolist()


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(BadValue, match=r"must end in \.npy, \.npz, \.csv, \.parquet"):
        save(tmp_path / "x.png", {"x": X}, COLUMNS)


def test_parquet_without_its_engine_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match="pip install"):
        save(tmp_path / "x.parquet", {"x": X}, COLUMNS)
    assert list(tmp_path.iterdir()) == []
