"""Mixtures of Gaussians, and the law that random ones are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Split
from saddle.sources.counter import Chooser, Counter, Indices, lanes_for, normals
from saddle.sources.entry import as_points, describe_contract


class Mixture:
    """A mixture of k Gaussians in d dimensions.

        p(x) = sum_i w_i N(x; c_i, S_i),   x = c_i + L_i z,   S_i = L_i L_i^T

    Attributes:
        components: centres, covariances and weights as given.
        modes: the components, where they stand far enough apart to be modes (`separated`).
    """

    def __init__(self, name: str, components: Modes, *, seed: int, stream: str = "") -> None:
        self.name = name
        self.gives = frozenset({"x"})
        self.spaces = {"x": "points"}
        self.aligned = False
        self.size: int | None = None
        self.components = components
        self.modes: Modes | None = components if separated(components) else None
        self.dimension = components.centres.shape[1]
        self._factors = np.linalg.cholesky(components.covariances).astype(np.float64)
        self._inverses = np.linalg.inv(self._factors).astype(np.float64)
        self._choose = Chooser(components.weights)
        self._counter = Counter(seed, 1 + lanes_for(self.dimension), stream=stream)
        self._terms = list(_terms(self._factors))

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part, (n, d)."""
        return {"x": self.draw(positions, split)[0]}

    def draw(self, positions: Positions, split: Split = "train") -> tuple[Floats, Indices]:
        """Rows (n, d) and the component that each came from, (n,)."""
        u = self._counter.uniforms(positions, split)
        chosen, z = self._choose(u[0]), normals(u[1:])
        x = np.take(self.components.centres, chosen, axis=0)
        for i, j, factor in self._terms:
            scale = factor[0] if len(factor) == 1 else factor[chosen]
            x[:, i] += scale * z[j]
        return x, chosen

    def log_prob(self, x: Floats) -> Floats:
        """Exact log density, (n, d) -> (n,)."""
        total: Floats = np.logaddexp.reduce(self.log_joint(x), axis=1)
        return total

    def log_joint(self, x: Floats) -> Floats:
        """Log of w_i N(x; c_i, S_i) for each component, (n, d) -> (n, k)."""
        points, modes = as_points(x, self.dimension), self.components
        diagonal = np.diagonal(self._factors, axis1=1, axis2=2)
        constant = np.log(modes.weights) - np.log(diagonal).sum(1)
        constant -= self.dimension / 2 * np.log(2 * np.pi)
        out = np.empty((len(points), len(modes.weights)))
        for i, (centre, inverse) in enumerate(zip(modes.centres, self._inverses, strict=True)):
            out[:, i] = constant[i] - np.square((points - centre) @ inverse.T).sum(1) / 2
        return out

    def describe(self) -> Described:
        """Dimension, components and modes."""
        described = describe_contract(self)
        described.facts.insert(2, ("dimension", str(self.dimension)))
        described.facts.append(("density", f"exact, {len(self.components.weights)} Gaussians"))
        return described


def _terms(factors: Floats) -> Iterator[tuple[int, int, Floats]]:
    """The entries of L that are not zero everywhere: (row, column, values, one if all equal)."""
    for i, j in np.argwhere((factors != 0).any(axis=0)):
        values = factors[:, i, j]
        yield int(i), int(j), values[:1] if (values == values[0]).all() else values.copy()


def isotropic(
    centres: npt.ArrayLike, std: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> Modes:
    """Round components: `std` is one number, or one a component (k,), or one an axis (k, d)."""
    c = np.asarray(centres, dtype=np.float64)
    k, d = c.shape
    s = np.asarray(std, dtype=np.float64)
    axes = np.broadcast_to(s[:, None] if s.ndim == 1 else s, (k, d))
    w = np.ones(k) if weights is None else np.asarray(weights, dtype=np.float64)
    return Modes(c, axes[:, :, None] ** 2 * np.eye(d), w / w.sum())


def on_circle(count: int, *, radius: float) -> Floats:
    """Centres at equal angles, the first at angle zero, (count, 2)."""
    angle = 2 * np.pi * np.arange(count) / count
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def on_grid(ticks: Sequence[float]) -> Floats:
    """Every pair of ticks, (k * k, 2)."""
    return np.array([[x, y] for x in ticks for y in ticks], dtype=np.float64)


def separated(modes: Modes, *, apart: float = 2.0) -> bool:
    """Whether components are modes: centres `apart` times the sum of their widths or more apart.

    The width of a component is its standard deviation along the line to the other centre. At
    `apart = 2` the midpoint of two equal components lies two standard deviations from both.
    """
    i, j = np.triu_indices(len(modes.weights), k=1)
    between = modes.centres[i] - modes.centres[j]
    distance = np.linalg.norm(between, axis=1)
    if not distance.all():
        return False
    line = between / distance[:, None]
    width = sum(
        np.sqrt(np.einsum("ni,nij,nj->n", line, modes.covariances[k], line)) for k in (i, j)
    )
    return bool(np.all(distance >= apart * width))


def random_components(seed: int) -> Modes:
    """A random mixture in the plane; everything follows from `seed`.

    - k, the number of components, is uniform on 3, ..., 30;
    - weights are Dirichlet(2, ..., 2), so that at k = 30 three in ten weigh below 2 %;
    - the longer standard deviation is log-uniform on [.08, .16], the shorter is that times a
      uniform number of [.5, 1], the angle of the longer axis is uniform;
    - centres are uniform on the square [-4, 4]^2, drawn one after another; a centre nearer to an
      earlier one than four times the sum of their longer standard deviations is drawn again
      (after every 1,000 misses the square grows by a tenth, which k <= 30 hardly ever needs).
    """
    u = Counter(seed, 6, stream="random mixture").uniforms(np.arange(31))
    k = 3 + int(28 * u[0, 30])
    longer = 0.08 * 2.0 ** u[0, :k]
    shorter = longer * (0.5 + 0.5 * u[1, :k])
    angle = np.pi * u[2, :k]
    axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    rotation = axes.transpose(2, 0, 1)
    variances = np.stack([longer, shorter], axis=1)[:, None, :] ** 2
    covariances = rotation * variances @ rotation.transpose(0, 2, 1)
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2
    weights = -np.log(u[3, :k] * u[4, :k])  # Gamma(2) each, so Dirichlet once they sum to one
    return Modes(_scatter(seed, longer), covariances, weights / weights.sum())


def _scatter(seed: int, width: Floats) -> Floats:
    """Centres that keep four times the sum of two widths apart, (k, 2)."""
    darts = Counter(seed, 2, stream="random centres")
    centres = np.empty((0, 2))
    tries = 0
    while len(centres) < len(width):
        side = 4 * 1.1 ** (tries // 1000)
        dart = side * (2 * darts.uniforms(np.array([tries]))[:, 0] - 1)
        tries += 1
        near = 4 * (width[len(centres)] + width[: len(centres)])
        if np.all(np.linalg.norm(centres - dart, axis=1) >= near):
            centres = np.vstack([centres, dart])
    return centres
