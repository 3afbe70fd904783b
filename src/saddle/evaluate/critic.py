"""The trained critic against the truth, where its score has a meaning that truth can check.

With p known from the source and q from the generator, a critic whose score means log p/q has
D = sigmoid(v) to compare with p/(p+q), and its bound with the divergence.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from saddle.build.materials import Materials
from saddle.build.surfaces import judged
from saddle.distances import Distance, FDivergence
from saddle.distances.base import ScoreMeaning
from saddle.evaluate.densities import Law, Truth, law_of, truth_of
from saddle.evaluate.rows import finite
from saddle.evaluate.trained import Trained
from saddle.games.duel import Duel
from saddle.games.streams import Aside, Purpose, Streams
from saddle.measure import bound_on, critic_against_truth, paired_value
from saddle.measure.base import Floats
from saddle.measure.divergences import Generator, jsd
from saddle.runs import Json
from saddle.training.foreign import lent
from saddle.training.state import chosen, load_into

DRAWN = 10_000
"""Draws and rows that are judged, at most."""


def critic_report(
    trained: Trained, materials: Materials, *, truth: Truth | str | None = None
) -> Json:
    """How far D is from p/(p+q), or why that was not measured.

    Everything is of a smoothed score where penalties or views act on it (`smoothed`). Where q is
    estimated, a `floor` is what the same estimate of the true law scores. Q is that of the
    generator which the critic was trained against, not of the average that draws. `bound_of` names
    the f of `bound`, on held-out rows and draws, and of `exact`; a value that is infinite or not
    resolved is None. `estimate` is the distance's own on held-out rows.
    """
    if reason := why_not_judged(trained):
        return {"measured": False, "why": reason}
    duel = trained.game.duels[0]
    assert isinstance(duel, Duel)
    live = live_generators(trained)
    real, fakes = held_out_scores(trained, materials, duel, live)
    estimate = duel.distance.estimate(real, fakes[: len(real)])
    found = {"estimate": finite(float(estimate)), "estimate_n": len(real)}
    known = truth_of(trained, materials) if truth is None else truth
    if isinstance(known, str):
        return {"measured": False, "why": known, **found}
    if duel.distance.log_ratio(real, fakes) is None:
        why = f"the score is a {duel.distance.score.value}"
        return {"measured": False, "why": why, **found}
    law = law_of(trained, known, live)
    return {
        "measured": True,
        "smoothed": bool(duel.penalties) or bool(duel.views),
        "q_from": law.how,
        **found,
        **_against(trained, duel, law, (real, fakes)),
        **law.facts,
    }


def _against(trained: Trained, duel: Duel, law: Law, scores: tuple[Tensor, Tensor]) -> Json:
    """The critic's D and its bound beside the truth's, each with its floor."""
    real, fakes = scores
    with torch.no_grad():
        v = judged(duel, (trained.spaces["x"].encode(law.at),))
    at, of_real, of_fakes = (_ratio(duel.distance, s, fakes) for s in (v, real, fakes))
    name, f = f_of(duel.distance)
    on_grid = critic_against_truth(
        at, log_p=law.log_p, log_q=law.log_q, volumes=law.volumes, f=f
    ).as_dict()
    bound, exact = bound_on(of_real, of_fakes, f=f), law.divergence(f)
    found = {
        **on_grid,
        "points": len(at),
        "mean_error_floor": law.discriminator_floor(),
        "bound_of": name,
        "bound": bound.value,
        "bound_low": bound.low,
        "bound_high": bound.high,
        "bound_n": bound.n,
        "bound_on_grid": on_grid["bound"],
        "exact": exact,
        "exact_floor": law.divergence_floor(f),
        "gap": None if exact is None else exact - bound.value,
        **PAIRED.get(duel.distance.score, _nothing)(law, of_real, of_fakes),
    }
    return {k: finite(v) if isinstance(v, float) else v for k, v in found.items()}


def _ratio(distance: Distance, v: Tensor, fakes: Tensor) -> Floats:
    """Log p/q as the critic has it."""
    ratio = distance.log_ratio(v.double(), fakes.double())
    assert ratio is not None
    found: Floats = ratio.numpy()
    return found


def _of_pairs(law: Law, real: Floats, fakes: Floats) -> Json:
    """E log sigmoid(v(x) - v(y)) on held-out pairs beside its optimum.

    The optimum is JSD(P x Q, Q x P) - log 2; `pairs_bound` and `pairs_exact` are the two without
    the log 2.
    """
    sides = np.repeat([1.0, 0.0], [len(real), len(fakes)])
    value = paired_value(np.concatenate([real, fakes]), sides, 1 - sides)
    found: Json = {"pairs_value": value, "pairs_bound": value + math.log(2)}
    if law.whole:
        log_p, log_q = law.log_masses
        seen = np.maximum(log_p, log_q) > -np.inf
        log_p, log_q = log_p[seen], log_q[seen]
        optimum = paired_value(log_p - log_q, np.exp(log_p), np.exp(log_q))
        found |= {"pairs_optimum": optimum, "pairs_exact": optimum + math.log(2)}
    return found


def _nothing(law: Law, real: Floats, fakes: Floats) -> Json:
    return {}


PAIRED: dict[ScoreMeaning, Callable[[Law, Floats, Floats], Json]] = {
    ScoreMeaning.LOG_RATIO_UP_TO_CONSTANT: _of_pairs
}
"""What is compared beside D_f where the critic's own value is one of pairs."""


def f_of(distance: Distance) -> tuple[str, Generator]:
    """The name and the f of the critic's bound: the distance's own, or JSD's where it has none."""
    if isinstance(distance, FDivergence):
        return distance.name, lambda u: distance.shifted(torch.from_numpy(u)).numpy()
    return "jsd", jsd


def live_generators(trained: Trained) -> nn.ModuleDict:
    """The generators that the critic was trained against, without averaging."""
    folder = trained.run.verify(trained.step)
    generators = copy.deepcopy(trained.game.generators)
    load_into(generators, chosen("live", load_file(folder / "generators.safetensors")), folder)
    return generators


def held_out_scores(
    trained: Trained, materials: Materials, duel: Duel, live: nn.ModuleDict
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the critic gives to held-out rows and to draws."""
    rows = trained.spaces["x"].encode(materials.rows("final", DRAWN)["x"])
    seed = trained.recipe.seed
    rng = Streams(seed).at(0, Aside.CRITIC)[Purpose.NOISE]
    with torch.no_grad(), lent(seed, 0, Aside.CRITIC):
        drawn = trained.game.sample(DRAWN, rng=rng, generators=live)["x"]
        return judged(duel, (rows,)), judged(duel, (drawn,))


def why_not_judged(trained: Trained) -> str:
    """Why single points of x have no score, or nothing."""
    game = trained.game
    if set(trained.spaces) != {"x"} or len(game.generators) != 1:
        return "the game judges more than x"
    if not len(game.critics):
        return "there is no critic"
    if any(view.widens > 1 for view in game.duels[0].views):
        return "the critic sees packed samples"
    return ""
