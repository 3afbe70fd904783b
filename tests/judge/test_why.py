"""Why two clouds differ: planted gaps are named first, nothing where nothing differs."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from scipy.stats import fisher_exact, kstest

from saddle.errors import BadData, BadValue
from saddle.judge.findings import ALPHA, Finding, Why
from saddle.judge.gaps import FINDERS, Clouds, Search, candidates
from saddle.judge.gaps.account import Judge, carried, logistic
from saddle.judge.gaps.base import Share
from saddle.judge.gaps.blind import blind_cluster
from saddle.judge.gaps.columns import smooth
from saddle.judge.gaps.pairs import pairs
from saddle.judge.why import LEAST, why
from saddle.measure.two_sample.axes import holm

N = 800
CENTRES = np.array([[-3.0, 0.0, 1.0], [3.0, 1.0, -1.0], [0.0, 4.0, 0.0], [0.0, -4.0, 2.0]])
SHARES = np.array([0.3, 0.3, 0.25, 0.15])
MIXING = np.array([[1.0, 0.7, 0.0], [0.0, 0.5, 0.0], [0.3, 0.0, 1.0]])


def mixture(seed: int, without: int | None = None):
    """Rows (N, 3) of four clusters, and which one each is of."""
    rng = np.random.default_rng(seed)
    shares = np.array([0.0 if k == without else share for k, share in enumerate(SHARES)])
    label = rng.choice(4, N, p=shares / shares.sum())
    return CENTRES[label] + 0.6 * rng.normal(size=(N, 3)), label


def table(seed: int):
    """Rows (N, 3) of tied columns, one of them skewed."""
    x = np.random.default_rng(seed).normal(size=(N, 3)) @ MIXING
    return np.column_stack([x[:, 0], x[:, 1], np.exp(x[:, 2])])


def shifted():
    fake = table(2)
    fake[:, 0] += 0.6 * fake[:, 0].std()
    return fake


def broken():
    fake = table(2)
    fake[:, 1] = np.random.default_rng(3).permutation(fake[:, 1])
    return fake


@cache
def found(case: str) -> Why:
    """Each case is explained once."""
    fake, real = CASES[case]()
    return why(fake, real, columns=("a", "b", "c"))


CASES = {
    "dropped": lambda: (mixture(2, without=3)[0], mixture(1)[0]),
    "swapped": lambda: (mixture(1)[0], mixture(2, without=3)[0]),
    "shifted": lambda: (shifted(), table(1)),
    "broken": lambda: (broken(), table(1)),
    "nothing": lambda: (table(2), table(1)),
}


def first(case: str) -> Finding:
    return found(case).findings[0]


def test_a_dropped_cluster_is_missing():
    real, label = mixture(1)
    finding = first("dropped")
    assert finding.kind == "missing"
    inside = finding.holds(real)
    assert (inside & (label == 3)).sum() >= 0.9 * (inside | (label == 3)).sum()
    assert finding.share > 0.9


def ring(rng: np.random.Generator, clusters: list[int], n: int = N) -> np.ndarray:
    """Rows (n, 2) of some of eight clusters on a ring."""
    angle = rng.choice(clusters, n) * np.pi / 4
    return np.column_stack([np.cos(angle), np.sin(angle)]) * 2 + 0.1 * rng.normal(size=(n, 2))


@pytest.mark.parametrize("swapped", [False, True])
def test_lost_clusters_are_one_finding_and_no_matter_of_columns(swapped: bool):
    """Two columns and their pair would mend any law in the plane; the loss of three is told."""
    rng = np.random.default_rng(5)
    sides = ring(rng, [0, 1, 2, 4, 6]), ring(rng, list(range(8)))
    told = why(*sides[:: -1 if swapped else 1])
    finding = told.findings[0]
    assert finding.kind == ("invented" if swapped else "missing")
    assert finding.what.startswith("in 3 places: near ") and len(finding.facts["places"]) == 3
    assert finding.share > 0.9 and not {f.kind for f in told.findings} & {"column", "pair"}
    found = {round(np.arctan2(*list(place["centre"].values())[::-1]) / np.pi * 4) % 8
             for place in finding.facts["places"]}  # fmt: skip
    assert found == {3, 5, 7}


def test_what_is_named_is_not_named_again():
    """Regions that lie in one that was named are left out; here the next one would."""
    rng = np.random.default_rng(1)
    fake, real = ring(rng, [0, 1, 2, 3, 4], 1500), ring(rng, list(range(8)), 1500)
    fake[:150] = rng.uniform(-2, 2, (150, 2))
    regions = [f.holds for f in why(fake, real).findings if f.holds is not None]
    assert len(regions) == 2
    rows = np.concatenate([fake, real])
    for k, region in enumerate(regions):
        inside = region(rows)
        assert all((inside & earlier(rows)).sum() < inside.sum() / 2 for earlier in regions[:k])


def test_a_shifted_column_is_named():
    finding = first("shifted")
    assert (finding.kind, finding.what) == ("column", "a")
    assert finding.facts["shift"] == pytest.approx(0.6, abs=0.2)


def test_a_broken_pair_is_named():
    finding = first("broken")
    assert (finding.kind, finding.what) == ("pair", "a with b")
    assert abs(finding.facts["rank_correlation"]["fake"]) < 0.1
    assert finding.facts["rank_correlation"]["real"] > 0.6


def test_values_that_only_one_side_repeats_are_named():
    """Whole numbers against numbers close to them, which no smooth critic tells apart."""
    real, fake = (np.column_stack([np.round(3 * table(s)[:, 0]), table(s)[:, 1]]) for s in (1, 2))
    assert why(fake, real).findings == (), "both sides repeat the same values"
    near = fake + np.random.default_rng(4).normal(0, 1e-6, fake.shape)
    for made, held, who in ((near, real, "real"), (real, near, "fake")):
        (finding,) = why(made, held).findings
        assert (finding.kind, finding.what, finding.facts["by"]) == ("column", "x0", who)
        assert finding.share is None and set(finding.facts["repeated"]) <= {-1, 0, 1}


def test_nothing_is_named_where_nothing_differs():
    assert found("nothing").findings == ()
    assert "nothing can be named" in str(found("nothing"))
    assert 0.4 < found("nothing").auc < 0.6


def test_swapping_the_sides_exchanges_missing_and_invented():
    there, back = first("dropped"), first("swapped")
    assert (there.kind, back.kind) == ("missing", "invented")
    assert there.facts["real"] == back.facts["fake"]
    assert there.facts["fake"] == back.facts["real"]
    assert there.examples == back.examples


def test_examples_lie_in_the_region():
    real = mixture(1)[0]
    finding = first("dropped")
    assert finding.facts["of"] == "real" and len(finding.examples) == 5
    assert finding.holds(real[list(finding.examples)]).all()
    np.testing.assert_array_equal(real[list(finding.examples)], finding.facts["rows"])


def test_counts_are_of_rows_that_did_not_find_the_region():
    """At most half of the real rows, all of the fake ones; p as Fisher's test has it."""
    fake, real = CASES["dropped"]()
    finding, clouds = first("dropped"), Clouds.of(real, fake, 0)
    assert finding.facts["real"]["of"] + finding.facts["fake"]["of"] == N + N // 2
    inside = finding.holds(real).sum(), finding.holds(fake).sum()
    assert finding.facts["real"]["count"] <= inside[0]
    assert finding.facts["fake"]["count"] <= inside[1]
    counts = [
        [finding.facts[s]["count"], finding.facts[s]["of"] - finding.facts[s]["count"]]
        for s in ("real", "fake")
    ]
    raw = fisher_exact(counts).pvalue
    assert raw <= finding.p <= raw * found("dropped").guesses
    assert len(clouds.real) == N


@pytest.mark.parametrize("case", ["dropped", "broken"])
def test_units_and_the_order_of_columns_change_nothing(case):
    """Columns in other units, shifted, in another order: the same finding, the same share."""
    fake, real = CASES[case]()
    order = [2, 0, 1]
    moved = [(side * [1000.0, 0.01, 3.0] + [5.0, -1.0, 100.0])[:, order] for side in (fake, real)]
    there = why(*moved, columns=("c", "a", "b"), seed=0).findings[0]
    assert there.kind == first(case).kind
    assert set(there.what.split(" with ")) == set(first(case).what.split(" with ")) or there.holds
    assert there.share == pytest.approx(first(case).share, abs=0.05)


def test_the_same_seed_says_the_same():
    fake, real = CASES["shifted"]()
    assert why(fake, real, columns=("a", "b", "c")).json() == found("shifted").json()


@pytest.mark.parametrize("case", CASES)
def test_json_is_plain_and_text_fits_a_terminal(case):
    told = json.loads(json.dumps(found(case).json(), allow_nan=False))
    assert len(told["findings"]) == len(found(case).findings)
    assert all(len(line) <= 80 for line in str(found(case)).splitlines())


@pytest.mark.parametrize("family", FINDERS)
def test_p_values_hold_their_level_where_nothing_differs(family):
    """Of each finder's smallest p-value in 30 pairs of one law, Holm rejects at most a few."""
    rejected = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        clouds = Clouds.of(*(rng.normal(size=(150, 2)) @ [[1, 0.8], [0, 0.6]] for _ in "ab"), seed)
        if family == "value":
            clouds = Clouds.of(np.round(clouds.real, 1), np.round(clouds.fake, 1), seed)
        p = [gap.p_value(clouds) for gap in FINDERS[family](clouds)]
        rejected += bool(p) and holm(np.array(p)).min() <= 0.05
    assert rejected <= 6, "binomial(30, .05) exceeds 6 less than once in a thousand"


def test_the_smooth_test_is_uniform_where_nothing_differs():
    rng = np.random.default_rng(0)
    p = [smooth(rng.normal(size=300), rng.normal(size=200)) for _ in range(300)]
    assert kstest(p, "uniform").pvalue > 0.01


def test_the_pair_test_is_uniform_under_dependence():
    """The copula's moments, ranks being estimated: no matter what the two laws of a column are."""
    rng = np.random.default_rng(0)
    p = []
    for _ in range(300):
        real, fake = (rng.normal(size=(n, 2)) @ [[1, 0.8], [0, 0.6]] for n in (400, 300))
        fake[:, 0] = np.exp(fake[:, 0]) + 7
        (gap,) = pairs(Clouds.of(real, fake, 0))
        p.append(gap.p_value(Clouds.of(real, fake, 0)))
    assert kstest(p, "uniform").pvalue > 0.01


@pytest.mark.parametrize("case", ["dropped", "shifted", "broken"])
def test_what_was_repaired_is_no_longer_there(case):
    """After its repair a gap's own test finds nothing, and so do the critics."""
    fake, real = CASES[case]()
    clouds = Clouds.of(real, fake, 0)
    held, guesses = candidates(clouds, ALPHA)
    (named, *_) = Search.of(clouds, ALPHA / guesses).named(held, 1)
    assert named.gap.p_value(named.gap.repair(clouds)) > ALPHA
    assert named.left.auc < 0.54


def test_critics_tell_nearly_what_the_true_ratio_tells():
    """J of N(0, 1) and N(1, 1), whose log ratio is 1/2 - x, on the same rows."""
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(3000, 1)), rng.normal(size=(3000, 1)) + 1
    account = Judge(Clouds.of(real, fake, 0)).first
    parts = np.logaddexp(0, real - 0.5).mean(), np.logaddexp(0, 0.5 - fake).mean()
    oracle = np.log(2) - np.mean(parts)
    assert oracle - 0.005 < account.nats < oracle + 0.002


def test_logistic_weights_are_those_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    from saddle.judge.gaps.account import RIDGE

    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(60, 4)) + 0.5, rng.normal(size=(60, 4))
    ours = logistic(*(np.column_stack([side, np.ones(60)]) for side in (real, fake)))
    theirs = LogisticRegression(C=1 / RIDGE, tol=1e-10).fit(
        np.concatenate([real, fake]), np.r_[np.ones(60), np.zeros(60)]
    )
    np.testing.assert_allclose(ours, [*theirs.coef_[0], theirs.intercept_[0]], atol=2e-3)


def test_what_carries_nothing_has_a_share_of_nothing():
    account = Judge(Clouds.of(*CASES["broken"]()[::-1], 0)).first
    assert carried(account, account, account) == (0, 0, 0, 0)


def test_a_share_holds_its_interval():
    """Clopper and Pearson's own example: 0 of 10 is at most 30.8 %."""
    assert Share(0, 10).interval() == pytest.approx((0, 0.3085), abs=1e-4)


def test_a_cluster_as_large_as_it_is_blind_to_is_mostly_named():
    """The share that is told is where nine in ten draws have enough rows for Fisher's test."""
    limit, rng = 1e-4, np.random.default_rng(0)
    share = blind_cluster(1000, 1000, limit)
    hits = rng.binomial(500, share, size=400)
    named = [fisher_exact([[k, 500 - k], [0, 1000]]).pvalue <= limit for k in hits]
    assert 0.85 <= np.mean(named) <= 0.97


def test_a_sample_that_is_one_point_is_explained():
    """Every region would leave a side with no rows; the columns are named."""
    told = why(np.ones((300, 2)), np.random.default_rng(0).normal(size=(300, 2)))
    assert {finding.kind for finding in told.findings} == {"column"}
    assert told.auc > 0.99


def test_all_but_one_cluster_missing():
    """Only one of four clusters is made: the other three are missing."""
    real, label = mixture(1)
    fake = CENTRES[3] + 0.6 * np.random.default_rng(9).normal(size=(N, 3))
    told = why(fake, real)
    assert {finding.kind for finding in told.findings} == {"missing"}
    covered = sum(finding.holds(real[label != 3]).sum() for finding in told.findings)
    assert covered > 0.9 * (label != 3).sum()


def test_copies_are_told():
    fake, real = CASES["nothing"]()
    assert "800 fake rows stand among the real ones" in str(why(real, real))
    assert "stand among" not in str(found("nothing"))


def test_constant_columns_are_left_out_and_told():
    fake, real = (np.column_stack([np.full(N, 7.0), side]) for side in CASES["dropped"]())
    told = why(fake, real, columns=("k", "a", "b", "c"))
    assert told.findings[0].kind == "missing"
    assert "k" in told.notes[0] and told.columns == ("a", "b", "c")
    assert told.findings[0].holds(real).sum() == first("dropped").holds(real[:, 1:]).sum()


def test_what_cannot_be_explained_is_refused():
    x = np.random.default_rng(0).normal(size=(LEAST, 2))
    with pytest.raises(BadData, match=f"fake: at least {LEAST} rows"):
        why(x[:-1], x)
    with pytest.raises(BadData, match="same number of columns"):
        why(x[:, :1], x)
    with pytest.raises(BadData, match="finite"):
        why(np.where(x > 1.5, np.nan, x), x)
    with pytest.raises(BadData, match="constant"):
        why(np.ones((LEAST, 2)), np.ones((LEAST, 2)))
    with pytest.raises(BadValue, match="2 names"):
        why(x, x, columns=("a",))
