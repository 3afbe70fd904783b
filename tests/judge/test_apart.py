"""Two-sample tests take whatever has rows."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

import saddle
from saddle.errors import BadData, BadValue, Incompatible, UnknownName
from saddle.judge.apart import Reading, both

QUICK = {"tests": ["means", "ks"], "permutations": 19}


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pandas.DataFrame(rng.normal(size=(80, 2)), columns=["age", "income"])


@pytest.mark.parametrize("ending", [".csv", ".npy", ".npz"])
def test_files_arrays_and_frames_are_one_thing(ending, table, tmp_path):
    path = tmp_path / f"rows{ending}"
    {
        ".csv": lambda: table.to_csv(path, index=False, float_format="%.17g"),
        ".npy": lambda: np.save(path, table.to_numpy()),
        ".npz": lambda: np.savez(path, x=table.to_numpy()),
    }[ending]()
    other = table * [1.0, 2.0]
    told = saddle.two_sample(table, other, **QUICK)
    assert saddle.two_sample(path, other, **QUICK) == told
    assert saddle.two_sample(str(path), other, **QUICK) == told
    plain = saddle.measure.two_sample(table.to_numpy(), other.to_numpy(), **QUICK)
    assert [it.p_value for it in plain] == [it.p_value for it in told]
    assert "income: p" in told[1].detail and "axis 1: p" in plain[1].detail


def test_columns_are_matched_by_name_and_chosen(table):
    turned = table[["income", "age"]]
    (found,) = saddle.two_sample(table, turned, tests="ks")
    assert found.statistic == 0
    (found,) = saddle.two_sample(table, turned, tests="ks", columns="age")
    assert [key for key in found.detail if key.endswith(": p")] == ["age: p"]


def test_a_source_is_drawn_from_as_often_as_the_other_side_has_rows(table):
    sides = both("ring", table.to_numpy(), Reading())
    assert (sides.fake.n, sides.real.n) == (80, 80)
    sides = both(table.to_numpy()[:50], "ring", Reading())
    assert (sides.fake.n, sides.real.n) == (50, 50)


def test_two_draws_of_one_source_share_no_row():
    sides = both("ring", "ring", Reading(n=100))
    assert not (sides.fake.rows[:, None] == sides.real.rows[None]).all(-1).any()
    for found in saddle.two_sample("ring", "ring", n=200, permutations=19):
        assert found.p_value > 0.001 and found.n == 200


def test_all_rows_are_read_and_those_left_out_are_told_of(table):
    (found,) = saddle.two_sample(table, table[:40], tests="ks")
    assert found.n == 40 and not found.note
    (found,) = saddle.two_sample(table, table, tests="ks", n=30)
    assert found.note == "30 of 80 rows of a were read; 30 of 80 rows of b were read"


def test_a_run_and_a_fitted_gan_are_drawn_from(tmp_path):
    gan = saddle.GAN(steps=2, batch=16, out=str(tmp_path), seed=0).fit("ring")
    by_gan = saddle.two_sample(gan, "ring", n=60, **QUICK)
    by_run = saddle.two_sample(gan.run_.path, "ring", n=60, **QUICK)
    assert by_gan == by_run == saddle.two_sample(gan.run_, "ring", n=60, **QUICK)
    assert by_gan[0].n == 60 and by_gan[1].p_value < 0.05


def test_mistakes_are_named(table, tmp_path):
    with pytest.raises(UnknownName, match="no file is called"):
        saddle.two_sample(str(tmp_path / "rows.csv"), table)
    with pytest.raises(BadData, match="at least 10 rows"):
        saddle.two_sample(table[:9], table)
    with pytest.raises(Incompatible, match="misses"):
        saddle.two_sample(table, table.rename(columns={"age": "years"}))
    with pytest.raises(BadData, match="row 3"):
        saddle.two_sample(table.assign(age=np.where(table.index == 3, np.nan, 1.0)), table)
    with pytest.raises(BadValue, match="seed must be"):
        saddle.two_sample(table, table, seed=-1)
    with pytest.raises(UnknownName, match="did you mean 'means'"):
        saddle.two_sample(table, table, tests="mean")
