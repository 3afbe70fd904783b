"""What a look sees: numbers, and arrays in raw units; `saddle.records` is its table.

A look changes nothing: it draws from streams of its own and leaves no gradient behind. What a
game can do (`can`) says what is shown of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.build.materials import Materials, shown_rows
from saddle.build.signals import Population, critic_signals, head, weight_norms
from saddle.build.surfaces import Grid, grid_over, shown
from saddle.distances.base import ScoreMeaning
from saddle.distances.integral import certified_gap
from saddle.games.base import Batch, Game, Player, Reconstructs, Translates
from saddle.games.duel import DirectDuel, Duel, Scene
from saddle.games.streams import Aside, Purpose, Streams
from saddle.measure.modes import mode_report
from saddle.measure.transport import sliced_wasserstein
from saddle.measure.two_sample import auc_of
from saddle.networks import lipschitz
from saddle.runs import Json
from saddle.spaces import Images
from saddle.spaces.sheets import class_sheet, png
from saddle.training.loop import Look

ARROWS = 256
"""Samples at which the pull is shown; rows of a gradient norm, and of a critic that reads batches:
what compares every row with every other costs their square."""

DRAWN = 8
"""Draws of real rows that the noise of the watched distance is told from."""

KEPT = 1 << 20
"""Bytes of an array that a look keeps; what is measured is not cut."""

Arrays = dict[str, npt.NDArray[Any]]


class Watch:
    """Looks at a run: the same held-out rows and the same noise every time."""

    def __init__(self, materials: Materials, seed: int, device: torch.device | str) -> None:
        self.materials = materials
        self.streams = Streams(seed, device)
        count = shown_rows(materials.spaces.values())
        self.real = materials.rows("watch", count)
        self.n = len(next(iter(self.real.values())))
        self.encoded = {k: materials.spaces[k].encode(v).to(device) for k, v in self.real.items()}
        self.some = head(self.encoded, ARROWS)
        known = materials.rows("train", count)
        self.known = {k: materials.spaces[k].encode(v).to(device) for k, v in known.items()}
        self.population = Population(materials, self.real, seed)
        self.grid: Grid | None = grid_over(materials, self.real, self.encoded)
        self.floor = self._floor(0)

    def __call__(self, average: nn.ModuleDict, game: Game, step: int) -> Look:
        """One look; the game is put at rest for it, so that nothing that remembers moves."""
        game.eval()
        try:
            return self.look(average, game)
        finally:
            game.train()

    def look(self, average: nn.ModuleDict, game: Game) -> Look:
        """Numbers and arrays of a game at rest."""
        arrays = self.shown(average, game)
        live = self.shown(game.generators, game)
        streams = self.streams.at(0, Aside.LOOK)
        numbers: Json = {
            "watch": self.watched(arrays),
            "made": self.population.numbers(answers(arrays), answers(live)),
            "weights": weight_norms(game),
            "gradients": gradient_norms(game, self.some, streams),
            "critics": {},
        }
        with torch.no_grad():
            scene, few = game.stage(self.encoded, streams), game.stage(self.some, streams)
        for duel in game.duels:
            arrays |= self.field(duel, *duel.pull(few, streams))
            if duel.critic is not None:
                seen = scene if duel.critic.pointwise else few
                real, fake = scores(duel, seen, streams)
                rows = self.known if duel.critic.pointwise else head(self.known, ARROWS)
                with torch.no_grad():
                    trained = game.stage(rows, streams)
                numbers["critics"][duel.name] = {
                    **critic_numbers(duel, real, fake),
                    **critic_signals(duel, trained, few, fake, streams),
                }
                if self.grid is not None:
                    arrays |= self.grid.surfaces(game, duel, streams, fake)
        if self.materials.source.modes is not None and "samples" in arrays:
            numbers["modes"] = self.modes(arrays["samples"])
        kept = {name: rows[: most_kept(rows)] for name, rows in arrays.items()}
        return Look(numbers, kept, self.sheets(arrays))

    def sheets(self, arrays: Arrays) -> dict[str, bytes]:
        """A sheet of what was made, where samples are pictures; one class a row where labelled."""
        if not isinstance(self.materials.spaces.get("x"), Images) or "samples" not in arrays:
            return {}
        return {".png": png(class_sheet(arrays["samples"], arrays.get("given")))}

    def shown(self, average: nn.ModuleDict, game: Game) -> Arrays:
        """Everything that the game can do with the watch rows and fixed noise, in raw units."""
        found: Arrays = {}
        with torch.no_grad():
            for ability in sorted(game.can & SHOWS.keys()):
                found |= SHOWS[ability](self, game, average)
        return found

    def watched(self, arrays: Arrays) -> Json:
        """Sliced W1 of what was made to the watch rows, beside its floor."""
        pairs = [(made, key) for made, key in MADE.items() if made in arrays]
        value = sum(self.distance(arrays[made], self.real[key], key) for made, key in pairs)
        floor = sum(self.floor[key] for _, key in pairs)
        noise = self.noise if pairs else None
        return {"name": "sliced-w1", "value": value, "floor": floor, "noise": noise, "n": self.n}

    def distance(self, made: npt.NDArray[Any], real: npt.NDArray[Any], key: str) -> float:
        """Sliced W1 in the space's own scale, so that no unit counts more than another."""
        if not np.isfinite(made).all():
            return math.inf
        rows = self.materials.spaces[key].rows
        return sliced_wasserstein(rows(made), rows(real), order=1, directions=32, seed=0)

    def modes(self, samples: npt.NDArray[Any]) -> Json:
        """Modes captured and the high-quality share."""
        assert self.materials.source.modes is not None
        report = mode_report(samples, self.materials.source.modes)
        return {
            "captured": report.captured,
            "of": report.k,
            "high_quality": report.high_quality,
            "perfect": report.high_quality_perfect,
        }

    def field(self, duel: Duel | DirectDuel, x: Tensor, pull: Tensor) -> Arrays:
        """The pull at the first samples of a duel's fake part, where it is a point."""
        name, key = duel.name, duel.key
        if key not in self.materials.spaces or not self.materials.spaces[key].smooth:
            return {}
        space, kept = self.materials.spaces[key], slice(0, ARROWS)
        if len(space.shape) > 1:
            return {}
        start = space.decode(x[kept])
        return {f"at.{name}": start, f"field.{name}": pull[kept].detach().cpu().numpy()}

    @cached_property
    def noise(self) -> float:
        """The deviation of the watched distance over other real rows, drawn anew each time."""
        drawn = [sum(self._floor(draw).values()) for draw in range(DRAWN)]
        return float(np.std(drawn, ddof=1))

    def _floor(self, draw: int) -> dict[str, float]:
        """What other real rows score against the watch rows, at the same n."""
        other = self.materials.rows("train", self.n, first=draw * self.n)
        return {
            key: self.distance(other[key], rows, key)
            for key, rows in self.real.items()
            if self.materials.spaces[key].smooth
        }


def most_kept(rows: npt.NDArray[Any]) -> int:
    """How many rows of an array a look keeps: all, where they are rows of few numbers."""
    return max(64, KEPT // max(1, rows[:1].nbytes))


MADE = {"samples": "x", "a_to_b": "b", "b_to_a": "a"}
"""Shown arrays that the watched distance reads, and the key of the real rows they answer to."""


def answers(shown: Arrays) -> Arrays:
    """What was made, by the key of the real rows that it answers to."""
    return {key: shown[made] for made, key in MADE.items() if made in shown}


def _samples(watch: Watch, game: Game, average: nn.ModuleDict) -> Arrays:
    rng = watch.streams.at(0, Aside.SHOWN)[Purpose.NOISE]
    given = watch.encoded.get("given") if game.takes_given else None
    made = game.sample(watch.n, given, rng=rng, generators=average)
    names = {"x": "samples", "given": "given"}
    return {names[k]: watch.materials.spaces[k].decode(v) for k, v in made.items() if k in names}


def _reconstructions(watch: Watch, game: Game, average: nn.ModuleDict) -> Arrays:
    able = cast(Reconstructs, game)
    back = able.reconstruct(watch.encoded["x"], generators=average)
    decode = watch.materials.spaces["x"].decode
    return {"watched": watch.real["x"], "reconstruction": decode(back)}


def _translations(watch: Watch, game: Game, average: nn.ModuleDict) -> Arrays:
    a, b, spaces = watch.encoded["a"], watch.encoded["b"], watch.materials.spaces
    able = cast(Translates, game)
    return {
        "a": watch.real["a"],
        "b": watch.real["b"],
        "a_to_b": spaces["b"].decode(able.translate(a, generators=average)),
        "b_to_a": spaces["a"].decode(able.translate(b, back=True, generators=average)),
    }


SHOWS: dict[str, Callable[[Watch, Any, nn.ModuleDict], Arrays]] = {
    "sample": _samples,
    "reconstruct": _reconstructions,
    "translate": _translations,
}
"""What is shown of each thing that a game can do."""


@torch.no_grad()
def scores(duel: Duel, scene: Scene, streams: Streams) -> tuple[Tensor, Tensor]:
    """Scores of held-out real and of fresh fake parts."""
    real = duel.judge(duel.viewed(duel.real(scene), "real", streams))
    return real, duel.judge(duel.viewed(duel.fake(scene), "fake", streams))


def critic_numbers(duel: Duel, real: Tensor, fake: Tensor) -> Json:
    """What the scores are like, their AUC, and the distance's estimate."""
    estimate = duel.distance.estimate(real, fake).item()
    return {
        "real_mean": real.mean().item(),
        "real_std": real.std(correction=0).item(),
        "fake_mean": fake.mean().item(),
        "fake_std": fake.std(correction=0).item(),
        "auc": auc_of(real.cpu(), fake.cpu()),
        "estimate": estimate,
        "meaning": duel.distance.score.value,
        "shown": shown(duel.distance, fake)[0],
        **CERTIFIED.get(duel.distance.score, _nothing)(duel.critic, estimate),
    }


def _certified(critic: nn.Module, gap: float) -> Json:
    return {"certified": certified_gap(gap, lipschitz(critic))}


def _nothing(critic: nn.Module, gap: float) -> Json:
    return {}


CERTIFIED: dict[ScoreMeaning, Callable[[nn.Module, float], Json]] = {
    ScoreMeaning.POTENTIAL: _certified
}
"""What is true of the estimate whatever the penalties did: gap / product of spectral norms."""


def gradient_norms(game: Game, batch: Batch, streams: Streams) -> Json:
    """Norm of each player's gradient on held-out rows."""
    players = {Player.GENERATOR: game.generators, Player.CRITIC: game.critics}
    found = {}
    for player, networks in players.items():
        parameters = [p for p in networks.parameters() if p.requires_grad]
        if parameters:
            total = torch.stack(list(game.loss(player, batch, streams).values())).sum()
            grads = torch.autograd.grad(total, parameters, allow_unused=True)
            squares = [g.square().sum() for g in grads if g is not None]
            found[player.value] = float(torch.stack(squares).sum().sqrt())
    return found
