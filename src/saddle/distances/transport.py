"""Optimal transport between two clouds, without a critic: sliced, exact and regularised."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import torch
from torch import Tensor

from saddle.distances.direct import clouds, distances
from saddle.distances.references import SINKHORN, SLICED, TRANSPORT
from saddle.errors import BadValue, bad
from saddle.reference import Reference


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
        distance, Eq. 4.
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
        seen = zlib.crc32(x.detach().cpu().contiguous().numpy().tobytes())
        rng = torch.Generator().manual_seed((self.seed << 32) + seen)
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
        Peyre, Cuturi (2019), Computational optimal transport, Eq. 2.11 and Prop. 9.1.
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
    of the means (eps to infinity). Iterated in logarithms, with eps lowered step by step from the
    size of the costs; the gradient is that of the last half step, with the other potential held.

    Attributes:
        eps: the regularisation, in squared units of the data.
        steps: most iterations at the final eps.
        tolerance: the iteration ends where no potential moves by more than this share of eps.

    References:
        Feydy et al. (2019), Interpolating between optimal transport and MMD using Sinkhorn
        divergences, Eq. 1 to 3 and Alg. 1.
    """

    eps: float = 0.05
    steps: int = 500
    tolerance: float = 1e-4
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
            f, g = self._potentials(cost)
        # At the optimum each potential is the soft minimum over the other one.
        return _soften(cost, g, self.eps).mean() + g.mean()

    def _potentials(self, cost: Tensor) -> tuple[Tensor, Tensor]:
        f, g = cost.new_zeros(cost.shape[0]), cost.new_zeros(cost.shape[1])
        for eps in self._cooling(float(cost.max())):
            f, g = _step(cost, f, g, eps)
        for _ in range(self.steps):
            before = f
            f, g = _step(cost, f, g, self.eps)
            if (f - before).abs().max() <= self.tolerance * self.eps:
                break
        # One exact half step: the columns' marginal then holds; the caller's sees to the rows'.
        return f, _soften(cost.T, f, self.eps)

    def _cooling(self, size: float) -> list[float]:
        """From the size of the costs down to eps, halving."""
        halvings = max(0, math.ceil(math.log2(max(size, self.eps) / self.eps)))
        return [self.eps * 2.0**k for k in range(halvings, 0, -1)]


def exact_wasserstein(text: str) -> ExactWasserstein:
    """The row of the power behind the colon."""
    if text not in ("1", "2"):
        raise bad("P of exact-wasserstein:P", text, "1 or 2")
    return ExactWasserstein(int(text))


def sinkhorn(text: str) -> Sinkhorn:
    """The row of the regularisation behind the colon."""
    try:
        return Sinkhorn(float(text))
    except ValueError:
        raise bad("EPS of sinkhorn:EPS", text, "a number above 0") from None


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
    share = ((ends - starts) / (n * m)).to(x)
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


def _step(cost: Tensor, f: Tensor, g: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """One pass: both potentials at once, averaged with the old ones, which is symmetric."""
    new_f, new_g = _soften(cost, g, eps), _soften(cost.T, f, eps)
    return (f + new_f) / 2, (g + new_g) / 2


def _soften(cost: Tensor, g: Tensor, eps: float) -> Tensor:
    """-eps log mean_j exp((g_j - C_ij) / eps), (n,)."""
    return -eps * (torch.logsumexp((g - cost) / eps, 1) - math.log(cost.shape[1]))
