"""What to change: for each finding the causes that the recipe shows, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import Remedy, Way

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """Something of a recipe that is known to bring a fault about.

    Attributes:
        shown: whether the recipe, or the record, shows it.
        changes: what takes it away.
        way: where a run must begin for that.
    """

    shown: Callable[[Evidence], bool]
    changes: Callable[[Evidence], Values]
    way: Way = "resume"


def remedies_of(key: str, evidence: Evidence) -> tuple[Remedy, ...]:
    """The remedies of a finding, for the causes that are shown."""
    return tuple(
        Remedy(cause, CAUSES[cause].changes(evidence), CAUSES[cause].way)
        for cause in REMEDIES.get(key, ())
        if CAUSES[cause].shown(evidence)
    )


CAUSES: Mapping[str, Cause] = {
    "unpenalised": Cause(
        lambda e: not e.value("penalties"),
        lambda e: {"distance": "relativistic", "penalties": {"r1": 1.0, "r2": 1.0}},
    ),
}
"""By the key of the message that says why."""

REMEDIES: Mapping[str, tuple[str, ...]] = {
    "critic-wins": ("unpenalised",),
}
"""The causes of each finding that are looked for, in this order."""
