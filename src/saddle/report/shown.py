"""What kind of thing a run's samples are: clouds of points, or pictures."""

from __future__ import annotations

from saddle.report.read import Array, Look, Record, optional_json

DRAWN = (
    ("samples", "x", "samples", "data"),
    ("a_to_b", "b", "a → b", "b"),
    ("b_to_a", "a", "b → a", "a"),
)
"""What a look may hold of generated rows, the real rows to resemble, both names."""

CLOUDS, SHEETS = "clouds", "sheets"
KINDS = frozenset({CLOUDS, SHEETS})

OF_RANK = {4: SHEETS}
"""By the rank of an array: pictures are (n, H, W, C). All else are rows of numbers."""

OF_SPACE = {"image": SHEETS}
"""By the name of a space, where nothing was recorded yet."""


def kind_of(x: Array) -> str:
    """What an array of samples is shown as."""
    return OF_RANK.get(x.ndim, CLOUDS)


def shows(look: Look, kind: str) -> bool:
    """Whether a look holds generated samples of a kind."""
    return any(kind_of(look.arrays[name]) == kind for name, *_ in DRAWN if name in look.arrays)


def looks_of(record: Record, kind: str) -> list[Look]:
    """The looks that hold generated samples of a kind."""
    return [look for look in record.looks if shows(look, kind)]


def kinds(record: Record) -> set[str]:
    """The kinds of a run's samples; where none were recorded, by its spaces."""
    seen = {kind for kind in KINDS if record.last is not None and shows(record.last, kind)}
    spaces = (optional_json(record.run.space(key)).get("space") for _, key, *_ in DRAWN)
    return seen or {OF_SPACE.get(str(name), CLOUDS) for name in spaces if name} or {CLOUDS}
