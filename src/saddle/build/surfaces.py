"""The critic's score on a grid over the data, in one and two dimensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from saddle.build.materials import Materials, box_of
from saddle.distances.base import Distance, Parts, ScoreMeaning
from saddle.games.base import Batch, Game
from saddle.games.duel import Duel
from saddle.games.streams import Streams
from saddle.sources.base import RawBatch

AT_ONCE = 256
"""Grid points shown at once to a critic that reads the whole batch."""

SIDE = 48
"""Points of a surface along each axis."""

CONDITIONS = 4
"""Conditions at which a surface is shown, at most."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Points of the plane or the line at which critics are asked.

    Attributes:
        boxes: for each key its box, lowest and highest value of each axis.
        batch: encoded grid points of each key.
        conditions: encoded conditions to ask at, by the name they are shown under.
        shape: of a surface, (g, g) or (g,).
    """

    boxes: dict[str, list[tuple[float, float]]]
    batch: Batch
    conditions: dict[str, Tensor]
    shape: tuple[int, ...]

    @torch.no_grad()
    def surfaces(
        self, game: Game, duel: Duel, streams: Streams, fake: Tensor
    ) -> dict[str, npt.NDArray[Any]]:
        """`surface.DUEL` (and `@CONDITION`); nothing of packed rows, or of codes.

        Log p/q where the distance reads it off its scores, and the scores `fake` of generated
        samples; else the score itself.
        """
        if any(view.widens > 1 for view in duel.views) or duel.key not in self.boxes:
            return {}
        found = {}
        _, read = shown(duel.distance, fake)
        for label, batch in self.batches().items():
            scores = read(judged(duel, duel.real(game.stage(batch, streams))))
            name = f"surface.{duel.name}" + (f"@{label}" if label else "")
            found[name] = scores.reshape(self.shape).cpu().numpy()
            found[name.replace("surface", "box", 1)] = np.ravel(self.boxes[duel.key])
        return found

    def batches(self) -> dict[str, Batch]:
        """The grid as a batch, for each condition where there are any."""
        if not self.conditions:
            return {"": self.batch}
        n = len(self.batch["x"])
        return {
            label: {**self.batch, "given": condition.expand(n, *condition.shape[1:])}
            for label, condition in self.conditions.items()
        }


def shown(distance: Distance, fake: Tensor) -> tuple[str, Callable[[Tensor], Tensor]]:
    """What a surface shows, and how it is read off the scores.

    The score is log p/q at its optimum only where neither a published link, nor a constant that
    pairs leave open, nor changed labels stand between: `log_ratio` takes them off.
    """
    if distance.log_ratio(fake, fake) is None:
        return distance.score.value, lambda v: v
    return ScoreMeaning.LOG_RATIO.value, lambda v: _ratio(distance, v, fake)


def _ratio(distance: Distance, v: Tensor, fake: Tensor) -> Tensor:
    found = distance.log_ratio(v, fake)
    return v if found is None else found


def judged(duel: Duel, points: Parts) -> Tensor:
    """Scores of grid points; a critic that reads its batch is shown batches of the usual size."""
    size = len(points[0]) if duel.critic.pointwise else AT_ONCE
    batches = zip(*(torch.split(part, size) for part in points), strict=True)
    return torch.cat([duel.judge(batch) for batch in batches])


def grid_over(materials: Materials, real: RawBatch, encoded: Batch) -> Grid | None:
    """A grid over the watch rows, or None where a sample is not in one or two dimensions."""
    keys = [key for key in real if key != "given"]
    width = {real[key].reshape(len(real[key]), -1).shape[1] for key in keys}
    if not width <= {1, 2} or len(width) != 1:
        return None
    d = width.pop()
    boxes = {key: box_of(real[key].reshape(-1, d)) for key in keys}
    batch = {
        key: materials.spaces[key].encode(mesh(box)).to(encoded[key].device)
        for key, box in boxes.items()
    }
    return Grid(boxes, batch, conditions(materials, real, encoded), (SIDE,) * d)


def mesh(box: list[tuple[float, float]]) -> npt.NDArray[np.float64]:
    """Grid points of a box, (SIDE^d, d), x running fastest: surfaces are [y, x]."""
    axes = [np.linspace(low, high, SIDE) for low, high in box]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="xy")], 1)


def conditions(materials: Materials, real: RawBatch, encoded: Batch) -> dict[str, Tensor]:
    """The first few different conditions among the watch rows."""
    if "given" not in real:
        return {}
    raw = real["given"].reshape(len(real["given"]), -1)
    _, first = np.unique(raw, axis=0, return_index=True)
    return {
        ", ".join(str(v) for v in np.atleast_1d(real["given"][i])): encoded["given"][i : i + 1]
        for i in first[:CONDITIONS]
    }
