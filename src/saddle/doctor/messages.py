"""What findings are called, by key and language; a language more is one table more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saddle.catalogue import Catalogue


@dataclass(frozen=True)
class Message:
    """The words of one finding.

    Attributes:
        title: a few words.
        means: what is the case, and why it matters.
        evidence: how each number of the evidence is told; `{value}` stands for it.
    """

    title: str
    means: str
    evidence: Mapping[str, str]


ENGLISH: Mapping[str, Message] = {
    "non-finite": Message(
        "not finite",
        "A loss or a weight became nan or infinite, and the run ended there.",
        {"step": "at step {value:.0f}"},
    ),
    "critic-wins": Message(
        "the critic wins",
        "The critic tells samples from real rows, and the generator no longer comes nearer.",
        {"auc": "held-out AUC {value:.3f}", "distance": "distance {value:.3g}"},
    ),
    "stuck": Message(
        "stuck",
        "Nothing moves the generator: no gradient reaches it, or no step is taken.",
        {"gradient": "its gradient is {value:.2g}"},
    ),
}

LANGUAGES: Catalogue[Mapping[str, Message]] = Catalogue("language", {"en": ENGLISH})
"""Every language, by its code."""


def message(key: str, language: str = "en") -> Message:
    """The words of a finding."""
    return LANGUAGES[language][key]


def told(key: str, numbers: Mapping[str, float], language: str = "en") -> str:
    """The evidence of a finding in words.

    >>> told("stuck", {"gradient": 0.0})
    'its gradient is 0'
    """
    words = message(key, language).evidence
    return ", ".join(words[name].format(value=value) for name, value in numbers.items())
