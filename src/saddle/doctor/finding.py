"""A finding: what is wrong with a run, since when, by which numbers, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import yaml

from saddle.runs import Json

Severity = Literal["fault", "note"]
"""A fault spoils what the run is for; a note is worth knowing."""

Way = Literal["resume", "rewind", "anew"]
"""Where a remedy begins: at the last checkpoint, at the last one before the fault, at step 0."""


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
        cause: key of the message that says why these.
        changes: amendments of the recipe, by dotted path.
        way: where to begin.
    """

    cause: str
    changes: Mapping[str, Any]
    way: Way = "resume"

    def command(self, run: str) -> str:
        """The exact command that applies it."""
        told = [word for item in self.changes.items() for word in ("--set", setting(*item))]
        return shlex.join([*WAYS[self.way], run, *START[self.way], *told])


WAYS: Mapping[Way, tuple[str, ...]] = {
    "resume": ("saddle", "resume"),
    "rewind": ("saddle", "doctor", "--apply"),
    "anew": ("saddle", "train", "--from"),
}
START: Mapping[Way, tuple[str, ...]] = {
    "resume": (),
    "rewind": (),
    "anew": ("--set", "start=null"),
}


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
        remedies: what to change, the likeliest first; none where nothing is known to help.
    """

    key: str
    since: int
    evidence: Mapping[str, float]
    severity: Severity = "fault"
    remedies: tuple[Remedy, ...] = field(default=())

    @property
    def remedy(self) -> Mapping[str, Any] | None:
        """The amendments of the likeliest remedy."""
        return self.remedies[0].changes if self.remedies else None

    def json(self, run: str = "RUN") -> Json:
        """The finding as JSON, with the exact command of each remedy."""
        return {
            "key": self.key,
            "since": self.since,
            "severity": self.severity,
            "evidence": dict(self.evidence),
            "remedy": None if self.remedy is None else dict(self.remedy),
            "remedies": [
                {
                    "cause": remedy.cause,
                    "changes": dict(remedy.changes),
                    "way": remedy.way,
                    "command": remedy.command(run),
                }
                for remedy in self.remedies
            ],
        }
