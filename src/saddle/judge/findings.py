"""What is said of a difference: findings in words, numbers and plain values."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from saddle.judge.gaps.base import Mask
from saddle.measure.base import Floats
from saddle.runs import Json

ALPHA = 0.01
"""Chance that anything is named where nothing differs, at most."""
WIDTH = 80


@dataclass(frozen=True)
class Finding:
    """One thing that tells fake rows from real ones.

    Attributes:
        kind: missing, invented, region, column or pair.
        what: the column, the pair of columns, or where the region lies.
        words: what differs, in a sentence.
        p: its p-value after Holm's correction over all guesses.
        share: part of the held-out divergence that went with its repair, of what there was first;
            None of exact values, which no critic sees.
        interval: of the share, at 95 %.
        nats: the same in nats of Jensen-Shannon divergence.
        examples: numbers of rows that show it, from 0, of the side that has more of them.
        facts: the numbers behind the words.
        holds: from rows (n, d) to those inside the region (n,); None of a column or a pair.
    """

    kind: str
    what: str
    words: str
    p: float
    share: float | None
    interval: tuple[float, float] | None
    nats: float
    examples: tuple[int, ...]
    facts: Json
    holds: Callable[[Floats], Mask] | None = field(default=None, repr=False, compare=False)

    def json(self) -> Json:
        """As plain values."""
        plain = {key: value for key, value in vars(self).items() if key not in UNWRITTEN}
        ends = None if self.interval is None else list(self.interval)
        return {**plain, "interval": ends, "examples": list(self.examples)}

    def short(self) -> str:
        """What differs, without the numbers of its test.

        >>> Finding("column", "age", "mean 3 in fake rows, 2 in real ones", p=1e-9, share=1.0,
        ...     interval=(0.9, 1.0), nats=0.1, examples=(), facts={}).short()
        'column age: mean 3 in fake rows, 2 in real ones'
        """
        return f"{self._lead()}{self.what}: {self.words}"

    def __str__(self) -> str:
        """One paragraph."""
        shown = ", ".join(map(str, self.examples))
        examples = f"; {self.facts['of']} rows {shown}" if self.examples else ""
        return f"{self.short()}{examples}. {self._carries()} ({chance(self.p)})."

    def _carries(self) -> str:
        if self.share is None or self.interval is None:
            return f"By itself it tells them apart with AUC {self.alone():.3f}"
        low, high = (100 * end for end in self.interval)
        share = f"{100 * self.share:.0f} % ({low:.0f} to {high:.0f})"
        return f"It carries {share} of what tells them apart"

    def alone(self) -> float:
        """AUC of its two shares alone."""
        apart = self.facts["real"]["share"] - self.facts["fake"]["share"]
        return float(0.5 + abs(apart) / 2)

    def _lead(self) -> str:
        return LEADS[self.kind].format(amount=AMOUNTS.get(self.facts.get("of", "")))


def chance(p: float) -> str:
    """A p-value in words.

    >>> chance(0.0012), chance(1e-40)
    ('p = 0.001', 'p < 1e-15')
    """
    return f"p = {p:.1g}" if p > 1e-15 else "p < 1e-15"


UNWRITTEN = ("holds",)
"""What of a finding is no plain value."""

LEADS = {
    "missing": "missing ",
    "invented": "invented ",
    "region": "too {amount} ",
    "column": "column ",
    "pair": "pair ",
}
"""How a finding begins, by its kind."""
AMOUNTS = {"real": "few", "fake": "many"}
"""Of fake rows, by the side that has more rows in a region."""


@dataclass(frozen=True)
class Why:
    """What tells two clouds apart.

    Attributes:
        findings: the first carries most.
        auc: held-out area under the curve of real against fake.
        nats: Jensen-Shannon divergence that held-out critics see.
        left: the AUC that is left when all findings are repaired.
        n: rows of the real and of the fake side.
        guesses: how many were tested.
        blind: the smallest missing cluster, as a share, and the smallest shift of a column, in its
            spread, that would have been named nine times in ten; about.
        columns: names.
        notes: what was left out.
        seed: of every draw.
    """

    findings: tuple[Finding, ...]
    auc: float
    nats: float
    left: float
    n: tuple[int, int]
    guesses: int
    blind: tuple[float, float]
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    seed: int

    def json(self) -> Json:
        """As plain values."""
        blind = {"missing_share": self.blind[0], "shift": self.blind[1]}
        told: Json = {
            "why": 1,
            "n": {"real": self.n[0], "fake": self.n[1]},
            "columns": list(self.columns),
            "seed": self.seed,
            "level": ALPHA,
            "guesses": self.guesses,
            "auc": self.auc,
            "nats": self.nats,
            "findings": [finding.json() for finding in self.findings],
            "left": {"auc": self.left},
            "blind": blind,
            "notes": list(self.notes),
            "words": self.words(),
            "text": [self._head(), *map(str, self.findings), self._tail()],
        }
        return told

    def words(self) -> list[str]:
        """A sentence a finding."""
        return [finding.short() for finding in self.findings]

    def _head(self) -> str:
        real, fake = self.n
        sizes = f"{fake:,} fake rows against {real:,} real ones"
        things = THINGS.get(len(self.findings), f"{len(self.findings)} things tell")
        return f"{sizes}: {things} them apart (AUC {self.auc:.3f})."

    def _tail(self) -> str:
        if self.findings:
            it = "it" if len(self.findings) == 1 else "all of them"
            exact = EXACT * any(finding.share is None for finding in self.findings)
            return f"With {it} mended, AUC {max(self.left, 0.5):.3f} is left. {COUNTED}{exact}"
        cluster, shift = self.blind
        return (
            f"A cluster of {100 * cluster:.2g} % that is never made, or a column shifted by "
            f"{shift:.2f} of its spread, would have been named nine times in ten."
        )

    def __str__(self) -> str:
        """The words for a terminal of 80 columns, the findings numbered."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield from wrapped(self._head())
        for number, finding in enumerate(self.findings, 1):
            yield from wrapped(f"{number}. {finding}", "   ")
        for sentence in (self._tail(), *self.notes):
            yield from wrapped(sentence)


def wrapped(words: str, indent: str = "") -> list[str]:
    """Words in lines of the width, later ones indented; no number is broken."""
    return textwrap.wrap(
        words, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


THINGS = {0: "nothing can be named that tells", 1: "one thing tells"}
COUNTED = "Shares are of rows that did not help to find them; rows count from 0."
EXACT = " What a finding carries is told of all but exact values."
