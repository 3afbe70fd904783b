"""A finding: what is wrong with a run, since when, by which numbers, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import yaml

from saddle.doctor.messages import message, told
from saddle.runs import Json

Severity = Literal["fault", "note"]
"""A fault spoils what the run is for; a note is worth knowing."""

Way = Literal["resume", "back", "anew"]
"""Where a remedy begins: this run goes on; another run starts from a checkpoint of this one that
is older than the fault; another run starts from nothing. The later one counts where two differ."""

WAYS: tuple[Way, ...] = ("resume", "back", "anew")


class Sign(NamedTuple):
    """What a rule saw.

    Attributes:
        since: the step from which it holds.
        numbers: the evidence, by name.
    """

    since: int
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Remedy:
    """Values to change, and where to begin with them.

    Attributes:
        causes: keys of the messages that say why these.
        changes: amendments of the recipe, by dotted path.
        way: where to begin.
        since: the step from which what it cures holds.
        more: turns to add where the run goes on: none, or as many as it had where it is over.
    """

    causes: tuple[str, ...]
    changes: Mapping[str, Any]
    way: Way
    since: int
    more: int = 0

    @property
    def another(self) -> bool:
        """Whether it is another run that is played."""
        return self.way in WAYS[1:]

    def start(self, saved: Iterable[int]) -> int | None:
        """The step of the checkpoint, of those saved, that another run takes its weights from."""
        good = [step for step in saved if 0 < step < self.since]
        return max(good, default=None) if self.way in WAYS[1:2] else None

    def values(self, run: str, saved: Iterable[int] = ()) -> dict[str, Any]:
        """All values to set; for another run also where it takes its first weights from."""
        if not self.another:
            return dict(self.changes)
        start = self.start(saved)
        folder = None if start is None else f"{run}/checkpoints/{start:08d}"
        return {"start": folder, **self.changes}

    def command(self, run: str, saved: Iterable[int] = ()) -> str:
        """The exact command that applies it."""
        adds = ["--steps", str(self.more)] if self.more else []
        begun = ["train", "--from", run] if self.another else ["resume", run, *adds]
        values = self.values(run, saved)
        told = [word for item in values.items() for word in ("--set", setting(*item))]
        return shlex.join(["saddle", *begun, *told])


def setting(key: str, value: Any) -> str:
    """One `key=value` as the command line reads it.

    >>> setting("penalties", {"r1": 1.0}), setting("penalties.gp:between", None)
    ('penalties={r1: 1.0}', 'penalties.gp:between=null')
    """
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000)
    return f"{key}={text.removesuffix(END).strip()}"


END = "...\n"
"""What YAML writes behind a value that stands alone."""


@dataclass(frozen=True)
class Finding:
    """What the doctor says.

    Attributes:
        key: names it; its text stands in the message table.
        since: the step from which it holds.
        evidence: the numbers it rests on, by name.
        severity: fault or note.
        cure: what to change, or None where nothing is known to help.
    """

    key: str
    since: int
    evidence: Mapping[str, float]
    severity: Severity = "fault"
    cure: Remedy | None = None

    def __str__(self) -> str:
        """In words: what, since when, by which numbers."""
        return (
            f"{message(self.key).title} since step {self.since}: {told(self.key, self.evidence)}"
        )

    @property
    def remedy(self) -> Mapping[str, Any] | None:
        """The amendments of the remedy."""
        return None if self.cure is None else self.cure.changes

    def json(self, run: str = "RUN", saved: Iterable[int] = ()) -> Json:
        """The finding as JSON, with the exact command of its remedy."""
        cures = () if self.cure is None else (self.cure,)
        return {
            "key": self.key,
            "since": self.since,
            "severity": self.severity,
            "evidence": dict(self.evidence),
            "remedy": None if self.remedy is None else dict(self.remedy),
            "remedies": [
                {
                    "causes": list(cure.causes),
                    "changes": dict(cure.changes),
                    "way": cure.way,
                    "command": cure.command(run, saved),
                }
                for cure in cures
            ],
        }
