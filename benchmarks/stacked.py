"""Stacked MNIST: how many of 10^K known modes a run reaches, and how evenly, in an hour.

A classifier of MNIST reads each channel of 26,000 samples; K digits name a mode. The divergence is
that of the counts from even ones, which is how the digits are drawn here; with MNIST's own shares
a perfect sampler would be .0014 further away a channel. The floor is what as many even draws score
on average, (modes - 1) / 2n; what real rows score, read by the same classifier, stands beside it.

Published for 1,000 modes, on GPUs: PacGAN .06, RpGAN + R1 + R2 .078, R3GAN .029.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from _classifier import Classifier, Pictures
from _common import OUT, Bench, Row, Target, column
from _pictures import Judge, Rows, budgeted, drawn, opened, raced
from saddle.build.session import Session
from saddle.presets import preset
from saddle.recipe import Recipe
from saddle.sources.named import DATA
from saddle.sources.stacked import DIGITS

SAMPLES, GLANCE, LOOKS = 26_000, 4_000, 10
WANTED = {2: (100, 0.03), 3: (1_000, 0.06)}
"""Modes and divergence asked for, by channels."""

BASES = {2: Recipe().amended({"data": "stacked-mnist:2"}), 3: preset("stacked-mnist")}


def modes(pictures: Pictures, told: Classifier) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many pictures show each mode, (10^K,)."""
    channels = pictures.shape[3]
    digits = [told.classes(pictures[..., [k]]) for k in range(channels)]
    mode = sum(digit * DIGITS**k for k, digit in enumerate(digits))
    return np.bincount(mode, minlength=DIGITS**channels)


def read(pictures: Pictures, told: Classifier) -> Row:
    """Modes that are there, and KL(counts || even)."""
    counts = modes(pictures, told)
    p = counts / counts.sum()
    some = p[p > 0]
    kl = float((some * np.log(some * len(p))).sum())
    return {"modes": int((counts > 0).sum()), "KL": kl}


def played(bench: Bench, seed: int, told: Classifier) -> Row:
    """One run of a preset, measured on the way with fewer samples than at its end."""
    channels = bench.options.channels
    out = Path(bench.options.runs) / f"{channels}-{seed}"
    asked = {"looks": LOOKS, "saves": LOOKS, "stop": "never"}
    recipes = {"run": bench.recipe(BASES[channels], asked, seed=seed)}
    recipes = budgeted(recipes, bench.options.seconds, out)
    run = opened(recipes["run"], out)

    def glance(session: Session) -> Row:
        return read(drawn(session, GLANCE), told)

    raced({"run": run}, glance, lambda said: bench.tell(f"{channels} channels, {seed} {said}"))
    real = DATA[f"stacked-mnist:{channels}"](seed).batch(np.arange(SAMPLES), "final")["x"]
    floor = read(real, told)
    return {
        "channels": channels,
        "seed": seed,
        "turns": run.session.state.step,
        "cpu s": round(run.spent),
        **read(drawn(run.session, SAMPLES), told),
        "floor": (DIGITS**channels - 1) / (2 * SAMPLES),
        "modes real": floor["modes"],
        "KL real": floor["KL"],
        "classifier": told.accuracy,
    }


def main() -> None:
    """Play what is not there yet, and hold modes and divergence against what was asked for."""
    bench = Bench(
        "stacked",
        "Modes of stacked MNIST, 26,000 samples",
        seeds="0-2",
        channels=2,
        seconds=3_600,
        rows=str(OUT / "stacked.rows.jsonl"),
        runs=str(OUT / "kept" / "stacked"),
    )
    rows, channels = Rows(bench.options.rows), bench.options.channels
    told = Judge.of("mnist", OUT).told
    for seed in bench.seeds:
        if not rows.of(channels=channels, seed=seed):
            rows.add(played(bench, seed, told))
    asked = [row for row in rows.of(channels=channels) if row["seed"] in bench.seeds]
    bench.show(asked, targets=targets(asked, channels))


def targets(rows: list[Row], channels: int) -> list[Target]:
    """Every seed has to reach what was asked."""
    many, most = WANTED[channels]
    reached, kl = min(column(rows, "modes")), max(column(rows, "KL"))
    return [
        Target("modes, fewest of the seeds", str(many), f"{reached:.0f}", reached == many),
        Target("KL, largest of the seeds", f"<= {most}", f"{kl:.4f}", kl <= most),
    ]


if __name__ == "__main__":
    main()
