"""Endless sources on the line and in the plane, in their published definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from saddle.catalogue import Catalogue, Family, number, whole
from saddle.reference import Reference
from saddle.references import (
    BOURGAN,
    FFJORD,
    FGAN,
    GANLAB,
    MARRON_WAND,
    PACGAN,
    PRESGAN,
    SKLEARN,
    UNROLLED,
    WGAN,
    WGAN_GP,
)
from saddle.sources.base import Floats, Modes
from saddle.sources.curves import Cells, Curve
from saddle.sources.entry import Entry
from saddle.sources.mixtures import Mixture, isotropic, on_circle, on_grid, random_components
from saddle.sources.strokes import Segments, Strokes, segment

# ---------------------------------------------------------------- rows from definitions


def _mixture(
    name: str, about: str, components: Modes, reference: Reference | None = None
) -> Entry:
    return Entry(about, lambda seed: Mixture(name, components, seed=seed), reference)


def _strokes(
    name: str, about: str, pieces: Segments, noise: float, reference: Reference | None = None
) -> Entry:
    return Entry(about, lambda seed: Strokes(name, pieces, noise=noise, seed=seed), reference)


def _curve(
    name: str,
    about: str,
    point: Callable[[Floats], Floats],
    noise: float,
    reference: Reference | None = None,
) -> Entry:
    return Entry(about, lambda seed: Curve(name, point, noise=noise, seed=seed), reference)


def _on_line(
    name: str,
    about: str,
    weights: npt.ArrayLike,
    parts: list[tuple[float, float]],
    reference: Reference | None = None,
) -> Entry:
    centres, std = np.array(parts)[:, :1], np.array(parts)[:, 1]
    return _mixture(name, about, isotropic(centres, std, weights), reference)


# ---------------------------------------------------------------- mixtures


def ring_components(count: int = 8, *, radius: float = 1.0, std: float = 0.01) -> Modes:
    """Equal round Gaussians at equal angles; the defaults are PacGAN's ring."""
    return isotropic(on_circle(count, radius=radius), std)


def grid_components(*, spacing: float = 2.0, std: float = 0.05) -> Modes:
    """Equal round Gaussians on a grid of 5 x 5; the defaults are PacGAN's grid."""
    return isotropic(on_grid([spacing * i for i in range(-2, 3)]), std)


def _ring(text: str) -> Entry:
    count = whole(text, "K of ring:K", low=2, high=64)
    return _mixture(
        "ring" if count == 8 else f"ring:{count}",
        f"{count} Gaussians on a circle of radius 1, std 0.01",
        ring_components(count),
        PACGAN,
    )


def _unrolled_ring() -> Entry:
    modes = isotropic(on_circle(7, radius=1.0), 0.01, [2, 1, 1, 1, 1, 1, 1])
    about = "8 Gaussians whose angles repeat the end point: 7 modes, the first of double weight"
    return _mixture("ring-unrolled", about, modes, UNROLLED)


def _random_mixture(text: str) -> Entry:
    law = whole(text, "SEED of mixture:SEED", low=0, high=2**31 - 1)
    return _mixture(
        f"mixture:{law}",
        "3 to 30 random Gaussians, unequal weights, full covariances",
        random_components(law),
    )


def _gaussian(text: str) -> Entry:
    dimension = whole(text, "DIMENSION of gaussian:DIMENSION", low=1, high=4096)
    modes = Modes(np.zeros((1, dimension)), np.eye(dimension)[None], np.ones(1))
    return _mixture(f"gaussian:{dimension}", f"standard normal in {dimension}-D", modes)


FGAN_MIXTURE = _on_line(
    "fgan-mixture",
    "0.33 N(-1, var 0.065) + 0.67 N(2, var 2): the f-GAN paper's target",
    [0.33, 0.67],
    [(-1, 0.065**0.5), (2, 2**0.5)],
    FGAN,
)

ON_LINE: Catalogue[Entry] = Catalogue(
    "mixture on the line",
    {
        "fgan": FGAN_MIXTURE,
        "two": _on_line("mixture-1d:two", "N(-2, .25) + N(2, .25)", [1, 1], [(-2, 0.5), (2, 0.5)]),
        "uneven": _on_line(
            "mixture-1d:uneven",
            "0.7 N(-3, .25), 0.2 N(1, .09), 0.1 N(4, .01)",
            [0.7, 0.2, 0.1],
            [(-3, 0.5), (1, 0.3), (4, 0.1)],
        ),
        "bimodal": _on_line(
            "mixture-1d:bimodal",
            "Marron and Wand's density 6",
            [1, 1],
            [(-1, 2 / 3), (1, 2 / 3)],
            MARRON_WAND,
        ),
        "trimodal": _on_line(
            "mixture-1d:trimodal",
            "Marron and Wand's density 9",
            [9, 9, 2],
            [(-1.2, 0.6), (1.2, 0.6), (0, 0.25)],
            MARRON_WAND,
        ),
        "claw": _on_line(
            "mixture-1d:claw",
            "Marron and Wand's density 10",
            [5, 1, 1, 1, 1, 1],
            [(0, 1)] + [(i / 2 - 1, 0.1) for i in range(5)],
            MARRON_WAND,
        ),
    },
)

# ---------------------------------------------------------------- curves


def archimedes(start: float, end: float, *, scale: float) -> Callable[[Floats], Floats]:
    """The spiral scale t (cos t, sin t), t uniform on [start, end]."""

    def point(u: Floats) -> Floats:
        t = start + (end - start) * u
        return np.stack([scale * t * np.cos(t), scale * t * np.sin(t)], axis=1)

    return point


def _spiral(u: Floats) -> Floats:
    """One arm from radius .25 to 2, t^2 uniform so that rows are about even along the arm."""
    t = np.pi * np.sqrt(0.25 + 15.75 * u)
    return np.stack([t * np.cos(t), t * np.sin(t)], axis=1) / (2 * np.pi)


def moons_at(u: Floats) -> Floats:
    """Two half circles of radius one: about (0, 0) upwards, about (1, .5) downwards."""
    lower = u >= 0.5
    t = np.pi * (2 * u - lower)
    x, y = np.cos(t), np.sin(t)
    return np.stack([np.where(lower, 1 - x, x), np.where(lower, 0.5 - y, y)], axis=1)


def moons(noise: float, *, name: str, seed: int, stream: str = "") -> Curve:
    """Two interleaved half circles, angles uniform, round noise."""
    return Curve(name, moons_at, noise=noise, seed=seed, pieces=2, stream=stream)


def _moons(text: str) -> Entry:
    noise = number(text, "NOISE of moons:NOISE", low=1e-3, high=1.0)
    return Entry(
        f"two half circles of radius 1, noise {noise:g}",
        lambda seed: moons(noise, name=f"moons:{noise:g}", seed=seed),
        SKLEARN,
    )


def _ellipse(u: Floats) -> Floats:
    """GAN Lab's ring: half axes .3 and .25 about (.5, .45)."""
    angle = 2 * np.pi * u
    return np.stack([0.5 + 0.3 * np.cos(angle), 0.45 + 0.25 * np.sin(angle)], axis=1)


# ---------------------------------------------------------------- cells and lines


def _checkerboard() -> Entry:
    """Eight of the sixteen squares of side 2 on [-4, 4]^2, as on a chess board."""
    corners = on_grid([-4.0, -2.0, 0.0, 2.0])
    lower = corners[corners.sum(axis=1) % 4 == 0]
    about = "uniform on 8 squares of side 2 on [-4, 4]^2"
    return Entry(about, lambda seed: Cells("checkerboard", lower, lower + 2, seed=seed), FFJORD)


def _uniform() -> Entry:
    corner = np.ones((1, 2))
    return Entry(
        "uniform on the square [-1, 1]^2",
        lambda seed: Cells("uniform", -corner, corner, seed=seed),
    )


def _line_at(text: str) -> Entry:
    theta = number(text, "THETA of line-at:THETA", low=-1e6, high=1e6)
    return _strokes(
        f"line-at:{theta:g}",
        f"({theta:g}, Z), Z uniform on [0, 1], without noise: it has no density",
        segment([theta, 0], [theta, 1]),
        0.0,
        WGAN,
    )


# ---------------------------------------------------------------- the table

PLANES: Mapping[str, Entry | Family[Entry]] = {
    "grid": _mixture(
        "grid",
        "25 Gaussians on {-4, -2, 0, 2, 4}^2, std 0.05",
        grid_components(),
        PACGAN,
    ),
    "grid-bourgan": _mixture(
        "grid-bourgan",
        "25 Gaussians on {-4, -2, 0, 2, 4}^2, std 0.1 (endless here)",
        grid_components(std=0.1),
        BOURGAN,
    ),
    "grid-wgan-gp": _mixture(
        "grid-wgan-gp",
        "25 Gaussians on {-4, -2, 0, 2, 4}^2, std 0.05, all divided by 2.828",
        grid_components(spacing=2 / 2.828, std=0.05 / 2.828),
        WGAN_GP,
    ),
    "ring": Family(_ring, "8", "K", default="8"),
    "ring-wgan-gp": _mixture(
        "ring-wgan-gp",
        "8 Gaussians on a circle of radius 2, std 0.02, all divided by 1.414",
        ring_components(radius=2 / 1.414, std=0.02 / 1.414),
        WGAN_GP,
    ),
    "ring-presgan": _mixture(
        "ring-presgan",
        "10 Gaussians on a circle of radius 3, std 0.05",
        ring_components(10, radius=3, std=0.05),
        PRESGAN,
    ),
    "ring-unrolled": _unrolled_ring(),
    "mixture": Family(_random_mixture, "0", "SEED"),
    "mixture-1d": Family(ON_LINE.__getitem__, "uneven", "NAME", choices=tuple(ON_LINE)),
    "fgan-mixture": FGAN_MIXTURE,
    "gaussian": Family(_gaussian, "2", "DIMENSION", default="2"),
    "two-gaussians": _mixture(
        "two-gaussians",
        "two Gaussians at (-2, 0) and (2, 0), std 0.5",
        isotropic([[-2, 0], [2, 0]], 0.5),
    ),
    "disjoint": _mixture(
        "disjoint",
        "three blobs far apart, weights 0.5, 0.3, 0.2, std 0.1, 0.05, 0.2",
        isotropic([[-3, -1], [0, 3], [3, -2]], [0.1, 0.05, 0.2], [0.5, 0.3, 0.2]),
    ),
    "spiral": _curve(
        "spiral", "one spiral arm of 1.75 turns, radius 0.25 to 2, noise 0.05", _spiral, 0.05
    ),
    "swiss-roll": _curve(
        "swiss-roll",
        "first and third axis of scikit-learn's roll with noise 0.25, divided by 7.5",
        archimedes(1.5 * np.pi, 4.5 * np.pi, scale=1 / 7.5),
        0.25 / 7.5,
        WGAN_GP,
    ),
    "moons": Family(_moons, "0.1", "NOISE", default="0.1"),
    "checkerboard": _checkerboard(),
    "uniform": _uniform(),
    "line": _strokes(
        "line",
        "a straight line from (-1, -0.5) to (1, 0.5), noise 0.05",
        segment([-1, -0.5], [1, 0.5]),
        0.05,
    ),
    "line-at": Family(_line_at, "1", "THETA"),
    "ganlab-line": _strokes(
        "ganlab-line",
        "GAN Lab's line from (0.8, 0.6) to (0.05, 0.9), noise 0.01",
        segment([0.8, 0.6], [0.05, 0.9]),
        0.01,
        GANLAB,
    ),
    "ganlab-gaussians": _mixture(
        "ganlab-gaussians",
        "GAN Lab's two: (0.3, 0.7) std 0.1, and (0.7, 0.4) std (0.05, 0.2)",
        isotropic([[0.3, 0.7], [0.7, 0.4]], [[0.1, 0.1], [0.05, 0.2]]),
        GANLAB,
    ),
    "ganlab-ring": _curve(
        "ganlab-ring",
        "GAN Lab's ellipse about (0.5, 0.45), half axes 0.3 and 0.25, noise 0.025",
        _ellipse,
        0.025,
        GANLAB,
    ),
    "ganlab-disjoint": _mixture(
        "ganlab-disjoint",
        "GAN Lab's three blobs of weights .333, .333, .334, std 0.025",
        isotropic([[0.35, 0.75], [0.75, 0.6], [0.45, 0.35]], 0.025, [0.333, 0.333, 0.334]),
        GANLAB,
    ),
}
