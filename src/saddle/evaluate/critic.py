"""The trained critic against the truth, where its score has a meaning that truth can check.

With p known from the source and q from the noise pushed through the generator, a critic whose
score means log p/q has D = sigmoid(v) to compare with p/(p+q), and its bound with the divergence.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import nn

from saddle.build.materials import Materials, box_of
from saddle.distances import Distance, FDivergence
from saddle.evaluate.trained import Trained
from saddle.games.duel import Duel
from saddle.games.streams import Purpose, Streams
from saddle.measure import critic_against_truth, pushforward_log_density
from saddle.measure.divergences import Generator, jsd
from saddle.runs import Json
from saddle.training.state import chosen, load_into

DRAWN = 10_000
"""Draws and rows that are judged, at most."""

SIDE = {1: 2000, 2: 160}
"""Points of the comparison along each axis, by dimension."""

FINE = {1: 20_000, 2: 700}
"""Points of the noise mesh along each axis."""


def critic_report(trained: Trained, materials: Materials) -> Json:
    """How far D is from p/(p+q), or why that was not measured.

    Q is that of the generator which the critic was trained against, not of the average that
    draws. `bound_of` names the f of `bound` and `exact`; a value that is infinite or not resolved
    (q without mass where p has some) is None. `estimate` is the distance's own on held-out rows.
    """
    reason = _why_not_judged(trained)
    if reason:
        return {"measured": False, "why": reason}
    duel = trained.game.duels[0]
    assert isinstance(duel, Duel)
    live = live_generators(trained)
    real, fakes = _scores(trained, materials, duel, live)
    estimate = duel.distance.estimate(real, fakes[: len(real)])
    found = {"estimate": _finite(float(estimate)), "estimate_n": len(real)}
    reason = _why_not(trained, materials, duel)
    if reason:
        return {"measured": False, "why": reason, **found}
    raw, volumes = _grid(materials)
    with torch.no_grad():
        v = duel.judge((trained.spaces["x"].encode(raw),))
        ratio = duel.distance.log_ratio(v, fakes)
    log_p = materials.source.log_prob(raw)
    assert ratio is not None and log_p is not None
    name, f = f_of(duel.distance)
    log_q = _log_q(trained, live["generator"], raw)
    truth = critic_against_truth(ratio.numpy(), log_p=log_p, log_q=log_q, volumes=volumes, f=f)
    numbers = {key: _finite(value) for key, value in truth.as_dict().items()}
    smoothed = bool(duel.penalties) or bool(duel.views)
    return {"measured": True, "smoothed": smoothed, "bound_of": name, **found, **numbers}


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


def _scores(
    trained: Trained, materials: Materials, duel: Duel, live: nn.ModuleDict
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the critic gives to held-out rows and to draws."""
    rows = trained.spaces["x"].encode(materials.rows("final", DRAWN)["x"])
    rng = Streams(trained.recipe.seed).at(0, -11)[Purpose.NOISE]
    with torch.no_grad():
        drawn = trained.game.sample(DRAWN, rng=rng, generators=live)["x"]
        return duel.judge((rows,)), duel.judge((drawn,))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _why_not_judged(trained: Trained) -> str:
    """Why single points of x have no score, or nothing."""
    game = trained.game
    if set(trained.spaces) != {"x"} or len(game.generators) != 1:
        return "the game judges more than x"
    if not len(game.critics):
        return "there is no critic"
    if any(view.widens > 1 for view in game.duels[0].views):
        return "the critic sees packed samples"
    return ""


def _why_not(trained: Trained, materials: Materials, duel: Duel) -> str:
    """The first reason for which the truth cannot be told, or nothing."""
    d = trained.spaces["x"].shape
    zero = torch.zeros(1)
    reasons = {
        "more than two dimensions": d not in [(1,), (2,)],
        "the noise has another dimension than the data": (trained.recipe.latent,) != d,
        "the density of the data is not known": materials.source.log_prob(_one(d)) is None,
        f"the score is a {duel.distance.score.value}": (
            duel.distance.log_ratio(zero, zero) is None
        ),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _one(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    return np.zeros((1, *(shape or (1,))))


def _grid(materials: Materials) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Points over the data and the volume of each."""
    x = materials.rows("final", 2000)["x"]
    side = SIDE[x.shape[1]]
    axes = [np.linspace(low, high, side) for low, high in box_of(x)]
    raw = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="xy")], 1)
    cell = np.prod([axis[1] - axis[0] for axis in axes])
    return raw, np.full(len(raw), cell)


def _log_q(trained: Trained, generator: nn.Module, raw: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Log q at points, from the noise mesh pushed through the generator."""
    d = trained.recipe.latent
    edge, log_density = NOISE_MESH[trained.recipe.noise]
    axis = np.linspace(-edge, edge, FINE[d])
    z = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1)
    flat = torch.from_numpy(z.reshape(-1, d)).float()
    with torch.no_grad():
        x = torch.cat([generator(part) for part in torch.split(flat, 20_000)])
    raw_x = trained.spaces["x"].decode(x).reshape(z.shape)
    log_pz = log_density(z)
    return pushforward_log_density(raw, z=z, x=raw_x, log_pz=log_pz)


def _log_normal(z: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(-0.5 * (z**2).sum(-1) - 0.5 * z.shape[-1] * np.log(2 * np.pi))


def _log_uniform(z: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.full(z.shape[:-1], -z.shape[-1] * np.log(2 * np.sqrt(3)))


NOISE_MESH = {
    "normal": (6.0, _log_normal),
    "uniform": (np.sqrt(3), _log_uniform),
}
"""Half width of the mesh and log density of each law of noise."""
