"""Everything of a run that changes while it trains, and how it is kept.

A checkpoint is four files: `generators.safetensors` (keys `live.` and `average.`),
`critics.safetensors`, `state.safetensors` (optimisers, rule, views and penalties that remember)
and `state.json` (the step, and sums that are not complete yet).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from safetensors.torch import save as packed
from torch import Tensor, nn

from saddle.errors import BrokenRun, NonFinite
from saddle.games.base import Game, Player
from saddle.runs import Run, read_json, write_bytes, write_json
from saddle.training.average import Average
from saddle.training.rules import Rule, Teams


@dataclass
class Ledger:
    """Sums of each term since the last look."""

    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Take one value in."""
        self.sums[name] = self.sums.get(name, 0.0) + value
        self.counts[name] = self.counts.get(name, 0) + 1

    def close(self) -> dict[str, float]:
        """The means, and start anew."""
        means = {name: self.sums[name] / self.counts[name] for name in self.sums}
        self.sums.clear()
        self.counts.clear()
        return means


@dataclass
class State:
    """What changes while a run trains.

    Attributes:
        game: both players.
        teams: the players' optimisers.
        rule: who moves when; may remember the last field.
        average: the generators' average.
        step: turns played.
        looked: step of the last look, or -1.
        saved: step of the last checkpoint, or -1.
        seconds: wall time trained, over all sessions.
        cpu: processor time of it, without looks and saves.
        ledger: sums since the last look.
    """

    game: Game
    teams: Teams
    rule: Rule
    average: Average
    step: int = 0
    looked: int = -1
    saved: int = -1
    seconds: float = 0.0
    cpu: float = 0.0
    ledger: Ledger = field(default_factory=Ledger)

    def save(self, run: Run) -> None:
        """Write a checkpoint of this step; refused where a weight is not finite."""
        check_finite(self.game, f"after step {self.step}")
        with run.saving(self.step) as folder:
            generators = {
                **prefixed("live", self.game.generators.state_dict()),
                **prefixed("average", self.average.module.state_dict()),
            }
            critics = contiguous(self.game.critics.state_dict())
            write_bytes(folder / "generators.safetensors", packed(generators))
            write_bytes(folder / "critics.safetensors", packed(critics))
            write_bytes(folder / "state.safetensors", packed(self._tensors()))
            write_json(folder / "state.json", self._numbers())
        self.saved = self.step

    def load_weights(self, folder: Path) -> None:
        """Take the networks of a checkpoint, and nothing else."""
        generators = load_file(folder / "generators.safetensors")
        load_into(self.game.generators, chosen("live", generators), folder)
        load_into(self.average.module, chosen("average", generators), folder)
        load_into(self.game.critics, load_file(folder / "critics.safetensors"), folder)

    def load(self, folder: Path) -> None:
        """Take a checkpoint back, whose sums were compared."""
        self.load_weights(folder)
        kept = load_file(folder / "state.safetensors")
        load_into(self.game.keeps, chosen("keeps", kept), folder)
        self.rule.load(chosen("rule", kept))
        for player, team in self.teams.items():
            load_optimiser(team.optimiser, chosen(player.value, kept))
        numbers = read_json(folder / "state.json")
        self.step, self.looked, self.saved = numbers["step"], numbers["looked"], numbers["step"]
        self.seconds, self.cpu = numbers["seconds"], numbers.get("cpu", 0.0)
        self.ledger = Ledger(numbers["sums"], numbers["counts"])

    def _tensors(self) -> dict[str, Tensor]:
        found = prefixed("keeps", self.game.keeps.state_dict())
        found |= prefixed("rule", self.rule.state())
        for player, team in self.teams.items():
            found |= prefixed(player.value, optimiser_tensors(team.optimiser))
        return found

    def _numbers(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "looked": self.looked,
            "seconds": self.seconds,
            "cpu": self.cpu,
            "sums": self.ledger.sums,
            "counts": self.ledger.counts,
        }


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under `prefix.`, as safetensors wants them."""
    return {f"{prefix}.{key}": value for key, value in contiguous(tensors).items()}


def chosen(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under `prefix.`, without it."""
    head = f"{prefix}."
    return {key[len(head) :]: value for key, value in tensors.items() if key.startswith(head)}


def contiguous(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Detached copies that share no memory with one another."""
    return {key: value.detach().clone().contiguous() for key, value in tensors.items()}


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Each parameter's tensors, by index and name: `3.exp_avg`."""
    state = optimiser.state_dict()["state"]
    return {
        f"{index}.{name}": value
        for index, values in state.items()
        for name, value in values.items()
        if torch.is_tensor(value)
    }


def load_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put each parameter's tensors back."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": state, "param_groups": groups})


def load_into(module: nn.Module, tensors: Mapping[str, Tensor], folder: Path) -> None:
    """Load weights; what does not fit is named."""
    try:
        module.load_state_dict(dict(tensors))
    except RuntimeError as problem:
        first = [line.strip() for line in str(problem).splitlines()][1:2]
        why = " ".join(first).rstrip(".") or str(problem)
        raise BrokenRun(f"the weights in {folder} do not fit the recipe: {why}") from problem


def check_finite(game: Game, when: str) -> None:
    """Refuse weights that are not finite, naming the first."""
    culprit = bad_weight(game)
    if culprit is not None:
        raise NonFinite(f"{when} {culprit} are not finite")


def bad_weight(game: Game) -> str | None:
    """The first weights that are not finite."""
    for name, parameter in game.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            return f"the weights of {name}"
    return None


def players_present(game: Game) -> tuple[Player, ...]:
    """The generator, and the critic where the game has one."""
    return (Player.GENERATOR, Player.CRITIC) if len(game.critics) else (Player.GENERATOR,)
