"""Refined samples of a run: draws that a held-out critic finds too often are thrown away.

The critic learns from real rows of the watch part, which training never saw and no verdict is
given on, and from draws of the run that nobody else gets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from saddle.build.resuming import take_up
from saddle.errors import BadData, Incompatible, RunError, bad
from saddle.evaluate.trained import Array, Trained
from saddle.judge.lenses import worth_trying
from saddle.judge.ratio import log_ratio
from saddle.judge.refine import Refiner, effective
from saddle.judge.splits import LEAST
from saddle.runs import Json

HELD = 40_000
"""Real rows, and draws, that the ratio is learned from, at most."""

ASIDE = 0x5E1F
"""Added to the seed of the draws that the ratio is learned from."""

MOST = 4_000_000
"""Draws that are judged, at most."""

FIRST = 10_000
"""Draws that are judged at first; as many again until enough of them pass."""


@dataclass(frozen=True)
class Refined:
    """Refined samples.

    Attributes:
        rows: by key, as `Trained.sample` gives them; with a column `weight` where it was asked.
        facts: how they were judged, how many were drawn, how many passed.
    """

    rows: dict[str, Array]
    facts: Json


def refiner(
    trained: Trained, *, data: object = None, trusted: bool = False, seed: int = 0
) -> Refiner:
    """Learn the ratio of real rows to draws of a run.

    Args:
        trained: the run.
        data: what it was trained on, where the folder alone cannot tell.
        trusted: whether to import what the recipe names as `module:Class`.
        seed: of the draws and the critics.
    """
    trained.must("sample")
    if set(trained.spaces) != {"x"}:
        raise Incompatible(
            f"--refine is for games that draw x alone; {trained.recipe.game!r} draws under a "
            "condition or carries rows over: leave --refine out"
        )
    materials = take_up(trained.recipe, trained.run, data, trusted=trusted)
    real = materials.rows("watch", HELD)["x"]
    if len(real) < LEAST:
        raise BadData(
            f"refining needs at least {LEAST} real rows that training never saw, and the watch "
            f"part has {len(real)}: leave --refine out, or train on more rows"
        )
    drawn = trained.sample(max(len(real), LEAST), seed=seed + ASIDE)["x"]
    return Refiner.of(log_ratio(real, drawn, seed=seed, lenses=worth_trying(real.shape[1])))


def refine(trained: Trained, n: int, judge: Refiner, *, seed: int = 0) -> Refined:
    """N samples that passed; sample i is the same whatever n is, for one seed."""
    must_draw(n)
    rng = np.random.default_rng([seed, ASIDE])
    passed: list[Array] = []
    drawn, capped = 0, 0
    while (found := sum(map(len, passed))) < n:
        if drawn >= MOST:
            raise RunError(_too_hard(found, drawn))
        more = max(drawn, FIRST)
        x = trained.sample(drawn + more, seed=seed)["x"][drawn:]
        passed.append(x[judge.kept(x, rng.uniform(size=more))])
        capped += judge.capped(x)
        drawn += more
    told = {"drawn": drawn, "acceptance": found / drawn, "capped_share": capped / drawn}
    return Refined({"x": np.concatenate(passed)[:n]}, {**judge.facts(), **told})


def weighted(trained: Trained, n: int, judge: Refiner, *, seed: int = 0) -> Refined:
    """N samples as they are drawn, each with its weight."""
    must_draw(n)
    x = trained.sample(n, seed=seed)["x"]
    weights = judge.weights(x)
    told = {
        "drawn": n,
        "effective": effective(weights),
        "capped_share": judge.capped(x) / n,
    }
    return Refined({"x": x, "weight": weights}, {**judge.facts(), **told})


def must_draw(n: int) -> None:
    """Refuse a number of samples that is none."""
    if n < 1:
        raise bad("n", n, "a whole number of at least 1")


def _too_hard(found: int, drawn: int) -> str:
    return (
        f"of {drawn} draws {found} passed: too few are like the real rows for refining to pay; "
        "train on, or ask for weights (--weights)"
    )
