"""The generator's gradient as the critic improves: one vanishes, the other grows noisy.

The generator stands still: q is uniform on a square of side .6 about (2, 0), p on its like about
zero, so that they share no point. Several critics learn to tell the two, from different draws. At
each look every critic gives the generator a gradient on fresh samples, under both objectives.

    norm    root mean square over critics
    std     how far the gradients of the critics lie from their mean

References:
    Arjovsky, Bottou (2017), Towards principled methods for training GANs, Theorems 2.4 and 2.6.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from _show import Bench, Row
from saddle.distances import DISTANCES, FDivergence
from saddle.measure import auc_of
from saddle.networks import CRITICS, GENERATORS, Shape

OBJECTIVES = ("minimax", "non-saturating")
GAP, HALF = 2.0, 0.3


def row(name: str) -> FDivergence:
    """The f-divergence of that name."""
    found = DISTANCES[name]
    assert isinstance(found, FDivergence)
    return found


def square(n: int, rng: torch.Generator) -> Tensor:
    """Points uniform on [-1, 1]^2, (n, 2)."""
    return 2 * torch.rand(n, 2, generator=rng) - 1


def real(n: int, rng: torch.Generator) -> Tensor:
    """Draws of p, (n, 2)."""
    return HALF * square(n, rng)


def pulled(objective: str, G: nn.Module, critic: nn.Module, rng: torch.Generator) -> Tensor:
    """The generator's gradient on 256 fresh samples, flat."""
    x, z = real(256, rng), square(256, rng)
    loss = row(objective).generator_loss(critic(x).values.detach(), critic(G(z)).values)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(G.parameters()))])


def generator(rng: torch.Generator) -> nn.Module:
    """X = mu + L z, standing about (2, 0)."""
    G = GENERATORS["triangular"](Shape((2,), 2), rng)
    state = G.state_dict()
    state["mu"][0] = GAP
    state["log_sigma"].fill_(math.log(HALF))
    G.load_state_dict(state)
    return G


def table(looks: tuple[int, ...], *, critics: int, seed: int = 0) -> list[Row]:
    """One row a look."""
    G = generator(torch.Generator().manual_seed(seed))
    seen: dict[int, dict[str, list[Tensor]]] = {n: {o: [] for o in OBJECTIVES} for n in looks}
    aucs: dict[int, list[float]] = {n: [] for n in looks}
    for k in range(critics):
        rng = torch.Generator().manual_seed(1000 * seed + k)
        critic = CRITICS["mlp"](Shape((2,), width=64, activation="tanh"), rng)
        adam = torch.optim.Adam(critic.parameters(), 2e-3)
        for step in range(max(looks) + 1):
            if step in seen:
                for objective in OBJECTIVES:
                    seen[step][objective].append(pulled(objective, G, critic, rng))
                aucs[step].append(_auc(G, critic, rng))
            with torch.no_grad():
                y = G(square(256, rng))
            loss = row("minimax").critic_loss(critic(real(256, rng)).values, critic(y).values)
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
    return [
        {"critic steps": step, "AUC": sum(aucs[step]) / critics}
        | {
            f"{what}, {objective}": value
            for objective in OBJECTIVES
            for what, value in _told(torch.stack(seen[step][objective])).items()
        }
        for step in looks
    ]


def _told(gradients: Tensor) -> dict[str, float]:
    spread = gradients.std(0)
    return {
        "norm": float(gradients.square().sum(1).mean().sqrt()),
        "std": float(spread.norm()),
    }


@torch.no_grad()
def _auc(G: nn.Module, critic: nn.Module, rng: torch.Generator) -> float:
    v, u = critic(real(500, rng)).values, critic(G(square(500, rng))).values
    return auc_of(v.numpy(), u.numpy())


if __name__ == "__main__":
    bench = Bench(
        "theory_saturation",
        "The generator's gradient while the critic learns",
        critics=8,
        seed=0,
        looks="0,10,30,100,300,1000,3000",
    )
    looks = tuple(int(n) for n in bench.options.looks.split(","))
    bench.show(table(looks, critics=bench.options.critics, seed=bench.options.seed))
