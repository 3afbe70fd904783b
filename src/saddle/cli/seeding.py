"""Seeds as they are typed, and what they are drawn for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saddle.errors import Incompatible, bad

if TYPE_CHECKING:
    from saddle.evaluate import Trained

MOST = 10_000
"""Seeds of one call, at most."""

_RANGE = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


def read_seeds(text: str) -> list[int]:
    """Single seeds and ranges of them, with commas between.

    >>> read_seeds("0-3"), read_seeds("7, 1,4-5")
    ([0, 1, 2, 3], [7, 1, 4, 5])
    """
    found: list[int] = []
    for part in text.split(","):
        ends = _RANGE.fullmatch(part.strip())
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, -1)
        if last < first:
            raise bad("--seeds", text, "whole numbers and ranges such as 0-63 or 0,1,2,3")
        if last - first + len(found) >= MOST:
            raise bad("--seeds", text, f"at most {MOST:,} seeds")
        found += range(first, last + 1)
    return found


def in_groups(seeds: list[int], rows: int) -> list[list[int]]:
    """As many walks as rows, each among as many seeds.

    >>> in_groups([0, 1, 2, 3], 2)
    [[0, 1], [2, 3]]
    """
    each, rest = divmod(len(seeds), rows) if rows > 0 else (0, 0)
    if each < 2 or rest:
        raise bad(
            "--rows",
            rows,
            f"a number of walks that {len(seeds)} seeds are shared out to, two or more for each",
        )
    return [seeds[i : i + each] for i in range(0, len(seeds), each)]


def condition_of(trained: Trained, given: str | None) -> Any:
    """What was typed as a condition, or None."""
    from saddle.evaluate import read_condition

    return None if given is None else read_condition(trained, given)


def classes_of(trained: Trained) -> Any:
    """Every label of a run, in order; refused where it has none."""
    from saddle.spaces import Labels

    space = trained.spaces.get("given")
    if not isinstance(space, Labels):
        raise Incompatible(
            f"--every-class needs a run on labels; {trained.run.path} has none (--given)"
        )
    return space.classes


def one_way(every_class: bool, given: str | None) -> None:
    """Refuse one label and every label at once."""
    if every_class and given is not None:
        raise Incompatible("--every-class and --given do not go together: ask for one")


def must_make_pictures(trained: Trained, what: str) -> None:
    """Refuse samples that are no pictures."""
    space = trained.spaces.get("x")
    if space is None or len(space.shape) != 3:
        raise Incompatible(
            f"{what} is for pictures, and samples of {trained.run.path} are none: "
            "`saddle sample RUN --seeds LIST` draws a row for each seed"
        )


# ------------------------------------------------------------------------------------------ a draw


def must_agree(
    refined: bool, words: Mapping[str, str | None], truncation: float, every_class: bool
) -> None:
    """Refuse what does not go together, before any work is done."""
    named = [name for name, value in words.items() if value is not None]
    named += ["--truncation"] * (truncation != 1) + ["--every-class"] * every_class
    if refined and named:
        raise Incompatible(f"--refine and --weights do not go with {' and '.join(named)}")
    one_way(every_class, words["--given"])
    if not 0 < truncation <= 1:
        raise bad("--truncation", truncation, "a number above 0 and up to 1")


@dataclass(frozen=True)
class Draw:
    """What is drawn.

    Attributes:
        n: how many, of each class where every class is asked for.
        seed: of the draw.
        seeds: one for each sample, or None.
        truncation: what latents are multiplied by.
        every_class: whether every class has as many, from the same noise.
    """

    n: int
    seed: int
    seeds: list[int] | None
    truncation: float
    every_class: bool

    @classmethod
    def of(
        cls,
        n: int | None,
        seed: int | None,
        seeds: str | None,
        *,
        truncation: float,
        every_class: bool,
    ) -> Draw:
        """What was typed, refused where it says two things at once."""
        if seeds is not None and (n is not None or seed is not None):
            raise Incompatible(
                "--seeds says how many samples and from what: leave out -n and --seed"
            )
        one_each = None if seeds is None else read_seeds(seeds)
        count = (EACH if every_class else MANY) if n is None else n
        if every_class and one_each is None and count > 0:
            one_each = [(seed or 0) + i for i in range(count)]
        return cls(count, seed or 0, one_each, truncation, every_class)

    @property
    def name(self) -> str:
        """What the file is called where nobody says."""
        drawn = f"seed{self.seed}" if self.seeds is None else f"seeds{self.seeds[0]}"
        cut = f"-truncation{self.truncation:g}" if self.truncation != 1 else ""
        return f"{drawn}{'-every-class' * self.every_class}{cut}"

    def facts(self) -> dict[str, Any]:
        """What is told of it as JSON."""
        return {"seed": self.seed} if self.seeds is None else {"seeds": self.seeds}

    def drawn(self, trained: Trained, given: str | None) -> dict[str, Any]:
        """The samples by key."""
        if self.every_class:
            return self.by_class(trained)
        condition, psi = condition_of(trained, given), self.truncation
        if self.seeds is None:
            return trained.sample(self.n, given=condition, seed=self.seed, truncation=psi)
        return trained.sample_seeds(self.seeds, given=condition, truncation=psi)

    def by_class(self, trained: Trained) -> dict[str, Any]:
        """A sample of each seed under every class."""
        import numpy as np

        classes = classes_of(trained)
        if self.seeds is None:
            raise bad("-n", self.n, "a whole number of at least 1")
        labels = np.repeat(classes, len(self.seeds))
        seeds = self.seeds * len(classes)
        return trained.sample_seeds(seeds, given=labels, truncation=self.truncation)


MANY, EACH = 1000, 10
"""Samples where nobody says how many, and of each class."""
