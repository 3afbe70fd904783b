"""Optimal transport between two clouds, without a critic: sliced, exact and regularised."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import torch
from torch import Tensor

from saddle.catalogue import positive, whole
from saddle.distances.direct import clouds, distances
from saddle.distances.forms import wide
from saddle.errors import BadValue, bad
from saddle.reference import Reference
from saddle.references import SINKHORN, SLICED, TRANSPORT

PASSES = 5
"""Sinkhorn's iterations at each eps on the way down."""


@dataclass(frozen=True)
class SlicedWasserstein:
    """The mean over directions w of W_p^p between the projections, by sorting.

        mean_w  integral over t of |F_w^-1(t) - G_w^-1(t)|^p

    Its p-th power, so that the slope stays finite where the clouds meet. In the plane the
    directions are equally spaced over the half circle. Elsewhere they are drawn from (seed, the
    real batch's bytes): a function of the inputs alone, and yet another set for each batch, so
    that no direction stays unseen.

    Attributes:
        directions: how many.
        p: 1 or 2.
        seed: of the drawn directions.

    References:
        Deshpande, Zhang, Schwing (2018), Generative modeling using the sliced Wasserstein
        distance.
    """

    directions: int = 64
    p: int = 2
    seed: int = 0
    name: str = "sliced-wasserstein"
    reference: Reference = SLICED
    minimises: str = "the sliced Wasserstein distance, to its p-th power"

    def __post_init__(self) -> None:
        check_power(self.p)
        if self.directions < 1:
            raise bad("directions", self.directions, "at least 1")

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of (n, d) and (m, d)."""
        x, y = clouds(real, fake)
        w = self.along(x)
        return sorted_cost(x @ w.T, y @ w.T, self.p).mean()

    def along(self, x: Tensor) -> Tensor:
        """The directions that clouds beside the real (n, d) are projected on, (k, d)."""
        d = x.shape[1]
        if d == 1:
            return x.new_ones(1, 1)
        if d == 2:
            angle = torch.arange(self.directions, dtype=x.dtype, device=x.device)
            angle = angle * (math.pi / self.directions)
            return torch.stack((angle.cos(), angle.sin()), 1)
        seen = zlib.crc32(x.detach().cpu().contiguous().numpy().tobytes(), self.seed)
        rng = torch.Generator().manual_seed(seen)  # whose seed is 32 bits wide, whatever it takes
        w = torch.randn(self.directions, d, generator=rng, dtype=torch.float64)
        return torch.nn.functional.normalize(w, dim=1).to(x)


@dataclass(frozen=True)
class ExactWasserstein:
    """W_p^p between the two empirical laws: the least cost of moving one cloud onto the other.

        min over plans T of sum_ij T_ij |x_i - y_j|^p

    The plan is found exactly by a network simplex and held; the gradient flows through the costs,
    which is the gradient of the minimum wherever the plan is unique. At p = 2 it is the square.

    Attributes:
        p: 1 or 2.

    References:
        Peyre, Cuturi (2019), Computational optimal transport, Sec. 2 and 9.
    """

    p: int = 1
    reference: Reference = TRANSPORT

    def __post_init__(self) -> None:
        check_power(self.p)

    @property
    def name(self) -> str:
        """The row's name in the catalogue."""
        return f"exact-wasserstein:{self.p}"

    @property
    def minimises(self) -> str:
        """What the generator minimises."""
        return "Wasserstein-1" if self.p == 1 else "Wasserstein-2, squared"

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance of (n, d) and (m, d)."""
        x, y = clouds(real, fake)
        cost = distances(x, y) ** self.p
        return (_plan(cost) * cost).sum()


@dataclass(frozen=True)
class Sinkhorn:
    """The Sinkhorn divergence: regularised transport without its bias.

        S(x, y) = OT(x, y) - OT(x, x) / 2 - OT(y, y) / 2,
        OT(x, y) = min over plans T of sum T_ij |x_i - y_j|^2 + eps KL(T || 1/nm)

    Never below zero, and zero for equal clouds only; from W_2^2 (eps to 0) to the squared distance
    of the means (eps to infinity). The potentials are found in logarithms and in float64: by
    Sinkhorn's iteration with eps halved step by step from the size of the costs, then by Newton's
    method on the concave dual, which does not slow down where eps is small. The gradient is that
    of the last half step with the other potential held: at the optimum that of OT itself.

    Attributes:
        eps: the regularisation, in squared units of the data.
        steps: most Newton steps.
        tolerance: they end where no sample's share of the plan is off by more than this part.

    References:
        Feydy et al. (2019), Interpolating between optimal transport and MMD using Sinkhorn
        divergences.
    """

    eps: float = 0.05
    steps: int = 100
    tolerance: float = 1e-6
    reference: Reference = SINKHORN
    minimises: str = "the Sinkhorn divergence of squared distances"

    def __post_init__(self) -> None:
        for key, value in {"eps": self.eps, "steps": self.steps}.items():
            if not 0 < value < math.inf:
                raise bad(key, value, "above 0")

    @property
    def name(self) -> str:
        """The row's name in the catalogue."""
        return f"sinkhorn:{self.eps:g}"

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """The divergence of (n, d) and (m, d)."""
        x, y = clouds(real, fake)
        own = self.transport(x, x) + self.transport(y, y)
        return self.transport(x, y) - own / 2

    def transport(self, x: Tensor, y: Tensor) -> Tensor:
        """OT(x, y), a scalar: the mean of both potentials at the optimum."""
        cost = distances(x, y).square()
        with torch.no_grad():
            g = self._potential(wide(cost)).to(cost)
        # At the optimum each potential is the soft minimum over the other one.
        return _soften(cost, g, self.eps).mean() + g.mean()

    def _potential(self, cost: Tensor) -> Tensor:
        """The columns' potential g, (m,); the rows' is the soft minimum over it."""
        g = cost.new_zeros(cost.shape[1])
        for eps in self._cooling(float(cost.max())):
            for _ in range(PASSES):
                g = _soften(cost.T, _soften(cost, g, eps), eps)
        for _ in range(self.steps):
            f = _soften(cost, g, self.eps)
            plan = torch.exp((f[:, None] + g - cost) / self.eps) / cost.numel()
            short = 1 / len(g) - plan.sum(0)
            if short.abs().max() * len(g) <= self.tolerance:
                break
            g = self._climb(cost, f, g, _newton(plan, short, self.eps), short)
        return g

    def _climb(self, cost: Tensor, f: Tensor, g: Tensor, way: Tensor, short: Tensor) -> Tensor:
        """G moved so far that the dual rises; by one of Sinkhorn's steps where it does not."""
        dual, rise = f.mean() + g.mean(), short @ way
        for k in range(20):
            moved = torch.add(g, way, alpha=0.5**k)
            if _soften(cost, moved, self.eps).mean() + moved.mean() > dual + 1e-4 * rise * 0.5**k:
                return moved
        return _soften(cost.T, f, self.eps)

    def _cooling(self, size: float) -> list[float]:
        """From the size of the costs down to eps, halving."""
        halvings = max(0, math.ceil(math.log2(max(size, self.eps) / self.eps)))
        return [self.eps * 2.0**k for k in range(halvings, -1, -1)]


def exact_wasserstein(text: str) -> ExactWasserstein:
    """The row of the power behind the colon."""
    return ExactWasserstein(whole(text, "P of exact-wasserstein:P", low=1, high=2))


def sinkhorn(text: str) -> Sinkhorn:
    """The row of the regularisation behind the colon."""
    return Sinkhorn(positive(text, "EPS of sinkhorn:EPS"))


def sorted_cost(x: Tensor, y: Tensor, p: int) -> Tensor:
    """W_p^p in one dimension, for each column: (n, k), (m, k) -> (k,).

    The quantile functions are steps at i/n and j/m; between two neighbours of the joined steps
    both are constant.
    """
    x, y = x.sort(0).values, y.sort(0).values
    n, m = len(x), len(y)
    if n == m:
        return (x - y).abs().pow(p).mean(0)
    ends = torch.unique(torch.cat((torch.arange(1, n + 1) * m, torch.arange(1, m + 1) * n)))
    starts = torch.cat((torch.zeros(1, dtype=ends.dtype), ends[:-1]))
    share = (ends - starts).to(x) / (n * m)
    i, j = (starts // m).to(x.device), (starts // n).to(x.device)
    return torch.mv(torch.abs(x[i] - y[j]).pow(p).T, share)


def check_power(p: int) -> None:
    """Refuses a power other than 1 and 2."""
    if p not in (1, 2):
        raise bad("p", p, "1 or 2")


def _plan(cost: Tensor) -> Tensor:
    """The optimal plan between uniform weights, (n, m)."""
    import ot

    table = cost.detach().double().cpu().numpy()
    plan, log = ot.emd([], [], table, numItermax=10_000_000, log=True)
    if log["warning"] is not None:
        raise BadValue(f"exact transport of {table.shape} samples failed: {log['warning']}")
    return torch.from_numpy(plan).to(cost)


def _newton(plan: Tensor, short: Tensor, eps: float) -> Tensor:
    """Newton's step on the dual as a function of g alone.

    Its slope is 1/m - P'1 and its curvature -(diag(P'1) - n P'P) / eps, which is zero along the
    constants: these are kept out, and a little is added to what rounding leaves near zero.
    """
    n, m = plan.shape
    curvature = (torch.diag(plan.sum(0)) - n * plan.T @ plan) / eps
    size = 1 / (m * eps)
    curvature += size / m + 1e-9 * size * torch.eye(m, dtype=plan.dtype, device=plan.device)
    step: Tensor = torch.linalg.solve(curvature, short)
    return step


def _soften(cost: Tensor, g: Tensor, eps: float) -> Tensor:
    """-eps log mean_j exp((g_j - C_ij) / eps), (n,)."""
    return -eps * (torch.logsumexp((g - cost) / eps, 1) - math.log(cost.shape[1]))
