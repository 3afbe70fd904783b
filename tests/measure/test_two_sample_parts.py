"""Statistics and p-values of two-sample tests against SciPy, closed forms and plain loops."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from saddle.measure import TESTS, two_sample
from saddle.measure.two_sample import classifiers
from saddle.measure.two_sample.kernels import gaussian, gaussians
from saddle.measure.two_sample.permuting import labellings, p_of
from saddle.measure.two_sample.result import Setting
from saddle.measure.two_sample.table import on_one_scale

MANY = 1999
SAME = 4 * np.sqrt(0.25 / MANY) * np.sqrt(2)
"""Four standard errors of the difference of two p-values by permutation."""


def one(name, a, b, **more):
    (result,) = two_sample(a, b, tests=[name], **more)
    return result


def clouds(n=30, m=24, d=3, seed=0):
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(d, d))
    return rng.normal(size=(n, d)) @ mix, rng.standard_t(5, size=(m, d)) @ mix + 0.2


def hotelling(a, b):
    """T^2 with the covariance pooled within the clouds."""
    n, m = len(a), len(b)
    gap = a.mean(0) - b.mean(0)
    within = ((n - 1) * np.cov(a.T) + (m - 1) * np.cov(b.T)) / (n + m - 2)
    return n * m / (n + m) * gap @ np.linalg.solve(within, gap)


def test_the_distance_of_means_is_hotellings():
    a, b = clouds()
    n, m, d = len(a), len(b), a.shape[1]
    N, t2 = n + m, hotelling(a, b)
    # With D^2 from the covariance about the pooled mean, divided by N:
    # T^2 = (N - 2) c D^2 / (1 - c D^2),  c = n m / N^2
    c = n * m / N**2
    square = t2 / ((N - 2) + t2) / c
    found = one("means", a, b, permutations=MANY)
    assert found.statistic == pytest.approx(np.sqrt(square), rel=1e-9)
    by_f = stats.f.sf((N - d - 1) / (d * (N - 2)) * t2, d, N - d - 1)
    assert found.p_value == pytest.approx(by_f, abs=SAME)


def test_means_turn_with_the_axes_and_stand_diagonal_where_rows_are_few():
    a, b = clouds()
    turn = np.random.default_rng(1).normal(size=(3, 3))
    assert one("means", a @ turn, b @ turn).statistic == pytest.approx(
        one("means", a, b).statistic, rel=1e-6
    )
    wide, other = clouds(n=12, m=11, d=9)
    pooled = np.concatenate([wide, other])
    gap = (wide.mean(0) - other.mean(0)) / pooled.std(0)
    found = one("means", wide, other)
    assert found.detail["whitened"] == 0
    assert found.statistic == pytest.approx(np.linalg.norm(gap), rel=1e-9)


def test_the_ratio_of_standard_deviations_on_one_axis():
    a, b = (c[:, 0] for c in clouds(seed=2))

    def apart(x, y, axis=-1):
        return np.abs(np.log(x.std(axis) / y.std(axis)))

    found = one("variances", a, b, permutations=MANY)
    assert found.statistic == pytest.approx(apart(a, b), abs=1e-5)
    assert found.detail["axis 0: std ratio"] == pytest.approx(a.std() / b.std(), abs=1e-5)
    scipy = stats.permutation_test(
        (a, b), apart, n_resamples=MANY, alternative="greater", vectorized=True, random_state=0
    )
    assert found.p_value == pytest.approx(scipy.pvalue, abs=SAME)


def test_variances_do_not_see_a_shift_alone():
    rng = np.random.default_rng(3)
    p = [
        one("variances", rng.normal(size=(60, 1)), rng.normal(size=(60, 1)) + 1, seed=s).p_value
        for s in range(60)
    ]
    assert sum(v <= 0.1 for v in p) <= stats.binom.isf(1e-4, 60, 0.1)


@pytest.mark.parametrize("m", [30, 24])
def test_kolmogorov_smirnov_is_scipys_with_holms_correction(m):
    a, b = clouds(m=m)
    found = one("ks", a, b, columns=["r", "s", "t"])
    each = [stats.ks_2samp(a[:, j], b[:, j]) for j in range(3)]
    assert found.statistic == pytest.approx(max(e.statistic for e in each), abs=1e-12)
    # Holm by its definition: reject in order while p_(k) <= level / (d - k)
    p = sorted(e.pvalue for e in each)
    steps = [min((3 - k) * p[k], 1) for k in range(3)]
    corrected = [max(steps[: k + 1]) for k in range(3)]
    assert found.p_value == pytest.approx(corrected[0], rel=1e-9)
    told = [found.detail[f"{c}: p"] for c in "rst"]
    assert sorted(told) == pytest.approx(corrected, rel=1e-9)
    for j, name in enumerate("rst"):
        assert found.detail[f"{name}: gap"] == pytest.approx(each[j].statistic, abs=1e-12)


def test_the_energy_test_is_scipys_permutation_test():
    a, b = (c[:, 0] for c in clouds(seed=4))
    x, y = (c[:, 0] for c in on_one_scale(a[:, None], b[:, None]))

    def energy_of(x, y):
        return stats.energy_distance(x, y) ** 2

    found = one("energy", a, b, permutations=MANY)
    assert found.statistic == pytest.approx(energy_of(x, y), rel=1e-9)
    scipy = stats.permutation_test(
        (x, y), energy_of, n_resamples=MANY, alternative="greater", random_state=1
    )
    assert found.p_value == pytest.approx(scipy.pvalue, abs=SAME)


def test_kernels_of_several_widths_are_their_mean():
    a, b = clouds()
    widths = [2.0, 1.0, 0.5]
    mean = np.mean([gaussian(w)(a, b) for w in widths], axis=0)
    assert gaussians(2.0, halvings=2)(a, b) == pytest.approx(mean, abs=1e-14)


def test_nearest_neighbours_by_a_plain_loop():
    a, b = clouds(seed=5)
    x, y = on_one_scale(a, b)
    pooled, side = np.concatenate([x, y]), np.repeat([0, 1], [len(x), len(y)])
    d = cdist(pooled, pooled)
    np.fill_diagonal(d, np.inf)
    same = side[d.argmin(1)] == side
    found = one("neighbours", a, b)
    assert found.detail["accuracy on a"] == pytest.approx(same[side == 0].mean())
    assert found.statistic == pytest.approx((same[side == 0].mean() + same[side == 1].mean()) / 2)


class Known:
    """A classifier that knows log a/b and learns nothing."""

    def __init__(self, log_ratio):
        self.log_ratio = log_ratio

    def fit(self, rows, sides):
        return self

    def predict_proba(self, rows):
        p = 1 / (1 + np.exp(-self.log_ratio(rows)))
        return np.stack([1 - p, p], axis=1)


def setting(seed=0, permutations=199):
    return Setting(np.random.default_rng(seed), permutations, ["x"])


def test_accuracy_has_the_binomial_law():
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=(40, 1)), rng.normal(size=(40, 1))
    found = classifiers.by_accuracy(lambda seed, n: Known(lambda r: r[:, 0]))(a, b, setting())
    right = round(found.statistic * 40)
    assert found.detail["n_test"] == 40
    truth = stats.binomtest(right, 40, alternative="greater").pvalue
    assert found.p_value == pytest.approx(truth, rel=1e-12)


def test_the_logit_statistic_is_jeffreys_divergence():
    rng = np.random.default_rng(7)
    shift = 0.7
    a, b = rng.normal(size=(20_000, 1)) + shift, rng.normal(size=(20_000, 1))
    # N(s, 1) against N(0, 1): log a/b = s x - s^2 / 2, and KL each way is s^2 / 2.
    known = Known(lambda r: shift * 5 * np.sinh(r[:, 0] / 5) - shift**2 / 2)
    found = classifiers.by_logit(lambda seed, n: known)(a, b, setting(permutations=19))
    spread = 4 * shift * np.sqrt(2 / 10_000)
    assert found.statistic == pytest.approx(shift**2, abs=spread)


def test_classifiers_see_no_row_that_they_are_asked_about():
    """Labels that rows carry by themselves cannot be learned: every row is its own place."""
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=(200, 30)), rng.normal(size=(200, 30))
    for name in ("c2st", "c2st-linear", "c2st-knn"):
        assert one(name, a, b).detail["auc"] == pytest.approx(0.5, abs=4 * np.sqrt(1 / 600))


def test_the_network_sees_one_mode_of_eight_dropped():
    rng = np.random.default_rng(9)

    def ring(n, modes):
        angle = 2 * np.pi * rng.integers(0, modes, n) / 8
        return np.stack([np.cos(angle), np.sin(angle)], 1) + 0.01 * rng.normal(size=(n, 2))

    for name in ("c2st", "c2st-logit", "mmd", "mmd-multi", "energy"):
        assert one(name, ring(2000, 8), ring(2000, 7), permutations=19).p_value <= 0.05


def test_labellings_keep_both_sizes_and_begin_with_the_true_one(numpy_rng):
    labels = labellings(5, 7, numpy_rng, 30)
    assert labels[:, 0].tolist() == [1] * 5 + [0] * 7
    assert (labels.sum(0) == 5).all() and labels.shape == (12, 31)


def test_a_p_value_counts_ties_and_itself():
    assert p_of(np.array([1.0, 1.0, 0.0, 2.0])) == 0.75
    assert p_of(np.array([3.0, 1.0, 0.0, 2.0])) == 0.25


def test_every_row_says_how_it_meets_its_level():
    assert {row.level for row in TESTS.values()} == {"continuous", "discrete", "corrected"}
    assert all(row.words and row.limit >= 1000 for row in TESTS.values())
