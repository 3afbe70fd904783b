"""Laws that every row of the catalogue of measures keeps."""

import subprocess
import sys

import numpy as np
import ot  # noqa: F401  its import draws once from Python's global stream, which a test below watches
import pytest
from known_laws import grid

import saddle.measure
from saddle.errors import UnknownName
from saddle.measure import MEASURES

TRUTH = grid()
REAL, OTHER = TRUTH.sample(1500, 10), TRUTH.sample(1500, 11)
BY_SAMPLES = [n for n in MEASURES if MEASURES[n].needs == "samples"]
SYMMETRIC = [n for n in BY_SAMPLES if MEASURES[n].symmetric]
BY_MODES = [n for n in MEASURES if MEASURES[n].needs == "modes"]


BLIND = {
    ("high-quality", "dropped"): "a sample's own place is all it looks at",
    ("mmd", "noise"): "a kernel as wide as the median distance sees no mode of the grid",
    ("sinkhorn", "noise"): "its plan is blurred by more than the modes are apart",
    ("frechet", "noise"): "uniform noise has the moments of the grid",
    ("kernel", "noise"): "uniform noise has the moments of the grid",
    ("recall", "noise"): "balls of scattered samples are wide and hold every real row",
    ("precision", "dropped"): "a sample's own place is all it looks at",
    ("density", "dropped"): "a sample's own place is all it looks at",
}
"""What a measure cannot see by its nature."""


def score(name, fake):
    row = MEASURES[name]
    return row.compute(fake, {"samples": REAL, "modes": TRUTH}[row.needs])


def badness(name, fake):
    """From a score to a number that is larger where the fake is worse."""
    row, value = MEASURES[name], score(name, fake)
    truth = {"samples": REAL, "modes": TRUTH}[row.needs]
    target = row.perfect(len(fake), truth) if row.perfect else 0.0
    return {"lower": value, "higher": -value, "closer": abs(value - target)}[row.better]


@pytest.mark.parametrize("name", list(MEASURES))
def test_it_is_pure_and_named(name, global_streams_rest):
    before = OTHER.copy()
    assert score(name, OTHER) == score(name, OTHER)
    assert (OTHER == before).all()
    assert MEASURES[name].name == name and MEASURES[name].words


WORSE = {
    "noise": np.random.default_rng(0).uniform(-5, 5, size=(1500, 2)),
    "dropped": grid(keep=12).sample(1500, 12),
}


SEEN = [(n, f) for n in MEASURES for f in WORSE if n != "mode-width" and (n, f) not in BLIND]


@pytest.mark.parametrize(("name", "fault"), SEEN)
def test_dropped_modes_and_noise_are_worse_than_the_truth(name, fault):
    assert badness(name, WORSE[fault]) > badness(name, OTHER)


@pytest.mark.parametrize("name", [n for n in MEASURES if MEASURES[n].perfect])
def test_a_perfect_sampler_scores_as_the_formula_says(name):
    row = MEASURES[name]
    n = {"samples": 1000, "modes": 2500}[row.needs]
    truths = {"samples": [TRUTH.sample(n, 100 + s) for s in range(30)], "modes": [TRUTH] * 30}
    given = truths[row.needs]
    scores = [row.compute(TRUTH.sample(n, s), given[s]) for s in range(30)]
    truth = row.perfect(n, given[0])
    spread = 4 * np.std(scores) / np.sqrt(len(scores))
    assert abs(np.mean(scores) - truth) <= spread + 0.1 * abs(truth) / np.sqrt(n) + 5e-4


@pytest.mark.parametrize("name", SYMMETRIC)
def test_what_says_so_is_symmetric(name):
    row = MEASURES[name]
    assert row.compute(OTHER, REAL) == pytest.approx(row.compute(REAL, OTHER), rel=1e-6)


@pytest.mark.parametrize("name", [n for n in BY_SAMPLES if (n, "dropped") not in BLIND])
def test_distances_between_clouds_grow_with_the_modes_dropped(name):
    # corners of the grid go first: 25, 20, 12, 5 modes
    values = [badness(name, grid(keep=k).sample(1500, 13)) for k in (25, 20, 12, 5)]
    assert values == sorted(values)


OWN_PAIRS = {"kernel": 2 * np.mean((np.square(REAL).sum(1) / 2 + 1) ** 3) / len(REAL)}
ZERO = [n for n in BY_SAMPLES if MEASURES[n].better == "lower" and n != "kl-neighbours"]


@pytest.mark.parametrize("name", ZERO)
def test_a_cloud_is_at_distance_zero_from_itself(name):
    # an unbiased MMD of a cloud with itself is below zero, by at most 2 k(x, x) / n
    assert abs(MEASURES[name].compute(REAL, REAL)) < OWN_PAIRS.get(name, 2e-3)


def test_unknown_names_suggest_one():
    with pytest.raises(UnknownName, match="'sliced-w'"):
        MEASURES["sliced"]


def test_what_is_exported_is_sorted_and_there():
    names = saddle.measure.__all__
    assert names == sorted(names, key=lambda n: (not n.isupper(), n))
    assert all(n in vars(saddle.measure) for n in names)


def test_the_import_stays_light():
    code = (
        "import sys, saddle.measure; "
        "print([m for m in ('torch', 'scipy', 'ot', 'sklearn') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
