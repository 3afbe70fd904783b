"""Files: what they hold, and errors that name the column, the line and the way out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import torch

from saddle.errors import BadData, BadValue, MissingExtra, UnknownName
from saddle.sources import open_source
from saddle.sources.reading import read

X = np.random.default_rng(0).standard_normal((50, 2))


def everything(source):
    """All rows of all parts, sorted."""
    rows = np.concatenate([source.part(part)["x"] for part in ("train", "watch", "final")])
    return rows[np.lexsort(rows.T)]


WANTED = X[np.lexsort(X.T)]


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def lines(rows=X, mark=", "):
    return "\n".join(mark.join(repr(float(cell)) for cell in row) for row in rows) + "\n"


@pytest.mark.parametrize("mark", [",", ", ", ";", "\t", " ", "   "])
@pytest.mark.parametrize("header", ["", "\ufeffwidth{0}height\n"])
def test_csv_with_and_without_a_header(tmp_path, mark, header):
    path = write(tmp_path / "points.csv", header.format(mark) + lines(mark=mark) + "\n\n")
    source = open_source(str(path))
    assert np.array_equal(everything(source), WANTED)
    assert source.columns == (("width", "height") if header else ("0", "1"))


def test_what_numpy_writes_is_read(tmp_path):
    np.savetxt(tmp_path / "p.txt", X, fmt="%25.18e")
    assert np.array_equal(everything(open_source(tmp_path / "p.txt")), WANTED)


def test_columns_are_chosen_in_the_asked_order(tmp_path):
    path = write(tmp_path / "p.csv", "a,b,c\n" + lines(np.column_stack([X, X[:, 0] * 2])))
    source = open_source(path, columns="c, a")
    rows = source.part("train")["x"]
    assert source.columns == ("c", "a") and np.array_equal(rows[:, 0], rows[:, 1] * 2)
    assert open_source(path, columns=["b"]).batch(np.arange(3))["x"].shape == (3, 1)
    assert open_source(X, columns=[1]).columns == ("1",)


def test_a_text_column_as_label(tmp_path):
    rows = "".join(f"{a!r},{b!r},{'left' if a < 0 else 'right'}\n" for a, b in X.tolist())
    path = write(tmp_path / "p.csv", "a,b,side\n" + rows)
    source = open_source(path, given="side")
    batch = source.batch(np.arange(40))
    assert np.array_equal(batch["given"] == "left", batch["x"][:, 0] < 0)
    with pytest.raises(BadData, match=r"column 'side', line 2: 'right' is not a number"):
        open_source(path)


def test_numbers_as_labels_and_as_points_given(tmp_path):
    table = np.column_stack([X, np.arange(50) % 4])
    path = write(tmp_path / "p.csv", "a,b,kind\n" + lines(table))
    assert open_source(path, given="kind").batch(np.arange(3))["given"].dtype == np.int64
    assert open_source(path, given="b").spaces["given"] == "points"


def test_labels_from_another_file(tmp_path):
    np.save(tmp_path / "y.npy", np.arange(50) % 3)
    source = open_source(X, given=str(tmp_path / "y.npy"))
    assert source.spaces["given"] == "label"


ERRORS = {
    "a wrong column": ("a,b\n1,2\n3,4\n5,6\n", "did you mean 'b'"),
    "a bad cell": ("a,b\n1,2\n3,x\n5,6\n", "column 'b', line 3: 'x' is not a number"),
    "an empty cell": ("a,b\n1,2\n3,\n5,6\n", "column 'b', line 3: an empty cell.*1 of 3"),
    "an empty column": ("a,b\n1,\n3,\n5,\n", "column 'b', line 2: an empty cell is not a number"),
    "a decimal comma": ("a;b\n1;2\n3;4,5\n5;6\n", "line 3: '4,5' is .*with a decimal point"),
    "not finite": (
        "a,b\n1,2\nnan,4\n5,6\n7,inf\n",
        "2 of 4 rows have a value that is not finite: line 3, line 5 .the first is nan in column "
        "'a'",
    ),
    "a short line": ("a,b\n1,2\n3\n", "line 3: 1 cells where 2 are expected"),
    "blank lines keep their number": ("a,b\n\n1,2\n\n3,x\n5,6\n", "line 5: 'x'"),
    "a name twice": ("a,a\n1,2\n", "column 'a' is named twice"),
    "nothing": ("", "the file is empty"),
    "no rows": ("a,b\n", "a header and no rows"),
    "too few rows": ("1,2\n1,2\n3,4\n", "at least 4 different rows, got 2 among 3"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_csv_errors_name_the_place(tmp_path, case):
    text, message = ERRORS[case]
    path = write(tmp_path / "bad.csv", text)
    asked = "a,bb" if case == "a wrong column" else None
    with pytest.raises((BadData, UnknownName), match=message) as caught:
        open_source(path, columns=asked)
    assert "bad.csv" in str(caught.value) or "rows" in str(caught.value)


def test_arrays_files_frames_and_tensors_agree(tmp_path):
    np.save(tmp_path / "x.npy", X.astype(np.float32))
    np.savez(tmp_path / "x.npz", x=X, y=np.arange(50) % 2)
    np.savez(tmp_path / "alone.npz", anything=X)
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1]})
    assert np.array_equal(everything(open_source(X)), WANTED)
    assert np.array_equal(everything(open_source(X.tolist())), WANTED)
    assert np.array_equal(everything(open_source(torch.from_numpy(X))), WANTED)
    assert np.array_equal(everything(open_source(frame)), WANTED)
    assert open_source(frame).columns == ("a", "b")
    assert np.allclose(everything(open_source(tmp_path / "x.npy")), WANTED, rtol=1e-6)
    assert np.array_equal(everything(open_source(tmp_path / "alone.npz")), WANTED)
    labelled = open_source(tmp_path / "x.npz")
    assert np.array_equal(everything(labelled), WANTED) and labelled.spaces["given"] == "label"
    assert open_source(X[:, 0]).batch(np.arange(4))["x"].shape == (4, 1)


def test_structured_arrays_name_their_columns():
    table = np.zeros(50, dtype=[("u", "f4"), ("v", "i4")])
    table["u"], table["v"] = X[:, 0], np.arange(50)
    assert open_source(table).columns == ("u", "v")


def test_frames_with_text_and_missing_cells():
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "who": ["x", "y"] * 25})
    assert set(open_source(frame, given="who").batch(np.arange(40))["given"]) == {"x", "y"}
    frame.loc[3, "a"] = np.nan
    with pytest.raises(BadData, match="1 of 50 rows .* not finite: row 3"):
        open_source(frame, columns=["a", "b"])
    frame.loc[7, "who"] = None
    with pytest.raises(BadData, match="row 7 has no label"):
        open_source(frame, columns=["b"], given="who")


def test_files_that_cannot_be_read(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}, {}], dtype=object), allow_pickle=True)
    write(tmp_path / "broken.npz", "no archive")
    np.savez(tmp_path / "two.npz", u=X, v=X)
    write(tmp_path / "bad.json", "{")
    write(tmp_path / "p.dat", "1,2")
    for name in ("objects.npy", "broken.npz"):
        with pytest.raises(BadData, match=f"{name} cannot be read"):
            open_source(tmp_path / name)
    with pytest.raises(BadData, match="points must be under the key x, got u, v"):
        open_source(tmp_path / "two.npz")
    with pytest.raises(BadData, match="not a JSON file"):
        open_source(tmp_path / "bad.json")
    with pytest.raises(BadValue, match=r"points are read from \.csv, \.tsv"):
        open_source(tmp_path / "p.dat")
    with pytest.raises(BadData, match="no picture is there"):
        open_source(tmp_path)
    with pytest.raises(BadData, match=r"shape \(n, d\), got \(2, 2, 2\)"):
        open_source(np.zeros((2, 2, 2)))


def test_a_missing_engine_says_how_to_install_it(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(MissingExtra, match="pip install"):
        open_source(tmp_path / "x.parquet")


def test_a_wrong_name_or_path_suggests_the_nearest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "measured.csv", lines())
    with pytest.raises(UnknownName, match="did you mean 'checkerboard'"):
        open_source("chekerboard")
    with pytest.raises(UnknownName, match="did you mean 'measured.csv'"):
        open_source("mesured.csv")
    with pytest.raises(UnknownName, match="did you mean 'measured.csv'"):
        open_source(tmp_path / "measured.cvs")
    with pytest.raises(UnknownName, match="no file is called"):
        open_source("no/such/folder/x.npy")


STROKES = [[[0, 0], [1, 0], [1, 1]], [[3, 3], [4, 4]]]


@pytest.mark.parametrize("told", [STROKES, {"strokes": STROKES, "noise": 0.05}])
def test_a_drawing_from_json(tmp_path, told):
    path = write(tmp_path / "d.json", json.dumps(told))
    source = open_source(path, seed=1)
    assert source.noise == pytest.approx(0.05 if isinstance(told, dict) else 0.08)
    assert source.size is None and source.batch(np.arange(5))["x"].shape == (5, 2)


def test_a_drawing_from_memory_is_a_drawing():
    assert np.array_equal(
        open_source(STROKES).batch(np.arange(9))["x"],
        open_source(STROKES).batch(np.arange(9))["x"],
    )
    assert open_source([[[0, 0], [1, 1]]]).segments.weight.tolist() == [1.0]


COMMENTED = {
    "comments above": ("# made by hand\n\n#\n1,2\n3,4\n", ["0", "1"], [3.0, 4.0]),
    "a header that begins with a hash": ("#id,x\n1,2\n3,4\n", ["#id", "x"], [3.0, 4.0]),
    "a column called #": ("#,x\n1,2\n3,4\n", ["#", "x"], [3.0, 4.0]),
    "blanks": ("# x y\n1 2\n3 4\n", ["0", "1"], [3.0, 4.0]),
    "blanks above": ("   \nu,v\n1,2\n3,4\n", ["u", "v"], [3.0, 4.0]),
}


@pytest.mark.parametrize("case", COMMENTED)
def test_comments_stand_above_a_table_and_nowhere_else(tmp_path, case):
    text, names, last = COMMENTED[case]
    data = read(write(tmp_path / "p.csv", text))
    assert [*data.columns] == names
    assert [float(column[-1]) for column in data.columns.values()] == last


def test_cells_that_begin_with_a_hash_are_kept(tmp_path):
    path = write(tmp_path / "p.csv", "colour,u\n#ff0000,1\n#00ff00,2\nred,3\n")
    assert read(path).columns["colour"].tolist() == ["#ff0000", "#00ff00", "red"]


def test_a_name_that_comes_twice_is_told_by_its_line(tmp_path):
    path = write(tmp_path / "p.csv", "# a comment\nu,u\n1,2\n")
    with pytest.raises(BadData, match=r"line 2: column 'u' is named twice"):
        read(path)
