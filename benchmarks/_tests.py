"""What the benchmarks of two-sample tests share: laws to draw from, and the p-values of a draw."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from _common import Row
from saddle.measure import two_sample
from saddle.measure.base import Floats
from saddle.measure.two_sample import PERMUTATIONS

Draw = Callable[[int, np.random.Generator], Floats]
LogRatio = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Shift:
    """Two laws.

    Attributes:
        words: how they differ.
        p: draws rows of the one, (n, d).
        q: draws rows of the other.
        log_ratio: log q/p of rows, (n, d) -> (n,): what the best test adds up.
    """

    words: str
    p: Draw
    q: Draw
    log_ratio: LogRatio


def p_values(x: Floats, y: Floats, seed: int, tests: Sequence[str]) -> dict[str, float]:
    """One p-value a test."""
    found = two_sample(x, y, tests=tests, seed=seed, permutations=PERMUTATIONS)
    return {result.name: result.p_value for result in found}


def joined(rows: Sequence[Row], paths: str | None, keys: Sequence[str]) -> list[Row]:
    """Rows with those of shorter runs of the benchmark, from their JSON files.

    Rows of the same keys are one row; of a figure that both have, the later file's holds, and
    what was measured now holds before all of them.
    """
    files = [] if paths is None else paths.split(",")
    known = [row for path in files for row in json.loads(Path(path).read_text())["rows"]]
    found: dict[tuple[object, ...], Row] = {}
    for row in [*known, *rows]:
        label = tuple(row[key] for key in keys)
        found[label] = {**found.get(label, {}), **row}
    return list(found.values())


# ---- laws -----------------------------------------------------------------------------------


def lumps(n: int, rng: np.random.Generator) -> Floats:
    """Three Gaussians of unequal size, width and weight in the plane."""
    which = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    centre = np.array([[0.0, 0.0], [4.0, 1.0], [-1.0, 5.0]])[which]
    width = np.array([[1.0, 0.3], [0.2, 0.2], [0.5, 2.0]])[which]
    return centre + width * rng.standard_normal((n, 2))


def heavy(n: int, rng: np.random.Generator) -> Floats:
    """Four columns as tables have them: log-normal, Student of 3 degrees, one tied, counts."""
    z = rng.standard_normal((n, 4))
    return np.stack(
        [
            np.exp(z[:, 0]),
            rng.standard_t(3, n),
            z[:, 0] + 0.3 * z[:, 2],
            rng.poisson(1.5, n).astype(float),
        ],
        axis=1,
    )


def normal(n: int, rng: np.random.Generator) -> Floats:
    """The standard normal law in the plane."""
    return rng.standard_normal((n, 2))


MEAN, STD, MODES, WIDTH = 0.2, 1.15, 8, 0.01


def _moved(n: int, rng: np.random.Generator) -> Floats:
    return normal(n, rng) + np.array([MEAN, 0.0])


def _wider(n: int, rng: np.random.Generator) -> Floats:
    return STD * normal(n, rng)


def _ring(modes: int) -> Draw:
    def draw(n: int, rng: np.random.Generator) -> Floats:
        angle = 2 * np.pi * rng.integers(0, modes, n) / MODES
        centre = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return centre + WIDTH * rng.standard_normal((n, 2))

    return draw


def _log_ratio_of_ring(x: Floats) -> Floats:
    """Modes lie 77 widths apart, so that a row belongs to the nearest one."""
    nearest = np.round(np.arctan2(x[:, 1], x[:, 0]) * MODES / (2 * np.pi)) % MODES
    return np.where(nearest == MODES - 1, -np.inf, np.log(MODES / (MODES - 1)))


SHIFTS: dict[str, Shift] = {
    "mean": Shift(
        "a mean moved by 0.2 std along one of two axes",
        normal,
        _moved,
        lambda x: MEAN * x[:, 0] - MEAN**2 / 2,
    ),
    "std": Shift(
        "both stds times 1.15",
        normal,
        _wider,
        lambda x: np.square(x).sum(1) / 2 * (1 - STD**-2) - 2 * np.log(STD),
    ),
    "mode": Shift(
        "one of eight modes on a ring dropped", _ring(MODES), _ring(MODES - 1), _log_ratio_of_ring
    ),
}
