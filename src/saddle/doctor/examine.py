"""From evidence to findings: those that hold now, and the story of those that held."""

from __future__ import annotations

from dataclasses import dataclass

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import Finding
from saddle.doctor.remedies import remedy_of
from saddle.doctor.rule import Rule
from saddle.doctor.rules import RULES


def examine(evidence: Evidence) -> list[Finding]:
    """The findings that hold at the end of the evidence, faults first, then the oldest."""
    found = [
        finding for key in RULES if (finding := judged(key, RULES[key], evidence)) is not None
    ]
    return sorted(found, key=lambda finding: (finding.severity, finding.since))


def judged(key: str, rule: Rule, evidence: Evidence) -> Finding | None:
    """The finding of one rule, where its quantities were recorded and it holds."""
    if not evidence.events and evidence.failure is None:
        return None
    sign = rule.sign(evidence) if rule.measured(evidence) else None
    if sign is None:
        return None
    numbers = {name: float(value) for name, value in sign.numbers.items()}
    cure = remedy_of(key, evidence, since=sign.since)
    return Finding(key, sign.since, numbers, rule.severity, cure)


def not_measured(evidence: Evidence) -> list[str]:
    """Keys of the rules whose quantities this run did not record."""
    return [key for key in RULES if not RULES[key].measured(evidence)]


@dataclass(frozen=True)
class Spell:
    """A finding as it stood over a stretch of the run.

    Attributes:
        finding: as it was when it last held.
        named: the step of the look at which it was first said.
        until: the step of the first look at which it no longer held, None where it holds.
    """

    finding: Finding
    named: int
    until: int | None


def history(evidence: Evidence) -> list[Spell]:
    """Every finding of every look, in the order in which they were first said."""
    spells: list[Spell] = []
    for known in evidence.prefixes():
        now = {finding.key: finding for finding in examine(known)}
        spells = [_followed(spell, now, known.step) for spell in spells]
        open_ = {spell.finding.key for spell in spells if spell.until is None}
        spells += [Spell(f, known.step, None) for key, f in now.items() if key not in open_]
    return spells


def _followed(spell: Spell, now: dict[str, Finding], step: int) -> Spell:
    """A spell one look on: still there, or over."""
    if spell.until is not None:
        return spell
    finding = now.get(spell.finding.key)
    if finding is None:
        return Spell(spell.finding, spell.named, step)
    return Spell(finding, spell.named, None)
