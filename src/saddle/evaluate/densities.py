"""The generator's density q beside the true p, where both can be told: in one and two dimensions.

Three ways to q, the first that applies: the generator's own formula; the noise mesh pushed
forward, where noise and data have one dimension; half a million draws on a fine grid. The same
grid filled with true rows says what the last of them does to a generator without fault.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.build.materials import Materials, box_of
from saddle.evaluate.rows import finite, row, unmeasured
from saddle.evaluate.trained import Trained
from saddle.games.streams import Aside, Purpose, Streams
from saddle.measure import (
    GridDensity,
    LogDensity,
    f_divergence,
    grid_density,
    pushforward_log_density,
)
from saddle.measure.base import spread_out
from saddle.measure.divergences import Generator, jsd
from saddle.measure.exact import integrand, optimal_discriminator
from saddle.runs import Json
from saddle.spaces.base import Space
from saddle.training.foreign import lent

Array = npt.NDArray[Any]

DRAWN = 10_000
"""Rows that the box over the data is taken from."""

MANY = 500_000
"""Draws, and true rows, that fill the grid."""

CHUNK = 50_000
"""Draws at once."""

POINTS = 150_000
"""Points of a sum over cells, at most; above that every second cell is taken, or third."""

SIDE = {1: 4000, 2: 320}
"""Points along each axis where q has a formula."""

MESHED = {1: 2000, 2: 160}
"""Points along each axis where q is pushed forward, which costs more."""

FINE = {1: 20_000, 2: 700}
"""Points of the noise mesh along each axis."""

HELD = 0.02
"""A divergence is told where the points hold all of p but this much."""

RESOLVED = 1e-3
"""Less of q than this outside of the points is the sum's own error."""


@runtime_checkable
class Explicit(Protocol):
    """A generator of x = G(z), z ~ N(0, I), whose density is known."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Log density of encoded x (n, d), (n,)."""
        ...


@dataclass(frozen=True, eq=False)
class Truth:
    """The true law of x over a box that holds it.

    Attributes:
        log_prob: exact, in raw units.
        box: lowest and highest value of each axis.
        materials: where true rows come from.
    """

    log_prob: LogDensity
    box: tuple[tuple[float, float], ...]
    materials: Materials

    @cached_property
    def by_grid(self) -> GridDensity:
        """The law of true rows on the grid: what the estimate of q would be at q = p."""
        return grid_density(self.materials.rows("train", MANY)["x"], self.box)


@dataclass(frozen=True, eq=False)
class Law:
    """The law q of what a generator draws, and the points at which p and q are compared.

    Attributes:
        how: `formula`, `noise mesh` or `samples on a grid`.
        log_p: at the points, (n,).
        log_q: at the points, (n,).
        at: the points, raw, (n, d).
        volumes: of the cells around them, (n,).
        facts: bandwidth, draws, sampling error, where q is estimated.
        floor: log density of true rows by the same estimate at the points; None where q is known.
        draws: how many q was estimated from; none where it is known.
        exact: D_f by adaptive quadrature, where both densities have a formula on the line.
    """

    how: str
    log_p: Array
    log_q: Array
    at: Array
    volumes: Array
    facts: Json = field(default_factory=dict)
    floor: Array | None = None
    exact: Callable[[Generator], float] | None = None
    draws: int = 0

    @property
    def whole(self) -> bool:
        """Whether the points hold all of p, and q is resolved: a sum over them is a divergence."""
        p, q = (float(np.exp(log) @ self.volumes) for log in (self.log_p, self.log_q))
        return abs(p - 1) < HELD and q < 1 + HELD

    @property
    def log_masses(self) -> tuple[Array, Array]:
        """Log of the mass of p and of q in each cell; in the last one what q has elsewhere."""
        log_v = np.log(self.volumes)
        p, q = self.log_p + log_v, self.log_q + log_v
        out = max(1 - float(np.exp(q).sum()), 0.0)
        rest = np.log(out) if out > RESOLVED else -np.inf
        return np.append(p, -np.inf), np.append(q, rest)

    def divergence(self, f: Generator) -> float | None:
        """D_f(P || Q); None where it is infinite or not resolved."""
        if self.exact is not None:
            return finite(self.exact(f))
        return finite(_summed(f, *self.log_masses)) if self.whole else None

    def divergence_floor(self, f: Generator) -> float | None:
        """The same with the estimate of the true law in place of q; zero where q is known."""
        return (
            0.0 if self.floor is None else finite(_summed(f, self.log_p, self.floor, self.volumes))
        )

    def jsd_deviation(self) -> float:
        """Standard deviation that the draws give to JSD: one of them moves it by log(q/m) / 2n."""
        if not self.draws:
            return np.inf
        log_p, log_q = self.log_masses
        log_p, log_q = log_p[log_q > -np.inf], log_q[log_q > -np.inf]
        pull = (log_q - np.logaddexp(log_p, log_q)) / 2
        law = np.exp(log_q) / np.exp(log_q).sum()
        return float(np.sqrt(law @ (pull - law @ pull) ** 2 / self.draws))

    def discriminator_floor(self) -> float:
        """E |p / (p + p^) - 1/2|, p^ the estimate of the true law; zero where q is known."""
        if self.floor is None:
            return 0.0
        m = (np.exp(self.log_p) + np.exp(self.floor)) * self.volumes
        gap = np.abs(optimal_discriminator(self.log_p, self.floor) - 0.5)
        return float(m @ gap / m.sum())


def _summed(f: Generator, log_p: Array, log_q: Array, volumes: Array | float = 1.0) -> float:
    """The sum of q f(p/q) over cells; f is homogeneous in the two, so that masses do as well."""
    return float((integrand(f)(log_p, log_q) * volumes).sum())


def truth_of(trained: Trained, materials: Materials) -> Truth | str:
    """The true law of x, or the first reason for which it cannot be told."""
    if "x" not in trained.spaces or "x" not in materials.source.gives:
        return "the game draws no x"
    shape = trained.spaces["x"].shape
    if shape not in [(1,), (2,)]:
        return "more than two dimensions"
    log_prob = materials.source.log_prob
    if log_prob(np.zeros((1, *shape))) is None:
        return "the density of the data is not known"
    box = tuple(box_of(materials.rows("final", DRAWN)["x"]))
    return Truth(cast(LogDensity, log_prob), box, materials)


def density_rows(trained: Trained, truth: Truth | str) -> list[Json]:
    """The divergence of what the averaged generators draw from the known law."""
    if isinstance(truth, str):
        return []
    law = law_of(trained, truth, trained.game.generators, ways=("formula", "samples on a grid"))
    value = law.divergence(jsd)
    note = f"JSD from the known density, nats; q from {law.how}"
    if value is None:
        why = "the points do not resolve the two laws"
        return [unmeasured("jsd(x)", why, better="lower")]
    found = spread_out(value, law.jsd_deviation(), n=law.draws)
    return [row("jsd(x)", found, floor=law.divergence_floor(jsd), better="lower", note=note)]


Way = Callable[[Trained, Truth, nn.ModuleDict], "Law | None"]


def law_of(
    trained: Trained, truth: Truth, generators: nn.ModuleDict, *, ways: tuple[str, ...] = ()
) -> Law:
    """The law of what these generators draw, by the first of the ways that applies."""
    tried = (WAYS[name](trained, truth, generators) for name in ways or WAYS)
    return next(law for law in tried if law is not None)


def draw(trained: Trained, generators: nn.ModuleDict, n: int) -> Array:
    """N raw samples of x from these generators, (n, d)."""
    seed = trained.recipe.seed
    rng = Streams(seed).at(0, Aside.DENSITY)[Purpose.NOISE]
    with torch.no_grad(), lent(seed, 0, Aside.DENSITY):
        parts = [
            trained.game.sample(min(CHUNK, n - first), rng=rng, generators=generators)["x"]
            for first in range(0, n, CHUNK)
        ]
    return trained.spaces["x"].decode(torch.cat(parts))


def scale_of(space: Space) -> Array:
    """What one encoded unit is in raw units along each axis, (d,)."""
    ends = space.decode(torch.stack([torch.zeros(space.shape), torch.ones(space.shape)]))
    scale: Array = np.abs(ends[1] - ends[0])
    return scale


# ---- the ways --------------------------------------------------------------------------------


def _by_formula(trained: Trained, truth: Truth, generators: nn.ModuleDict) -> Law | None:
    """Q is what the generator says of itself; it says so for normal noise."""
    generator = generators["generator"]
    known = isinstance(generator, Explicit) and trained.recipe.noise == "normal"
    if not known or set(trained.spaces) != {"x"}:
        return None
    space, own = trained.spaces["x"], cast(Explicit, copy.deepcopy(generator).double())
    scale, middle = scale_of(space), space.decode(torch.zeros(1, *space.shape))

    def log_q(x: Array) -> Array:
        with torch.no_grad():
            dense = own.log_prob(torch.from_numpy((x - middle) / scale))
        logs: Array = dense.numpy() - np.log(scale).sum()
        return logs

    raw, volumes = _even(truth, SIDE)
    law = Law("formula", truth.log_prob(raw), log_q(raw), raw, volumes)
    if len(truth.box) > 1:
        return law
    return replace(law, exact=lambda f: f_divergence(truth.log_prob, log_q, f=f).value)


def _by_mesh(trained: Trained, truth: Truth, generators: nn.ModuleDict) -> Law | None:
    """Q is the noise mesh, pushed through the generator."""
    d = trained.recipe.latent
    if set(trained.spaces) != {"x"} or trained.spaces["x"].shape != (d,):
        return None
    if trained.game.noise.size != d:
        return None
    raw, volumes = _even(truth, MESHED)
    edge, log_density = NOISE_MESH[trained.recipe.noise]
    axis = np.linspace(-edge, edge, FINE[d])
    z = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1)
    flat = torch.from_numpy(z.reshape(-1, d)).float()
    with torch.no_grad():
        x = torch.cat([generators["generator"](part) for part in torch.split(flat, CHUNK)])
    pushed = trained.spaces["x"].decode(x).reshape(z.shape)
    log_q = pushforward_log_density(raw, z=z, x=pushed, log_pz=log_density(z))
    return Law("noise mesh", truth.log_prob(raw), log_q, raw, volumes)


def _by_samples(trained: Trained, truth: Truth, generators: nn.ModuleDict) -> Law:
    """Q is estimated from draws on a grid, at the cells where it or the truth was seen."""
    q, p = grid_density(draw(trained, generators, MANY), truth.box), truth.by_grid
    raw, volumes, cells = _seen(q, p)
    with np.errstate(divide="ignore"):
        log_q, floor = (np.log(law.values[cells]) for law in (q, p))
    facts = {
        "bandwidth": list(q.bandwidth),
        "draws": q.n,
        "share_in_box": q.inside,
        "sampling_error": q.error,
    }
    log_p = truth.log_prob(raw)
    return Law(
        "samples on a grid", log_p, log_q, raw, volumes, facts=facts, floor=floor, draws=q.n
    )


def _even(truth: Truth, sides: Mapping[int, int]) -> tuple[Array, Array]:
    """Points over the box and the volume of each."""
    side = sides[len(truth.box)]
    axes = [np.linspace(low, high, side) for low, high in truth.box]
    raw = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="xy")], 1)
    return raw, np.full(len(raw), np.prod([axis[1] - axis[0] for axis in axes]))


def _seen(q: GridDensity, p: GridDensity) -> tuple[Array, Array, tuple[Array, ...]]:
    """Centres, volumes and indices of the cells where either density is seen."""
    seen = (q.values > 0) | (p.values > 0)
    d = seen.ndim
    stride = int(np.ceil((np.count_nonzero(seen) / POINTS) ** (1 / d))) or 1
    cells = np.nonzero(seen[(slice(None, None, stride),) * d])
    cells = tuple(index * stride for index in cells)
    raw = np.array(q.bounds)[:, 0] + (np.stack(cells, 1) + 0.5) * q.cell
    return raw, np.full(len(raw), float((q.cell * stride).prod())), cells


def _log_normal(z: Array) -> Array:
    return np.asarray(-0.5 * (z**2).sum(-1) - 0.5 * z.shape[-1] * np.log(2 * np.pi))


def _log_uniform(z: Array) -> Array:
    return np.full(z.shape[:-1], -z.shape[-1] * np.log(2 * np.sqrt(3)))


NOISE_MESH = {
    "normal": (6.0, _log_normal),
    "uniform": (np.sqrt(3), _log_uniform),
}
"""Half width of the mesh and log density of each law of noise."""

WAYS: dict[str, Way] = {
    "formula": _by_formula,
    "noise mesh": _by_mesh,
    "samples on a grid": _by_samples,
}
"""How the generator's density is found: the first way that applies."""
