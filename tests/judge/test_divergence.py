"""Divergences by the held-out log ratio against closed forms, and what their intervals promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from saddle.errors import BadValue, UnknownName
from saddle.judge.divergence import SEEN, ceiling, divergence, unseen
from saddle.judge.divergence_rows import divergence_rows
from saddle.judge.ratio import LogRatio, log_ratio
from saddle.measure import GENERATORS, bound_on, f_divergence

N = 1500


def normal(mean: float, std: float):
    return lambda x: -0.5 * ((x[:, 0] - mean) / std) ** 2 - math.log(std) - 0.919


P, Q = (0.8, 0.8), (0.0, 1.0)  # fmt: skip


def pair(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The first column is N(.8, .8^2) against N(0, 1), the second the same on both sides."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 2)), rng.standard_normal((n, 2))
    return x * np.array([P[1], 1]) + np.array([P[0], 0]), y


@pytest.fixture(scope="module")
def found() -> LogRatio:
    return log_ratio(*pair(N, 100), seed=0)


@pytest.fixture(scope="module")
def null() -> LogRatio:
    rng = np.random.default_rng(101)
    return log_ratio(rng.standard_normal((N, 2)), rng.standard_normal((N, 2)), seed=0)


@pytest.mark.parametrize("name", GENERATORS)
def test_the_interval_holds_the_exact_value(name: str, found: LogRatio) -> None:
    exact = f_divergence(normal(*P), normal(*Q), f=GENERATORS[name]).value
    told = divergence(found, name)
    if name == "neyman":  # rests on the far side of a narrower law: a few rows carry it
        assert told.mark
    else:
        assert told.found.low <= exact <= told.found.high
    assert told.found.low <= told.found.value <= told.found.high


@pytest.mark.parametrize("name", GENERATORS)
def test_one_law_scores_about_zero(name: str, null: LogRatio) -> None:
    told = divergence(null, name)
    assert told.found.low == 0
    assert 0 < told.found.high < 5 * unseen(GENERATORS[name], N, N) + 0.02


def known(spread: float, n: int = 60_000, refits: int = 2) -> tuple[LogRatio, LogRatio]:
    """Ratios that are the truth, and the truth with errors that differ from refit to refit."""
    x, y = pair(n, 102)
    sides = [normal(*P)(z) - normal(*Q)(z) for z in (x, y)]
    rng = np.random.default_rng(0)
    noisy = [v + spread * rng.standard_normal((refits, n)) for v in sides]
    template = log_ratio(x[:20], y[:20], folds=5)

    def of(refit: list[np.ndarray]) -> LogRatio:
        real, fake = (v.mean(0) for v in refit)
        auc, learned = template.auc, template._learned
        return LogRatio(real, fake, refit[0], refit[1], auc, 5, 1, 0, learned)

    return of([np.stack([v] * refits) for v in sides]), of(noisy)


@pytest.mark.parametrize("refits", [2, 5])
@pytest.mark.parametrize("name", ["kl", "jsd", "squared-hellinger"])
def test_the_loss_to_errors_of_the_critics_is_put_back(name: str, refits: int) -> None:
    exact, noisy = (divergence(r, name) for r in known(0.2, refits=refits))
    lost = exact.bound - noisy.bound
    # Off by the third order, a fifth of the second, and by the noise of 60,000 rows.
    assert noisy.loss == pytest.approx(lost, rel=0.25)
    assert exact.loss < 1e-12 and exact.spread < 1e-12


def test_the_bound_is_that_of_the_measure(found: LogRatio) -> None:
    bound = bound_on(found.real, found.fake, f=GENERATORS["jsd"])
    assert divergence(found, "jsd").bound == bound.value


def test_an_expression_is_the_row_it_spells(found: LogRatio) -> None:
    spelled, named = divergence(found, "f:u*log(u)"), divergence(found, "kl")
    assert spelled.found.value == pytest.approx(named.found.value, rel=1e-9)


def test_an_f_that_is_none_is_refused(found: LogRatio) -> None:
    with pytest.raises(BadValue, match="convex in u"):
        divergence(found, "f:log(u)")
    with pytest.raises(BadValue, match="finite for u > 0"):
        divergence(found, "f:log(u-1)")
    with pytest.raises(UnknownName, match="jsd"):
        divergence(found, "jds")


@pytest.mark.parametrize(
    ("name", "most"),
    [("jsd", math.log(2)), ("squared-hellinger", 2), ("total-variation", 1), ("alpha:0.5", 4),
     ("kl", math.inf), ("reverse-kl", math.inf), ("pearson", math.inf), ("jeffrey", math.inf)],
)  # fmt: skip
def test_the_most_that_laws_can_be_apart(name: str, most: float) -> None:
    assert ceiling(GENERATORS[name]) == pytest.approx(most, rel=1e-5)


def test_what_is_not_seen_is_that_of_two_near_normals() -> None:
    square = SEEN**2 * (1 / 500 + 1 / 2000)
    assert unseen(GENERATORS["kl"], 500, 2000) == pytest.approx(square / 2)
    assert unseen(GENERATORS["squared-hellinger"], 500, 2000) == pytest.approx(
        2 - 2 * math.exp(-square / 8)
    )
    assert unseen(GENERATORS["pearson"], 500, 2000) == pytest.approx(math.expm1(square))


def test_laws_that_do_not_meet_have_no_estimate() -> None:
    rng = np.random.default_rng(100)
    apart = log_ratio(rng.standard_normal((200, 2)) + 20, rng.standard_normal((200, 2)))
    kl, jsd = divergence(apart, "kl"), divergence(apart, "jsd")
    assert kl.found.high == math.inf and kl.mark.startswith("at least")
    assert kl.found.value <= math.log(200) + 1
    assert jsd.found.low <= math.log(2) <= jsd.found.high + 1e-9


def test_rows_have_floors_and_marks() -> None:
    (x, y), (z, _) = pair(400, 103), pair(400, 104)
    rows = divergence_rows(y, x, other=z)
    assert [r["name"] for r in rows] == [
        f"{name}-400-critics" for name in ("auc", "kl", "reverse-kl", "jsd", "squared-hellinger")
    ]
    for r in rows[1:]:
        assert r["floor"] < r["interval"][0] if r["interval"] else "mark" in r
    (few, *_) = divergence_rows(y[:12], x)
    assert few["value"] is None and "critics need 20 rows a side, got 12" in few["note"]
