"""The trained critic against the truth, where its score has a meaning that truth can check.

With p known from the source and q from the noise pushed through the generator, a critic whose
score means log p/q has D = sigmoid(v) to compare with p/(p+q), and its bound with the divergence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from saddle.build.materials import Materials, box_of
from saddle.evaluate.trained import Trained
from saddle.games.duel import Duel
from saddle.measure import critic_against_truth, pushforward_log_density
from saddle.measure.divergences import jsd
from saddle.runs import Json

SIDE = {1: 2000, 2: 160}
"""Points of the comparison along each axis, by dimension."""

FINE = {1: 20_000, 2: 700}
"""Points of the noise mesh along each axis."""


def critic_report(trained: Trained, materials: Materials) -> Json:
    """How far D is from p/(p+q), or why that was not measured."""
    reason = _why_not(trained, materials)
    if reason:
        return {"measured": False, "why": reason}
    duel = trained.game.duels[0]
    assert isinstance(duel, Duel)
    raw, volumes = _grid(materials)
    encoded = trained.spaces["x"].encode(raw)
    with torch.no_grad():
        v = duel.judge((encoded,))
        fakes = duel.judge((trained.spaces["x"].encode(trained.sample(10_000)["x"]),))
        ratio = duel.distance.log_ratio(v, fakes)
    log_p = materials.source.log_prob(raw)
    assert ratio is not None and log_p is not None
    truth = critic_against_truth(
        ratio.numpy(),
        log_p=log_p,
        log_q=_log_q(trained, raw),
        volumes=volumes,
        f=jsd,
    )
    smoothed = bool(duel.penalties) or bool(duel.views)
    return {"measured": True, "smoothed": smoothed, **vars(truth)}


def _why_not(trained: Trained, materials: Materials) -> str:
    """The first reason for which the truth cannot be told, or nothing."""
    game = trained.game
    d = trained.spaces["x"].shape if "x" in trained.spaces else ()
    reasons = {
        "the game judges more than x": set(trained.spaces) != {"x"} or len(game.generators) != 1,
        "more than two dimensions": d not in [(1,), (2,)],
        "the noise has another dimension than the data": (trained.recipe.latent,) != d,
        "the density of the data is not known": materials.source.log_prob(_one(d)) is None,
        "there is no critic": not len(game.critics),
    }
    for reason, holds in reasons.items():
        if holds:
            return reason
    duel = game.duels[0]
    if any(view.widens > 1 for view in duel.views):
        return "the critic sees packed samples"
    assert isinstance(duel, Duel)
    zero = torch.zeros(1)
    if duel.distance.log_ratio(zero, zero) is None:
        return f"the score is a {duel.distance.score.value}"
    return ""


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


def _log_q(trained: Trained, raw: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Log q at points, from the noise mesh pushed through the averaged generator."""
    d = trained.recipe.latent
    edge, log_density = NOISE_MESH[trained.recipe.noise]
    axis = np.linspace(-edge, edge, FINE[d])
    z = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1)
    flat = torch.from_numpy(z.reshape(-1, d)).float()
    with torch.no_grad():
        generator = trained.game.generators["generator"]
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
