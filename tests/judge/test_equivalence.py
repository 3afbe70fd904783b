"""The equivalence test: its distance in closed form, its bound and its power by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from saddle.errors import BadData, BadValue, UserError
from saddle.judge.equivalence import (
    SURE,
    Slices,
    directions_in,
    equivalence,
    perfect_bounds,
    slice_of_unit,
)

REPEATS = 60
MISSED = 8
"""Of 60 bounds at 95 % at most 8 lie below the truth, but in one test of 200: binomial."""


def shifted(rng: np.random.Generator, n: int, by: float) -> np.ndarray:
    """A normal law moved by a share of its deviation: D = by."""
    return rng.normal(size=(n, 1)) + by


def widened(rng: np.random.Generator, n: int, by: float) -> np.ndarray:
    """A normal law made wider: W1 = E|(1 + s) z - z| = s sqrt(2 / pi), s chosen for D = by."""
    return rng.normal(size=(n, 1)) * (1 + by * np.sqrt(np.pi / 2))


def reweighted(rng: np.random.Generator, n: int, by: float) -> np.ndarray:
    """Two far modes of weight 1/2 at -1 and 1, deviation one; by / 2 goes two units: D = by."""
    return np.where(rng.random((n, 1)) < 0.5 - by / 2, -1.0, 1.0) + 0.01 * rng.normal(size=(n, 1))


KINDS = {"shift": shifted, "width": widened, "weight of a mode": reweighted}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("d", [1, 2, 7])
def test_rows_that_moved_by_a_share_of_the_spread_are_that_far(
    d: int, rng: np.random.Generator
) -> None:
    real = rng.normal(size=(400, d))
    real /= real.std(0)
    step = rng.normal(size=d)
    step *= 0.3 * np.sqrt(d) / np.linalg.norm(step)  # the spread is sqrt(d)
    found = equivalence(real + step, real, directions=4000, draws=1)
    assert found.value == pytest.approx(0.3, rel=0.02)  # 4,000 directions: 1 / sqrt(4000)


def test_on_the_line_the_distance_is_the_one_of_scipy(rng: np.random.Generator) -> None:
    fake, real = rng.gamma(2.0, size=300), rng.gamma(3.0, size=200)
    expected = wasserstein_distance(fake, real) / real.std()
    assert equivalence(fake, real, draws=1).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("d", [2, 3, 10])
def test_the_unit_of_a_slice_is_its_mean(d: int, rng: np.random.Generator) -> None:
    mean = np.abs(directions_in(d, 20_000, rng)[:, 0]).mean() * np.sqrt(d)
    assert slice_of_unit(d) == pytest.approx(mean, rel=0.02)


def test_the_deviation_is_that_of_many_draws(rng: np.random.Generator) -> None:
    drawn = [
        Slices.of(shifted(rng, 300, 0.5), shifted(rng, 200, 0.0), np.ones((1, 1))).judged()
        for _ in range(400)
    ]
    values, deviations = np.array(drawn).T
    assert deviations.mean() == pytest.approx(values.std(), rel=0.15)  # 1 / sqrt(2 * 400) twice


@pytest.mark.parametrize("far", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("kind", KINDS)
def test_the_upper_bound_holds_the_distance_of_the_laws(
    kind: str, far: float, rng: np.random.Generator
) -> None:
    draw = KINDS[kind]
    bounds = [
        equivalence(draw(rng, 300, far), draw(rng, 300, 0.0), draws=1).upper
        for _ in range(REPEATS)
    ]
    assert sum(bound < far for bound in bounds) <= MISSED


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_by_twice_the_margin_does_not_pass(
    kind: str, rng: np.random.Generator
) -> None:
    draw = KINDS[kind]
    passed = [
        equivalence(draw(rng, 500, 0.3), draw(rng, 500, 0.0), margin=0.15, draws=1).passed
        for _ in range(REPEATS)
    ]
    assert not any(passed)


def test_a_perfect_generator_passes_as_often_as_the_power_says(rng: np.random.Generator) -> None:
    found = [
        equivalence(shifted(rng, 400, 0.0), shifted(rng, 400, 0.0), margin=0.14, draws=60)
        for _ in range(100)
    ]
    power = np.mean([it.power for it in found])
    assert np.mean([it.passed for it in found]) == pytest.approx(power, abs=0.15)  # 3 / sqrt(400)


def test_at_its_reach_a_perfect_generator_passes_in_four_of_five(rng: np.random.Generator) -> None:
    places = rng.normal(size=(300, 1))
    bounds = perfect_bounds(places, 300, 200, 1.645, rng)[:, 1]
    reach = equivalence(rng.normal(size=(300, 1)), places, draws=200, seed=3).reach
    assert np.mean(bounds < reach * places.std()) == pytest.approx(SURE, abs=0.12)


def test_more_rows_reach_further(rng: np.random.Generator) -> None:
    reach = [equivalence(rng.normal(size=(n, 2)), rng.normal(size=(n, 2))).reach
             for n in (100, 400, 1600)]  # fmt: skip
    assert reach[0] > 1.5 * reach[1] > 2.25 * reach[2]


def test_units_and_origins_of_columns_do_not_matter(rng: np.random.Generator) -> None:
    fake, real = rng.normal(size=(200, 3)), rng.normal(size=(200, 3))
    unit, origin = np.array([1e-3, 1.0, 1e4]), np.array([5.0, -2.0, 1e3])
    first, second = (
        equivalence(fake, real),
        equivalence(fake * unit + origin, real * unit + origin),
    )
    assert second.upper == pytest.approx(first.upper, rel=1e-6)
    assert second.power == first.power


def test_a_column_that_never_changes_counts_in_its_own_unit(rng: np.random.Generator) -> None:
    real = np.column_stack([rng.normal(size=200), np.full(200, 7.0)])
    moved = real + [0.0, 1.0]
    assert equivalence(real, real).value == 0
    assert equivalence(moved, real).value > 0.5


def test_few_rows_are_said_to_be_few(rng: np.random.Generator) -> None:
    found = equivalence(rng.normal(size=(50, 2)), rng.normal(size=(50, 2)))
    assert not found.passed
    assert found.power < 0.05
    assert "50 rows are too few" in found.words


def test_what_is_far_is_not_called_equal_and_what_is_near_names_its_margin(
    rng: np.random.Generator,
) -> None:
    real = rng.normal(size=(4000, 1))
    far = equivalence(real + 0.5, real)
    assert not far.passed and far.words.startswith("not shown to be close")
    near = equivalence(rng.normal(size=(4000, 1)), real, margin=0.1)
    assert near.passed and "margin 0.1" in near.words and near.upper < 0.1
    assert near.json()["words"] == near.words


def test_one_seed_gives_one_answer(rng: np.random.Generator) -> None:
    fake, real = rng.normal(size=(60, 5)), rng.normal(size=(60, 5))
    assert equivalence(fake, real, seed=4) == equivalence(fake, real, seed=4)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"margin": 0.0}, BadValue, "margin must be above 0"),
        ({"margin": float("nan")}, BadValue, "margin must be above 0"),
        ({"level": 1.0}, BadValue, "level must be"),
        ({"draws": 0}, BadValue, "draws must be"),
        ({"fake": np.zeros((9, 1))}, BadData, "at least 10 rows"),
        ({"fake": np.zeros((20, 2))}, BadData, "same number of columns"),
    ],
)
def test_what_cannot_be_tested_is_refused_by_name(
    change: dict[str, object], error: type[UserError], words: str
) -> None:
    asked = {"fake": np.zeros((20, 1)), "real": np.arange(20.0)[:, None], **change}
    fake, real = asked.pop("fake"), asked.pop("real")
    with pytest.raises(error, match=words):
        equivalence(fake, real, **asked)  # type: ignore[arg-type]
