"""The stop rule: a pure function of the record that ends what has settled, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer

from saddle.build.ending import STOP, sentence
from saddle.build.resuming import amended, resume, unfinished
from saddle.cli.acts import fail_where_found
from saddle.doctor import Evidence, Finding, evidence_of
from saddle.errors import BadValue
from saddle.recipe import Recipe
from saddle.runs import Json, Run, read_json, read_lines
from saddle.training.schedules import Clock
from saddle.training.stopping import PATIENCE, decay_share, ending_from, fitted, in_time, trend
from training.small import abandon, begun, differences, played, recipe

NOISE, FLOOR = 0.01, 0.04


def record(values: np.ndarray, every: int = 300) -> list[Json]:
    """Looks with these watched values."""
    return [
        {
            "step": every * k,
            "watch": {"name": "sliced-w1", "value": float(v), "floor": FLOOR, "noise": NOISE},
        }
        for k, v in enumerate(values)
    ]


def settled_at(events: list[Json], after: int = 0) -> int | None:
    """The first step at which a record so far is settled."""
    for k in range(1, len(events) + 1):
        now = trend(events[:k], after=after)
        if now is not None and now.settled:
            return int(now.step)
    return None


def curve(plateau: int, noise: float, seed: int, looks: int = 60) -> np.ndarray:
    """A distance that falls by half every 600 steps up to a step, and then stays."""
    steps = 300.0 * np.arange(looks)
    level = FLOOR + 0.6 * 2.0 ** (-np.minimum(steps, plateau) / 600)
    return level + noise * np.random.default_rng(seed).normal(size=looks)


# ------------------------------------------------------------------------------------- the rule


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("noise", [0.0, 0.002, NOISE / 2])
def test_a_plateau_is_found_after_it_began_and_before_it_is_thrice_as_old(
    noise: float, seed: int
) -> None:
    at = settled_at(record(curve(3000, noise, seed)))
    assert at is not None
    assert 2700 <= at <= 9000  # what is left to fall at 2,700 is below the noise of one look


@pytest.mark.parametrize("seed", range(5))
def test_a_distance_that_keeps_falling_is_not_settled(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.linspace(0.6, 0.1, 60) + 0.3 * NOISE * rng.normal(size=60)
    assert settled_at(record(values)) is None


def test_a_logarithm_never_settles() -> None:
    """It falls by as much in every doubling: here by two noises."""
    values = 0.5 - 2 * NOISE * np.log2(np.arange(1, 61))
    assert settled_at(record(values)) is None


def test_noise_alone_does_not_show_a_plateau_early() -> None:
    """While a distance falls by three noises a window, chance seldom makes it look settled."""
    early = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        steps = 300.0 * np.arange(13)
        values = 0.3 - 6 * NOISE * steps / steps[-1] + NOISE * rng.normal(size=13)
        values[0] = 0.9
        early += settled_at(record(values)) is not None
    assert early <= 30  # five looks that can, at 5 % each were the fall one noise; it is more


def test_a_run_that_has_not_begun_to_learn_is_not_settled() -> None:
    values = np.full(60, 0.6)
    assert settled_at(record(values)) is None
    words = trend(record(values)).words  # type: ignore[union-attr]
    assert "at its start 0.6" in words


def test_a_run_that_starts_near_the_floor_may_settle() -> None:
    assert settled_at(record(np.full(20, FLOOR + NOISE))) is not None


def test_looks_of_the_warm_phase_and_before_a_change_are_left_out() -> None:
    values = curve(1200, 0.0, 0)
    assert settled_at(record(values)) < settled_at(record(values), after=6000)  # type: ignore[operator]
    assert trend(record(values[:21]), after=6000) is None


def test_the_line_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.uniform(0, 5000, 12)), rng.normal(size=12)
    from scipy.stats import linregress

    known = linregress(x, y)
    value, fall, error = fitted(x, y)
    width = x[-1] - x[0]
    assert value == pytest.approx(known.intercept + known.slope * x[-1])
    assert (fall, error) == pytest.approx((-known.slope * width, known.stderr * width))


@pytest.mark.parametrize("missing", ["value", "noise"])
def test_what_was_not_measured_decides_nothing(missing: str) -> None:
    events = record(np.full(20, FLOOR))
    for event in events:
        event["watch"][missing] = None
    assert trend(events) is None


# ------------------------------------------------------------------------------------ the clock


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5])
def test_the_decay_keeps_its_share_of_the_run(share: float) -> None:
    planned = Clock.of(12_000, warm=0.01, decay=share)
    found = ending_from(3000, planned)
    assert found.decay == 3000
    assert decay_share(found) == pytest.approx(share, abs=1e-4)  # whole steps
    assert ending_from(11_900, planned).steps <= 12_000


def test_a_budget_begins_the_decay_in_time_and_ends_the_run() -> None:
    planned = Clock.of(10_000, warm=0.0, decay=0.5)
    assert in_time(1000, 10.0, 200.0, planned) is None  # all of it fits
    assert in_time(1000, 10.0, 100.0, planned) is None  # half of what fits is not played yet
    found = in_time(4900, 49.0, 100.0, planned)
    assert found is not None and found.decay == 4900
    assert 100 * (1 - 2 * PATIENCE.slack) <= found.steps / 100 <= 100
    assert in_time(6000, 60.0, 100.0, found) is None
    late = in_time(9000, 100.0, 100.0, found)
    assert late is not None and late.steps == 9001  # the machine became slow


# ----------------------------------------------------------------------------------------- runs

AUTO = {"stop": "auto", "steps": 40, "looks": 40, "saves": 5}
AT_REST = {"optimise_generator.rate": 1e-9, "optimise_critic.rate": 1e-9}


@pytest.fixture
def spared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask no doctor: networks of eight units that hardly move are no healthy run."""
    monkeypatch.setattr("saddle.build.ending.examine", lambda evidence: [])


@pytest.fixture
def settles(monkeypatch: pytest.MonkeyPatch, spared: None) -> None:
    """Let a run of tiny networks count as having learned: it has no time to."""
    monkeypatch.setattr("saddle.training.stopping.Trend.learned", property(lambda _: True))


def ended(run: Run) -> tuple[int, str]:
    """The last step of a run, and why it was the last."""
    step = run.latest()
    assert step is not None
    return step, read_json(run.path / STOP)["reason"]


@pytest.mark.usefixtures("settles")
def test_a_run_that_settles_decays_and_stops_and_says_why(tmp_path: Path) -> None:
    session = begun(tmp_path, recipe(**AUTO, **AT_REST))
    run = played(session)
    step, reason = ended(run)
    assert (step, reason) == (session.plan.clock.steps, "plateau") and session.over
    (line,) = read_lines(run.amendments)
    assert line["by"] == "plateau" and line["new"] == {"decay": step // 2, "steps": step}
    assert evidence_of(run).end == step == read_json(run.path / "findings.json")["steps"]
    told = read_json(run.path / STOP)
    assert told["sentence"].startswith(f"stopped at {step} (decay from {step // 2})")
    assert told["sentence"] == sentence(told)
    assert settled_at(read_lines(run.events), after=1) == step // 2
    phases = {event["step"]: event["phase"] for event in read_lines(run.events)}
    assert phases[step // 2] == "hold" and phases[step // 2 + 2] == "decay"
    with pytest.raises(BadValue, match="finished, stopped at"):
        unfinished(run, {})


@pytest.mark.usefixtures("settles")
@pytest.mark.parametrize("at", [9, 15, 16, 21])
def test_a_run_that_was_killed_stops_at_the_same_step_with_the_same_weights(
    tmp_path: Path, at: int
) -> None:
    made = recipe(**AUTO, **AT_REST)
    alone = played(begun(tmp_path / "alone", made))
    killed = abandon(begun(tmp_path / "killed", made), at)
    played(resume(killed))
    assert differences(alone, killed) == []
    assert read_lines(alone.amendments) == read_lines(killed.amendments) != []
    assert ended(alone) == ended(killed)


@pytest.mark.usefixtures("settles")
def test_what_was_decided_after_the_last_checkpoint_is_decided_anew(tmp_path: Path) -> None:
    run = abandon(begun(tmp_path, recipe(**{**AUTO, "saves": 4}, **AT_REST)), 17)
    assert [line["step"] for line in read_lines(run.amendments)] == [14]
    assert run.latest() == 10
    session = resume(run)
    assert read_lines(run.amendments) == [] and not (run.path / STOP).exists()
    played(session)
    assert [line["step"] for line in read_lines(run.amendments)] == [14]


@pytest.mark.usefixtures("settles")
def test_the_run_is_that_of_a_recipe_with_the_ending_written_down(tmp_path: Path) -> None:
    auto = played(begun(tmp_path / "auto", recipe(**AUTO, **AT_REST)))
    (line,) = read_lines(auto.amendments)
    never = recipe(**{**AUTO, "stop": "never"}, **AT_REST, ending=line["new"])
    found = differences(auto, played(begun(tmp_path / "never", never)))
    assert found == ["events"]  # the look at which it was decided was of the hold phase still


@pytest.mark.usefixtures("spared")
def test_a_run_that_does_not_settle_ends_at_its_horizon_and_says_so(tmp_path: Path) -> None:
    run = played(begun(tmp_path, recipe(**AUTO)))
    assert ended(run) == (40, "horizon")
    assert "at its start" in read_json(run.path / STOP)["sentence"]


def test_never_is_what_a_run_without_the_rule_is(tmp_path: Path) -> None:
    run = played(begun(tmp_path, recipe()))
    assert not (run.path / STOP).exists() and read_lines(run.amendments) == []


@pytest.mark.usefixtures("settles")
def test_more_steps_are_played_after_a_stop(tmp_path: Path) -> None:
    run = played(begun(tmp_path, recipe(**AUTO, **AT_REST)))
    end = ended(run)[0]
    played(resume(run, unfinished(run, {}, added=30)))
    assert run.latest() == end + 30
    made, clock = amended(run)
    assert (made.stop, made.ending, clock.steps) == ("never", None, end + 30)
    assert clock.decay > end


def test_a_budget_ends_a_run_and_is_written_down(tmp_path: Path) -> None:
    made = recipe(steps=10**6, looks=10**5, saves=10, budget=1.0)
    session = begun(tmp_path, made)
    run = played(session)
    step, reason = ended(run)
    assert reason == "budget" and step < 10**6
    lines = read_lines(run.amendments)
    assert {line["by"] for line in lines} == {"budget"} and lines[-1]["new"]["steps"] == step
    assert read_lines(run.events)[-1]["step"] == step
    assert played(resume(run, unfinished(run, {}, added=5))).latest() == step + 5


@pytest.fixture
def collapses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor find a collapse that began at step 4, from step 8 on."""

    def found(evidence: Evidence) -> list[Finding]:
        numbers = {"gradient": 0.0}
        return [Finding("stuck", 4, numbers)] if evidence.step >= 8 else []

    monkeypatch.setattr("saddle.build.ending.examine", found)


@pytest.mark.usefixtures("settles", "collapses")
def test_a_run_that_the_doctor_gives_up_stops_with_the_finding(tmp_path: Path) -> None:
    session = begun(tmp_path, recipe(**AUTO, **AT_REST))
    run = played(session)
    assert ended(run) == (8, "finding") and session.over
    told = read_json(run.path / STOP)
    assert told["finding"]["key"] == "stuck"
    assert "since step 4" in told["sentence"]
    assert read_lines(run.events)[-1]["step"] == run.latest() == 8
    with pytest.raises(typer.Exit) as left:
        fail_where_found(run)
    assert left.value.exit_code == 1


@pytest.mark.usefixtures("collapses")
def test_after_a_remedy_a_run_that_was_given_up_goes_on_to_its_horizon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = played(begun(tmp_path, recipe(**AUTO)))
    monkeypatch.setattr("saddle.build.ending.examine", lambda evidence: [])
    with pytest.raises(BadValue, match="since step 4"):
        unfinished(run, {})
    played(resume(run, unfinished(run, {"penalties.r1": 0.5})))
    made, clock = amended(run)
    assert run.latest() == 40 and made.stop == "auto" and clock.decay == 8 + 16
    assert ended(run) == (40, "horizon")
    fail_where_found(run)


def test_never_asks_no_doctor(tmp_path: Path, collapses: None) -> None:
    assert played(begun(tmp_path, recipe())).latest() == 12


def test_an_ending_whose_decay_is_after_its_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="ending.decay"):
        begun(tmp_path, recipe(ending={"decay": 9, "steps": 8}))


@pytest.mark.parametrize("change", [{"stop": "soon"}, {"budget": 0}, {"budget": "long"}])
def test_words_that_the_rule_does_not_know_are_refused(change: Json) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        Recipe().amended(change)
