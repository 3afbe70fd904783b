"""Laws of every rule: named where it is planted, silent in health, monotone, or not measured."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from doctor.records import FAULTS, LOOKS, SIGNALS, STEPS, healthy, sick, without
from saddle.build.amend import FIXED
from saddle.catalogue import Catalogue
from saddle.doctor import (
    RULES,
    Doctor,
    Evidence,
    examine,
    history,
    message,
    not_measured,
    told,
    why,
)
from saddle.doctor.finding import setting
from saddle.doctor.messages import LANGUAGES
from saddle.doctor.remedies import CAUSES, LAST_RESORT, LOOKED_FOR
from saddle.doctor.rules.motion import spectrum
from saddle.doctor.thresholds import PEAK, THRESHOLDS, TURNS, WAVES
from saddle.recipe import Recipe, parse_setting
from saddle.records import RECORDED


def keys(evidence: Evidence) -> set[str]:
    return {finding.key for finding in examine(evidence)}


@pytest.mark.parametrize("key", RULES)
def test_a_planted_fault_is_named_before_half_of_the_budget(key: str) -> None:
    late = {"distance-stalls": 0.9, "oscillation": 0.8, "mode-hopping": 0.5}
    found = [spell for spell in history(sick(key)) if spell.finding.key == key]
    assert found, key
    assert found[0].named <= late.get(key, 0.5) * STEPS
    assert found[0].finding.since <= found[0].named
    assert all(np.isfinite(list(found[0].finding.evidence.values())))


@pytest.mark.parametrize("seed", range(5))
def test_a_healthy_run_is_left_alone_at_every_look(seed: int) -> None:
    assert history(healthy(seed)) == []
    assert not_measured(healthy(seed)) == []


@pytest.mark.parametrize("key", RULES)
def test_what_was_before_a_change_does_not_count(key: str) -> None:
    changed = replace(sick(key), changed=(STEPS - STEPS // LOOKS,))
    assert (key in keys(changed)) == (key in AT_ONCE)


AT_ONCE = {"non-finite"}
"""Named at the look that shows it."""


def test_a_swing_in_fewer_than_four_windows_may_be_chance() -> None:
    found = sick("oscillation")
    first = next(s.named for s in history(found) if s.finding.key == "oscillation")
    before = found.upto(first - STEPS // LOOKS)
    _, cells = before.vectors("made.x.cells")
    peak, periods, _ = spectrum(cells[-int(WAVES) :])
    assert peak >= PEAK and periods >= TURNS and "oscillation" not in keys(before)


@pytest.mark.parametrize("key", RULES)
def test_a_stronger_fault_is_never_named_less(key: str) -> None:
    named = [key in keys(sick(key, strength)) for strength in np.linspace(0, 1, 6)]
    assert named == sorted(named) and not named[0] and named[-1]


@pytest.mark.parametrize("key", SIGNALS)
def test_what_was_not_recorded_is_not_measured_and_never_healthy(key: str) -> None:
    blind = without(sick(key), SIGNALS[key])
    assert key in not_measured(blind)
    assert key not in keys(blind)


@pytest.mark.parametrize("key", RULES)
def test_findings_are_a_function_of_the_record_so_far(key: str) -> None:
    whole = sick(key)
    grown = Evidence((), whole.recipe, whole.steps)
    for event in whole.events:
        grown = grown.grown(event)
        assert examine(grown) == examine(whole.upto(event["step"]))


def test_an_empty_record_says_nothing() -> None:
    assert examine(Evidence((), {}, 100)) == []


def test_a_short_trouble_passes() -> None:
    found = healthy()
    for event in found.events[10:12]:
        FAULTS["exploding"](event, 1.0)
    assert history(found) == []


def test_a_change_of_the_run_gives_it_time_anew() -> None:
    before = sick("critic-wins")
    changed = Evidence(before.events, before.recipe, STEPS, changed=(STEPS - 200,))
    assert "critic-wins" in keys(before) and "critic-wins" not in keys(changed)


# ---------------------------------------------------------------------------------- spectra


def test_a_sine_has_one_line_and_noise_has_none(numpy_rng: np.random.Generator) -> None:
    t = np.arange(24)
    wave = np.stack([np.sin(2 * np.pi * 4 * t / 24), np.cos(2 * np.pi * 4 * t / 24)], 1)
    peak, periods, _ = spectrum(wave + 3 + 0.1 * t[:, None])
    assert peak > 0.9 and periods == 4
    peaks = [spectrum(numpy_rng.normal(size=(24, 10)))[0] for _ in range(200)]
    assert np.quantile(peaks, 0.99) < 0.6


def test_a_trend_alone_is_no_wave() -> None:
    _, periods, rest = spectrum(np.linspace(0, 1, 24)[:, None])
    assert np.abs(rest).max() < 1e-12 or periods == 0


# --------------------------------------------------------------------------------- messages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_number_and_cause_has_words(language: str) -> None:
    for key in RULES:
        assert message(key, language).means.endswith(".")
        for finding in examine(sick(key)):
            assert "{" not in told(finding.key, finding.evidence, language)
    assert all(why(cause, language) for cause in CAUSES)


def test_tables_know_one_another() -> None:
    assert isinstance(RULES, Catalogue) and set(FAULTS) == set(RULES)
    assert set(LOOKED_FOR) | set(LAST_RESORT) <= set(RULES)
    assert set(THRESHOLDS) - {"every rule", "remedies"} <= set(RULES)
    read = {key for quantity in RECORDED.values() for key in quantity.findings}
    assert read == set(RULES)


# --------------------------------------------------------------------------------- remedies

RECIPES = {
    "frozen": {"schedules.rate": {"hold": 0.0}},
    "generator-fast": {"optimise_generator.rate": 0.15},
    "critic-fast": {"optimise_critic.rate": 0.15},
    "lopsided": {"rule": "alternating:5"},
    "unpenalised": {"penalties": {}},
    "uncentred": {"penalties": {"gp:between": 10.0}},
    "half-penalised": {"penalties": {"r1": 1.0}},
    "own-generator": {"generator.name": "mine:Net"},
}


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("key", RULES)
def test_a_remedy_is_an_amendment_of_a_real_recipe(key: str, cause: str) -> None:
    recipe = Recipe(steps=STEPS).amended(RECIPES.get(cause, {}))
    found = sick(key)
    found = Evidence(found.events, recipe.model_dump(mode="json"), STEPS)
    for finding in examine(found):
        if finding.cure is None:
            continue
        typed = dict(
            parse_setting(setting(path, value)) for path, value in finding.cure.changes.items()
        )
        assert recipe.amended(typed) == recipe.amended(finding.cure.changes)
        if not finding.cure.another:
            assert not any(path.startswith(FIXED) for path in finding.cure.changes)
        assert finding.cure.command("RUN").startswith("saddle ")


@pytest.mark.parametrize("cause", RECIPES)
def test_a_cause_that_the_recipe_shows_is_taken_away(cause: str) -> None:
    recipe = Recipe(steps=STEPS).amended(RECIPES[cause])
    values = healthy()
    found = Evidence(values.events, recipe.model_dump(mode="json"), STEPS)
    assert CAUSES[cause].shown(found)
    mended = recipe.amended(CAUSES[cause].changes(found))
    assert not CAUSES[cause].shown(Evidence(values.events, mended.model_dump(mode="json"), STEPS))


def test_another_run_starts_from_before_the_fault() -> None:
    found = sick("exploding", onset=2_000)
    (finding,) = [one for one in examine(found) if one.key == "exploding"]
    assert finding.cure is not None and finding.cure.another
    values = finding.cure.values("runs/1", [0, 1_200, 1_600, 2_000, 4_000])
    assert values["start"] == "runs/1/checkpoints/00001600"
    assert finding.cure.values("runs/1", [2_400])["start"] is None


def test_a_doctor_that_follows_says_what_one_that_comes_later_says(tmp_path) -> None:
    from saddle.runs import Run, write_lines

    found = sick("mode-collapse")
    Recipe(steps=STEPS).write(tmp_path / "recipe.yaml")
    doctor = Doctor(Run(tmp_path))
    said = [(new.key, event["step"]) for event in found.events for new in doctor.see(event)]
    write_lines(tmp_path / "events.jsonl", found.events)
    later = Doctor(Run(tmp_path))
    assert later.now == doctor.now
    assert said == [(spell.finding.key, spell.named) for spell in history(later.evidence)]
    assert (tmp_path / "findings.json").exists()


def test_the_page_is_what_the_tables_say() -> None:
    script = Path(__file__).parents[2] / "scripts" / "doctor"
    subprocess.run([sys.executable, str(script), "--check"], check=True)
