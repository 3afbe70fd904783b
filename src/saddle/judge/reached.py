"""Which real rows nothing that was made comes near: of which class, and which are farthest.

A held-out row is reached where something made lies as near as its K-th neighbour among the
held-out rows (coverage, Naeem et al. 2020, Eq. 8). As many training rows leave some unreached too:
that is the floor, for each class and for all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats
from saddle.measure.crowd import Crowd, K
from saddle.runs import Json

LEAST = 20
"""Held-out rows from which something is told."""

SHOWN = 3
"""Classes and rows that are named."""

Z = 1.96


def reached(
    real: Floats,
    made: Floats,
    other: Floats,
    *,
    labels: npt.NDArray[Any] | None = None,
    called: Callable[[int], str] = str,
) -> Json | None:
    """How many real rows (n, d) have nothing made near, beside how many other real rows leave.

    None where there are too few rows to tell.

    Args:
        real: held-out rows.
        made: samples, (m, d).
        other: other real rows; as many of them as samples are taken, and as many samples.
        labels: the class of each held-out row, (n,), or None.
        called: what the row of a number is called.
    """
    n = min(len(made), len(other))
    finite = made[:n][np.isfinite(made[:n]).all(1)]
    if len(real) < LEAST or not len(finite):
        return None
    crowd = Crowd(real, other)
    way = crowd.way(finite)
    left, floor = way > 1, crowd.way(other[:n]) > 1
    farthest = [i for i in np.argsort(-way, kind="stable")[:SHOWN] if left[i]]
    return {
        "n": len(real),
        "made": n,
        "neighbour": min(K, len(real) - 1),
        "unreached": int(left.sum()),
        "floor": int(floor.sum()),
        "classes": [] if labels is None else _classes(labels, left, floor),
        "farthest": [called(int(i)) for i in farthest],
    }


Mask = npt.NDArray[np.bool_]


def _classes(labels: npt.NDArray[Any], left: Mask, floor: Mask) -> list[Json]:
    """Of each class how many rows, and how many are unreached; the worst first."""
    found = []
    for label in np.unique(labels):
        rows = labels == label
        counts = {"unreached": int(left[rows].sum()), "floor": int(floor[rows].sum())}
        found.append({"label": str(label), "n": int(rows.sum()), **counts})
    return sorted(found, key=lambda it: it["floor"] / it["n"] - it["unreached"] / it["n"])


def sentences(found: Json) -> list[str]:
    """The same in plain words.

    >>> cat = {"label": "cat", "n": 30, "unreached": 28, "floor": 1}
    >>> told = {"n": 90, "made": 90, "unreached": 40, "floor": 4, "classes": [cat]}
    >>> for line in sentences({**told, "farthest": ["cat/7.png"]}):
    ...     print(line)
    Never made, or made badly: 40 of 90 held-out pictures have no sample of 90 near them.
    Other real pictures in their place leave 4.
    Most so: cat, 28 of 30.
    Farthest from every sample: cat/7.png.
    >>> sentences({**told, "unreached": 5})[0]
    'Nothing is seen to be left out: 5 of 90 held-out pictures have no sample of 90 near them.'
    """
    counts = f"{found['unreached']} of {found['n']} held-out pictures have no sample of"
    counts += f" {found['made']} near them."
    floor = f"Other real pictures in their place leave {found['floor']}."
    if not _more(found):
        return [f"Nothing is seen to be left out: {counts}", floor]
    worst = [it for it in found["classes"] if _more(it)][:SHOWN]
    named = "; ".join(f"{it['label']}, {it['unreached']} of {it['n']}" for it in worst)
    said = [f"Never made, or made badly: {counts}", floor]
    said += [f"Most so: {named}."] * bool(worst)
    return [*said, f"Farthest from every sample: {', '.join(found['farthest'])}."]


def _more(counts: Json) -> bool:
    """Whether more are unreached than other real rows leave, beyond chance.

    Of the rows that one of the two leaves, each is as likely to be the samples' as not where both
    have one law: a sign test, rows that both leave counted for both.
    """
    more, less = counts["unreached"], counts["floor"]
    return bool(more - less > Z * math.sqrt(more + less))
