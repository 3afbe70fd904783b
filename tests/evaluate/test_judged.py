"""A run is judged as samples of any tool are: by key, on rows it never saw, with its columns."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas
import pytest

import saddle
from saddle.errors import Incompatible
from saddle.judge.sections import Options
from saddle.runs import read_json

QUICK = {"looks": 1, "saves": 1}
TESTS = Options(tests=("means",), sections=("tests", "memory"))


def fitted(out, *data, **how):
    return saddle.GAN(steps=2, batch=16, settings=QUICK, out=out, **how).fit(*data)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    return pandas.DataFrame(rng.normal(size=(300, 2)), columns=["age", "height"])


def test_a_run_is_judged_by_its_held_out_rows_and_keeps_it(tmp_path, table):
    gan = fitted(tmp_path, table)
    judged = saddle.evaluate(gan, options=TESTS)["judged"]["x"]
    assert judged["columns"] == ["age", "height"]
    assert judged["sides"]["real"]["n"] == 30 and judged["sides"]["train"]["n"] == 240
    kept = read_json(gan.run_.path / "evaluation.json")["judged"]["x"]
    assert kept == json.loads(json.dumps(judged))


def test_every_draw_is_of_the_seed_that_is_asked_for(tmp_path, table):
    gan = fitted(tmp_path, table, seed=3)
    found = [
        saddle.evaluate(gan, options=replace(TESTS, seed=seed))["judged"]["x"]["tests"][0]
        for seed in (5, 5, 6)
    ]
    assert found[0] == found[1] != found[2]


def test_what_was_given_is_judged_with_the_rows(tmp_path, table):
    given = (table["age"] > 0).to_numpy().astype(int)
    gan = fitted(tmp_path, table.to_numpy(), given)
    judged = saddle.evaluate(gan, options=TESTS)["judged"]["x"]
    assert judged["columns"] == ["x0", "x1", "given0", "given1"]


def test_two_domains_are_judged_each_by_its_own_rows(tmp_path, table):
    rows = table.to_numpy()
    gan = fitted(tmp_path, rows, rows[:200] + 5, game="cycle")
    assert set(saddle.evaluate(gan, options=TESTS)["judged"]) == {"a", "b"}


def test_a_run_is_a_side_like_any_other(tmp_path, table):
    gan = fitted(tmp_path, table)
    for fake in (gan, gan.run_, gan.run_.path, str(gan.run_.path)):
        found = saddle.evaluate(fake, table, options=TESTS)
        assert found["sides"]["fake"]["kind"] == "run"
        assert found["columns"] == ["age", "height"]


def test_rows_alone_are_refused(table):
    with pytest.raises(Incompatible, match="against=real"):
        saddle.evaluate(table)
