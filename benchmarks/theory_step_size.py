"""One fixed optimal critic is good for a small step: JSD along the way of q = N(mu, 1).

The generator descends E_q log(1 - D) with D = D*, exactly, by quadrature. Between two looks at q
the critic rests for a number of steps, or one step is long.

References:
    Goodfellow et al. (2014), Generative adversarial nets, Proposition 2.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from _lines import X, jsd, log_normal, normal
from _show import Bench, Row

P = normal(0.0, 1.0)
Z = torch.linspace(-8, 8, 2001, dtype=torch.float64)
PHI = normal(0.0, 1.0).log(Z).exp() * float(Z[1] - Z[0])


def saturating(mu: Tensor, critic: Tensor) -> Tensor:
    """E_q log(1 - D) at q = N(mu, 1), where D is optimal for N(critic, 1)."""
    x = mu + Z
    v = P.log(x) - log_normal(x, critic, torch.ones_like(critic))
    return (PHI * logsigmoid(-v)).sum()


def distance(mu: Tensor) -> float:
    """JSD(p, q)."""
    return float(jsd(P.log(), log_normal(X, mu, torch.ones_like(mu))))


def descend(h: float, *, refresh: int, steps: int) -> list[float]:
    """JSD after every step; the critic is optimal anew every `refresh` steps (0: never)."""
    mu = torch.tensor(3.0, dtype=torch.float64)
    critic, path = mu, [distance(mu)]
    for step in range(steps):
        if refresh and step % refresh == 0:
            critic = mu
        held = mu.clone().requires_grad_()
        (down,) = torch.autograd.grad(saturating(held, critic), held)
        mu = mu - h * down
        path.append(distance(mu))
    return path


def rises(path: list[float], *, slack: float = 1e-12) -> int:
    """How many steps raised it."""
    return sum(b > a + slack for a, b in zip(path, path[1:], strict=False))


PLAYS = {
    "small steps, critic renewed": (0.1, 1, 200),
    "medium steps, critic renewed": (1.0, 1, 50),
    "large steps, critic renewed": (6.0, 1, 50),
    "small steps, one fixed critic": (0.1, 0, 50),
    "small steps, renewed every 10": (0.1, 10, 200),
    "small steps, renewed every 25": (0.1, 25, 200),
}


def table() -> list[Row]:
    """One row a play."""
    rows: list[Row] = []
    for name, (h, refresh, steps) in PLAYS.items():
        path = descend(h, refresh=refresh, steps=steps)
        rows.append(
            {
                "play": name,
                "h": h,
                "steps": steps,
                "JSD at first": path[0],
                "least": min(path),
                "at last": path[-1],
                "steps that raised it": rises(path),
            }
        )
    return rows


if __name__ == "__main__":
    bench = Bench("theory_step_size", "JSD on the way from N(3, 1) to N(0, 1)")
    bench.show(table(), f"log 2 is {float(torch.tensor(2.0).log()):.4f}")
