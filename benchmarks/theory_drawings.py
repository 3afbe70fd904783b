"""Two mirrored drawings: squared error gives their average, a critic gives both.

The data are a mug with its handle to the right and the same mug mirrored, one as often as the
other. A generator that is fitted by squared distance to pictures that nothing ties to its noise
gives E x, a mug with two pale handles; where each noise is tied to a picture for good it gives
the least-squares solution, which blends as well; a generator that has to get past a critic gives
one mug or the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from _common import column
from _show import Bench, Row, Target
from saddle.build.session import start
from saddle.distances import DISTANCES, Direct
from saddle.evaluate import Trained, load
from saddle.networks import initialise
from saddle.recipe import Recipe
from saddle.sources.base import Described, Floats, Modes, Positions, RawBatch, Split

SIDE, INK, PAPER = 16, 40, 215
Picture = npt.NDArray[np.uint8]


def mug() -> Picture:
    """A mug with its handle to the right, (16, 16, 1)."""
    y, x = np.mgrid[:SIDE, :SIDE]
    body = (x >= 3) & (x <= 9) & (y >= 3) & (y <= 13)
    far = np.hypot(x - 10, y - 8)
    handle = (far >= 2) & (far < 3.5) & (x > 9)
    return np.where(body | handle, INK, PAPER).astype(np.uint8)[..., None]


class Mugs:
    """The mug and its mirror image in turn, without end."""

    name = "mugs"
    gives = frozenset({"x"})
    spaces = {"x": "image"}  # noqa: RUF012 - read, never written
    aligned = False
    size: int | None = None
    modes: Modes | None = None

    def __init__(self) -> None:
        self.both = np.stack([mug(), mug()[:, ::-1]])

    def batch(self, positions: Positions, split: Split = "train") -> RawBatch:
        """The drawing of each position."""
        return {"x": self.both[np.asarray(positions) % 2]}

    def log_prob(self, x: Floats) -> Floats | None:
        """None: it has no density."""
        return None

    def describe(self) -> Described:
        """What it is."""
        return Described(None, [("source", "two mirrored drawings")])


def played(changes: Mapping[str, object]) -> Trained:
    """A run on the drawings."""
    base = {"data": "python", "threads": 1, "precision": "float32", "stop": "never", "looks": 2}
    with tempfile.TemporaryDirectory(prefix="saddle-benchmark-") as out:
        session = start(Recipe().amended({**base, **changes}), Path(out), data=Mugs())
        for _ in session.play():
            pass
        return load(session.run)


def unit(pictures: npt.NDArray[np.generic]) -> Floats:
    """Bytes as grey from 0 to 1."""
    return np.asarray(pictures, np.float64) / 255


FRESH: Mapping[str, object] = {
    "distance": "mean-square",
    "penalties": {},
    "generator": {"name": "mlp", "width": 64, "depth": 2},
    "latent": 2,
    "batch": 512,
    "steps": 6_000,
    "schedules.rate": {"end": 0.001},
    "schedules.memory": {"hold": 0.99},
}
"""Noise that nothing is tied to has to be unlearned: large batches, and a rate that dies out."""


def fresh(seed: int) -> tuple[float, float]:
    """How far samples of the squared distance are from the mean picture, before they are bytes.

    Root mean square over samples and pixels, and the largest pixel of the samples' mean.
    """
    told = played({**FRESH, "seed": seed})
    with torch.no_grad():
        made = told.game.sample(500, rng=torch.Generator().manual_seed(1))["x"]
    far = (made - told.spaces["x"].encode(Mugs().both).mean(0)) / 2
    return float(far.square().mean().sqrt()), float(far.mean(0).abs().max())


def fixed(pairs: int, seed: int) -> float:
    """How far a linear generator is from the least-squares solution of its fixed pairs."""
    rng = torch.Generator().manual_seed(seed)
    distance = DISTANCES["mean-square"]
    assert isinstance(distance, Direct)
    z = torch.randn(pairs, 8, generator=rng)
    x = torch.from_numpy(unit(Mugs().both)).float().flatten(1)[torch.arange(pairs) % 2]
    G = initialise(nn.Linear(8, SIDE * SIDE), rng)
    solver = torch.optim.LBFGS(G.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        value = distance.between(x, G(z))
        value.backward()  # type: ignore[no-untyped-call]
        return value

    solver.step(loss)  # type: ignore[no-untyped-call]
    design = torch.cat([z, torch.ones(pairs, 1)], 1).double()
    wanted = design @ torch.linalg.lstsq(design, x.double()).solution
    with torch.no_grad():
        return float((G(z).double() - wanted).abs().max())


def both(steps: int, seed: int) -> tuple[float, float]:
    """Shares of a GAN's samples that are the first mug and the second, within a tenth."""
    told = played({"generator.width": 16, "critic.width": 16, "latent": 8, "steps": steps,
                   "seed": seed})  # fmt: skip
    made, mugs = unit(told.sample(1_000, seed=1)["x"]), unit(Mugs().both)
    far = np.sqrt(np.square(made[:, None] - mugs).mean((2, 3, 4)))
    first, second = (far < 0.1).mean(0)
    return float(first), float(second)


def main() -> None:
    """Fit the three, and hold them against the theory."""
    bench = Bench(
        "theory_drawings",
        "Two mirrored drawings: squared error gives the average, a critic gives both",
        steps=1_500,
        seeds=3,
    )
    rows: list[Row] = []
    for seed in range(bench.options.seeds):
        (far, mean), (first, second) = fresh(seed), both(bench.options.steps, seed)
        rows.append(
            {
                "seed": seed,
                "fresh pairs: from the mean": far,
                "their mean: largest pixel": mean,
                "fixed pairs: from least squares": fixed(40, seed),
                "GAN: first mug": first,
                "GAN: second mug": second,
            }
        )
    worst = {key: max(column(rows, key)) for key in rows[0]}
    least = min(column(rows, "GAN: first mug") + column(rows, "GAN: second mug"))
    bench.show(
        rows,
        "grey from 0 to 1; from the mean: root mean square over samples and pixels; from least "
        "squares: the largest pixel; a mug: within a tenth, root mean square",
        targets=[
            *(
                Target(f"{key}, worst seed", "<= 1e-3", f"{worst[key]:.1e}", worst[key] <= 1e-3)
                for key in list(rows[0])[1:4]
            ),
            Target("GAN: share of the rarer mug", ">= 0.3", f"{least:.2f}", least >= 0.3),
        ],
    )


if __name__ == "__main__":
    main()
