"""Every rule of the doctor, by the key of its finding."""

from __future__ import annotations

from saddle.catalogue import Catalogue
from saddle.doctor.rule import Rule
from saddle.doctor.rules.memory import bound_above_truth, critic_overfits, memorisation
from saddle.doctor.rules.modes import mode_collapse, mode_hopping
from saddle.doctor.rules.motion import distance_stalls, oscillation, stuck
from saddle.doctor.rules.strength import critic_wins, exploding, non_finite, vanishing_gradient

DISTANCE = ("watch.value", "watch.floor")

RULES: Catalogue[Rule] = Catalogue(
    "finding",
    {
        "non-finite": Rule("a loss, a weight or a sample is nan or infinite", (), non_finite),
        "exploding": Rule(
            "scores, slopes, gradients or samples grow beyond what the data can ask for",
            ("gradients.*", "made.*.diversity"),
            exploding,
        ),
        "stuck": Rule(
            "nothing moves the generator, or it never came nearer",
            ("gradients.generator",),
            stuck,
        ),
        "vanishing-gradient": Rule(
            "hardly any gradient reaches the generator, though the critic sees what is wrong",
            ("gradients.generator", "critics.*.auc", *DISTANCE),
            vanishing_gradient,
        ),
        "critic-wins": Rule(
            "the critic tells all samples from real rows, and they come no nearer",
            ("critics.*.auc", *DISTANCE),
            critic_wins,
        ),
        "mode-collapse": Rule(
            "samples leave out much of the data, and come no nearer to it",
            ("made.*.coverage", "made.*.missing", "made.*.diversity", *DISTANCE),
            mode_collapse,
        ),
        "mode-hopping": Rule(
            "most samples lie on one mode, now on this one, now on another",
            ("made.*.missing",),
            mode_hopping,
        ),
        "oscillation": Rule(
            "samples swing to and fro at one frequency", ("made.*.missing",), oscillation
        ),
        "critic-overfits": Rule(
            "the critic knows training rows by heart",
            ("critics.*.train_auc", "critics.*.auc", "watch.n"),
            critic_overfits,
        ),
        "memorisation": Rule(
            "samples are training rows", ("made.*.nearest", "made.*.copies"), memorisation
        ),
        "distance-stalls": Rule(
            "the watched distance no longer falls, above its floor",
            DISTANCE,
            distance_stalls,
            "note",
        ),
        "bound-above-truth": Rule(
            "what the critic claims is more than the exact distance of the same rows",
            ("critics.*.estimate", "critics.*.exact"),
            bound_above_truth,
            "note",
        ),
    },
)
"""In the order in which they are looked for; a key has a message in every language."""
