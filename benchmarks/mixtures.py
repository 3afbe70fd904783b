"""The default recipe on random mixtures: 3 to 30 modes, unequal weights, full covariances.

The seed names the mixture and the run alike; the default ones were used for no setting. Where
modes overlap, a perfect sampler's shares are counted over draws of the mixture itself.
"""

from __future__ import annotations

import numpy as np

from _common import Bench, Row, Target, Trial, attempted, column, medians
from saddle.measure import drawn_law, mode_report
from saddle.presets import preset
from saddle.sources import random_components

DRAWN = 10_000
HEAVY = 0.02
"""A mode of at least this weight must not be missing."""
PRESENT = 0.1
"""It is missing where it has less than this part of the samples that its weight asks for."""


def measured(trial: Trial, *, seed: int) -> Row:
    """The figures of one mixture."""
    modes = random_components(seed)
    law = drawn_law(modes, draws=1_000_000)
    x = trial.trained.sample(DRAWN, seed=10_000 + seed)["x"]
    report = mode_report(x, modes, law=law)
    shares = np.array(report.counts) / DRAWN
    heavy = modes.weights >= HEAVY
    missing = heavy & (shares < PRESENT * law[:-1])
    return {
        "modes": report.k,
        "heavy": int(heavy.sum()),
        "heavy missing": int(missing.sum()),
        "heavy without a sample": int((heavy & (shares == 0)).sum()),
        "HQ %": 100 * report.high_quality,
        "perfect HQ %": 100 * report.high_quality_perfect,
        "KL": report.kl,
        "KL+off": report.kl_off,
        "CPU s": trial.cpu,
    }


def main() -> None:
    bench = Bench("mixtures", "The default recipe on random mixtures", seeds="0-19")
    rows: list[Row] = []
    for seed in bench.seeds:

        def work(seed: int = seed) -> Row:
            recipe = bench.recipe(preset("default"), {"data": f"mixture:{seed}"}, seed=seed)
            with bench.trial(recipe) as trial:
                return measured(trial, seed=seed)

        rows.append(attempted(work, {"mixture": seed}))
        bench.tell(" ".join(f"{key}={value}" for key, value in rows[-1].items()))
    quality = float(np.median(column(rows, "HQ %") or [0.0]))
    whole = sum(row.get("heavy missing") == 0 for row in rows)
    enough = 0.9 * len(rows)
    bench.show(
        rows,
        summary=[medians({"mixture": "median"}, rows, ("modes", "HQ %", "KL", "KL+off", "CPU s"))],
        targets=[
            Target("median high quality", ">= 95 %", f"{quality:.2f} %", quality >= 95),
            Target(
                f"no mode of weight >= {100 * HEAVY:g} % missing",
                f"in >= {enough:g} of {len(rows)}",
                f"in {whole}",
                whole >= enough,
            ),
        ],
        notes=[
            f"missing: less than {100 * PRESENT:g} % of the samples that a perfect sampler has "
            f"there, of {DRAWN}"
        ],
    )


if __name__ == "__main__":
    main()
