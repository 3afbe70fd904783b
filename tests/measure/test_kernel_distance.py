"""The kernel distance against its definition, torchmetrics, and zero on average."""

import numpy as np
import pytest
import torch

from saddle.errors import BadData
from saddle.measure import kernel_distance
from saddle.measure.kernel_distance import LIMIT, kernel_judged
from saddle.measure.near import BLOCK


def pair(n, m, d, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), 1.2 * rng.normal(size=(m, d)) + 0.1


def test_it_is_the_mean_over_pairs_of_two_rows():
    x, y = pair(6, 9, 3)

    def k(a, b):
        return (a @ b / 3 + 1) ** 3

    within = [
        np.mean([k(c[i], c[j]) for i in range(len(c)) for j in range(len(c)) if i != j])
        for c in (x, y)
    ]
    across = np.mean([k(a, b) for a in x for b in y])
    assert kernel_distance(x, y) == pytest.approx(sum(within) - 2 * across, rel=1e-12)


def test_it_equals_torchmetrics_on_the_same_features():
    from torchmetrics.image.kid import poly_mmd

    x, y = pair(300, 300, 16)
    theirs = float(poly_mmd(torch.from_numpy(x), torch.from_numpy(y)))
    assert kernel_distance(x, y) == pytest.approx(theirs, rel=1e-4)


def test_it_is_unbiased_where_the_frechet_distance_is_not():
    rng = np.random.default_rng(1)
    values = [kernel_distance(*rng.normal(size=(2, 20, 8))) for _ in range(300)]
    assert abs(np.mean(values)) <= 4 * np.std(values) / 300**0.5


def test_blocks_change_nothing_and_neither_side_counts_more():
    x, y = pair(BLOCK + 300, 700, 4)
    k = (x @ y.T / 4 + 1) ** 3
    own = [((c @ c.T / 4 + 1) ** 3, len(c)) for c in (x, y)]
    truth = sum((g.sum() - np.trace(g)) / (n * (n - 1)) for g, n in own) - 2 * k.mean()
    assert kernel_distance(x, y) == pytest.approx(truth, rel=1e-9)
    assert kernel_distance(y, x) == pytest.approx(truth, rel=1e-9)


def test_the_interval_holds_what_is_found_on_average():
    found = [kernel_judged(*pair(150, 150, 3, seed)) for seed in range(100)]
    mean = np.mean([f.value for f in found])
    # 95 % less three standard errors of 100 draws
    assert np.mean([f.low <= mean <= f.high for f in found]) >= 0.88


def test_large_clouds_are_cut_and_say_so():
    x, y = pair(LIMIT + 500, LIMIT + 100, 2)
    assert kernel_judged(x, y).n == LIMIT
    with pytest.raises(BadData, match="at least 2 rows"):
        kernel_distance([[1.0]], [[1.0], [2.0]])
