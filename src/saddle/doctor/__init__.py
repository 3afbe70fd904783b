"""A run's record to findings: what is wrong, since when, by which numbers, and what to do.

Everything here reads the record alone; nothing reaches torch.
"""

from saddle.doctor.attend import FINDINGS, Doctor, diagnose, keep_findings
from saddle.doctor.evidence import FAILURE, Evidence, evidence_from, evidence_of
from saddle.doctor.examine import Spell, examine, history, not_measured
from saddle.doctor.finding import Finding, Remedy
from saddle.doctor.messages import message, told, why
from saddle.doctor.rules import RULES

__all__ = [
    "FAILURE",
    "FINDINGS",
    "RULES",
    "Doctor",
    "Evidence",
    "Finding",
    "Remedy",
    "Spell",
    "diagnose",
    "evidence_from",
    "evidence_of",
    "examine",
    "history",
    "keep_findings",
    "message",
    "not_measured",
    "told",
    "why",
]
