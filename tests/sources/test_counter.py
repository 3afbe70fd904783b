"""Counter-based randomness: purity, disjointness, and the quality of what comes out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from saddle.sources.counter import Chooser, Counter, lanes_for, normals, permutation

N = 200_000


def test_a_row_depends_on_its_position_alone():
    counter, at = Counter(7, 4), np.arange(1000)
    whole = counter.uniforms(at)
    order = np.random.default_rng(0).permutation(1000)
    assert np.array_equal(counter.uniforms(at[order]), whole[:, order])
    one_by_one = np.hstack([counter.uniforms(at[i : i + 1]) for i in range(50)])
    assert np.array_equal(one_by_one, whole[:, :50])


def test_no_two_words_of_a_seed_are_equal():
    counter = Counter(3, 5)
    words = [counter.words(np.arange(20_000), split) for split in ("train", "watch", "final")]
    assert len(np.unique(np.concatenate(words, axis=None))) == 3 * 5 * 20_000


def test_seeds_and_streams_differ():
    at = np.arange(1000)
    told = [
        Counter(seed, 2, stream=stream).words(at)
        for seed in (0, 1, -1, 2**70)
        for stream in ("", "a")
    ]
    assert len(np.unique(np.concatenate(told, axis=None))) == 8 * 2000


def test_uniforms_never_touch_the_ends():
    class Extreme(Counter):
        def words(self, positions, split="train"):
            return np.array([[0, 2**64 - 1]], dtype=np.uint64)

    u = Extreme(0, 1).uniforms(np.arange(2))[0]
    assert u.tolist() == [2.0**-53, 1 - 2.0**-53]


@pytest.mark.parametrize("split", ["train", "watch", "final"])
def test_uniforms_pass_kolmogorov_smirnov(split):
    u = Counter(11, 3).uniforms(np.arange(N), split)
    for lane in u:
        assert stats.kstest(lane, "uniform").pvalue > 1e-3


def test_normals_pass_kolmogorov_smirnov_and_have_the_moments():
    z = normals(Counter(5, 4).uniforms(np.arange(N)))
    for lane in z:
        assert stats.kstest(lane, "norm").pvalue > 1e-3
        # four standard errors of each moment's estimate: 1, sqrt 2, sqrt 15, sqrt 96 over sqrt n
        for power, truth, spread in ((1, 0, 1), (2, 1, 2**0.5), (3, 0, 15**0.5), (4, 3, 96**0.5)):
            assert abs((lane**power).mean() - truth) < 4 * spread / N**0.5


def test_lanes_and_neighbours_are_not_correlated():
    """Normals, and their squares, of lanes and of neighbouring positions."""
    z = normals(Counter(9, 6).uniforms(np.arange(N)))
    for series in (z, z**2):
        table = np.corrcoef([*series[:, :-1], *series[:, 1:]])
        off = table[~np.eye(len(table), dtype=bool)]
        assert np.abs(off).max() < 5 / N**0.5  # 66 coefficients of spread 1 / sqrt n


def test_thirds_of_many_seeds_spread_as_they_should():
    """The third moment's estimate over 200 seeds is a standard normal, once scaled."""
    z = [normals(Counter(seed, 2).uniforms(np.arange(5000)))[0] for seed in range(200)]
    scaled = [(lane**3).mean() / (15 / 5000) ** 0.5 for lane in z]
    assert stats.kstest(scaled, "norm").pvalue > 1e-3


def test_bits_are_fair_and_avalanche():
    words = Counter(1, 2).words(np.arange(20_000))
    bits = np.unpackbits(words.view(np.uint8)).reshape(-1, 64)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * 0.5 / len(bits) ** 0.5
    change = words[0, 1:] ^ words[0, :-1]
    flipped = np.unpackbits(change.view(np.uint8)).reshape(-1, 64).sum(axis=1)
    assert abs(flipped.mean() - 32) < 5 * 4 / len(flipped) ** 0.5


@pytest.mark.parametrize("weights", [[1, 1, 1], [0.5, 0.3, 0.2], [1e-3, 1, 3, 0, 2], [1]])
def test_chooser_follows_the_weights(weights):
    u = Counter(2, 1).uniforms(np.arange(N))[0]
    counts = np.bincount(Chooser(weights)(u), minlength=len(weights))
    expected = N * np.array(weights) / np.sum(weights)
    possible = expected > 0
    assert counts[~possible].sum() == 0
    if possible.sum() > 1:
        assert stats.chisquare(counts[possible], expected[possible]).pvalue > 1e-3


def test_choosing_exactly_integrates_to_the_weights():
    """On the even grid u = (i + 1/2) / n the alias table gives each weight to within k / n."""
    weights = np.random.default_rng(0).dirichlet(np.ones(30))
    n = 10**6
    counts = np.bincount(Chooser(weights)((np.arange(n) + 0.5) / n), minlength=30)
    assert np.abs(counts / n - weights).max() < 60 / n


def test_lanes_are_even():
    assert [lanes_for(d) for d in (1, 2, 3, 10)] == [2, 2, 4, 10]


def test_permutations_are_permutations_and_differ():
    orders = [permutation(0, 100, epoch=e, split=s) for e in (0, 1) for s in ("train", "watch")]
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(100))
    assert len({order.tobytes() for order in orders}) == 4
