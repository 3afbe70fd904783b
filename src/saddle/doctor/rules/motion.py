"""Signs of how a run moves: not at all, in circles, or no longer."""

from __future__ import annotations

import numpy as np

from saddle.doctor.evidence import Evidence, Floats
from saddle.doctor.finding import Sign
from saddle.doctor.rule import Flags, coming_nearer, lasting, worst
from saddle.doctor.thresholds import (
    FAR,
    LOOKS,
    NEARER,
    NEVER,
    PEAK,
    STALLED,
    STALLED_FAR,
    STILL,
    SWING,
    TURNS,
    WAVES,
)


def stuck(evidence: Evidence) -> Sign | None:
    """Nothing moves the generator, or it never came nearer since the first look."""
    return worst([_unmoved(evidence), _never_nearer(evidence)])


def _unmoved(evidence: Evidence) -> Sign | None:
    pull = evidence.series("gradients.generator").values
    weights = evidence.series("weights.generator").values
    same = np.r_[False, weights[1:] == weights[:-1]]
    since = lasting((pull <= STILL) | same, evidence)
    return None if since is None else Sign(since, {"gradient": pull[-1]})


def _never_nearer(evidence: Evidence) -> Sign | None:
    distance, floor = (evidence.series(f"watch.{name}").values for name in ("value", "floor"))
    best = np.minimum.accumulate(np.nan_to_num(distance, nan=np.inf))
    bad: Flags = (best >= NEARER * distance[0]) & (best >= FAR * floor)
    since = lasting(bad, evidence, share=NEVER) if np.isfinite(distance[0]) else None
    return None if since is None else Sign(since, {"distance": distance[-1], "first": distance[0]})


def oscillation(evidence: Evidence) -> Sign | None:
    """Samples swing between clusters at one frequency, as players do that circle around."""
    return worst([_swing(evidence, key) for key in evidence.names("made")])


def _swing(evidence: Evidence, key: str) -> Sign | None:
    steps, cells = evidence.vectors(f"made.{key}.cells")
    now = evidence.present(steps)
    steps, cells = steps[now], cells[now]
    n, last = int(WAVES), len(steps)
    while last >= n and _swings(cells[last - n : last]):
        last -= 1
    if len(steps) - last < LOOKS:
        return None
    peak, periods, rest = spectrum(cells[-n:])
    period = float(steps[-1] - steps[-n]) / periods
    return Sign(
        int(steps[last + 1 - n]), {"peak": peak, "period": period, "swing": share_of(rest)}
    )


def _swings(cells: Floats) -> bool:
    """Whether the shares (n, k) of a window swing at one frequency, and far enough."""
    peak, periods, rest = spectrum(cells)
    return peak >= PEAK and periods >= TURNS and share_of(rest) >= SWING


def share_of(rest: Floats) -> float:
    """The share of samples that are elsewhere than on average: half of the absolute change."""
    return float(np.abs(rest).sum(1).mean()) / 2


def spectrum(series: Floats) -> tuple[float, int, Floats]:
    """The share of power in the strongest line, its periods in the window, and what is no trend.

    Args:
        series: (n, k), k numbers that swing together.
    """
    n = len(series)
    t = np.linspace(-1.0, 1.0, n)[:, None]
    centred = series - series.mean(0)
    rest = centred - t * (t * centred).sum(0) / (t * t).sum()
    power = (np.abs(np.fft.rfft(rest * np.hanning(n)[:, None], axis=0)) ** 2).sum(1)
    power[0] = 0.0
    total = power.sum()
    if total <= 0:
        return 0.0, 0, rest
    line = int(power.argmax())
    return float(power[max(1, line - 1) : line + 2].sum() / total), line, rest


def distance_stalls(evidence: Evidence) -> Sign | None:
    """The watched distance no longer falls, and is not near its floor."""
    distance, floor = (evidence.series(f"watch.{name}").values for name in ("value", "floor"))
    still = ~coming_nearer(evidence, patience=STALLED)
    since = lasting(still & (distance >= STALLED_FAR * floor), evidence)
    if since is None:
        return None
    return Sign(since, {"distance": distance[-1], "floor": floor[-1]})
