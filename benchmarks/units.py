"""The default recipe on the grid in other units: x 1/1000, x 1000, shifted, turned.

The same rows in another frame; modes and quality must not move beyond what seeds do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from _common import Bench, Row, Target, attempted, column, medians
from saddle.measure import mode_report
from saddle.presets import preset
from saddle.sources import SOURCES, Modes, Positions, RawBatch, Source, Split
from saddle.sources.base import Floats

DRAWN = 10_000


@dataclass(frozen=True)
class Frame:
    """x -> A x + b.

    Attributes:
        A: (2, 2), invertible.
        b: (2,).
    """

    A: Floats
    b: Floats


def turn(degrees: float) -> Floats:
    """A rotation of the plane."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[c, -s], [s, c]])


FRAMES: Mapping[str, Frame] = {
    "as it is": Frame(np.eye(2), np.zeros(2)),
    "x 1/1000": Frame(np.eye(2) / 1000, np.zeros(2)),
    "x 1000": Frame(np.eye(2) * 1000, np.zeros(2)),
    "shifted by (1000, -500)": Frame(np.eye(2), np.array([1000.0, -500.0])),
    "turned by 30 degrees": Frame(turn(30), np.zeros(2)),
}


class Framed:
    """A source in the plane seen in another frame: the same rows, A x + b."""

    def __init__(self, base: Source, frame: Frame, *, name: str) -> None:
        self.name, self.gives, self.spaces = name, base.gives, base.spaces
        self.aligned, self.size = base.aligned, base.size
        self._base, self._frame = base, frame
        assert base.modes is not None
        A = frame.A
        self.modes: Modes | None = Modes(
            base.modes.centres @ A.T + frame.b,
            A @ base.modes.covariances @ A.T,
            base.modes.weights,
        )

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The base's rows, carried over."""
        x = self._base.batch(positions, split)["x"]
        return {"x": x @ self._frame.A.T + self._frame.b}

    def log_prob(self, x: Floats) -> Floats | None:
        """Log p_base(A^-1 (x - b)) - log |det A|."""
        logs = self._base.log_prob((x - self._frame.b) @ np.linalg.inv(self._frame.A).T)
        return None if logs is None else logs - np.log(abs(np.linalg.det(self._frame.A)))


def main() -> None:
    bench = Bench("units", "The grid in other units", seeds="0-2", source="grid")
    rows: list[Row] = []
    summary: list[Row] = []
    for name, frame in FRAMES.items():
        found: list[Row] = []
        for seed in bench.seeds:

            def work(seed: int = seed, name: str = name, frame: Frame = frame) -> Row:
                recipe = bench.recipe(preset("default"), {"data": bench.options.source}, seed=seed)
                data = Framed(SOURCES[bench.options.source](seed), frame, name="framed")
                with bench.trial(recipe, data) as trial:
                    x = trial.trained.sample(DRAWN, seed=10_000 + seed)["x"]
                assert data.modes is not None
                report = mode_report(x, data.modes)
                return {
                    "modes": report.captured,
                    "HQ %": 100 * report.high_quality,
                    "KL": report.kl_uniform,
                    "CPU s": trial.cpu,
                }

            found.append(attempted(work, {"units": name, "seed": seed}))
            bench.tell(" ".join(f"{key}={value}" for key, value in found[-1].items()))
        rows += found
        summary.append(medians({"units": name, "seed": "median"}, found, ("modes", "HQ %", "KL")))
    bench.show(rows, summary=summary, targets=targets(rows))


def targets(rows: list[Row]) -> list[Target]:
    """Each frame's mean high quality against the first's, in standard errors over seeds."""
    first, *others = FRAMES
    found = []
    for name in others:
        here, there = ([r for r in rows if r["units"] == units] for units in (first, name))
        a, b = np.array(column(here, "HQ %")), np.array(column(there, "HQ %"))
        modes = min(column(there, "modes"), default=0) >= min(column(here, "modes"), default=0)
        gap, noise = _gap(a, b)
        found.append(
            Target(
                f"{name}: modes and high quality",
                "as before, HQ within 2 standard errors (at least 0.5 points) of seeds",
                f"HQ {gap:+.2f} points, noise {noise:.2f}, modes "
                f"{'as before' if modes else 'fewer'}",
                modes and abs(gap) <= noise,
            )
        )
    return found


def _gap(a: Floats, b: Floats) -> tuple[float, float]:
    """Difference of means, and twice its standard error over seeds, half a point at least."""
    if min(len(a), len(b)) == 0:
        return float("nan"), 0.0
    spread = a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b) if min(len(a), len(b)) > 1 else 0.0
    return float(b.mean() - a.mean()), max(2 * float(np.sqrt(spread)), 0.5)


if __name__ == "__main__":
    main()
