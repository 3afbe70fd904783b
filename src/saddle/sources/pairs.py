"""Two domains with a known map between them, labelled points, and points given a point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from saddle.catalogue import Family, number
from saddle.references import PACGAN, WGAN
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Source, Split
from saddle.sources.counter import Counter, normals
from saddle.sources.curves import Curve
from saddle.sources.entry import Entry, as_points, describe_contract
from saddle.sources.mixtures import Mixture, isotropic, on_circle
from saddle.sources.planes import grid_components, moons, ring_components
from saddle.sources.strokes import Segments, Strokes, segment

Integers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True)
class Map:
    """A map of the plane that keeps areas, with its inverse.

    Attributes:
        forward: (n, 2) -> (n, 2).
        back: its inverse.
    """

    forward: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


def rotation(degrees: float) -> Map:
    """A turn about the origin."""
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)

    def turn(x: Floats, sine: float) -> Floats:
        return np.stack([c * x[:, 0] - sine * x[:, 1], sine * x[:, 0] + c * x[:, 1]], axis=1)

    return Map(lambda x: turn(x, s), lambda x: turn(x, -s))


def swirl(rate: float) -> Map:
    """A turn whose angle is `rate` times the distance from the origin; it keeps areas too."""

    def turn(x: Floats, rate: float) -> Floats:
        angle = rate * np.hypot(x[:, 0], x[:, 1])
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([c * x[:, 0] - s * x[:, 1], s * x[:, 0] + c * x[:, 1]], axis=1)

    return Map(lambda x: turn(x, rate), lambda x: turn(x, -rate))


def shift(step: tuple[float, float]) -> Map:
    """A move by `step`."""
    return Map(lambda x: x + np.array(step), lambda x: x - np.array(step))


class Mapped:
    """A source in the plane behind a map that keeps areas: p(x) = p_base(back(x))."""

    def __init__(self, name: str, base: Source, by: Map, *, modes: Modes | None = None) -> None:
        self.name = name
        self.gives = frozenset({"x"})
        self.spaces = {"x": "points"}
        self.aligned = False
        self.size = base.size
        self.modes = modes
        self._base, self._by = base, by

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part, (n, 2)."""
        return {"x": self._by.forward(self._base.batch(positions, split)["x"])}

    def log_prob(self, x: Floats) -> Floats | None:
        """Log density, (n, 2) -> (n,), as exact as the base's."""
        return self._base.log_prob(self._by.back(as_points(x, 2)))

    def describe(self) -> Described:
        """What the contract tells."""
        return describe_contract(self)


class KnownPair:
    """Two domains, drawn apart, whose laws a known map carries into one another.

    Attributes:
        domains: each side as a source of its own, which gives `x` and knows its density.
    """

    def __init__(self, name: str, a: Source, b: Source, by: Map) -> None:
        self.name = name
        self.gives = frozenset({"a", "b"})
        self.spaces = {"a": "points", "b": "points"}
        self.aligned = False
        self.size: int | None = None
        self.modes: Modes | None = None
        self.domains = {"a": a, "b": b}
        self._by = by

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """Independent rows of both sides."""
        return {key: side.batch(positions, split)["x"] for key, side in self.domains.items()}

    def log_prob(self, x: Floats) -> Floats | None:
        """None: ask `domains["a"]` or `domains["b"]`."""
        return None

    def truth(self, a: Floats) -> Floats:
        """Where the known map takes points of `a`."""
        return self._by.forward(as_points(a, 2))

    def truth_back(self, b: Floats) -> Floats:
        """Where the known map's inverse takes points of `b`."""
        return self._by.back(as_points(b, 2))

    def describe(self) -> Described:
        """What the contract tells, and that the map is known."""
        described = describe_contract(self)
        described.facts.append(("map", "known, keeps areas"))
        return described


class Labelled:
    """A mixture whose rows come with the number of their component as `given`.

    Attributes:
        mixture: the law of `x`, with its modes in the order of the labels.
    """

    def __init__(self, name: str, components: Modes, *, seed: int) -> None:
        self.name = name
        self.gives = frozenset({"x", "given"})
        self.spaces = {"x": "points", "given": "label"}
        self.aligned = True
        self.size: int | None = None
        self.mixture = Mixture(name, components, seed=seed)
        self.modes = self.mixture.modes

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """Points (n, d) and labels (n,)."""
        x, label = self.mixture.draw(positions, split)
        return {"x": x, "given": label.astype(np.int64)}

    def log_prob(self, x: Floats) -> Floats:
        """Exact log density of x over all labels, (n, d) -> (n,)."""
        return self.mixture.log_prob(x)

    def log_prob_given(self, x: Floats, given: Integers) -> Floats:
        """Exact log p(x | label), (n, d) and (n,) -> (n,)."""
        joint = self.mixture.log_joint(x)[np.arange(len(x)), given]
        logs: Floats = joint - np.log(self.mixture.components.weights)[given]
        return logs

    def describe(self) -> Described:
        """What the mixture tells, and the labels."""
        described = describe_contract(self)
        described.facts.append(("labels", f"0 to {len(self.mixture.components.weights) - 1}"))
        return described


class Offsets:
    """Points given a point: x = c + o with c ~ N(0, I) given and o from a mixture in the plane.

    Attributes:
        offset: the law of o, so that p(x | c) = p_o(x - c).
    """

    def __init__(self, name: str, components: Modes, *, seed: int) -> None:
        self.name = name
        self.gives = frozenset({"x", "given"})
        self.spaces = {"x": "points", "given": "points"}
        self.aligned = True
        self.size: int | None = None
        self.modes: Modes | None = None
        self.offset = Mixture(name, components, seed=seed, stream="offset")
        wide = Modes(components.centres, components.covariances + np.eye(2), components.weights)
        self._marginal = Mixture(name, wide, seed=seed)
        self._given = Counter(seed, 2, stream="given")

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """Points and what they were given, (n, 2) each."""
        given = np.ascontiguousarray(normals(self._given.uniforms(positions, split)).T)
        return {"x": given + self.offset.draw(positions, split)[0], "given": given}

    def log_prob(self, x: Floats) -> Floats:
        """Exact log density of x over all givens: covariances grow by I."""
        return self._marginal.log_prob(x)

    def log_prob_given(self, x: Floats, given: Floats) -> Floats:
        """Exact log p(x | c) = log p_o(x - c), (n, 2) and (n, 2) -> (n,)."""
        return self.offset.log_prob(as_points(x, 2) - as_points(given, 2))

    def describe(self) -> Described:
        """What the contract tells, and the law."""
        described = describe_contract(self)
        described.facts.append(("law", "x = given + offset, given standard normal"))
        return described


class Embedded:
    """A curve of the plane laid into d dimensions by an orthonormal map, with thin noise.

        x = Q y + epsilon e,   Q^T Q = I,   y from the curve, e ~ N(0, I_d)
        p(x) = (curve under noise sqrt(sigma^2 + epsilon^2))(Q^T x) N(rest; 0, epsilon^2 I_{d-2})

    Attributes:
        basis: Q, (d, 2).
    """

    def __init__(
        self, name: str, curve: Curve, *, dimension: int, thickness: float, seed: int
    ) -> None:
        self.name = name
        self.gives = frozenset({"x"})
        self.spaces = {"x": "points"}
        self.aligned = False
        self.size: int | None = None
        self.modes: Modes | None = None
        self.basis = _orthonormal(dimension)
        self.curve, self.thickness = curve, thickness
        self._noise = Counter(seed, dimension + dimension % 2, stream="thickness")

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The rows at those positions of that part, (n, d)."""
        y = self.curve.batch(positions, split)["x"]
        noise = normals(self._noise.uniforms(positions, split))[: len(self.basis)].T
        flat = y[:, :1] * self.basis[:, 0] + y[:, 1:] * self.basis[:, 1]
        return {"x": np.ascontiguousarray(flat + self.thickness * noise)}

    def log_prob(self, x: Floats) -> Floats:
        """Log density, (n, d) -> (n,), as exact as the curve's."""
        points = as_points(x, len(self.basis))
        y = points @ self.basis
        rest = np.square((points - y @ self.basis.T) / self.thickness).sum(1)
        free = len(self.basis) - 2
        outside = -rest / 2 - free * np.log(self.thickness * np.sqrt(2 * np.pi))
        inside = self.curve.log_prob_blurred(y, noise=np.hypot(self.curve.noise, self.thickness))
        logs: Floats = inside + outside
        return logs

    def describe(self) -> Described:
        """What the contract tells, and the embedding."""
        described = describe_contract(self)
        described.facts.append(("dimension", f"{len(self.basis)}, about a plane"))
        described.facts.append(("noise", f"{self.curve.noise:g} in it, {self.thickness:g} around"))
        return described


def _orthonormal(dimension: int) -> Floats:
    """The fixed map: two orthonormal columns, the same for every seed, (d, 2)."""
    u = Counter(0, dimension, stream="embedding").uniforms(np.arange(2)).T - 0.5
    first = u[0] / np.linalg.norm(u[0])
    second = u[1] - (u[1] @ first) * first
    return np.stack([first, second / np.linalg.norm(second)], axis=1)


# ---------------------------------------------------------------- the table

FIVE = isotropic(
    [[2.0, 0.0], [0.5, 1.5], [-1.5, 1.0], [-1.0, -1.5], [1.0, -1.2]],
    0.2,
    [0.3, 0.25, 0.2, 0.15, 0.1],
)
"""Five Gaussians without a symmetry, of unequal weights: only one rotation maps them right."""


def _degrees(text: str, name: str) -> float:
    return number(text, f"DEGREES of {name}:DEGREES", low=-360, high=360)


def _rotated_mixtures(text: str) -> Entry:
    degrees = _degrees(text, "rotated-mixtures")
    name, by = f"rotated-mixtures:{degrees:g}", rotation(degrees)
    turned = Modes(by.forward(FIVE.centres), FIVE.covariances, FIVE.weights)
    return Entry(
        f"five unequal Gaussians and the same turned by {degrees:g} degrees",
        lambda seed: KnownPair(
            name,
            Mixture(f"{name}/a", FIVE, seed=seed, stream="a"),
            Mixture(f"{name}/b", turned, seed=seed, stream="b"),
            by,
        ),
    )


def _rotated_moons(text: str) -> Entry:
    degrees = _degrees(text, "rotated-moons")
    name, by = f"rotated-moons:{degrees:g}", rotation(degrees)
    return Entry(
        f"two moons, noise 0.1, and the same turned by {degrees:g} degrees",
        lambda seed: KnownPair(
            name,
            moons(0.1, name=f"{name}/a", seed=seed, stream="a"),
            Mapped(f"{name}/b", moons(0.1, name=name, seed=seed, stream="b"), by),
            by,
        ),
    )


def _spiral_pair(seed: int) -> Source:
    bars = Segments.by_length(np.array([[0.3, 0.0], [-0.3, 0.0]]), np.array([[2.0, 0], [-1.2, 0]]))
    a = Strokes("spiral-pair/a", bars, noise=0.05, seed=seed, stream="a")
    base = Strokes("spiral-pair", bars, noise=0.05, seed=seed, stream="b")
    by = swirl(1.5)
    return KnownPair("spiral-pair", a, Mapped("spiral-pair/b", base, by), by)


def _parallel_lines(text: str) -> Entry:
    theta = number(text, "THETA of parallel-lines:THETA", low=-1e6, high=1e6)
    name = f"parallel-lines:{theta:g}"

    def build(seed: int) -> Source:
        a, b = (
            Strokes(f"{name}/{key}", segment([at, 0], [at, 1]), noise=0, seed=seed, stream=key)
            for key, at in (("a", 0.0), ("b", theta))
        )
        return KnownPair(name, a, b, shift((theta, 0.0)))

    about = f"(0, Z) and ({theta:g}, Z), Z uniform on [0, 1]: JS log 2, KL infinite, W1 |theta|"
    return Entry(about, build, WGAN)


def upper_moon(u: Floats) -> Floats:
    """A half circle of radius one about the origin."""
    return np.stack([np.cos(np.pi * u), np.sin(np.pi * u)], axis=1)


def _moon_10d(seed: int) -> Source:
    moon = Curve("moon-10d", upper_moon, noise=0.05, seed=seed)
    return Embedded("moon-10d", moon, dimension=10, thickness=0.01, seed=seed)


PAIRS: Mapping[str, Entry | Family[Entry]] = {
    "rotated-mixtures": Family(_rotated_mixtures, "45", "DEGREES", default="45"),
    "rotated-moons": Family(_rotated_moons, "90", "DEGREES", default="90"),
    "spiral-pair": Entry("two bars on a line, and the spiral arms they swirl to", _spiral_pair),
    "parallel-lines": Family(_parallel_lines, "1", "THETA"),
    "labelled-ring": Entry(
        "the ring of 8 with the number of its mode given",
        lambda seed: Labelled("labelled-ring", ring_components(), seed=seed),
        PACGAN,
    ),
    "labelled-grid": Entry(
        "the grid of 25 with the number of its mode given",
        lambda seed: Labelled("labelled-grid", grid_components(), seed=seed),
        PACGAN,
    ),
    "point-given": Entry(
        "a standard normal point given, x one of four Gaussians about it, radius 2, std 0.1",
        lambda seed: Offsets("point-given", isotropic(on_circle(4, radius=2), 0.1), seed=seed),
    ),
    "moon-10d": Entry(
        "a half circle, noise 0.05, laid into 10 dimensions, noise 0.01 around", _moon_10d
    ),
}
