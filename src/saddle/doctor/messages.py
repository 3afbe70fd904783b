"""What findings and remedies are called, by key and language; a language more is a table more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saddle.catalogue import Catalogue


@dataclass(frozen=True)
class Message:
    """The words of one finding.

    Attributes:
        title: a few words.
        means: what is the case, and why it matters.
        numbers: how this finding tells a number of its evidence that others tell otherwise.
    """

    title: str
    means: str
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Language:
    """Everything that is said in one language.

    Attributes:
        findings: by key.
        numbers: how each number of the evidence is told; `{value}` stands for it.
        causes: why a remedy is that, by the key of its cause.
        since: how the step is told since which a finding holds.
    """

    findings: Mapping[str, Message]
    numbers: Mapping[str, str]
    causes: Mapping[str, str]
    since: str


ENGLISH = Language(
    {
        "non-finite": Message(
            "not finite",
            "A loss, a weight or a sample became nan or infinite. Nothing is learned after that.",
        ),
        "exploding": Message(
            "exploding",
            "Scores, slopes, gradients or samples grow beyond anything the data can ask for. The "
            "next thing to come is usually nan.",
        ),
        "stuck": Message(
            "stuck",
            "Nothing moves the generator, or all that moved it brought samples no nearer to the "
            "data since the first look.",
            {"distance": "distance {value:.3g} now"},
        ),
        "vanishing-gradient": Message(
            "vanishing gradient",
            "The critic sees what is wrong with the samples, but hardly any of it reaches the "
            "generator.",
        ),
        "critic-wins": Message(
            "the critic wins",
            "The critic tells nearly every held-out row from a sample, and samples have stopped "
            "coming nearer.",
        ),
        "mode-collapse": Message(
            "mode collapse",
            "Samples leave out much of the data, and have stopped coming nearer to it.",
        ),
        "mode-hopping": Message(
            "mode hopping",
            "Most samples lie in one part of the data, now in this one, now in another: the "
            "generator runs from the critic instead of spreading.",
        ),
        "oscillation": Message(
            "oscillation",
            "Samples swing to and fro at one frequency: the players circle around the solution "
            "instead of coming to rest on it.",
        ),
        "critic-overfits": Message(
            "the critic overfits",
            "The critic knows training rows by heart. What it tells the generator from now on is "
            "about these rows, not about the data.",
        ),
        "memorisation": Message(
            "memorisation",
            "Samples are training rows, or hug them much closer than new rows of the data would.",
        ),
        "distance-stalls": Message(
            "the distance stalls",
            "The watched distance has long stopped falling, well above what real rows score.",
        ),
        "bound-above-truth": Message(
            "no bound",
            "The critic's estimate is above the exact distance of the same rows: its slope "
            "exceeds one, and the number is no Wasserstein distance.",
        ),
    },
    {
        "step": "at step {value:.0f}",
        "finite": "{value:.1%} of the samples are finite",
        "auc": "held-out AUC {value:.3f}",
        "train_auc": "AUC {value:.3f} on training rows",
        "distance": "distance {value:.3g}",
        "first": "at the first look {value:.3g}",
        "floor": "real rows score {value:.3g}",
        "gradient": "the generator's gradient {value:.2g}",
        "gradient_share": "the generator's gradient is {value:.2g} of what it was",
        "gradient_times": "a gradient {value:.3g} times what it was",
        "scores": "scores of real and fake {value:.3g} apart",
        "slope": "the score's mean square slope at samples {value:.2g}",
        "slope_times": "{value:.3g} times that at real rows",
        "weights_times": "weights {value:.3g} times what they were",
        "spread": "samples {value:.3g} times as far apart as the data",
        "coverage": "{value:.0%} of the data covered",
        "missing": "{value:.0%} of it in clusters that are hardly made",
        "diversity": "samples {value:.2f} times as far apart as the data",
        "duplicates": "{value:.0%} of them doubles",
        "crowded": "{value:.0%} of the samples in one cluster",
        "hops": "another one at {value:.0%} of the looks",
        "peak": "{value:.0%} of the power in one line",
        "period": "period {value:.0f} steps",
        "swing": "{value:.0%} of the samples take part",
        "nearest": "{value:.2f} of the way that held-out rows have to training rows",
        "copies": "{value:.0%} of the samples are training rows",
        "estimate": "estimate {value:.3g}",
        "exact": "exact {value:.3g}",
    },
    {
        "frozen": "a learning rate is nought: both as they are by default",
        "generator-fast": "the generator learns far faster than the critic: both rates equal",
        "critic-fast": "the critic learns far faster than the generator: both rates equal",
        "lopsided": "the critic moves far more often than the generator: once each",
        "unpenalised": "nothing damps the critic: relativistic pairs with R1 and R2",
        "uncentred": "nothing damps the rotation: relativistic pairs with R1 and R2",
        "half-penalised": "one side of the critic is not damped: R1 and R2 of weight 1",
        "few-rows": "few rows: noise on what the critic sees, and a stronger penalty",
        "own-generator": "the generator itself cannot do it: the default one, in another run",
        "broken": "back to the last checkpoint before it, at half the learning rates",
        "dead": "the generator is dead: back to the last checkpoint before it",
        "hurried": "smaller steps: half the learning rates",
    },
    "since step {step}",
)

LANGUAGES: Catalogue[Language] = Catalogue("language", {"en": ENGLISH})
"""Every language, by its code."""


def message(key: str, language: str = "en") -> Message:
    """The words of a finding."""
    return LANGUAGES[language].findings[key]


def why(cause: str, language: str = "en") -> str:
    """Why a remedy is that."""
    return LANGUAGES[language].causes[cause]


def told(key: str, numbers: Mapping[str, float], language: str = "en") -> str:
    """The evidence of a finding in words, its own where it has any.

    >>> told("critic-wins", {"auc": 1.0, "distance": 0.25})
    'held-out AUC 1.000, distance 0.25'
    """
    words = {**LANGUAGES[language].numbers, **message(key, language).numbers}
    return ", ".join(words[name].format(value=value) for name, value in numbers.items())
