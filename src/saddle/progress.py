"""How a run comes on, in plain words: where it is, how long it will take, what the looks say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STEADY = 0.02
"""A share that moves by less than this from look to look is steady."""


def told(seconds: float) -> str:
    """A length of time in two digits.

    >>> told(42), told(2460), told(9400)
    ('42 s', '41 min', '2.6 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{min(seconds / 3600, 9999):.2g} h"


def clock(seconds: float) -> str:
    """Seconds as m:ss, or h:mm:ss.

    >>> clock(3725), clock(65)
    ('1:02:05', '1:05')
    """
    whole = int(min(seconds, 359_999))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


@dataclass
class Story:
    """What the looks of a run say so far.

    Attributes:
        diversity: at each look, of that of real rows.
        faults: what the doctor finds wrong, in words.
        more: what else a look said.
    """

    diversity: list[float] = field(default_factory=list)
    faults: Sequence[str] | None = None
    more: Sequence[str] = ()

    def hear(
        self, event: Mapping[str, Any], faults: Sequence[str] | None, more: Sequence[str] = ()
    ) -> None:
        """Take a look in; no faults are known of where the doctor was not asked."""
        made: Mapping[str, Any] = next(iter(event.get("made", {}).values()), {})
        if made.get("diversity") is not None:
            self.diversity.append(made["diversity"])
        self.faults, self.more = faults, more

    def line(self, step: int, steps: int, left: float | None) -> str:
        """One plain line.

        >>> Story([0.5, 0.61], []).line(1200, 30_000, 2280.0)
        'step 1,200 of 30,000, 38 min left: diversity 61 % of the real, rising; nothing wrong'
        """
        where = f"step {step:,} of {steps:,}"
        where += "" if left is None or step >= steps else f", {told(left)} left"
        said = [*self._diversity(), *self.more, *self._faults()]
        return f"{where}: {'; '.join(said)}" if said else where

    def _diversity(self) -> list[str]:
        if not self.diversity:
            return []
        now = self.diversity[-1]
        before = self.diversity[-2] if len(self.diversity) > 1 else now
        moves = "steady" if abs(now - before) < STEADY else ("rising", "falling")[now < before]
        return [f"diversity {100 * now:.0f} % of the real, {moves}"]

    def _faults(self) -> list[str]:
        if self.faults is None:
            return []
        return [f"wrong: {', '.join(self.faults)}"] if self.faults else ["nothing wrong"]


def missing(event: Mapping[str, Any]) -> list[str]:
    """What is never made or hardly, in a sentence; nothing where a look did not measure it.

    >>> missing({"made": {"x": {"missing": 0.2, "cells": [0.1] * 10}}})
    ['Never made, or hardly: 20 % of the data, of 10 groups that its rows fall into.']
    >>> missing({"made": {"x": {"missing": 0.0, "cells": [0.1] * 10}}})
    ['None of the 10 groups that the training rows fall into is left out.']
    """
    said = []
    for made in event.get("made", {}).values():
        groups, share = len(made.get("cells", ())), made.get("missing")
        if share is None or groups < 2:
            continue
        of = f"of {groups} groups that its rows fall into"
        some = f"Never made, or hardly: {100 * share:.0f} % of the data, {of}."
        none = f"None of the {groups} groups that the training rows fall into is left out."
        said.append(some if share else none)
    return said


# ------------------------------------------------------------------------- parts of a line


def fitted(parts: Sequence[str], width: int) -> str:
    """As many parts as a line of that width holds, the first of them in any case.

    >>> fitted(["hold 5/20", "9/s", "0:02 left"], 18)
    'hold 5/20  9/s'
    """
    line = parts[0][: width - 1]
    for part in parts[1:]:
        if len(line) + 2 + len(part) >= width:
            break
        line = f"{line}  {part}"
    return line


def summary(event: Mapping[str, Any]) -> list[str]:
    """What a look measured, in a few words.

    >>> summary({"watch": {"value": 0.1, "floor": 0.02}, "modes": {"captured": 3, "of": 8,
    ...     "high_quality": 0.5}})
    ['distance 0.100 (floor 0.020)', 'modes 3/8', '50.0% on them']
    """
    return [
        line.format_map(event[key])
        for key, lines in WATCHED.items()
        if key in event
        for line in lines
    ]


WATCHED = {
    "watch": ("distance {value:.3f} (floor {floor:.3f})",),
    "modes": ("modes {captured}/{of}", "{high_quality:.1%} on them"),
}
"""What is told of each part of a look."""


def headlines(measures: Sequence[Mapping[str, Any]]) -> list[str]:
    """What an evaluation found, in a few words.

    >>> headlines([{"name": "modes", "value": 7.0, "floor": 8.0},
    ...     {"name": "energy(x)", "value": 0.1, "floor": None},
    ...     {"name": "sliced-w(x)", "value": 0.25, "floor": 0.125}])
    ['7 of 8 modes', 'sliced-w(x) 0.25 (real rows 0.125)']
    """
    wanted = [(HEADLINES.get(row["name"].partition("(")[0]), row) for row in measures]
    return [words.format_map(row) for words, row in wanted if words is not None]


HEADLINES = {
    "modes": "{value:.0f} of {floor:.0f} modes",
    "modes-1-percent": "{value:.0f} of {floor:.0f} with 1 % of the samples",
    "high-quality": "{value:.1%} on them (a perfect sampler {floor:.1%})",
    "sliced-w": "{name} {value:.3g} (real rows {floor:.3g})",
    "inverts": "G(E(x)) misses x by {value:.3g} of its spread",
    "cycle": "{name} {value:.3g} of the spread",
}
"""What of an evaluation is told in one line, by the measure's name."""
