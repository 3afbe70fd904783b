"""Two parallel lines at distance theta: what each distance says, exactly and learned.

    p: (0, Z),    q: (theta, Z),    Z uniform on [0, 1]

References:
    Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, Example 1.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from _common import column
from _show import Bench, Row, Target
from saddle.distances import DISTANCES, Distance, certified_gap
from saddle.measure import parallel_lines, wasserstein
from saddle.networks import CRITICS, Shape
from saddle.networks.mlp import MapCritic


def line(theta: float, n: int, rng: torch.Generator) -> Tensor:
    """Points of the line at theta, (n, 2)."""
    z = torch.rand(n, 1, generator=rng)
    return torch.cat((torch.full_like(z, theta), z), 1)


def learn(
    distance: str, kind: str, theta: float, *, steps: int, seed: int = 0
) -> tuple[MapCritic, float]:
    """A critic of that kind, and the distance's estimate on fresh points."""
    learned, rng = DISTANCES[distance], torch.Generator().manual_seed(seed)
    assert isinstance(learned, Distance)
    critic = CRITICS[kind](Shape((2,), width=32), rng)
    adam = torch.optim.Adam(critic.parameters(), 1e-2)
    for step in range(steps):
        adam.param_groups[0]["lr"] = 1e-2 * (1 - 0.95 * step / steps)
        real, fake = critic(line(0, 256, rng)).values, critic(line(theta, 256, rng)).values
        adam.zero_grad()
        learned.critic_loss(real, fake).backward()  # type: ignore[no-untyped-call]
        adam.step()
    with torch.no_grad():
        # The same Z on both lines: the estimate is then free of the noise along them
        points = line(0, 4000, rng)
        moved = points + torch.tensor([theta, 0.0])
        value = learned.estimate(critic(points).values, critic(moved).values)
    return critic, float(value)


def table(thetas: tuple[float, ...], *, steps: int, seed: int = 0) -> list[Row]:
    """One row a distance of the lines."""
    rows: list[Row] = []
    z = np.linspace(0, 1, 400)[:, None]
    for theta in thetas:
        truth = parallel_lines(theta)
        critic, gap = learn("wasserstein", "groupsort", theta, steps=steps, seed=seed)
        _, jsd = learn("logistic", "mlp", theta, steps=steps, seed=seed)
        by_plan = wasserstein(np.hstack((0 * z, z)), np.hstack((0 * z + theta, z))).value
        rows.append(
            {
                "theta": theta,
                "JSD": truth.jsd,
                "KL": truth.kl,
                "W1": truth.w1,
                "W1 by transport": by_plan,
                "W1 learned": certified_gap(gap, critic.lipschitz()),
                "slope bound": critic.lipschitz(),
                "JSD learned": jsd,
            }
        )
    return rows


if __name__ == "__main__":
    bench = Bench(
        "theory_parallel_lines",
        "Parallel lines at distance theta",
        thetas="-2,-1,-0.5,-0.1,0,0.1,0.5,1,2",
        steps=400,
        seed=0,
    )
    thetas = tuple(float(t) for t in bench.options.thetas.split(","))
    rows = table(thetas, steps=bench.options.steps, seed=bench.options.seed)
    pairs = zip(column(rows, "W1 learned"), column(rows, "W1"), strict=True)
    off = max(abs(learned - true) for learned, true in pairs)
    bench.show(
        rows,
        f"log 2 is {math.log(2):.4f}",
        targets=[Target("learned W1", "within 0.01 of |theta|", f"{off:.2g}", off <= 0.01)],
    )
