"""What the doctor reads of a look: numbers free of scale, of samples, critics and weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from saddle.build.materials import Materials
from saddle.distances.base import Parts, ScoreMeaning
from saddle.games.base import Batch, Game
from saddle.games.duel import Duel, Scene
from saddle.games.streams import Streams
from saddle.measure.crowd import Crowd, assignment
from saddle.measure.two_sample import auc_of
from saddle.runs import Json

FEW = 500
"""Samples and held-out rows that are compared at a look."""

KNOWN = 2_000
"""Training rows that they are held against, at most."""

Arrays = Mapping[str, npt.NDArray[Any]]


class Population:
    """What is made, among the real rows it answers to, by the key of these."""

    def __init__(self, materials: Materials, real: Arrays, seed: int) -> None:
        known = materials.rows("train", KNOWN)
        self.spaces = materials.spaces
        self.crowds = {
            key: Crowd(self.flat(key, rows[:FEW]), self.flat(key, known[key]), seed)
            for key, rows in real.items()
            if self.spaces[key].smooth and len(rows) > 1
        }

    def flat(self, key: str, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Raw rows in the space's own scale, (n, d); nan where they are not finite."""
        whole = np.isfinite(rows).all(axis=tuple(range(1, rows.ndim)))
        compared = self.spaces[key].rows(rows[whole])
        found = np.full((len(rows), compared.shape[1]), np.nan)
        found[whole] = compared
        return found

    def numbers(self, made: Arrays, live: Arrays) -> Json:
        """Of each key: how what the average made stands among real rows; where live ones lie."""
        found: Json = {}
        for key, crowd in self.crowds.items():
            if key in made:
                now = self.flat(key, live.get(key, made[key])[:FEW])
                found[key] = {
                    **crowd.of(self.flat(key, made[key][:FEW])),
                    "cells": [round(share, 4) for share in crowd.shares(now).tolist()],
                }
        return found


def critic_signals(duel: Duel, trained: Scene, few: Scene, fake: Tensor, streams: Streams) -> Json:
    """Of one critic: what it knows of training rows, and its mean square slope at each side.

    Args:
        duel: whose critic it is.
        trained: a scene of training rows.
        few: a scene of held-out rows, for the slopes.
        fake: scores of fakes, (n,).
        streams: of the views.
    """
    with torch.no_grad():
        known = duel.judge(duel.viewed(duel.real(trained), "real", streams))
    return {
        "train_auc": auc_of(known.cpu(), fake.cpu()),
        "slope_real": slope(duel, duel.viewed(duel.real(few), "real", streams)),
        "slope_fake": slope(duel, duel.viewed(duel.fake(few), "fake", streams)),
        **EXACT.get(duel.distance.score, _not_asked)(duel.real(few), duel.fake(few)),
    }


def _exact(real: Parts, fake: Parts) -> Json:
    """W1 between the parts of a few rows, which no critic of slope one can exceed."""
    a, b = (
        torch.cat([part.detach().flatten(1) for part in side], 1).double().cpu().numpy()
        for side in (real, fake)
    )
    return {"exact": assignment(a, b) if np.isfinite(b).all() else float("inf")}


def _not_asked(real: Parts, fake: Parts) -> Json:
    return {}


EXACT: dict[ScoreMeaning, Callable[[Parts, Parts], Json]] = {ScoreMeaning.POTENTIAL: _exact}
"""What an estimate is held against, by what the score means."""


def slope(duel: Duel, parts: Parts) -> float:
    """E |grad v|^2 over the parts that may be differentiated by."""
    held = tuple(
        part.detach().requires_grad_(smooth)
        for part, smooth in zip(parts, duel.smooth, strict=True)
    )
    asked = [part for part in held if part.requires_grad]
    if not asked:
        return float("nan")
    with torch.enable_grad():
        grads = torch.autograd.grad(duel.judge(held).sum(), asked, allow_unused=True)
    squares = [grad.flatten(1).square().sum(1).mean() for grad in grads if grad is not None]
    return float(torch.stack(squares).sum()) if squares else 0.0


@torch.no_grad()
def weight_norms(game: Game) -> Json:
    """Norm of each player's weights."""
    players: dict[str, nn.Module] = {"generator": game.generators, "critic": game.critics}
    norms = {name: [p.norm() for p in player.parameters()] for name, player in players.items()}
    return {name: float(norm_of(found)) for name, found in norms.items() if found}


def norm_of(norms: list[Tensor]) -> Tensor:
    """The norm of a vector from those of its parts."""
    return torch.stack(norms).double().square().sum().sqrt()


def head(batch: Batch, n: int) -> Batch:
    """The first rows of a batch."""
    return {key: rows[:n] for key, rows in batch.items()}
