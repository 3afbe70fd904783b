"""Dirac-GAN: which method converges, cycles, diverges, and with which eigenvalues.

    p = delta_0,    q = delta_theta,    v(x) = psi x

The two losses are those of the library's own distances and penalties at these scores. The field
is w' = (-d L_g / d theta, -d L_c / d psi). Where the literature's value is f(psi theta) + f(0),
its critic calls fake samples positive: psi has the other sign here, and norms are equal.

References:
    Mescheder, Geiger, Nowozin (2018), Which training methods for GANs do actually converge?
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from _critics import side_of
from _show import Bench, Row
from saddle.distances import DISTANCES, PENALTIES, Distance, GradientPenalty, Penalty

FLOAT = torch.float64
Field = Callable[[Tensor], Tensor]
"""From w = (theta, psi) to the direction of both players, (2,)."""


@dataclass(frozen=True)
class Method:
    """One row of the table.

    Attributes:
        distance: what the two players play for.
        penalty: of the critic.
        weight: its weight.
        noise: std of instance noise on both sides.
        consensus: strength of the consensus term.
        clip: the critic's weight is put back into [-clip, clip].
    """

    distance: str
    penalty: Penalty | None = None
    weight: float = 0.0
    noise: float = 0.0
    consensus: float = 0.0
    clip: float = math.inf


R1 = PENALTIES["r1"]
METHODS: Mapping[str, Method] = {
    "GAN": Method("minimax"),
    "NS-GAN": Method("non-saturating"),
    "WGAN": Method("wasserstein"),
    "WGAN clip 1": Method("wasserstein", clip=1.0),
    # The literature's term is (lambda / 2) (|psi| - 1)^2 with lambda .7; ours has no half
    "WGAN-GP .7": Method("wasserstein", GradientPenalty("real"), 0.35),
    "instance noise .7": Method("minimax", noise=0.7),
    "consensus 1": Method("minimax", consensus=1.0),
    # R1 is half the squared slope, so that its weight is gamma itself
    "GAN + R1 .3": Method("minimax", R1, 0.3),
    "GAN + R1 1": Method("minimax", R1, 1.0),
    "NS-GAN + R1 .3": Method("non-saturating", R1, 0.3),
    "relativistic": Method("relativistic:logistic"),
}


def field(method: Method) -> Field:
    """The field of a method, differentiable."""
    distance = DISTANCES[method.distance]
    assert isinstance(distance, Distance)
    e, share = _normal_nodes(method.noise)

    def plain(w: Tensor) -> Tensor:
        theta, psi = w.unbind()
        real, fake = psi * e, psi * (theta + e)
        lower_g = _mean(distance.generator_loss, share, real, fake)
        lower_c = _mean(distance.critic_loss, share, real, fake)
        lower_c = lower_c + method.weight * _penalty(method, theta, psi)
        (down_g,) = torch.autograd.grad(lower_g, theta, create_graph=True)
        (down_c,) = torch.autograd.grad(lower_c, psi, create_graph=True)
        return -torch.stack((down_g, down_c))

    if not method.consensus:
        return plain

    def calmed(w: Tensor) -> Tensor:
        """V - strength grad |v|^2 / 2."""
        v = plain(w)
        (calm,) = torch.autograd.grad(v.square().sum() / 2, w, create_graph=True)
        return v - method.consensus * calm

    return calmed


def _mean(
    loss: Callable[[Tensor, Tensor], Tensor], share: Tensor, real: Tensor, fake: Tensor
) -> Tensor:
    """A loss of single scores, averaged over the nodes of the noise."""
    if len(share) == 1:
        return loss(real, fake)
    return share @ torch.func.vmap(lambda v, u: loss(v[None], u[None]))(real, fake)


def _penalty(method: Method, theta: Tensor, psi: Tensor) -> Tensor:
    if method.penalty is None:
        return torch.zeros((), dtype=FLOAT)

    def judge(parts: tuple[Tensor, ...]) -> Tensor:
        return psi * parts[0][:, 0]

    real, fake = (side_of(judge, x.reshape(1, 1)) for x in (torch.zeros_like(theta), theta))
    return method.penalty.term(judge, real, fake, torch.Generator().manual_seed(0))


def _normal_nodes(std: float) -> tuple[Tensor, Tensor]:
    """Nodes and shares of a mean over N(0, std^2); one node where std is zero."""
    if not std:
        return torch.zeros(1, dtype=FLOAT), torch.ones(1, dtype=FLOAT)
    x, w = np.polynomial.hermite_e.hermegauss(40)
    return torch.tensor(std * x, dtype=FLOAT), torch.tensor(w / w.sum(), dtype=FLOAT)


def at(v: Field, theta: float, psi: float) -> Tensor:
    """The field there, as numbers."""
    return v(torch.tensor([theta, psi], dtype=FLOAT, requires_grad=True)).detach()


def eigenvalues(v: Field) -> list[complex]:
    """Of the field's Jacobian at (0, 0), by differentiating it; nan where it has none."""
    w = torch.zeros(2, dtype=FLOAT, requires_grad=True)
    rows = [torch.autograd.grad(part, w, retain_graph=True)[0] for part in v(w)]
    found = np.linalg.eigvals(torch.stack(rows).numpy())
    return sorted((complex(value) for value in found), key=lambda c: (c.real, c.imag))


def walk(method: Method, *, alternating: bool, steps: int = 500, h: float = 0.2) -> Tensor:
    """The path from (1, -1), (steps + 1, 2); alternating, the generator moves first."""
    v, path = field(method), [(1.0, -1.0)]
    for _ in range(steps):
        theta, psi = path[-1]
        if alternating:
            theta = theta + h * float(at(v, theta, psi)[0])
            psi = psi + h * float(at(v, theta, psi)[1])
        else:
            down = at(v, theta, psi)
            theta, psi = theta + h * float(down[0]), psi + h * float(down[1])
        path.append((theta, min(max(psi, -method.clip), method.clip)))
    return torch.tensor(path, dtype=FLOAT)


def verdict(norms: Tensor) -> str:
    """Converges, diverges or cycles: the largest norm of the last fifth beside the middle one."""
    n = len(norms) // 5
    ratio = float(norms[-n:].max() / norms[2 * n : 3 * n].max())
    return "converges" if ratio < 0.95 else "diverges" if ratio > 1.05 else "cycles"


def table(steps: int, h: float) -> list[Row]:
    """One row a method."""
    rows: list[Row] = []
    for name, method in METHODS.items():
        paths = {
            how: walk(method, alternating=how == "alt", steps=steps, h=h) for how in ("sim", "alt")
        }
        smooth = name != "WGAN-GP .7"
        first = eigenvalues(field(method))[-1] if smooth else complex(math.nan)
        rows.append(
            {
                "method": name,
                "eigenvalue": f"{first.real:+.4f} {first.imag:+.4f}i" if smooth else "undefined",
                "sim": float(paths["sim"][-1].norm()),
                "alt": float(paths["alt"][-1].norm()),
                "simultaneous": verdict(paths["sim"].norm(dim=1)),
                "alternating": verdict(paths["alt"].norm(dim=1)),
                "end sim": "({:.2f}, {:.2f})".format(*(paths["sim"][-1] * torch.tensor([1, -1]))),
                "end alt": "({:.2f}, {:.2f})".format(*(paths["alt"][-1] * torch.tensor([1, -1]))),
            }
        )
    return rows


if __name__ == "__main__":
    bench = Bench("theory_dirac", "Dirac-GAN from (1, 1), norm 1.414", steps=500, rate=0.2)
    bench.show(
        table(bench.options.steps, bench.options.rate),
        "Ends in the literature's sign of psi. WGAN-GP's field has a kink at psi = 0.",
    )
