"""A critic against the truth: D against p/(p+q), its bound against the exact divergence.

The density q of a generator is known where the generator is a Gaussian or a flow; elsewhere a
mesh of noise, pushed forward, gives it in one and two dimensions.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.measure.base import Floats, Integers, Interval, cloud, of_influence
from saddle.measure.divergences import Generator
from saddle.measure.exact import integrand, optimal_discriminator

_CLAMP = 50.0  # scores beyond this say "certain" and are clamped before exp
_RESOLVED = 20.0  # |v| past which f'(u) would drown in the rounding of f(u), some e^v times larger
_GROUPS = 2000  # of points with like scores
_STEP = 1e-3  # of the five-point derivative in v
_PAIRS = 2_000_000  # point-triangle pairs tested at once


@dataclass(frozen=True)
class CriticTruth:
    """How far a critic is from the optimal one, over m = (p + q)/2.

    Attributes:
        mean_error: E_m |D - D*|.
        root_mean_square: (E_m (D - D*)^2)^(1/2).
        largest_error: largest |D - D*| where m is not negligible.
        score_bias: E_m (v - log p/q): positive where the critic calls too much real.
        bound: E_P f'(u) - E_Q [u f'(u) - f(u)] with u = e^v, the critic's value for D_f.
        exact: D_f(P || Q) on the same grid.
        gap: exact - bound, never negative but for the grid's error.
        correlation: of D and D* over m; nan where either does not vary.
        mass_p: what the grid holds of p; `mass_q` of q.
    """

    mean_error: float
    root_mean_square: float
    largest_error: float
    score_bias: float
    bound: float
    exact: float
    gap: float
    correlation: float
    mass_p: float
    mass_q: float

    def as_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return asdict(self)


def critic_against_truth(
    v: npt.ArrayLike,
    *,
    log_p: npt.ArrayLike,
    log_q: npt.ArrayLike,
    volumes: npt.ArrayLike,
    f: Generator,
) -> CriticTruth:
    """Compare scores that mean log p/q with the truth on a grid.

    Args:
        v: scores at the grid's points, any shape.
        log_p: log p there, same shape; -inf where p is zero.
        log_q: log q there.
        volumes: quadrature weights (cell volumes), broadcast to that shape.
        f: the divergence of the bound.
    """
    score, lp, lq = (np.asarray(t, dtype=np.float64) for t in (v, log_p, log_q))
    if not (score.shape == lp.shape == lq.shape):
        raise BadData(
            f"v, log_p and log_q must have one shape, got {score.shape}, {lp.shape}, {lq.shape}"
        )
    if not np.isfinite(score).all():
        raise BadData("v must be finite")
    w = np.broadcast_to(np.asarray(volumes, dtype=np.float64), score.shape)
    p, q = np.exp(lp) * w, np.exp(lq) * w
    m = (p + q) / 2
    optimum = optimal_discriminator(lp, lq)
    judged = optimal_discriminator(score, np.zeros_like(score))
    gap = np.abs(judged - optimum)
    exact = float((integrand(f)(lp.ravel(), lq.ravel()) * w.ravel()).sum())
    bound = variational_bound(score, p, q, f=f)
    seen = m > 1e-6 * m.max()
    both = np.isfinite(lp) & np.isfinite(lq)
    bias = m[both] @ (score[both] - (lp[both] - lq[both])) / max(float(m[both].sum()), 1e-300)
    return CriticTruth(
        mean_error=float((m * gap).sum() / m.sum()),
        root_mean_square=float(np.sqrt((m * gap**2).sum() / m.sum())),
        largest_error=float(gap[seen].max()),
        score_bias=float(bias),
        bound=bound,
        exact=exact,
        gap=exact - bound,
        correlation=_correlation(judged.ravel(), optimum.ravel(), m.ravel()),
        mass_p=float(p.sum()),
        mass_q=float(q.sum()),
    )


def _correlation(a: Floats, b: Floats, mass: Floats) -> float:
    """Of two functions under a law given by masses at points."""
    law = mass / mass.sum()
    a, b = a - law @ a, b - law @ b
    spread = math.sqrt(float(law @ a**2)), math.sqrt(float(law @ b**2))
    varies = min(spread) > 1e-12  # of functions between zero and one
    return float(law @ (a * b)) / math.prod(spread) if varies else math.nan


def variational_bound(v: Floats, p: Floats, q: Floats, *, f: Generator) -> float:
    """E_P f'(u) - E_Q [u f'(u) - f(u)] with u = e^v, for masses p and q at the same points."""
    won, paid = bound_terms(v, f)
    return float((p * won).sum() - (q * paid).sum())


def bound_on(real: npt.ArrayLike, fake: npt.ArrayLike, *, f: Generator) -> Interval:
    """The same bound from scores of samples, (n,) real and (m,) fake, with its interval.

    Below D_f on average whatever the critic, where it was trained on other samples.
    """
    won = bound_terms(np.asarray(real, np.float64), f)[0]
    paid = bound_terms(np.asarray(fake, np.float64), f)[1]
    return of_influence(float(won.mean() - paid.mean()), won, paid)


def bound_terms(v: Floats, f: Generator) -> tuple[Floats, Floats]:
    """f'(u) and u f'(u) - f(u) at u = e^v.

    With g(v) = f(e^v) - f(1) the derivative g'(v) is u f'(u), taken by five points in v. Scores
    are held within `_RESOLVED`: the bound is that of a critic which is held there.
    """
    one = float(f(np.ones(1))[0])
    v = np.clip(v, -_RESOLVED, _RESOLVED)

    def g(s: Floats) -> Floats:
        return f(np.exp(s)) - one

    h = _STEP
    slope = (8 * (g(v + h) - g(v - h)) - (g(v + 2 * h) - g(v - 2 * h))) / (12 * h)
    return slope * np.exp(-v), slope - g(v)


def paired_value(v: npt.ArrayLike, p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """E log sigmoid(v(x) - v(y)) over x ~ P and y ~ Q, for masses p and q at the same points.

    What a paired relativistic critic over the logistic margin maximises. At v = log p/q, up to any
    constant, it is JSD(P x Q, Q x P) - log 2. Points are gathered into `_GROUPS` groups of like
    score and equal mass, since the mean is over pairs.
    """
    score, mass_p, mass_q = (np.ravel(np.asarray(t, np.float64)) for t in (v, p, q))
    score = np.clip(score, -_CLAMP, _CLAMP)
    order = np.argsort(score, kind="stable")
    both = np.cumsum((mass_p + mass_q)[order])
    group = np.minimum((both / both[-1] * _GROUPS).astype(np.int64), _GROUPS - 1)

    def gathered(values: Floats) -> Floats:
        sums: Floats = np.bincount(group, values[order], minlength=_GROUPS).astype(np.float64)
        return sums

    of_p, of_q = (gathered(mass) / mass.sum() for mass in (mass_p, mass_q))
    centre = gathered((mass_p + mass_q) * score) / np.maximum(gathered(mass_p + mass_q), 1e-300)
    gap = centre[:, None] - centre[None]
    return float(-(of_p @ np.logaddexp(0.0, -gap) @ of_q))


def value_of_critic(v: Floats, p: Floats, q: Floats) -> float:
    """V(G, D) = E_P log D + E_Q log(1 - D) with D = sigmoid(v), for masses p and q at points."""
    return float(-(p * np.logaddexp(0.0, -v)).sum() - (q * np.logaddexp(0.0, v)).sum())


# ---- the density of a generator, from a mesh of noise -----------------------------------------


def pushforward_log_density(
    at: npt.ArrayLike, *, z: npt.ArrayLike, x: npt.ArrayLike, log_pz: npt.ArrayLike
) -> Floats:
    """Log density of x = G(z) at points, from G's outputs on a mesh of noise; -inf where none is.

    The mesh is cut into intervals or triangles, on each of which G is taken as linear: a piece
    adds p_z(z) |piece in z| / |piece in x| to every point of its image, so folds add up and the
    mass of the mesh is kept. The error falls with the mesh's width.

    Args:
        at: points (n, 1) or (n, 2).
        z: mesh of noise, (r,) or (r, 1) increasing, or (r, c, 2).
        x: the generator's outputs on it, same shape.
        log_pz: log density of the noise on it, (r,) or (r, c).
    """
    points = cloud(at, "at")
    mesh, image, prior = (np.asarray(t, dtype=np.float64) for t in (z, x, log_pz))
    if mesh.shape != image.shape:
        raise BadData(f"z and x must have one shape, got {mesh.shape} and {image.shape}")
    if not (np.isfinite(mesh).all() and np.isfinite(image).all()):
        raise BadData("z and x must be finite")
    flat = mesh.ndim < 3
    node = mesh.shape[:1] if flat else mesh.shape[:2]
    d = 1 if flat else 2
    if mesh.size != np.prod(node) * d or points.shape[1] != d or prior.shape != node:
        raise BadData(
            "z must be (r,), (r, 1) or (r, c, 2), log_pz (r,) or (r, c), and at (n, 1) or (n, 2) "
            f"to match; got {mesh.shape}, {prior.shape} and {points.shape}"
        )
    push = _push_line if flat else _push_plane
    with np.errstate(divide="ignore"):
        log_q: Floats = np.log(
            push(points, mesh.reshape(*node, d), image.reshape(*node, d), prior)
        )
    return log_q


def _push_line(at: Floats, z: Floats, x: Floats, log_pz: Floats) -> Floats:
    """Sum over intervals that cover a point of p_z |dz/dx|."""
    pieces = np.stack([np.arange(len(z) - 1), np.arange(1, len(z))], 1)
    size_z = np.abs(np.diff(z[:, 0]))
    ends = np.sort(x[pieces, 0], axis=1)
    order = np.argsort(at[:, 0], kind="stable")
    sorted_at = at[order, 0]
    first = np.searchsorted(sorted_at, ends[:, 0], "left")
    last = np.searchsorted(sorted_at, ends[:, 1], "left")
    piece, point = _ranges(first, last - first)
    length = x[pieces[piece, 1], 0] - x[pieces[piece, 0], 0]
    t = (sorted_at[point] - x[pieces[piece, 0], 0]) / length
    log_prior = (1 - t) * log_pz[pieces[piece, 0]] + t * log_pz[pieces[piece, 1]]
    density = np.zeros(len(at))
    np.add.at(density, order[point], np.exp(log_prior) * size_z[piece] / np.abs(length))
    return density


def _ranges(first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """For pieces with consecutive members first .. first + count - 1: all (piece, member)."""
    piece = np.repeat(np.arange(len(first)), count)
    offset = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    return piece, first[piece] + offset


def triangles(r: int, c: int) -> Integers:
    """The two triangles of each cell of an r by c mesh, as node numbers (2 (r-1)(c-1), 3)."""
    node = np.arange(r * c).reshape(r, c)
    a, b, d, e = (t.ravel() for t in (node[:-1, :-1], node[1:, :-1], node[:-1, 1:], node[1:, 1:]))
    return np.concatenate([np.stack([a, b, d], 1), np.stack([e, d, b], 1)])


def _area(corners: Floats) -> Floats:
    """Signed doubled area of triangles (t, 3, 2)."""
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area: Floats = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    return area


def _push_plane(at: Floats, z: Floats, x: Floats, log_pz: Floats) -> Floats:
    """Sum over triangles that cover a point of p_z (area in z) / (area in x)."""
    tri = triangles(*z.shape[:2])
    in_x, prior = x.reshape(-1, 2)[tri], log_pz.ravel()[tri]
    size_x = _area(in_x)
    kept = np.abs(size_x) > 1e-300
    in_x, prior, size_x = in_x[kept], prior[kept], size_x[kept]
    ratio = np.abs(_area(z.reshape(-1, 2)[tri[kept]]) / size_x)
    # Candidates: points sorted by their first coordinate, a run of them for each triangle.
    order = np.argsort(at[:, 0], kind="stable")
    sorted_at = at[order]
    first = np.searchsorted(sorted_at[:, 0], in_x[..., 0].min(1), "left")
    count = np.searchsorted(sorted_at[:, 0], in_x[..., 0].max(1), "right") - first
    density = np.zeros(len(at))
    for part in _parts(count):
        piece, point = _ranges(first[part], count[part])
        piece = np.arange(len(count))[part][piece]
        y = sorted_at[point]
        tall = in_x[..., 1]
        near = (y[:, 1] >= tall.min(1)[piece]) & (y[:, 1] <= tall.max(1)[piece])
        piece, point = piece[near], point[near]
        share = _barycentric(sorted_at[point], in_x[piece], size_x[piece])
        inside = (share[:, 0] >= 0) & (share[:, 1] > 0) & (share[:, 2] > 0)
        piece, point, share = piece[inside], point[inside], share[inside]
        log_prior = (share * prior[piece]).sum(1)
        np.add.at(density, order[point], np.exp(log_prior) * ratio[piece])
    return density


def _parts(count: Integers) -> list[slice]:
    """Consecutive pieces with a bounded number of candidates together."""
    if len(count) == 0:
        return []
    group = np.cumsum(count) // _PAIRS
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return [slice(a, b) for a, b in zip(starts, np.append(starts[1:], len(count)), strict=True)]


def _barycentric(y: Floats, corners: Floats, doubled: Floats) -> Floats:
    """Coordinates of points in their triangles, (n, 3), that sum to one."""
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    r = y - corners[:, 0]
    s = (r[:, 0] * v[:, 1] - r[:, 1] * v[:, 0]) / doubled
    t = (u[:, 0] * r[:, 1] - u[:, 1] * r[:, 0]) / doubled
    return np.stack([1 - s - t, s, t], 1)
