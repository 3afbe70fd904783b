"""Baselines: who is closer is told with an interval, and copies are seen for what they are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from saddle.judge.baselines import CLOSE, SIGNS, baselines, difference
from saddle.judge.samplers import BASELINES
from saddle.judge.sides import read_sides
from saddle.measure import Interval


def law(n, rng):
    """Two moons of a kind: what a single Gaussian is not."""
    angle = rng.uniform(0, np.pi, n)
    side = rng.integers(0, 2, n)
    x = np.column_stack([np.cos(angle) + side, np.sin(angle) * (1 - 2 * side) + 0.4 * side])
    return x + 0.05 * rng.normal(size=(n, 2))


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(11)
    return {name: law(240, rng) for name in ("fake", "real", "train")}


@pytest.fixture(scope="module")
def good(parts):
    return baselines(read_sides(parts["fake"], parts["real"], parts["train"]))


def of(found, name):
    return next(rival for rival in found["rivals"] if rival["name"] == name)


def test_every_baseline_is_measured_on_every_scale(good):
    assert [it["name"] for it in good["rivals"]] == list(BASELINES)
    for it in [good["samples"], *good["rivals"]]:
        assert set(it["measures"]) == set(good["scales"]) == {*CLOSE, "authentic"}


def test_a_perfect_sampler_beats_one_gaussian_copula_and_loses_to_none(good):
    says = {it["name"]: {a["says"] for a in it["against"].values()} for it in good["rivals"]}
    assert SIGNS[1] in says["gaussian-copula"]
    assert not any(SIGNS[-1] in found for found in says.values())
    assert any("Closer to the real rows than" in it for it in good["sentences"])


@pytest.fixture(scope="module")
def bad(parts):
    """Noise; nobody says what it was trained on."""
    noise = np.random.default_rng(0).uniform(-2, 3, (240, 2))
    return baselines(read_sides(noise, np.concatenate([parts["real"], parts["train"]])))


def test_samples_of_noise_are_farther_than_every_baseline(bad):
    for it in bad["rivals"]:
        assert SIGNS[-1] in {a["says"] for a in it["against"].values()}, it["name"]
    (said, *_) = bad["sentences"]
    assert said.startswith("Farther from the real rows than")


def test_without_training_rows_memory_is_not_told(bad):
    assert bad["fitted_to"] == "half of the real rows"
    assert set(bad["scales"]) == set(CLOSE)
    assert all(it["by_heart"] is None for it in bad["rivals"])


def test_copies_are_close_and_by_heart(good):
    assert of(good, "copies")["by_heart"] and not good["samples"]["by_heart"]
    assert of(good, "copies")["measures"]["authentic"]["value"] == 0
    assert any("being close is not being new" in it for it in good["sentences"])


def test_it_is_reproducible_and_the_units_do_not_matter(parts, good):
    scaled = {key: rows * [1e3, 1e-3] for key, rows in parts.items()}
    found = baselines(read_sides(scaled["fake"], scaled["real"], scaled["train"]))
    for mine, theirs in zip(found["rivals"], good["rivals"], strict=True):
        for scale in ("sliced-w", "energy", "coverage"):
            got, wanted = (it["measures"][scale]["value"] for it in (mine, theirs))
            assert got == pytest.approx(wanted, rel=1e-3, abs=3e-3), mine["name"]


@pytest.mark.parametrize(("better", "sign"), [("higher", 1), ("lower", -1)])
def test_the_difference_of_normal_intervals_is_the_normal_interval(better, sign):
    z = norm.ppf(0.975)
    a = Interval(1.0, 1 - 0.3 * z, 1 + 0.3 * z, 0.95, 9)
    b = Interval(0.4, 0.4 - 0.4 * z, 0.4 + 0.4 * z, 0.95, 9)
    gap = difference(a, b, better=better)
    assert gap.value == pytest.approx(sign * 0.6)
    assert (gap.low, gap.high) == pytest.approx((sign * 0.6 - 0.5 * z, sign * 0.6 + 0.5 * z))
