"""A remedy is applied: a frozen run goes on, another run starts where the first cannot."""

from pathlib import Path

import pytest

from saddle.build.heal import heal
from saddle.build.session import start
from saddle.cli.doctoring import helped
from saddle.doctor import Finding, Remedy, evidence_of, examine
from saddle.presets import preset

SMALL = {
    "data": "gaussian:2",
    "generator.width": 8,
    "critic.width": 8,
    "batch": 16,
    "steps": 40,
    "looks": 20,
    "saves": 4,
}


def test_a_frozen_run_is_named_and_goes_on_with_the_remedy(tmp_path: Path) -> None:
    recipe = preset("default").amended({**SMALL, "schedules.rate": {"hold": 0.0}})
    session = start(recipe, tmp_path)
    said = [new["key"] for m in session.play() if m.event for new in m.event["findings"]]
    assert "stuck" in said
    (finding,) = [one for one in examine(evidence_of(session.run)) if one.key == "stuck"]
    assert finding.cure is not None and not finding.cure.another
    healed = heal(session.run, finding.cure)
    assert healed.run == session.run and healed.plan.clock.steps == 80
    before = [p.clone() for p in healed.state.game.generators.parameters()]
    for _ in healed.play():
        pass
    after = list(healed.state.game.generators.parameters())
    assert any(not a.equal(b) for a, b in zip(before, after, strict=True))
    since = [one.since for one in examine(evidence_of(healed.run))]
    assert all(step > 40 for step in since), "what was before the remedy does not count"


def test_another_run_begins_from_the_checkpoint_before_the_fault(tmp_path: Path) -> None:
    session = start(preset("default").amended(SMALL), tmp_path)
    for _ in session.play():
        pass
    kept = session.run.saved()
    cure = Remedy(("hurried",), {"optimise_critic.rate": 1e-4}, "back", kept[-1] + 1)
    other = heal(session.run, cure)
    assert other.run != session.run and other.state.step == 0
    assert other.recipe.start == str(session.run.checkpoint(kept[-1]).resolve())
    assert other.recipe.optimise_critic.rate == 1e-4


STUCK, WINS = (Finding(key, 10, {}) for key in ("stuck", "critic-wins"))
STALLS = Finding("distance-stalls", 10, {}, "note")


@pytest.mark.parametrize(
    ("after", "well", "words"),
    [
        ([], True, "it helped: stuck, distance-stalls are gone"),
        ([STALLS], True, "it helped: stuck is gone"),
        ([WINS], False, "it did not help: stuck, distance-stalls are gone; still there or new: "),
        ([STUCK, STALLS], False, "it did not help: no change; still there or new: stuck"),
    ],
)
def test_what_is_still_there_is_not_said_to_be_gone(
    after: list[Finding], well: bool, words: str
) -> None:
    told = helped(STUCK, [STUCK, STALLS], after)
    assert told["helped"] is well and told["words"].startswith(words)
