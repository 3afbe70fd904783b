"""Memory against slow loops written from the definitions, and against closed forms."""

import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from saddle.errors import BadData
from saddle.measure import (
    authentic_of_perfect,
    closer_to_train,
    closest,
    copies,
    copying,
    repeats,
)


def three(n, m, k, d, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=(size, d)) for size in (n, m, k))


def gap(a, b):
    return math.sqrt(sum((p - q) ** 2 for p, q in zip(a, b, strict=True)))


def nearest_by_loop(x, among):
    best = min(range(len(among)), key=lambda j: gap(x, among[j]))
    return best, gap(x, among[best])


def test_authenticity_is_that_of_its_definition():
    fake, train, _ = three(80, 60, 1, 3)
    fake[:10] = train[:10] + 1e-3
    authentic = []
    for x in fake:
        t, distance = nearest_by_loop(x, train)
        own = min(gap(train[t], train[j]) for j in range(len(train)) if j != t)
        authentic.append(distance > own)
    assert closest(fake, train).authentic.tolist() == authentic
    assert closest(fake, train).near_copy[:10].all()


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_authentic_share_of_a_perfect_sampler_has_a_closed_form(d):
    fake, train, _ = three(4000, 8000, 1, d, seed=d)
    share = closest(fake, train).authentic.mean()
    # samples that share a nearest row are not independent: twice the binomial error, and edges
    assert share == pytest.approx(authentic_of_perfect(d), abs=0.03)


def test_the_closed_form_is_the_area_of_two_discs():
    union = 4 * math.pi / 3 + math.sqrt(3) / 2  # of unit discs whose centres are one apart
    assert authentic_of_perfect(2) == pytest.approx(1 - math.pi / union, rel=1e-12)
    assert authentic_of_perfect(1) == pytest.approx(1 / 3, rel=1e-12)
    ball = 4 * math.pi / 3
    lens = math.pi * (4 + 1) * (2 - 1) ** 2 / 12  # of unit balls one apart
    assert authentic_of_perfect(3) == pytest.approx(1 - ball / (2 * ball - lens), rel=1e-12)


def test_c_t_is_that_of_its_definition():
    fake, train, held = three(300, 400, 250, 2)
    fake[:60] = train[:60] + 1e-2 * fake[:60]
    found = copying(fake, train, held, rng=np.random.default_rng(0), cells=4)
    cells = [[nearest_by_loop(x, found.centres)[0] for x in side] for side in (fake, train, held)]
    total, weights = 0.0, 0.0
    for z, weight, cell in zip(found.z, found.weight, found.cell, strict=True):
        made, known, new = (
            [x for x, c in zip(side, of, strict=True) if c == cell]
            for side, of in zip((fake, train, held), cells, strict=True)
        )
        of_made = [nearest_by_loop(x, known)[1] for x in made]
        of_new = [nearest_by_loop(x, known)[1] for x in new]
        U = sum((a > b) + 0.5 * (a == b) for a in of_made for b in of_new)
        n, m = len(made), len(new)
        truth = (U - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
        assert z == pytest.approx(truth, abs=1e-9)
        assert weight == pytest.approx(len(new) / len(held), abs=1e-12)
        total, weights = total + weight * truth, weights + weight
    assert found.overall.value == pytest.approx(total / weights, abs=1e-9)


def test_the_z_of_ties_is_scipys():
    _, train, held = three(1, 200, 120, 2)
    fake = train[:80]  # all at distance zero
    found = copying(fake, train, held, rng=np.random.default_rng(0), cells=1)
    distance = closest(held, train).distance
    told = mannwhitneyu(np.zeros(80), distance, method="asymptotic", use_continuity=False)
    assert found.z[0] < 0
    assert math.erfc(-found.z[0] / math.sqrt(2)) == pytest.approx(told.pvalue, rel=1e-6)


def test_c_t_of_a_perfect_sampler_is_normal_and_of_copies_far_below():
    values = []
    for seed in range(60):
        fake, train, held = three(200, 300, 200, 2, seed)
        found = copying(fake, train, held, rng=np.random.default_rng(seed), cells=3).overall
        values.append(found.value / ((found.high - found.low) / 3.92))
    assert abs(np.mean(values)) <= 4 / 60**0.5
    assert 0.7 <= np.std(values) <= 1.3
    copied = train[:200] + 1e-3
    assert copying(copied, train, held, rng=np.random.default_rng(0)).overall.high < -3
    far = copying(3 * fake, train, held, rng=np.random.default_rng(0)).overall
    assert far.low > 0


def test_the_share_of_nearest_records_is_one_half_without_memory():
    shares = []
    held_truth = 0
    for seed in range(100):
        fake, train, held = three(150, 120, 90, 2, seed)
        found = closer_to_train(fake, train, held, rng=np.random.default_rng(seed))
        shares.append(found.value)
        held_truth += found.low <= 0.5 <= found.high
    assert abs(np.mean(shares) - 0.5) <= 4 * np.std(shares) / 10
    assert held_truth >= 88  # 95 % less three standard errors
    copied = closer_to_train(train[:80], train, held, rng=np.random.default_rng(0))
    assert copied.low > 0.5


def test_the_share_is_that_of_its_definition():
    fake, train, held = three(60, 40, 40, 2, seed=3)
    fake[:5] = 0.5  # some samples share a record
    nearer = sum(nearest_by_loop(x, train)[1] < nearest_by_loop(x, held)[1] for x in fake)
    found = closer_to_train(fake, train, held, rng=np.random.default_rng(0))
    assert found.value == pytest.approx(nearer / 60)
    same = closer_to_train(fake, train, train, rng=np.random.default_rng(0))
    assert same.value == 0.5


def test_copies_and_repeats_are_counted_number_for_number():
    rows = np.array([[1.0, 2.0], [0.0, -0.0], [1.0, 2.0 + 1e-15], [3.0, 4.0]])
    others = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 5.0]])
    assert copies(rows, others).tolist() == [True, True, False, False]
    assert repeats(np.concatenate([rows, rows[:1]])).tolist() == [True, False, False, False, True]


def test_mistakes_are_named():
    with pytest.raises(BadData, match="too few, or lie elsewhere"):
        copying(*three(5, 50, 50, 2), rng=np.random.default_rng(0))
    with pytest.raises(BadData, match="at least 2 rows"):
        closest([[0.0]], [[1.0]])
    with pytest.raises(BadData, match="columns"):
        copies([[0.0, 1.0]], [[1.0]])
