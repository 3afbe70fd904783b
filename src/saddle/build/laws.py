"""What is asked of a source and of a game before they play: laws that no type can hold."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from saddle.distances.base import Parts
from saddle.errors import BadData, Incompatible
from saddle.games.base import Batch, Game
from saddle.games.streams import Streams
from saddle.sources.base import Positions, Source

PROBED = 64
"""Rows that the laws are tried on."""

TRIED = -4
"""The move of a trial, which training never plays."""


def check_rows(source: Source) -> None:
    """Refuse a source whose row at a position depends on when it is asked for, or on what beside.

    A resumed run asks for other rows first than the one that was interrupted.
    """
    size = source.size
    count = PROBED if size is None else min(PROBED, size)
    positions: Positions = np.arange(count, dtype=np.int64)
    first, again = source.batch(positions), source.batch(positions[::-1].copy())
    for key in sorted(source.gives):
        if not np.array_equal(first[key], again[key][::-1]):
            raise BadData(
                f"source {source.name!r} gives other rows of {key!r} when it is asked a second "
                "time: the row at a position must be a function of the seed and the position "
                "alone, as from numpy.random.default_rng([seed, position])"
            )


def check_pairs(source: Source) -> None:
    """Refuse conditions that do not belong to the rows that they come with."""
    if "given" in source.gives and not source.aligned:
        raise Incompatible(
            f"source {source.name!r} says aligned=False: its rows of 'x' and 'given' are drawn "
            "apart, and nothing could be learned of x from what is given; say aligned=True "
            "where one row holds both"
        )


def check_conditions(name: str, game: Game, batch: Batch, streams: Streams) -> None:
    """Refuse a game that shows its critic fakes under another law of conditions than real rows.

    The score v(x, c) estimates log p(x, c) / q(x, c). That is log p(x|c) / q(x|c) where c has one
    law on both sides; where it has not, the critic learns log p(c) / q(c) too, and the generator
    is blamed for conditions that it did not choose. The batch's own conditions, in any order, are
    of one law for certain.
    """
    if "given" not in batch:
        return
    game.eval()
    with torch.no_grad():
        scene = game.stage(batch, streams.at(0, TRIED))
    game.train()
    for duel in game.duels:
        if not _same_conditions(duel.real(scene), duel.fake(scene), batch["given"]):
            raise Incompatible(
                f"game {name!r}: duel {duel.name!r} shows the critic real rows under the batch's "
                "own conditions and fakes under others, or the other way round: it would learn "
                "log p(c)/q(c) beside log p(x|c)/q(x|c). Draw fakes under the batch's own "
                "'given', in any order"
            )


def _same_conditions(real: Parts, fake: Parts, given: Tensor) -> bool:
    """Whether each part that holds the batch's conditions on one side holds them on the other."""
    return all(
        _holds(a, given) == _holds(b, given) for a, b in zip(real, fake, strict=True)
    ) and len(real) == len(fake)


def _holds(part: Tensor, given: Tensor) -> bool:
    """Whether a part is these rows, in any order."""
    return part.shape == given.shape and torch.equal(_ordered(part), _ordered(given))


def _ordered(rows: Tensor) -> Tensor:
    """Rows in the order of their numbers."""
    flat = rows.flatten(1).cpu().numpy()
    return torch.from_numpy(flat[np.lexsort(flat.T)])
