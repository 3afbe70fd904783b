"""What to change: for each finding, the causes that the record shows, and what takes them away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from saddle.doctor.evidence import Evidence
from saddle.doctor.finding import WAYS, Remedy, Way
from saddle.doctor.thresholds import ALIKE, DAMPED, FEW, OFTEN, UNEQUAL
from saddle.recipe import Recipe

Values = Mapping[str, Any]

DEFAULT = Recipe().model_dump(mode="json")
RATES = ("optimise_generator.rate", "optimise_critic.rate")
SCHEDULES = ("schedules.rate", "schedules.critic_rate")


@dataclass(frozen=True)
class Cause:
    """Something that is known to bring a fault about.

    Attributes:
        shown: whether the recipe, or the record, shows it.
        changes: what takes it away.
        way: where a run must begin for that.
    """

    shown: Callable[[Evidence], bool]
    changes: Callable[[Evidence], Values]
    way: Way = "resume"


def remedy_of(key: str, evidence: Evidence, *, since: int) -> Remedy | None:
    """The remedy of a finding that holds since a step: what takes away every cause shown."""
    shown = tuple(name for name in LOOKED_FOR.get(key, ()) if CAUSES[name].shown(evidence))
    shown = shown or LAST_RESORT.get(key, ())
    if not shown:
        return None
    changes = {k: v for name in reversed(shown) for k, v in CAUSES[name].changes(evidence).items()}
    ways = [WORN.get(key, WAYS[0]), *(CAUSES[name].way for name in shown)]
    way = max(ways, key=WAYS.index)
    finished = evidence.step >= evidence.steps
    return Remedy(shown, changes, way, since, evidence.steps if finished else 0)


# ------------------------------------------------------------------------- what a recipe may show


def _weights(evidence: Evidence) -> dict[str, float]:
    held = evidence.value("penalties") or {}
    return {str(name).partition(":")[0]: float(weight) for name, weight in held.items()}


def _learned(evidence: Evidence) -> bool:
    """Whether there is a critic to damp."""
    return bool(evidence.names("critics"))


def _undamped(evidence: Evidence) -> bool:
    """No penalty, or hardly any; clipping and spectral norm act whatever their weight."""
    held = _weights(evidence)
    return _learned(evidence) and sum(held.values()) < DAMPED


def _one_sided(evidence: Evidence) -> bool:
    """R1 alone, or R2 alone."""
    held = set(_weights(evidence))
    return len(held & {"r1", "r2"}) == 1 and not _undamped(evidence)


def _uncentred(evidence: Evidence) -> bool:
    """Nothing pulls the critic's slope to nought, which is what ends a rotation."""
    held = _weights(evidence)
    return _learned(evidence) and sum(held.get(name, 0.0) for name in CENTRED) < DAMPED


CENTRED = ("r1", "r2", "r1-fd", "r2-fd")
"""Penalties under which the field at the solution has eigenvalues of negative real part."""


def _rates(evidence: Evidence) -> tuple[float, float]:
    return evidence.value(RATES[0]) or 0.0, evidence.value(RATES[1]) or 0.0


def _moves(evidence: Evidence) -> float:
    """Critic moves a turn, where the rule's name tells them."""
    count = str(evidence.value("rule") or "").partition(":")[2]
    return float(count) if count.isdigit() else 1.0


def _frozen(evidence: Evidence) -> bool:
    return any(_least(evidence.value(key)) <= 0 for key in SCHEDULES)


def _least(schedule: Any) -> float:
    """The factor of a learning rate while it holds."""
    return float(schedule["hold"]) if isinstance(schedule, Mapping) else 1.0


def _own(evidence: Evidence) -> bool:
    """Whether the generator is code of the user's own: `module:Class`."""
    head, _, name = str(evidence.value("generator.name") or "").partition(":")
    return name[:1].isalpha() and head not in NAMED_WITH_WORDS


NAMED_WITH_WORDS: frozenset[str] = frozenset()
"""Generators of the catalogue whose parameter is a word; all have numbers."""


def _all_alike(evidence: Evidence) -> bool:
    """Whether all samples are one, whatever z is."""
    spread = [evidence.series(f"made.{k}.diversity").values for k in evidence.names("made")]
    return any(len(values) and values[-1] <= ALIKE for values in spread) and not _own(evidence)


def _few_rows(evidence: Evidence) -> bool:
    held = evidence.series("watch.n").values
    return bool(len(held)) and held[-1] < FEW


# ------------------------------------------------------------------------------ what is changed


def _equal_rates(evidence: Evidence) -> Values:
    return dict.fromkeys(RATES, min(_rates(evidence)))


def _halved(evidence: Evidence) -> Values:
    return {
        key: float(f"{rate / 2:.3g}") for key, rate in zip(RATES, _rates(evidence), strict=True)
    }


def _damped(evidence: Evidence) -> Values:
    return {"distance": DEFAULT["distance"], "penalties": DEFAULT["penalties"]}


CAUSES: Mapping[str, Cause] = {
    "frozen": Cause(
        _frozen,
        lambda e: {
            key: DEFAULT["schedules"][key.partition(".")[2]]
            for key in SCHEDULES
            if _least(e.value(key)) <= 0
        },
    ),
    "generator-fast": Cause(
        lambda e: _rates(e)[0] >= UNEQUAL * _rates(e)[1] > 0, _equal_rates, "back"
    ),
    "critic-fast": Cause(
        lambda e: _rates(e)[1] >= UNEQUAL * _rates(e)[0] > 0, _equal_rates, "back"
    ),
    "lopsided": Cause(lambda e: _moves(e) >= OFTEN, lambda e: {"rule": DEFAULT["rule"]}),
    "unpenalised": Cause(_undamped, _damped),
    "uncentred": Cause(_uncentred, _damped),
    "half-penalised": Cause(_one_sided, lambda e: {"penalties": DEFAULT["penalties"]}),
    "few-rows": Cause(
        _few_rows, lambda e: {"views": ["noise:0.2"], "penalties": {"r1": 4.0, "r2": 4.0}}, "anew"
    ),
    "own-generator": Cause(_own, lambda e: {"generator": DEFAULT["generator"]}, "anew"),
    "dead": Cause(_all_alike, lambda e: {}, "back"),
    "broken": Cause(lambda e: True, _halved),
    "hurried": Cause(lambda e: True, _halved, "back"),
}
"""By the key of the message that says why."""

TOO_STRONG = ("own-generator", "dead", "generator-fast", "critic-fast", "lopsided", "unpenalised")

LOOKED_FOR: Mapping[str, tuple[str, ...]] = {
    "non-finite": ("generator-fast", "critic-fast", "unpenalised"),
    "exploding": ("generator-fast", "critic-fast", "unpenalised", "half-penalised"),
    "stuck": ("frozen", *TOO_STRONG),
    "vanishing-gradient": ("frozen", *TOO_STRONG),
    "critic-wins": ("frozen", *TOO_STRONG),
    "mode-collapse": ("frozen", *TOO_STRONG, "half-penalised"),
    "mode-hopping": ("own-generator", "generator-fast", "uncentred", "half-penalised"),
    "oscillation": ("generator-fast", "critic-fast", "uncentred", "half-penalised"),
    "critic-overfits": ("few-rows", "unpenalised"),
    "memorisation": ("own-generator", "few-rows"),
}
"""The causes that each finding is searched for; what is changed for an earlier one counts."""

LAST_RESORT: Mapping[str, tuple[str, ...]] = {
    "non-finite": ("broken",),
    "exploding": ("hurried",),
    "oscillation": ("hurried",),
}
"""What is tried where no cause is shown."""

WORN: Mapping[str, Way] = {"exploding": "back"}
"""Findings that leave weights which no remedy mends: a run must go back behind them."""
