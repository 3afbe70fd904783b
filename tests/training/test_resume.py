"""A run that was stopped or killed and taken up again is the run that was left alone, bit for bit.

Everything that a later step reads has to be in the checkpoint: each law here plants one more
thing that could be forgotten.
"""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from saddle.build.resuming import resume
from saddle.games import GAMES
from saddle.recipe import Recipe
from saddle.runs import Run, read_lines
from saddle.training.rules import RULES
from training.small import abandon, begun, differences, played, recipe

MEMORIES = {
    "pool": {"game": "cycle", "weights.pool": 2},
    "replay": {"views": ["replay:2"]},
    "packing": {"views": ["packing:2"]},
    "noise that fades": {"views": ["noise:0.2"]},
    "lecam": {"penalties": {"lecam": 0.3}},
    "spectral norm": {"penalties": {"spectral-norm": 1.0}},
    "gradient penalty": {"penalties": {"gp:between": 1.0}},
    "dragan": {"penalties": {"dragan": 1.0}},
    "clip": {"distance": "wasserstein", "penalties": {"clip:0.05": 1.0}},
    "noisy labels": {"distance": "non-saturating", "labels": ["noisy:0.2"]},
    "minibatch standard deviation": {"critic.name": "mlp-minibatch-std"},
    "minibatch discrimination": {"critic.name": "mlp-minibatch-discrimination"},
    "dropout": {"critic.name": "mlp-dropout"},
    "momentum": {
        "optimise_generator": {"name": "sgd", "rate": 0.01, "momentum": 0.9},
        "optimise_critic": {"name": "rmsprop", "rate": 0.001},
    },
    "no critic": {"distance": "energy", "penalties": {}},
    "every phase": {
        "schedules.warm": 0.3,
        "schedules.decay": 0.4,
        "schedules.rate": {"start": 0.1, "hold": 1.0, "end": 0.0},
        "schedules.penalty": {"start": 2.0, "hold": 1.0, "end": 0.1},
        "schedules.beta2": {"start": 0.9, "hold": 0.99},
        "schedules.memory": {"start": 0.5, "hold": 0.999},
    },
}
"""What carries something from one step to the next."""


def stopped_and_resumed_equals(made, out, at):
    alone = played(begun(out / "alone", made))
    often = played(begun(out / "often", made), until=at)
    assert often.latest() == at
    played(resume(often))
    assert differences(alone, often) == []


@pytest.mark.parametrize("game", GAMES)
def test_every_game_resumes_to_the_same_bits(game, tmp_path):
    stopped_and_resumed_equals(recipe(game), tmp_path, at=7)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_resumes_to_the_same_bits(rule, tmp_path):
    stopped_and_resumed_equals(recipe(rule=rule), tmp_path, at=5)


@pytest.mark.parametrize("memory", MEMORIES)
def test_every_memory_resumes_to_the_same_bits(memory, tmp_path):
    changes = dict(MEMORIES[memory])
    made = recipe(changes.pop("game", "gan"), **changes)
    stopped_and_resumed_equals(made, tmp_path, at=7)


@pytest.mark.parametrize("after", [5, 8, 11])
def test_what_was_played_after_the_last_save_is_played_again_alike(after, tmp_path):
    """A kill -9 leaves looks and events beyond the last checkpoint: they come once, not twice."""
    made = recipe("cycle")
    alone = played(begun(tmp_path / "alone", made))
    killed = abandon(begun(tmp_path / "killed", made), after)
    saved = killed.latest()
    assert saved is not None
    assert saved <= after
    played(resume(killed))
    assert differences(alone, killed) == []
    steps = [line["step"] for line in read_lines(killed.events)]
    assert steps == sorted(set(steps))


def test_stopping_at_every_step_changes_nothing(tmp_path):
    made = recipe(rule="optimistic", views=["replay:2"])
    alone = played(begun(tmp_path / "alone", made))
    often = played(begun(tmp_path / "often", made), until=0)
    for step in range(1, made.steps + 1):
        played(resume(often), until=step)
        assert often.latest() == step
    assert differences(alone, often) == []


def test_a_finished_run_is_resumed_without_a_change(tmp_path):
    run = played(begun(tmp_path, recipe()))
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    played(resume(run))
    assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before


def test_half_a_line_of_a_killed_writer_is_dropped(tmp_path):
    made = recipe()
    alone = played(begun(tmp_path / "alone", made))
    torn = played(begun(tmp_path / "torn", made), until=6)
    with open(torn.events, "a") as file:
        file.write('{"step": 8, "losses": {"gener')
    (torn.looks / ".00000008.npz.part").write_bytes(b"half")
    (torn.path / "checkpoints" / ".00000008.part").mkdir()
    played(resume(torn))
    assert differences(alone, torn) == []
    assert not list(torn.path.rglob("*.part"))


# ---------------------------------------------------------------- kill -9

ARGUMENTS = ("--quiet",)
PROGRAM = "from saddle.cli import main; main()"


def saddle(*arguments: object) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *map(str, arguments), *ARGUMENTS]


def next_command(out: Path, file: Path) -> list[str]:
    """Train where nothing is saved yet, else resume."""
    saved = sorted(out.glob("*/latest.json"))
    if saved:
        return saddle("resume", saved[-1].parent, "--trust-code")
    return saddle("train", "--recipe", file, "--out", out, "--trust-code")


def kill_and_resume(out: Path, file: Path, *, kills: int, chance: random.Random) -> Run:
    """Kill -9 that often, each time at a random moment after training began, then let it end."""
    hit = 0
    for _ in range(kills):
        process = subprocess.Popen(
            next_command(out, file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seen = _events(out)
        while _events(out) == seen and process.poll() is None:
            _wait(process, 0.02)
        _wait(process, chance.uniform(0, 0.2))
        process.kill()
        hit += process.wait() == -signal.SIGKILL
    assert hit, "every run had ended before it was killed"
    return played(resume(Run(sorted(out.glob("*/latest.json"))[-1].parent), trusted=True))


def _events(out: Path) -> list[int]:
    return sorted(path.stat().st_size for path in out.glob("*/events.jsonl"))


def _wait(process: subprocess.Popen, seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


def killed_equals(tmp_path: Path, made, *, kills: int) -> None:
    file = tmp_path / "recipe.yaml"
    made.write(file)  # which gives every value: none is left for the game to fill
    alone = played(begun(tmp_path / "alone", Recipe.read(file), trusted=True))
    killed = kill_and_resume(tmp_path / "killed", file, kills=kills, chance=random.Random(0))
    assert differences(alone, killed) == []


def test_killed_three_times_is_bit_equal(tmp_path):
    made = recipe(steps=120, looks=60, saves=30, rule="optimistic", views=["replay:3"])
    killed_equals(tmp_path, made, kills=3)


OWN_PART = """
import torch
from torch import nn


class Dropping(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(sum(shape.inputs), 8), nn.Dropout(0.5), nn.Linear(8, shape.output)
        )

    def forward(self, *parts):
        return self.body(torch.cat(parts, 1))
"""


def test_a_module_of_ones_own_with_dropout_is_bit_equal_after_two_kills(tmp_path, monkeypatch):
    """`nn.Dropout` draws from torch's global stream, which every process begins elsewhere."""
    (tmp_path / "dropping_part.py").write_text(OWN_PART)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    made = recipe(steps=120, looks=60, saves=30, **{"critic.name": "dropping_part:Dropping"})
    killed_equals(tmp_path, made, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("game", GAMES)
def test_killed_twenty_times_is_bit_equal(game, tmp_path):
    killed_equals(tmp_path, recipe(game, steps=400, looks=200, saves=100), kills=20)
