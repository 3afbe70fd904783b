"""Every rule of the doctor, by the key of its finding."""

from __future__ import annotations

from saddle.catalogue import Catalogue
from saddle.doctor.rule import Rule
from saddle.doctor.rules.motion import stuck
from saddle.doctor.rules.strength import critic_wins, non_finite

RULES: Catalogue[Rule] = Catalogue(
    "finding",
    {
        "non-finite": Rule("a loss or a weight is nan or infinite", (), non_finite),
        "critic-wins": Rule(
            "the critic tells all samples from real rows, and they come no nearer",
            ("critics.*.auc", "watch.value"),
            critic_wins,
        ),
        "stuck": Rule("nothing moves the generator", ("gradients.generator",), stuck),
    },
)
