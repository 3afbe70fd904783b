"""A run's record to findings: what is wrong, since when, by which numbers, and what to do.

Everything here reads the record alone; nothing reaches torch.
"""

from saddle.doctor.evidence import Evidence, evidence_from, evidence_of
from saddle.doctor.examine import Spell, examine, history, not_measured
from saddle.doctor.finding import Finding, Remedy
from saddle.doctor.messages import message, told
from saddle.doctor.rules import RULES

__all__ = [
    "RULES",
    "Evidence",
    "Finding",
    "Remedy",
    "Spell",
    "evidence_from",
    "evidence_of",
    "examine",
    "history",
    "message",
    "not_measured",
    "told",
]
