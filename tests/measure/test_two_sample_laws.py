"""Laws that every two-sample test keeps, whatever it looks at."""

import numpy as np
import pytest
import sklearn.neural_network  # noqa: F401  its import draws once from Python's global stream
from scipy import stats

from saddle.errors import BadData, BadValue
from saddle.measure import TESTS, two_sample

SYMMETRIC = [name for name in TESTS if TESTS[name].symmetric]
CONTINUOUS = [name for name in TESTS if TESTS[name].level == "continuous"]

TRAINED = ("c2st", "c2st-logit")
"""Tests that take a while."""


def pair(n, m, seed, d=2, shift=0.0, factor=1.0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), factor * rng.normal(size=(m, d)) + shift


def lognormal(n, rng):
    return np.exp(rng.normal(size=(n, 2)))


def counts(n, rng):
    """Half of all rows tie with another one."""
    return rng.poisson(1.0, size=(n, 2)).astype(float)


def one(name, a, b, **more):
    (result,) = two_sample(a, b, tests=[name], **more)
    return result


@pytest.mark.parametrize("law", [lognormal, counts])
@pytest.mark.parametrize("name", list(TESTS))
def test_small_p_values_are_rare_under_one_law(name, law):
    runs = 20 if name in TRAINED else 60
    p = []
    for seed in range(runs):
        rng = np.random.default_rng([seed, 1])
        p.append(one(name, law(30, rng), law(24, rng), seed=seed, permutations=39).p_value)
    for level in (0.05, 0.25, 0.5):
        # a binomial of that level exceeds this once in 10,000
        assert sum(v <= level for v in p) <= stats.binom.isf(1e-4, runs, level), level


@pytest.mark.parametrize("name", [n for n in CONTINUOUS if n != "c2st-logit"])
def test_the_level_is_met_where_the_statistic_is_continuous(name):
    runs = 200
    p = [one(name, *pair(12, 15, 300 + s), seed=s, permutations=19).p_value for s in range(runs)]
    # P(p <= 1/4) is exactly 1/4, for p lives on multiples of 1 / 20
    low, high = stats.binom.interval(0.9998, runs, 0.25)
    assert low <= sum(v <= 0.25 for v in p) <= high


@pytest.mark.parametrize("name", list(TESTS))
def test_units_do_not_matter(name):
    a, b = pair(60, 50, 2, factor=1.2)
    unit = np.array([2.0**-30, 2.0**40])  # powers of two: the same numbers to the last bit
    assert one(name, a * unit, b * unit) == one(name, a, b)


@pytest.mark.parametrize("name", SYMMETRIC)
def test_the_clouds_may_change_places(name):
    a, b = pair(60, 41, 3, shift=0.3)
    assert one(name, a, b).statistic == pytest.approx(one(name, b, a).statistic, rel=1e-9)


@pytest.mark.parametrize("name", list(TESTS))
def test_more_permutations_or_tests_leave_the_statistic(name):
    a, b = pair(40, 40, 4)
    alone = one(name, a, b)
    among = {result.name: result for result in two_sample(a, b, tests=list(TESTS))}
    assert among[name] == alone
    assert one(name, a, b, permutations=99).statistic == alone.statistic


RNG = np.random.default_rng(0)
ODD = {
    "ten rows": pair(10, 10, 5),
    "ten against many": pair(10, 300, 6),
    "one axis": (RNG.normal(size=40), RNG.normal(size=35)),
    "more axes than rows": pair(15, 12, 7, d=40),
    "integers": (RNG.integers(0, 3, (40, 2)), RNG.integers(0, 3, (40, 2))),
    "a constant axis": tuple(np.c_[RNG.normal(size=40), np.ones(40)] for _ in range(2)),
    "yes and no": (RNG.random((40, 2)) < 0.5, RNG.random((40, 2)) < 0.5),
    "a huge offset": tuple(RNG.normal(size=(40, 2)) + 1e9 for _ in range(2)),
    "huge": tuple(RNG.normal(size=(40, 2)) * 1e300 for _ in range(2)),
    "tiny": tuple(RNG.normal(size=(40, 2)) * 1e-300 for _ in range(2)),
    "two tied axes": tuple(np.repeat(RNG.normal(size=(40, 1)), 2, axis=1) for _ in range(2)),
}


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("name", list(TESTS))
def test_odd_clouds_of_one_law_are_answered(name, case):
    result = one(name, *ODD[case])
    numbers = (result.statistic, result.floor, result.blind.value, *result.detail.values())
    assert np.isfinite(numbers).all()
    assert 0.001 < result.p_value <= 1
    assert result.blind.words.startswith(f"n = {result.n}: blind")


POINT = np.full((40, 2), 3.0)
EQUAL = {"means": "spread", "variances": "place"}
"""What a test does not look at: a point against another one, or against a cloud about it."""


@pytest.mark.parametrize("name", list(TESTS))
def test_collapsed_clouds_are_answered(name):
    assert one(name, POINT, POINT).p_value > 0.05
    spread, elsewhere = np.random.default_rng(1).normal(size=(40, 2)), POINT - 1
    seen = {"place": one(name, POINT, elsewhere), "spread": one(name, spread + 3, POINT)}
    for what, result in seen.items():
        assert (result.p_value < 0.05) == (EQUAL.get(name) != what), what


@pytest.mark.parametrize("name", [n for n in TESTS if n not in EQUAL])
def test_one_row_far_out_hides_nothing(name):
    a, b = pair(150, 150, 8, shift=1.0)
    b[0] = 1e8
    assert one(name, a, b).p_value < 0.01


def test_copies_of_the_other_side_are_told_of():
    a, _ = pair(60, 60, 9)
    result = one("neighbours", a, a + 1e-9)
    assert result.statistic < 0.05 and result.p_value == 1 and "copies" in result.note


def test_rows_left_out_are_told_of():
    a, b = pair(5_200, 5_100, 10, d=1)
    result = one("energy", a, b, permutations=19)
    assert result.n == TESTS["energy"].limit == 5_000
    assert result.note == "5000 of 5200 rows of a were used; 5000 of 5100 rows of b were used"


def test_axes_have_names_and_only_the_most_different_are_told_of():
    a, b = pair(40, 40, 11, d=30)
    b[:, 17] += 5
    names = [f"c{j}" for j in range(30)]
    for name in ("ks", "means", "variances"):
        result = one(name, a, b, columns=names)
        told = [key for key in result.detail if key.endswith(": p")]
        assert len(told) == 20 and "20 most different of 30 axes" in result.note
    assert one("ks", a, b, columns=names).detail["c17: p"] < 1e-6
    assert one("means", a, b, columns=names).detail["c17: p"] == 0.005


def test_mistakes_are_named():
    a, b = pair(20, 20, 0)
    with pytest.raises(BadValue, match="seed must be a whole number of at least 0"):
        two_sample(a, b, seed=-1)
    with pytest.raises(BadValue, match="2 names"):
        two_sample(a, b, columns=["x"])
    with pytest.raises(BadData, match=r"row 3 is \[0.0, nan\]"):
        two_sample(np.where(np.arange(40).reshape(20, 2) == 7, np.nan, 0.0), b)
    with pytest.raises(BadData, match="of numbers"):
        two_sample([["a", "b"]] * 20, b)
    assert [it.name for it in two_sample(a, b, tests="ks")] == ["ks"]
