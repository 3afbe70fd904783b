"""Scores made honest: a straight line through the held-out scores, fitted by their own loss."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from saddle.measure.base import Floats, Integers


class Line(NamedTuple):
    """v -> slope v + shift, the log odds that the scores should have had (Platt's scaling).

    References:
        Platt (1999), Probabilistic outputs for support vector machines.
    """

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, v: Floats) -> Floats:
        """Calibrated scores, same shape."""
        return self.slope * v + self.shift


def calibrated(real: Floats, fake: Floats) -> Line:
    """The line of least logistic loss, both sides weighing the same, by Newton's method.

    `PRIOR` rows' worth of belief in the scores as they are keeps it finite where the scores tell
    the sides apart without a fault. A line that would fall becomes level: such scores say nothing.
    """
    v = np.concatenate([real, fake])
    side = np.repeat([1.0, 0.0], [len(real), len(fake)])
    weight = np.repeat([0.5 / len(real), 0.5 / len(fake)], [len(real), len(fake)])
    unit = float(np.sqrt(weight @ v**2)) or 1.0
    z = np.stack([v / unit, np.ones_like(v)], 1)
    belief = PRIOR / len(v)
    given, line = np.array([unit, 0.0]), np.zeros(2)

    def loss(line: Floats) -> float:
        away = line - given
        return float(
            weight @ np.logaddexp(0.0, (1 - 2 * side) * (z @ line)) + belief * away @ away / 2
        )

    for _ in range(NEWTON):
        D = _sigmoid(z @ line)
        slope = z.T @ (weight * (D - side)) + belief * (line - given)
        bend = (z * (weight * D * (1 - D))[:, None]).T @ z + belief * np.eye(2)
        step, now = np.linalg.solve(bend, slope), loss(line)
        while loss(line - step) > now and np.abs(step).max() > 1e-12:
            step = step / 2  # a whole step may overshoot where scores boast
        line = line - step
    return Line(float(line[0] / unit), float(line[1])) if line[0] > 0 else Line(0.0, 0.0)


PRIOR = 2.0
"""Rows that the belief in the scores as they are is worth."""

NEWTON = 20
"""Steps of Newton's method; it is at rest after about six."""


def cross_calibrated(sides: tuple[Floats, Floats], folds: tuple[Integers, Integers]) -> list[Line]:
    """For each fold the line through the scores of all others, which it is used on."""
    (real, fake), (of_real, of_fake) = sides, folds
    return [
        calibrated(real[of_real != k], fake[of_fake != k]) for k in range(int(of_real.max()) + 1)
    ]


def calibration_error(real: Floats, fake: Floats, *, bins: int = 15) -> float:
    """How far D = sigmoid(v) is from the share of real rows among rows of like score.

    The mean over bins of equal mass of |share - mean D| (ECE), both sides weighing the same.

    References:
        Naeini, Cooper, Hauskrecht (2015), Obtaining well calibrated probabilities.
    """
    v = np.concatenate([real, fake])
    mass = np.repeat([0.5 / len(real), 0.5 / len(fake)], [len(real), len(fake)])
    gap = mass * (np.repeat([1.0, 0.0], [len(real), len(fake)]) - _sigmoid(v))
    order = np.argsort(v, kind="stable")
    bin_of = np.minimum((np.cumsum(mass[order]) * bins).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(bin_of, gap[order], minlength=bins)).sum())


def _sigmoid(v: Floats) -> Floats:
    from scipy.special import expit

    D: Floats = expit(v)
    return D
