"""How strong each critic is on held-out rows, and what its gap proves of the distance."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from saddle.build.materials import Materials
from saddle.build.surfaces import judged
from saddle.distances import certified_gap
from saddle.distances.base import Parts, ScoreMeaning
from saddle.evaluate.critic import live_generators
from saddle.evaluate.densities import scale_of
from saddle.evaluate.rows import row, scale_of_rows, unmeasured
from saddle.evaluate.trained import Trained
from saddle.games.duel import Duel, SideName
from saddle.games.streams import Aside, Streams
from saddle.measure import auc_judged
from saddle.measure.base import Floats, of_influence
from saddle.networks import lipschitz
from saddle.runs import Json
from saddle.sources.base import RawBatch
from saddle.training.foreign import lent

DRAWN = 10_000
"""Rows and draws that are judged, at most."""


def of_duels(trained: Trained, materials: Materials) -> list[Json]:
    """Each critic against the generators that it was trained against, not their average."""
    if not len(trained.game.critics):
        return []
    game = copy.deepcopy(trained.game)
    game.generators.load_state_dict(live_generators(trained).state_dict())
    rows = materials.rows("final", DRAWN)
    seed = trained.recipe.seed
    streams = Streams(seed).at(0, Aside.DUEL)
    with torch.no_grad(), lent(seed, 0, Aside.DUEL):
        scene = game.stage({k: trained.spaces[k].encode(v) for k, v in rows.items()}, streams)
    found = []
    for duel in game.duels:
        if isinstance(duel, Duel):
            real = _scores(duel, duel.real(scene), "real", streams)
            fake = _scores(duel, duel.fake(scene), "fake", streams)
            found.append(_strength(duel, real, fake))
            found += PROOFS.get(duel.distance.score, _nothing)(
                duel, real, fake, _unit(trained, duel, rows)
            )
    return found


def _scores(duel: Duel, parts: Parts, side: SideName, streams: Streams) -> Floats:
    """Scores of one side, packed where the critic sees packs, else without its views."""
    for view in duel.views:
        if view.widens > 1 and len(parts[0]) >= view.widens:
            parts = view(parts, side, streams)
    with torch.no_grad():
        scores: Floats = judged(duel, parts).double().numpy()
    return scores


def _pack(duel: Duel) -> int:
    """Rows that the critic judges as one."""
    return math.prod(view.widens for view in duel.views)


def _strength(duel: Duel, real: Floats, fake: Floats) -> Json:
    pack = _pack(duel)
    what = "row" if pack == 1 else f"pack of {pack} rows"
    note = f"share of pairs in which the critic scores a held-out real {what} above a made one"
    return row(f"auc({duel.name})", auc_judged(real, fake), floor=0.5, better="closer", note=note)


@dataclass(frozen=True)
class _Unit:
    """What one unit of a duel's encoded parts is worth.

    Attributes:
        worth: at least so much of the data's scale, along every axis; one where parts are joined.
        words: the unit that the bound is given in.
    """

    worth: float
    words: str


def _unit(trained: Trained, duel: Duel, rows: RawBatch) -> _Unit:
    """The unit of W1 beside which the bound stands: the data's scale, where x alone is judged."""
    if len(duel.smooth) > 1 or duel.key not in trained.spaces:
        return _Unit(1.0, "in encoded units of all parts together")
    space, scale = trained.spaces[duel.key], scale_of_rows(rows[duel.key])
    worth = float(scale_of(space).min()) / scale
    return _Unit(worth, "in units of the data's scale")


def _proved(duel: Duel, real: Floats, fake: Floats, unit: _Unit) -> list[Json]:
    """The gap over what the slope of v can be at most.

        W1(P, Q) >= (E_P v - E_Q v) s / (m K)

    K is the product of spectral norms, s the least scale of an axis (a slope K in encoded units is
    K / s at most in the data's), m the rows of a pack (W1(P^m, Q^m) <= m W1(P, Q), rows carried
    one by one).
    """
    name, K = f"certified-w1({duel.name})", lipschitz(duel.critic) * _pack(duel)
    if not math.isfinite(K):
        why = "a layer of the critic has no known bound of its slope"
        return [unmeasured(name, why, better="lower")]
    won, paid = (certified_gap(1.0, K) * unit.worth * side for side in (real, fake))
    found = of_influence(float(won.mean() - paid.mean()), won, paid)
    note = f"lower bound of W1: gap over the product of spectral norms; {unit.words}"
    return [row(name, found, better="lower", note=note)]


def _nothing(duel: Duel, real: Floats, fake: Floats, unit: _Unit) -> list[Json]:
    return []


PROOFS: dict[ScoreMeaning, Callable[[Duel, Floats, Floats, _Unit], list[Json]]] = {
    ScoreMeaning.POTENTIAL: _proved
}
"""What is true of the distance whatever the penalties did."""
