"""What two pictures are compared by where nothing is trained: a thumbnail, and where edges lie.

The thumbnail is the mean colour of each of 8 x 8 cells. Edges are

    e_k = max(0, cos(a_k) d/dx + sin(a_k) d/dy),      a_k = 2 pi k / 8,

of the brightness at full, half and quarter size, averaged over 4 x 4 cells. Nothing is random and
nothing is downloaded, so that a number means the same for every run on the same data.

References:
    Dalal, Triggs (2005), Histograms of oriented gradients for human detection.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

CELLS, COARSE, ANGLES, SIZES = 8, 4, 8, 3

Floats = npt.NDArray[np.float32]


@torch.no_grad()
def describe(x: Tensor) -> tuple[Floats, Floats]:
    """Thumbnails (n, C 64) and edges (n, up to 384) of encoded pictures (n, C, H, W)."""
    x = x.detach().float().cpu()
    thumb = functional.adaptive_avg_pool2d(x, (min(CELLS, x.shape[2]), min(CELLS, x.shape[3])))
    grey = x.mean(1, keepdim=True)
    found = []
    for _ in range(SIZES):
        found.append(edges(grey).flatten(1))
        if min(grey.shape[2:]) < 2 * COARSE:
            break
        grey = functional.avg_pool2d(grey, 2)
    return thumb.flatten(1).numpy(), torch.cat(found, 1).numpy()


def edges(grey: Tensor) -> Tensor:
    """How strong edges of each direction are in each cell, (n, 8, 4, 4)."""
    dx = grey[..., 1:, 1:] - grey[..., 1:, :-1]
    dy = grey[..., 1:, 1:] - grey[..., :-1, 1:]
    angles = [2 * math.pi * k / ANGLES for k in range(ANGLES)]
    # One direction at a time: eight at once need eight times the memory.
    cells = [
        functional.adaptive_avg_pool2d((math.cos(a) * dx + math.sin(a) * dy).clamp_min(0), COARSE)
        for a in angles
    ]
    return torch.cat(cells, 1)
