"""After training: reload a run, draw from it, and measure how close it is.

Reads the run's folder and nothing else; the data is needed only to measure against.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import Tensor

from saddle.build.custom import Own
from saddle.build.game import assemble
from saddle.build.materials import read_spaces
from saddle.build.resuming import amended
from saddle.errors import BadValue, BrokenRun, Incompatible, bad
from saddle.evaluate.seeds import (
    checked,
    drawn_from,
    latents_of,
    noise_of,
    path_of,
    truncated,
)
from saddle.games.base import Classifies, Coded, Encodes, Game, Reconstructs, Translates, Weighs
from saddle.games.streams import Aside, Purpose, Streams
from saddle.recipe import Recipe
from saddle.runs import Run
from saddle.spaces import Points
from saddle.spaces.base import Space
from saddle.training.foreign import lent
from saddle.training.state import chosen, load_into

Array = npt.NDArray[Any]
CHUNK, FEW, WIDE = 10_000, 64, 512
"""Rows that a network sees at once; FEW where a row holds WIDE numbers or more."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained game, ready to draw from.

    Attributes:
        run: the folder it came from.
        step: of the checkpoint.
        recipe: with every amendment.
        game: its networks, averaged, at rest.
        spaces: how raw rows are encoded.
    """

    run: Run
    step: int
    recipe: Recipe
    game: Game
    spaces: Mapping[str, Space]

    def sample(
        self, n: int, *, given: object = None, seed: int = 0, truncation: float = 1.0
    ) -> dict[str, Array]:
        """Draw n raw samples by key; sample i is the same whatever n is, for one seed.

        Latents are multiplied by `truncation`, in (0, 1]: below 1 samples are less varied.
        """
        self.must("sample")
        if not isinstance(n, int | np.integer) or n < 1:
            raise bad("n", n, "a whole number of at least 1")
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise bad("seed", seed, "a whole number of at least 0")
        condition = self.condition(given, n)
        streams, size = Streams(seed), self.chunk
        found: list[dict[str, Tensor]] = []
        for chunk, first in enumerate(range(0, n, size)):
            count = min(size, n - first)
            rng = streams.at(chunk, Aside.SAMPLE)[Purpose.NOISE]
            part = None if condition is None else _filled(condition[first : first + count], size)
            with torch.no_grad(), lent(seed, chunk, Aside.SAMPLE), truncated(self, truncation):
                drawn = self.game.sample(size, part, rng=rng)
            found.append({key: rows[:count] for key, rows in drawn.items()})
        return self.decoded({key: torch.cat([part[key] for part in found]) for key in found[0]})

    def sample_seeds(
        self, seeds: Sequence[int], *, given: object = None, truncation: float = 1.0
    ) -> dict[str, Array]:
        """Draw a raw sample for each seed: that of a seed is the same in every call.

        Args:
            seeds: whole numbers; a seed has the same latent whatever is given.
            given: one condition, or one for each; drawn from the data's where None.
            truncation: what latents are multiplied by.
        """
        wanted = checked(seeds)
        z = latents_of(self, wanted, truncation)
        return self.decoded(
            drawn_from(self, z, wanted, self.condition(given, len(wanted)), truncation)
        )

    def walk(
        self,
        seeds: Sequence[int],
        frames: int = 60,
        *,
        given: object = None,
        truncation: float = 1.0,
    ) -> Array:
        """Raw samples on the way from seed to seed and back to the first, (frames, ...).

        The way is a great circle for normal noise and straight for uniform noise. Where a
        condition belongs to each sample and none is given, the first seed's is kept.
        """
        wanted = checked(seeds, least=2)
        if not isinstance(frames, int | np.integer) or frames < len(wanted):
            raise bad("frames", frames, f"a whole number of at least {len(wanted)}, one a seed")
        z = path_of(noise_of(self, "a walk"), latents_of(self, wanted, truncation), int(frames))
        first = [wanted[0]] * len(z)
        return self.decoded(drawn_from(self, z, first, self.condition(given, len(z)), truncation))[
            "x"
        ]

    def decoded(self, drawn: Mapping[str, Tensor]) -> dict[str, Array]:
        """What was drawn, in raw units."""
        return {
            key: self.spaces[key].decode(rows) for key, rows in drawn.items() if key in self.spaces
        }

    @property
    def chunk(self) -> int:
        """Rows that a network sees at once: the size of a sample alone decides."""
        largest = max(math.prod(space.shape) for space in self.spaces.values())
        return CHUNK if largest < WIDE else FEW

    def translate(self, raw: Array, *, back: bool = False) -> Array:
        """Carry raw rows of a to b, or of b to a."""
        self.must("translate")
        start, end = ("b", "a") if back else ("a", "b")
        rows = self.encoded(start, raw)
        able = cast(Translates, self.game)
        return self.spaces[end].decode(self._map(partial(able.translate, back=back), rows))

    def encode(self, raw: Array, *, back: bool = False) -> Array:
        """The latents of raw rows, (n, latent); `back` says that they are of domain b."""
        self.must("encode")
        rows = self.encoded(self.domain(back), raw)
        act = cast(Encodes, self.game).encode
        found: Array = self._map(partial(act, back=True) if back else act, rows).numpy()
        return found

    def log_prob(self, raw: Array, *, back: bool = False) -> Array:
        """Log density of raw rows in raw units, (n,); `back` says that they are of domain b.

        With the encoding e = (x - mean) / scale,   log p(x) = log p(e) - sum_j log scale_j.
        """
        self.must("log_prob")
        key = self.domain(back)
        rows = self.encoded(key, raw)
        dense = self._map(partial(cast(Weighs, self.game).log_prob, back=back), rows)
        found: Array = dense.double().numpy() - cast(Points, self.spaces[key]).log_volume
        return found

    def domain(self, back: bool) -> str:
        """The key of the rows that are meant: x where there is one set, else a, or b."""
        keys = ("x",) if "x" in self.spaces else ("a", "b")
        if back and len(keys) == 1:
            raise Incompatible(
                f"game {self.recipe.game!r} has one set of points, x, and no domain b: "
                "leave out --back, in Python back=True"
            )
        return keys[-1 if back else 0]

    def reconstruct(self, raw: Array) -> Array:
        """Raw rows, encoded and drawn again."""
        self.must("reconstruct")
        rows = self.encoded("x", raw)
        return self.spaces["x"].decode(self._map(cast(Reconstructs, self.game).reconstruct, rows))

    def classify(self, raw: Array) -> Array:
        """The class of `given` that raw rows most likely are of, (n,)."""
        self.must("classify")
        rows = self.encoded("x", raw)
        return self.spaces["given"].decode(self._map(cast(Classifies, self.game).classify, rows))

    def _map(self, act: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
        """The act on all rows, some at a time."""
        with torch.no_grad(), lent(0, 0, Aside.SAMPLE):
            return torch.cat([act(part) for part in torch.split(rows, self.chunk)])

    def must(self, ability: str) -> None:
        """Refuse what this game cannot do, saying what it can."""
        if ability not in self.game.can:
            raise Incompatible(
                f"game {self.recipe.game!r} cannot {ability}; it can: "
                f"{', '.join(sorted(self.game.can))}"
            )

    def encoded(self, key: str, raw: Array) -> Tensor:
        """Raw rows encoded; a wrong shape is answered with the right one."""
        rows = np.asarray(raw)
        want = self.spaces[key].shape
        flat = self.spaces[key].smooth and len(want) == 1  # of pictures the space says it
        if rows.ndim != 1 + len(want) or (flat and rows.shape[1:] != want):
            raise bad(f"shape of {key}", rows.shape, f"(n, {', '.join(map(str, want))})")
        return self.spaces[key].encode(rows)

    def condition(self, given: object, n: int) -> Tensor | None:
        """One encoded condition for each of n samples, or None where none was asked."""
        if given is None:
            return None
        if isinstance(self.game, Coded):
            return self.game.code(torch.as_tensor(np.atleast_2d(np.asarray(given, np.float32))))
        if "given" not in self.spaces:
            raise Incompatible(f"game {self.recipe.game!r} takes no condition: leave given out")
        space = self.spaces["given"]
        rows = np.asarray(given)
        single = rows.ndim == len(space.shape) - (0 if space.smooth else 1)
        encoded = space.encode(rows[None] if single else rows)
        if single:
            return encoded.expand(n, *encoded.shape[1:])
        if len(encoded) != n:
            raise bad("given", f"{len(encoded)} values", f"one value, or one for each of {n}")
        return encoded


def _filled(rows: Tensor, size: int) -> Tensor:
    """Rows followed by copies of the first, `size` in all: a draw then does not depend on n."""
    return torch.cat([rows, rows[:1].expand(size - len(rows), *rows.shape[1:])])


def load(
    path: Path | str | Run,
    *,
    checkpoint: str = "latest",
    own: Own | None = None,
    trusted: bool = False,
) -> Trained:
    """A run's averaged networks at its `latest` or `best` checkpoint, or at a kept step."""
    run = path if isinstance(path, Run) else Run.open(Path(path))
    step = find_step(run, checkpoint)
    recipe, _ = amended(run)
    spaces = read_spaces(run)
    game = assemble(recipe, spaces, own or {}, trusted=trusted)
    folder = whole(run, step)
    load_into(
        game.generators, chosen("average", load_file(folder / "generators.safetensors")), folder
    )
    load_into(game.critics, load_file(folder / "critics.safetensors"), folder)
    load_into(game.keeps, chosen("keeps", load_file(folder / "state.safetensors")), folder)
    return Trained(run, step, recipe, game.eval().requires_grad_(False), spaces)


def whole(run: Run, step: int) -> Path:
    """The folder of a checkpoint that is as it was saved; where it is not, which one is."""
    try:
        return run.verify(step)
    except BrokenRun as problem:
        other, _ = run.newest_whole()
        if other is None:
            raise
        raise BrokenRun(
            f"{problem}; that of step {other} is whole (--checkpoint {other}), and "
            f"`saddle resume {run.path}` plays on from there"
        ) from None


def find_step(run: Run, checkpoint: str) -> int:
    """The step of `latest`, `best`, or a number that is kept."""
    pointers = {"latest": run.latest, "best": run.best}
    step = pointers[checkpoint]() if checkpoint in pointers else _number(checkpoint)
    saved = run.saved()
    if step is None or step not in saved:
        kept = ", ".join(map(str, saved)) or "none"
        raise BadValue(
            f"{run.path} has no checkpoint {checkpoint!r}: latest, best, or a step among {kept}"
        )
    return step


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def read_condition(trained: Trained, text: str) -> Array:
    """A condition as typed: a label, or numbers with commas between them."""
    coded = isinstance(trained.game, Coded)
    space = trained.spaces.get("given")
    if not coded and space is None:
        raise Incompatible(f"game {trained.recipe.game!r} takes no condition: leave --given out")
    if space is not None and not space.smooth:
        return np.asarray(text)
    try:
        return np.array([float(part) for part in text.split(",")])
    except ValueError:
        count = "" if space is None else f"{space.shape[0]} "
        raise bad("--given", text, f"{count}numbers with commas between them") from None
