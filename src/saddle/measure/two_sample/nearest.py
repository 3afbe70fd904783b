"""Nearest neighbours as a test: is a row's nearest other row of its own side?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saddle.measure.base import Floats
from saddle.measure.two_sample.blind import Z80, Z95, share
from saddle.measure.two_sample.permuting import floor_of, labellings, null_of, p_of
from saddle.measure.two_sample.result import Blind, Found, Setting

RARE = 0.005
"""Share of labellings below which so low an accuracy is told of."""
_COPIES = "well below 1/2: rows of one side lie on or beside rows of the other, as copies do"


def neighbours(x: Floats, y: Floats, setting: Setting) -> Found:
    """Leave-one-out accuracy of the nearest neighbour, the mean of both sides' (1/2 in one law).

    The neighbours are found once, without looking at the sides; labels are then permuted. Rows at
    equal distance are taken at random. Well below one half means that one side repeats rows of
    the other.
    """
    n, m = len(x), len(y)
    nearest = _nearest(np.concatenate([x, y]), setting.rng)
    labels = labellings(n, m, setting.rng, setting.permutations) == 1
    same = labels == labels[nearest]
    of_a, of_b = (same & labels).sum(0) / n, (same & ~labels).sum(0) / m
    values = (of_a + of_b) / 2
    floor = floor_of(values)
    return Found(
        float(values[0]),
        float(p_of(values)),
        floor,
        _blind(values, n, m),
        {"accuracy on a": float(of_a[0]), "accuracy on b": float(of_b[0]), **null_of(values)},
        _COPIES if p_of(-values) <= RARE else "",
    )


def _blind(values: Floats, n: int, m: int) -> Blind:
    """The least share e of one side, alone in its place, that is seen.

    Rows there are told right, the others as the densities say: 1 / (2 - e) in all. Where many
    rows tie the labellings spread less than distinct rows would, and those are what is meant.
    """
    noise = max(float(values[1:].std()), 0.5 / np.sqrt(n + m))
    least = max(floor_of(values), 0.5 + Z95 * 0.5 / np.sqrt(n + m)) + Z80 * noise
    return share(min(n, m), 2 - 1 / least, "of the samples elsewhere")


def _nearest(pooled: Floats, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """The number of each row's nearest other row, (N,); ties fall at random."""
    from sklearn.neighbors import NearestNeighbors

    order = rng.permutation(len(pooled))
    place = np.argsort(order)
    shuffled = pooled[order]
    found = NearestNeighbors(n_neighbors=1).fit(shuffled).kneighbors(return_distance=False)[:, 0]
    nearest: npt.NDArray[np.intp] = order[found][place]
    return nearest
