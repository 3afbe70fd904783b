"""How close a trained run is, on rows and draws that training never saw.

A number stands beside its floor where real rows have one: what other real rows score at the same
n. What is measured depends on what the game can do, never on its name.
"""

from __future__ import annotations

from saddle.build.custom import Own
from saddle.build.resuming import take_up
from saddle.evaluate.abilities import ASSESSED
from saddle.evaluate.critic import critic_report
from saddle.evaluate.densities import density_rows, truth_of
from saddle.evaluate.duels import of_duels
from saddle.evaluate.earlier import DOCUMENT, earlier, holds, sums_of
from saddle.evaluate.judged import Judging, judge_run
from saddle.evaluate.reached import reached_of
from saddle.evaluate.theory import theory_report
from saddle.evaluate.trained import load
from saddle.runs import Json, Run, write_json


def assess(
    run: Run,
    *,
    data: object = None,
    checkpoint: str = "latest",
    own: Own | None = None,
    trusted: bool = False,
    judging: Judging | None = None,
) -> Json:
    """Measure a run on the final part of its data: `evaluation.json`, beside it `theory.json`.

    Args:
        run: the folder.
        data: what it was trained on, where the folder alone cannot tell.
        checkpoint: `latest`, `best`, or a step that is kept.
        own: the objects of your own that it was trained with, by role.
        trusted: whether to import what the recipe names as `module:Class`.
        judging: how its samples are judged as those of any tool are; not at all where None.
    """
    trained = load(run, checkpoint=checkpoint, own=own, trusted=trusted)
    materials = take_up(trained.recipe, run, data, trusted=trusted)
    truth = truth_of(trained, materials)
    weights = sums_of(run, trained.step)
    held = earlier(run, weights)
    found: Json = {
        **{key: held[key] for key in KEPT if key in held},
        "step": trained.step,
        "weights": weights,
        "measures": [
            *(
                row
                for ability in sorted(trained.game.can & ASSESSED.keys())
                for row in ASSESSED[ability](trained, materials)
            ),
            *density_rows(trained, truth),
            *of_duels(trained, materials),
        ],
        "critic": critic_report(trained, materials, truth=truth),
    }
    near = reached_of(trained, materials)
    if near is not None:
        found["reached"] = near
    if judging is not None and not (judging.keep and holds(held, judging.options.sections)):
        found["judged"] = judge_run(trained, materials, judging)
    write_json(run.path / DOCUMENT, found)
    write_json(run.path / "theory.json", theory_report(trained, materials))
    return found


KEPT = ("judged", "duality")
"""What an evaluation of the same weights holds that is not measured here, or not every time."""
