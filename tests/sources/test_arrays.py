"""Finite sources: parts by content, epochs as permutations, and what they tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from saddle.errors import BadData, Incompatible
from saddle.sources import SOURCES, describe, open_source, split_rows
from saddle.sources.entry import span

PARTS = ("train", "watch", "final")


def cloud(n=3000, d=2, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d))


@settings(max_examples=60)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(3, 60), st.integers(1, 3)),
        elements=st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0, 1e300]),
    )
)
def test_parts_cover_the_rows_and_share_none_whatever_the_copies(x):
    if len(np.unique(x + 0.0, axis=0)) < 4:
        with pytest.raises(BadData, match="at least 4 different rows"):
            split_rows(x)
        return
    parts = split_rows(x)
    assert np.array_equal(np.sort(np.concatenate(list(parts.values()))), np.arange(len(x)))
    sides = [{tuple(row) for row in (x + 0.0)[parts[name]].tolist()} for name in PARTS]
    assert all(sides) and len(sides[0]) > 1
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


@pytest.mark.parametrize(("n", "held"), [(30, 3), (3000, 300), (120_000, 10_000)])
def test_held_out_parts_are_a_tenth_and_at_most_ten_thousand(n, held):
    parts = split_rows(cloud(n))
    assert [len(parts[name]) for name in PARTS] == [n - 2 * held, held, held]


def test_parts_follow_the_content_not_the_order_nor_the_seed():
    x = cloud()
    order = np.random.default_rng(1).permutation(len(x))
    first, second = open_source(x, seed=0), open_source(x[order], seed=9)
    for part in PARTS:
        assert np.array_equal(
            np.unique(first.part(part)["x"], axis=0), np.unique(second.part(part)["x"], axis=0)
        )


def test_most_rows_stay_on_their_side_when_rows_are_added():
    x = cloud()
    before, after = split_rows(x[:2800]), split_rows(x)
    for part in PARTS:
        stayed = np.isin(before[part], after[part]).mean()
        assert stayed > 0.9


def test_copies_fall_on_one_side():
    x = np.repeat(cloud(300), 10, axis=0)
    parts = split_rows(x)
    for rows in parts.values():
        assert len(np.unique(x[rows], axis=0)) * 10 == len(rows)


def test_an_epoch_is_a_permutation_and_the_next_another():
    source = open_source(cloud(), seed=2)
    n = source.size
    epochs = [source.batch(np.arange(n) + e * n)["x"] for e in range(3)]
    for epoch in epochs:
        assert np.array_equal(
            np.unique(epoch, axis=0), np.unique(source.part("train")["x"], axis=0)
        )
    assert not np.array_equal(epochs[0], epochs[1])
    many = source.batch(np.arange(20) * n)["x"]  # twenty epochs, more than are kept
    assert np.array_equal(many[:3], [epoch[0] for epoch in epochs])
    assert np.array_equal(source.batch(np.arange(n))["x"], epochs[0])


@pytest.mark.parametrize("split", PARTS)
def test_rows_depend_on_seed_and_position_alone(split):
    at = np.random.default_rng(0).integers(0, 10_000, size=700)
    source = open_source(cloud(), seed=2)
    whole = source.batch(at, split)["x"]
    again = open_source(cloud(), seed=2)
    parts = [again.batch(p, split)["x"] for p in np.split(at, [1, 5, 300])]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(open_source(cloud(), seed=3).batch(at, split)["x"], whole)


def test_labels_stay_with_their_rows():
    x = cloud()
    source = open_source(x, given=(x[:, 0] > 0).astype(int))
    batch = source.batch(np.arange(5000))
    assert np.array_equal(batch["given"], (batch["x"][:, 0] > 0).astype(np.int64))
    assert source.spaces == {"x": "points", "given": "label"} and source.aligned
    words = open_source(x, given=np.where(x[:, 0] > 0, "up", "down"))
    assert set(words.batch(np.arange(100))["given"]) == {"up", "down"}
    points = open_source(x, given=x * 2)
    assert points.spaces["given"] == "points"
    batch = points.batch(np.arange(100))
    assert np.array_equal(batch["given"], 2 * batch["x"])


def test_given_of_another_length_is_refused():
    with pytest.raises(BadData, match="3000 rows, but 7 are given"):
        open_source(cloud(), given=np.arange(7))


def test_what_a_source_tells():
    x = np.column_stack([cloud(100), np.full(100, 4.0)])
    x[50:60] = x[:10]
    told = describe(open_source(x, given=np.arange(100) % 3))
    facts = dict(told.facts)
    assert facts["rows"] == "100, 10 of them copies of another"
    assert facts["column 2"] == "4" and " to " in facts["column 0"]
    assert facts["given"] == "3 labels: 0 (34), 1 (33), 2 (33)"
    assert told.rows == {"train": 80, "watch": 10, "final": 10}
    assert "memory" in facts and facts["parts"] == "train 80, watch 10, final 10"
    assert len(told.warnings) == 1 and "a small set: 10 rows to watch" in told.warnings[0]


def test_two_domains_are_shuffled_apart():
    x = cloud()
    pair = open_source(x, second=x, seed=0)
    assert pair.gives == {"a", "b"} and not pair.aligned and pair.size == 2400
    batch = pair.batch(np.arange(2400))
    assert np.array_equal(np.unique(batch["a"], axis=0), np.unique(batch["b"], axis=0))
    assert (batch["a"] == batch["b"]).all(axis=1).mean() < 0.01
    told = dict(describe(pair).facts)
    assert told["aligned"] == "no" and "a: rows" in told and "b: rows" in told
    mixed = open_source("ring", second=cloud(500))
    assert mixed.size == 400 and mixed.log_prob(x) is None


def test_domains_must_give_x():
    with pytest.raises(Incompatible, match="domain b must be a source that gives x"):
        open_source("grid", second="rotated-mixtures")
    with pytest.raises(Incompatible, match="given goes with one set"):
        open_source("grid", second="ring", given="y")


def test_a_source_passes_through():
    grid = SOURCES["grid"](0)
    assert open_source(grid) is grid
    with pytest.raises(Incompatible, match="source 'grid' gives x by itself"):
        open_source(grid, columns="a,b")


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(-1.0, 2.5, "-1 to 2.5"), (1e6, 1e6 + 0.5, "1000000 to 1000000.5"), (3.0, 3.0, "3")],
)
def test_a_range_is_told_with_digits_enough_to_tell_its_ends_apart(low, high, told):
    assert span(low, high) == told
