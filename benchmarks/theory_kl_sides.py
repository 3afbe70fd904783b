"""The two sides of KL: what dropping and inventing a mode cost, and what a family makes of it.

p = (N(-3, 1) + N(3, 1)) / 2 everywhere; KL(p||q) is the forward side, KL(q||p) the reverse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from _lines import Gaussians, X, jsd, kl, log_normal, normal
from _show import Bench, Row

P = Gaussians((0.5, 0.5), (-3.0, 3.0), (1.0, 1.0))
GUESSES: Mapping[str, Gaussians] = {
    "drops a mode": normal(-3.0, 1.0),
    "drops a mode but for 1 %": Gaussians((0.99, 0.01), (-3.0, 3.0), (1.0, 1.0)),
    "invents a mode of 1 %": Gaussians((0.495, 0.495, 0.01), (-3.0, 3.0, 12.0), (1.0, 1.0, 0.5)),
    "invents a mode of 50 %": Gaussians((0.25, 0.25, 0.5), (-3.0, 3.0, 12.0), (1.0, 1.0, 0.5)),
    "covers with one Gaussian": normal(0.0, math.sqrt(10)),
}


def prices() -> list[Row]:
    """Both sides of KL, and JSD, for each guess."""
    p, rows = P.log(), list[Row]()
    for name, guess in GUESSES.items():
        q = guess.log()
        rows.append(
            {
                "q": name,
                "KL(q||p)": float(kl(q, p)),
                "KL(p||q)": float(kl(p, q)),
                "JSD": float(jsd(p, q)),
            }
        )
    return rows


def forward(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p||q)."""
    return kl(log_p, log_q)


def reverse(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(q||p)."""
    return kl(log_q, log_p)


SIDES = {"KL(p||q)": forward, "KL(q||p)": reverse}


def mixed(theta: Tensor) -> Tensor:
    """Log density at X of a mixture: rows of theta are logit, mean, log std of each part."""
    share = torch.log_softmax(theta[0], 0)
    parts = [
        share[k] + log_normal(X, theta[1, k], theta[2, k].exp()) for k in range(theta.shape[1])
    ]
    return torch.logsumexp(torch.stack(parts), 0)


def fitted(side: str, *, parts: int, seed: int, steps: int = 1500) -> Tensor:
    """The mixture that gradient descent on that side ends at, from a start that is no mode."""
    rng = torch.Generator().manual_seed(seed)
    theta = torch.zeros(3, parts, dtype=torch.float64)
    theta[1] = 2 * torch.randn(parts, generator=rng, dtype=torch.float64)
    theta.requires_grad_()
    adam = torch.optim.Adam([theta], 0.02)
    for _ in range(steps):
        adam.zero_grad()
        SIDES[side](P.log(), mixed(theta)).backward()  # type: ignore[no-untyped-call]
        adam.step()
    return theta.detach()


def share_left(log_q: Tensor) -> float:
    """Mass below zero, which is one half under p."""
    q = log_q.exp() * float(X[1] - X[0])
    return float(q[X < -1e-9].sum() + q[X.abs() < 1e-9].sum() / 2)


def families(seeds: int) -> list[Row]:
    """One Gaussian, and a mixture that can represent p, under both sides."""
    rows: list[Row] = []
    for side in SIDES:
        for parts in (1, 2):
            for seed in range(seeds):
                theta = fitted(side, parts=parts, seed=seed)
                log_q = mixed(theta)
                rows.append(
                    {
                        "objective": side,
                        "parts of q": parts,
                        "seed": seed,
                        "value": float(SIDES[side](P.log(), log_q)),
                        "mass below 0": share_left(log_q),
                        "means": ", ".join(f"{m:.2f}" for m in sorted(theta[1].tolist())),
                        "stds": ", ".join(f"{s:.2f}" for s in theta[2].exp().tolist()),
                    }
                )
    return rows


if __name__ == "__main__":
    bench = Bench("theory_kl_sides", "What a missing and an invented mode cost", seeds=2)
    bench.show(prices())
    bench.name, bench.title = "theory_kl_families", "What a family makes of the two sides"
    bench.show(families(bench.options.seeds))
