"""The whole idea on one page: a generator, a critic, and a distance that is chosen by name.

    python examples/gan_on_one_page.py                 # js, 400 steps
    python examples/gan_on_one_page.py wasserstein 800

The critic gives every number x a score v(x). The distance says what the critic and the generator
each minimise, given the scores of real and of generated numbers; nothing else here knows which
distance it is. The truth is a mixture of two normal laws on the line, so that the exact
Wasserstein distance, the mean gap between sorted samples, can be printed beside.
"""

from __future__ import annotations

import sys

import torch
from torch import Tensor, nn

from saddle.distances import DISTANCES, PENALTIES
from saddle.distances.base import Distance, Side, Slopes, slopes_at

BATCH, LATENT, PENALTY = 256, 1, 0.3


def mlp(widths: list[int], rng: torch.Generator) -> nn.Sequential:
    """Linear layers with ReLU between them, weights of variance 2 / fan-in drawn from `rng`."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip(widths, widths[1:], strict=False):
        layer = nn.utils.skip_init(nn.Linear, fan_in, fan_out)
        nn.init.normal_(layer.weight, std=(2 / fan_in) ** 0.5, generator=rng)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def real_rows(n: int, rng: torch.Generator) -> Tensor:
    """Numbers (n, 1) from 1/2 N(-2, 0.5^2) + 1/2 N(2, 0.5^2)."""
    side = torch.randint(2, (n, 1), generator=rng) * 4.0 - 2.0
    return side + 0.5 * torch.randn(n, 1, generator=rng)


def train(distance: Distance, *, steps: int, seed: int = 0) -> list[dict[str, float]]:
    """Play `steps` turns; one line of numbers for each eighth of the way."""
    rng = torch.Generator().manual_seed(seed)
    generator, critic = mlp([LATENT, 64, 64, 1], rng), mlp([1, 64, 64, 1], rng)
    adam = [torch.optim.Adam(p.parameters(), 2e-3, (0.0, 0.99)) for p in (generator, critic)]
    penalties = [PENALTIES["r1"], PENALTIES["r2"]]

    def judge(parts: tuple[Tensor, ...]) -> Tensor:
        return critic(parts[0]).squeeze(1)

    def draw(n: int) -> Tensor:
        return generator(torch.randn(n, LATENT, generator=rng))

    def side(x: Tensor) -> Side:
        return Side((x,), judge((x,)), (True,), Slopes(lambda: slopes_at(judge, (x,), (True,))))

    lines = []
    for step in range(1, steps + 1):
        # The critic learns to tell; R1 and R2 keep its slope small where samples are
        real, fake = side(real_rows(BATCH, rng)), side(draw(BATCH).detach())
        loss = distance.critic_loss(real.scores, fake.scores)
        loss = loss + PENALTY * sum(p.term(judge, real, fake, rng) for p in penalties)
        adam[1].zero_grad()
        loss.backward()
        adam[1].step()

        # The generator answers
        loss = distance.generator_loss(judge((real_rows(BATCH, rng),)), judge((draw(BATCH),)))
        adam[0].zero_grad()
        loss.backward()
        adam[0].step()

        # Look, on fresh samples
        if step % max(1, steps // 8) == 0:
            with torch.no_grad():
                x, y = real_rows(4000, rng), draw(4000)
                estimate = distance.estimate(judge((x,)), judge((y,)))
            w1 = (x.sort(0).values - y.sort(0).values).abs().mean()
            seen = {"estimate": estimate, "exact W1": w1, "mean": y.mean(), "std": y.std()}
            seen["left share"] = (y < 0).double().mean()
            lines.append({"step": step} | {name: float(value) for name, value in seen.items()})
    return lines


def main(name: str = "js", steps: str = "400") -> None:
    """Train and print a table; the last line is the truth."""
    distance = DISTANCES[name]
    if not isinstance(distance, Distance):
        raise SystemExit(f"{name} reads samples, not scores: this page is about a critic")
    lines = train(distance, steps=int(steps))
    print("".join(f"{head:>12}" for head in lines[0]))
    for line in lines:
        print("".join(f"{value:12.3g}" for value in line.values()))
    print(f"{'truth':>12}{0:12.3g}{0:12.3g}{0:12.3g}{4.25**0.5:12.3g}{0.5:12.3g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
