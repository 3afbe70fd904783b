"""Divergences by held-out critics as rows, each beside what other real rows score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from saddle.judge.clouds import short
from saddle.judge.divergence import Divergence, divergence
from saddle.judge.lenses import worth_trying
from saddle.judge.ratio import LogRatio, log_ratio
from saddle.judge.rows import row, unmeasured
from saddle.judge.splits import LEAST
from saddle.measure.base import Floats, subsample, two_clouds
from saddle.runs import Json

NAMES = ("kl", "reverse-kl", "jsd", "squared-hellinger")
"""The divergences that are told, where nobody asks for others."""

WORDS = {
    "kl": "KL(real || made), nats",
    "reverse-kl": "KL(made || real), nats",
    "jsd": "Jensen-Shannon divergence, nats, at most log 2",
    "squared-hellinger": "squared Hellinger distance, at most 2",
}


def divergence_rows(
    fake: npt.ArrayLike,
    real: npt.ArrayLike,
    *,
    other: npt.ArrayLike | None = None,
    ratio: LogRatio | None = None,
    names: Sequence[str] = NAMES,
    seed: int = 0,
) -> list[Json]:
    """The AUC of held-out critics, and divergences by their log ratio.

    Args:
        fake: samples, (m, d).
        real: rows that they should be like, (n, d).
        other: further real rows that share none with `real`: critics that tell them from `real`
            give the floor.
        ratio: the log ratio of `real` to `fake`, where it was learned before.
        names: of f, or expressions `f:u*log(u)`.
        seed: of the critics.
    """
    x, y = two_clouds(real, fake, ("real", "fake"))
    n = min(len(x), len(y))
    if n < LEAST:
        why = f"critics need {LEAST} rows a side, got {n}"
        return [unmeasured(f"{name}-{short(n)}-critics", why, better="lower") for name in names]
    found = _learned(x, y, seed) if ratio is None else ratio
    floor = None if other is None else _floor(x, np.asarray(other, np.float64), len(y), seed)
    rows = [_of(divergence(found, name), None if floor is None else divergence(floor, name))
            for name in names]  # fmt: skip
    note = "AUC of critics on rows that they never saw; one half: they tell nothing apart"
    return [
        row(f"auc-{short(n)}-critics", found.auc, floor=0.5, better="closer", note=note),
        *rows,
    ]


def _learned(x: Floats, y: Floats, seed: int) -> LogRatio:
    """The log ratio by the critics that see most: narrow modes in few columns need waves."""
    return log_ratio(x, y, seed=seed, lenses=worth_trying(x.shape[1]))


def _floor(real: Floats, other: Floats, n: int, seed: int) -> LogRatio | None:
    """The log ratio of real rows to other real ones, as many as there are fakes."""
    some = subsample(other, n, np.random.default_rng(seed))
    _, z = two_clouds(real, some, ("real", "other"))
    return _learned(real, z, seed) if len(z) >= LEAST else None


def _of(found: Divergence, floor: Divergence | None) -> Json:
    return row(
        f"{found.name}-{short(found.found.n)}-critics",
        found.found,
        floor=None if floor is None else floor.found.value,
        better="lower",
        note=WORDS.get(found.name, f"D_f of {found.name}")
        + "; by critics, on held-out rows: what they cannot see is not in it",
        mark=found.mark or None,
    )
