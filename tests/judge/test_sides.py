"""Sides of a comparison: whatever is named becomes rows, and columns are matched by name."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from saddle.errors import BadData, BadValue, Incompatible, UnknownName
from saddle.judge.sides import LEAST, MOST, Drawn, matched, read_side, read_sides
from saddle.measure.memory import copies


@pytest.fixture
def rows():
    return np.random.default_rng(3).normal(size=(40, 3))


@pytest.fixture
def table(rows):
    return pandas.DataFrame(rows, columns=["a", "b", "c"])


@pytest.fixture(params=[".csv", ".npy", ".npz", ".parquet", "array", "frame"])
def anything(request, rows, table, tmp_path):
    path = tmp_path / f"rows{request.param}"
    write = {
        ".csv": lambda: table.to_csv(path, index=False, float_format="%.17g"),
        ".npy": lambda: np.save(path, rows),
        ".npz": lambda: np.savez(path, x=rows),
        ".parquet": lambda: table.to_parquet(path),
    }
    if request.param == ".parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    if request.param in write:
        write[request.param]()
        return path
    return {"array": rows, "frame": table}[request.param]


def test_rows_of_every_origin_are_the_same(anything, rows):
    side = read_side(anything)
    assert np.array_equal(side.rows, rows) and side.total == len(rows)


def test_columns_are_matched_by_name(table, rows):
    sides = read_sides(table[["c", "a", "b"]], table)
    assert sides.columns == ("a", "b", "c")
    assert np.array_equal(sides.fake.rows, rows)


def test_where_one_side_has_no_names_the_other_names_both(table, rows):
    for fake, real in ((rows, table), (table, rows)):
        sides = read_sides(fake, real)
        assert sides.columns == ("a", "b", "c")
        assert sides.fake.columns == sides.real.columns


def test_other_columns_are_refused_with_what_is_missing_and_too_many(table):
    other = table.rename(columns={"b": "d"})
    with pytest.raises(Incompatible, match=r"misses b and has d too many.*--columns a,c"):
        read_sides(other, table)
    assert read_sides(other, table, columns="c,a").columns == ("c", "a")


def test_another_number_of_columns_is_refused(rows):
    with pytest.raises(Incompatible, match="2 columns.*3 columns"):
        read_sides(rows[:, :2], rows)


def test_a_column_of_text_is_refused_with_those_that_are_numbers(table):
    with pytest.raises(BadData, match="kind is text; --columns a,b,c"):
        read_side(table.assign(kind="left"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_named_by_its_row(rows, value):
    rows[7, 1] = value
    with pytest.raises(BadData, match="row 7"):
        read_side(rows)


def test_too_few_rows_are_refused(rows):
    with pytest.raises(BadData, match=f"at least {LEAST} rows"):
        read_side(rows[: LEAST - 1])
    with pytest.raises(BadValue, match="n must be"):
        read_side(rows, n=LEAST - 1)


def test_of_many_rows_some_are_drawn_and_the_number_is_told():
    side = read_side(np.arange(2.0 * MOST)[:, None], seed=1)
    assert (side.n, side.total) == (MOST, 2 * MOST)
    assert len(np.unique(side.rows)) == MOST
    again = read_side(np.arange(2.0 * MOST)[:, None], seed=1)
    assert np.array_equal(side.rows, again.rows)


def test_a_name_is_drawn_from_and_the_sides_share_no_row():
    sides = read_sides("ring", "ring", n=500)
    assert sides.fake.n == sides.real.n == 500
    assert not copies(sides.fake.rows, sides.real.rows).any()


def test_what_is_drawn_gets_as_many_rows_as_the_other_side_has(rows):
    assert read_sides("ring", rows[:, :2]).fake.n == len(rows)
    assert read_sides(rows[:, :2], "ring").real.n == len(rows)


def test_a_run_is_drawn_from_by_what_is_passed_in(rows, tmp_path):
    (tmp_path / "recipe.yaml").write_text("")
    with pytest.raises(Incompatible, match="is a run"):
        read_side(tmp_path)
    asked = []

    def draw(path, n, seed):
        asked.append((path, n, seed))
        return Drawn(rows, ("a", "b", "c"))

    side = read_side(tmp_path, n=40, seed=5, draw=draw)
    assert asked == [(tmp_path, 40, 5)] and side.kind == "run"


def test_a_missing_file_is_answered_with_the_nearest(tmp_path, rows):
    np.save(tmp_path / "samples.npy", rows)
    with pytest.raises(UnknownName, match=r"did you mean 'samples\.npy'"):
        read_side(tmp_path / "sampels.npy")


def test_floor_rows_are_training_rows_or_half_of_the_real_ones(rows):
    reference, other, _ = read_sides(rows, rows).held(0)
    assert len(reference) == len(other) == 20 and not copies(reference, other).any()
    seen = rows + 9
    reference, other, trained = read_sides(rows, rows, seen).held(0)
    assert trained
    assert len(reference) == 40 and np.array_equal(other, seen)
    assert len(read_sides(rows, rows, rows).held(0)[0]) == 20


def test_shared_rows_are_found_whatever_the_sign_of_zero(rows):
    rows[0, 0] = 0.0
    other = rows[:5].copy()
    other[0, 0] = -0.0
    assert copies(rows, other).sum() == 5
    assert matched(read_side(rows), read_side(rows)).n == 40
