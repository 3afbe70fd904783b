"""Boxes in which one side is denser, found by a small tree on half of the rows of both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from saddle.judge.gaps.base import Clouds, Gap, Mask
from saddle.judge.gaps.regions import Region, halves
from saddle.measure.base import Floats

LEAVES = 8
LEAST = 0.03
"""Share of the rows that a box must hold."""


def boxes(clouds: Clouds) -> list[Gap]:
    """The nodes of a tree of each half, judged on the other half."""
    found: list[Region] = []
    for real, fake in halves(clouds):
        rows = clouds.real_rows[real], clouds.fake_rows[fake]
        for box in _nodes(clouds.real[real], clouds.fake[fake]):
            found.append(Region(_inside(box), *rows, box=box))
    return [region.gap("box") for region in found if region.pooled(clouds) <= 0.5]


def _inside(box: Floats) -> Callable[[Floats], Mask]:
    def holds(rows: Floats) -> Mask:
        """Rows (n, d) that lie above every lower and up to every upper bound."""
        inside: Mask = np.all((rows > box[:, 0]) & (rows <= box[:, 1]), axis=1, keepdims=True)
        return inside[:, 0]

    return holds


def _nodes(real: Floats, fake: Floats) -> Iterator[Floats]:
    """The bounds (d, 2) of every node but the root."""
    x, y = np.concatenate([real, fake]), np.r_[np.ones(len(real)), np.zeros(len(fake))]
    least = max(10, int(LEAST * min(len(real), len(fake))))
    tree = (
        DecisionTreeClassifier(
            max_leaf_nodes=LEAVES, min_samples_leaf=least, class_weight="balanced", random_state=0
        )
        .fit(x, y)
        .tree_
    )
    whole = np.tile([-np.inf, np.inf], (x.shape[1], 1))
    waiting = [(0, whole)]
    while waiting:
        node, box = waiting.pop()
        if node:
            yield box
        j, cut = tree.feature[node], tree.threshold[node]
        if j >= 0:
            below, above = box.copy(), box.copy()
            below[j, 1], above[j, 0] = min(cut, box[j, 1]), max(cut, box[j, 0])
            waiting += [(tree.children_left[node], below), (tree.children_right[node], above)]
