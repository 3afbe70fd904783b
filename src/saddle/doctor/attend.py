"""The doctor beside a run: what it says at each look, and findings.json, which keeps it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from saddle.doctor.evidence import Evidence, evidence_of
from saddle.doctor.examine import Spell, examine, history, not_measured
from saddle.doctor.finding import Finding
from saddle.doctor.rules import RULES
from saddle.runs import Json, Run, write_json

FINDINGS = "findings.json"
"""Where a run keeps what the doctor says of it."""


class Doctor:
    """Follows a run from look to look; what it says is a function of the record so far."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.evidence: Evidence = evidence_of(run)
        self.now: list[Finding] = examine(self.evidence)

    def see(self, event: Json) -> list[Finding]:
        """Take a look in; returns the findings that were not there before it."""
        self.evidence = self.evidence.grown(event)
        return self.heard(examine(self.evidence))

    def lose(self, failure: Json) -> list[Finding]:
        """Take in where the run broke down, and keep it."""
        self.evidence = replace(self.evidence, failure=failure)
        return self.heard(examine(self.evidence))

    def heard(self, found: list[Finding]) -> list[Finding]:
        """Keep findings where they are others than before; returns the new ones."""
        known = {finding.key for finding in self.now}
        fresh = [finding for finding in found if finding.key not in known]
        changed = bool(fresh) or len(found) != len(known)
        self.now = found
        if changed:
            keep_findings(self.run, self.evidence)
        return fresh


def keep_findings(run: Run, evidence: Evidence) -> Json:
    """Write findings.json: what holds, what held, what was not measured."""
    found = told_of(run, evidence)
    write_json(run.path / FINDINGS, found)
    return found


def told_of(run: Run, evidence: Evidence) -> Json:
    """All that the doctor says of a run, as JSON.

    `now` are the findings that hold at its end, `earlier` those that passed, each with the look
    at which it was `named` and the one `until` which it held; `well` are the keys of what was
    looked for and not found, `not_measured` of what the record does not hold.
    """
    spells, saved = history(evidence), run.saved()
    unknown = not_measured(evidence)
    said = {spell.finding.key for spell in spells}
    return {
        "step": evidence.step,
        "steps": evidence.end,
        "now": [told(spell, run, saved) for spell in spells if spell.until is None],
        "earlier": [told(spell, run, saved) for spell in spells if spell.until is not None],
        "well": [key for key in RULES if key not in said and key not in unknown],
        "not_measured": unknown,
    }


def told(spell: Spell, run: Run, saved: list[int]) -> Json:
    """One spell of a finding as JSON."""
    return {
        **spell.finding.json(str(run.path), saved),
        "named": spell.named,
        "until": spell.until,
    }


@runtime_checkable
class Fitted(Protocol):
    """An estimator that left a run."""

    run_: Run


def diagnose(run: str | Path | Run | Fitted) -> list[Finding]:
    """What is wrong with a run, by its record: the findings that hold at its end.

    `str` of a finding says it in words; `finding.json()` has the exact command of its remedy.
    All that was looked for and found well, or was not measured, stands in the run's findings.json.
    """
    held = run.run_ if isinstance(run, Fitted) else run
    folder = held if isinstance(held, Run) else Run.open(Path(held))
    evidence = evidence_of(folder)
    keep_findings(folder, evidence)
    return examine(evidence)
