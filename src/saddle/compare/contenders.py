"""Who is compared: recipes that differ in what was asked, each checked before anything plays."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saddle.distances import PENALTIES
from saddle.errors import BadValue, UserError
from saddle.presets import chosen
from saddle.recipe import Recipe, parse_setting

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Contender:
    """One way of training.

    Attributes:
        name: what sets it apart.
        recipe: all of it, but for the seed.
    """

    name: str
    recipe: Recipe

    @property
    def slug(self) -> str:
        """The name as a folder."""
        return re.sub(r"[^A-Za-z0-9.=+-]+", "-", self.name).strip("-.") or "contender"


@dataclass(frozen=True)
class Asked:
    """What a comparison varies; several of these are crossed.

    Attributes:
        distances: names of distances.
        penalties: sets of penalties: `r1+r2`, `gp:between=10`, `none`.
        presets: names of presets.
        settings: `key=value`, or `key=v1,v2`, which is varied.
    """

    distances: Sequence[str] = ()
    penalties: Sequence[str] = ()
    presets: Sequence[str] = ()
    settings: Sequence[str] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing at all is asked."""
        return not any((self.distances, self.penalties, self.presets, self.settings))

    def contenders(self, common: Values) -> list[Contender]:
        """Every combination, on what is common to all."""
        held, varied = _settings(self.settings)
        axes: list[list[tuple[str, Values]]] = [
            [(name, {"preset": name}) for name in self.presets],
            [(name, {"distance": name}) for name in self.distances],
            [(name, {"penalties": penalties_of(name)}) for name in self.penalties],
            *varied,
        ]
        found = [
            _contender(combination, {**common, **held})
            for combination in itertools.product(*(axis for axis in axes if axis))
        ]
        names = [contender.name for contender in found]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise BadValue(f"{twice!r} is named twice: a comparison has each contender once")
        if len(found) < 2:
            raise BadValue(
                f"a comparison needs two contenders at least, got {names[0] or 'the default'!r} "
                "alone: name several, --distance kl,js or --set critic.width=32,64"
            )
        return found


def _contender(combination: Sequence[tuple[str, Values]], common: Values) -> Contender:
    name = " ".join(part for part, _ in combination)
    values: dict[str, Any] = dict(common)
    for _, more in combination:
        values |= more
    preset = values.pop("preset", None)
    try:
        return Contender(name, chosen(preset, None, None, values))
    except UserError as problem:
        raise type(problem)(f"{name}: {problem}") from problem


def penalties_of(text: str) -> dict[str, float]:
    """A set of penalties with their weights, by default each penalty's own.

    >>> penalties_of("r1+gp:between=5"), penalties_of("none")
    ({'r1': 1.0, 'gp:between': 5.0}, {})
    """
    found: dict[str, float] = {}
    for part in [] if text == "none" else text.split("+"):
        name, equals, weight = part.partition("=")
        own = PENALTIES[name].weight
        found[name] = float(parse_setting(part)[1]) if equals else own
    return found


def _settings(settings: Sequence[str]) -> tuple[Values, list[list[tuple[str, Values]]]]:
    """What all have in common, and what is varied, an axis a key."""
    held: dict[str, Any] = {}
    varied: list[list[tuple[str, Values]]] = []
    keys = [text.partition("=")[0] for text in settings]
    for text in settings:
        key, equals, words = text.partition("=")
        if keys.count(key) > 1:
            raise BadValue(f"--set {key} is given twice: name all its values once, {key}=V1,V2")
        several = split(words)
        each = [parse_setting(f"{key}{equals}{word}") for word in several]
        if len(each) > 1:
            name = key.rpartition(".")[2]
            pairs = zip(several, each, strict=True)
            varied.append([(f"{name}={word}", dict([value])) for word, value in pairs])
        else:
            held |= dict(each)
    return held, varied


def split(text: str) -> list[str]:
    """What stands between commas, but for those inside brackets.

    >>> split("a,[b,c],{d: 1, e: 2}")
    ['a', '[b,c]', '{d: 1, e: 2}']
    """
    found, depth = [""], 0
    for character in text:
        depth += (character in "[{(") - (character in ")}]")
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [part.strip() for part in found]
