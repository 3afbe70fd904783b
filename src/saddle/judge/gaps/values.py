"""Columns in which one side repeats exact values that the other side does not meet.

Whole numbers, prices that end in 99, a zero in nine rows of ten: samples that are close to such
values, but not on them, are told at a glance, and by no smooth critic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from saddle.judge.gaps.base import Clouds, Gap, Mask, Told
from saddle.judge.gaps.regions import Region, halves
from saddle.measure.base import Floats, Integers

TIMES = 3
"""How often a value must stand in half of a side to count as repeated."""
SHOWN = 3
FAMILY = "value"


def values(clouds: Clouds) -> list[Gap]:
    """The repeated values of each column, found on half of a side."""
    none = np.array([], dtype=np.int64)
    found: list[Gap] = []
    for real, fake in halves(clouds):
        found += _of_side(clouds.real[real], clouds.real_rows[real], none)
        found += _of_side(clouds.fake[fake], none, clouds.fake_rows[fake])
    return found


def _of_side(rows: Floats, found_real: Integers, found_fake: Integers) -> Iterator[Gap]:
    for j, column in enumerate(rows.T):
        every, times = np.unique(column, return_counts=True)
        often = np.argsort(-times, kind="stable")[: int((times >= TIMES).sum())]
        if len(often):
            yield _gap(j, every[often], Region(_among(j, every[often]), found_real, found_fake))


def _among(j: int, held: Floats) -> partial[Mask]:
    return partial(_stands, j, held)


def _stands(j: int, held: Floats, rows: Floats) -> Mask:
    """Rows (n, d) whose value in column j is one of those held."""
    return np.isin(rows[:, j], held)


def _gap(j: int, held: Floats, region: Region) -> Gap:
    tell = partial(_tell, j, held, region)
    return Gap(FAMILY, region.p_value, _nothing, tell, region.holds, (j,))


def _nothing(clouds: Clouds) -> Clouds:
    """No repair: critics do not see exact values."""
    return clouds


def _tell(j: int, held: Floats, region: Region, clouds: Clouds, columns: Sequence[str]) -> Told:
    """Which side repeats which values."""
    shares = region.shares(clouds)
    who = "real" if len(region.found_real) else "fake"
    such = ", ".join(f"{value + 0.0:.6g}" for value in held[:SHOWN])
    words = (
        f"values that {who} rows repeat, such as {such}, stand in {shares.real.words('real')}, "
        f"{shares.fake.words('fake')}"
    )
    facts = {
        "real": shares.real.json(),
        "fake": shares.fake.json(),
        "repeated": held[:SHOWN].tolist(),
        "by": who,
    }
    return Told("column", columns[j], words, facts)
