"""Which pictures are the same up to coding, a small resize, or brightness.

A picture becomes a vector: 16 x 16 means of its lightness and 4 x 4 means of its two differences
of colour, less the mean lightness, of length one. Two pictures are near-duplicates where their
vectors are closer than `NEAR`. Pairs are looked for among the neighbours in the lowest
frequencies, which are never further apart than the vectors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from saddle.sources.counter import Indices, Words
from saddle.sources.pictures.options import Bytes

Vectors = npt.NDArray[np.float32]

SIDE, COLOURS = 16, 4
"""Means a side of the lightness, and of each difference of colour."""

NEAR = 0.08
"""How far apart the vectors of near-duplicates are at most; 0.08 is a correlation of 0.9968."""

FLAT = 2.0
"""Standard deviation of a thumbnail, in levels of 255, below which nothing can be told."""

LOW = 5
"""Frequencies a side that neighbours are looked for in."""

NEIGHBOURS = 8
"""Neighbours of each picture that are looked at."""

CHUNK = 2048


def thumbnails(images: Bytes) -> Vectors:
    """(n, H, W, C) -> (n, 288), or (n, 256) for grey: means of lightness and of colour."""
    parts = [images[i : i + CHUNK] for i in range(0, len(images), CHUNK)]
    return np.concatenate([_thumbnails(part.astype(np.float32)) for part in parts])


def _thumbnails(images: Vectors) -> Vectors:
    small = _means(images, SIDE)
    if images.shape[-1] == 1:
        return small.reshape(len(images), -1)
    light = small @ WEIGHTS
    scale = SIDE / COLOURS  # as if there were as many means as of lightness
    colours = scale * _means(small[..., ::2] - light[..., None], COLOURS)
    parts = [light, colours[..., 0], colours[..., 1]]
    return np.concatenate([part.reshape(len(images), -1) for part in parts], axis=1)


WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def _means(images: Vectors, side: int) -> Vectors:
    """Means over equal areas, (n, H, W, C) -> (n, side, side, C)."""
    n, height, width, channels = images.shape
    down, across = _areas(height, side), _areas(width, side)
    rows = (down.T @ images.reshape(n, height, -1)).reshape(n, side, width, channels)
    means: Vectors = across.T @ rows
    return means


def _areas(length: int, side: int) -> Vectors:
    """How much of each pixel belongs to each of the means, (length, side)."""
    edges = np.arange(side + 1) * (length / side)
    pixel = np.arange(length)[:, None]
    shared = np.minimum(edges[1:], pixel + 1) - np.maximum(edges[:-1], pixel)
    shares: Vectors = (shared.clip(0) * (side / length)).astype(np.float32)
    return shares


def near_duplicates(thumbs: Vectors, hashes: Words) -> Indices:
    """The group of each picture, whole numbers from 0; copies are in one group too.

    Args:
        thumbs: of each picture, (n, 288) or (n, 256).
        hashes: of each picture's bytes, (n,): equal ones are copies.
    """
    _, first, copy_of = np.unique(hashes, return_index=True, return_inverse=True)
    vectors, flat = _normalised(thumbs[first])
    pairs = _pairs(vectors, np.flatnonzero(~flat))
    links = (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1]))
    _, groups = connected_components(coo_array(links, shape=(len(first),) * 2), directed=False)
    found: Indices = groups[copy_of].astype(np.intp)
    return found


def _normalised(thumbs: Vectors) -> tuple[Vectors, npt.NDArray[np.bool_]]:
    """Vectors of length one, and which pictures are too flat for one."""
    vectors = thumbs.copy()
    lightness = vectors[:, : SIDE * SIDE]
    lightness -= lightness.mean(axis=1, keepdims=True)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(length, 1e-6)
    return vectors, length[:, 0] < FLAT * SIDE


def _pairs(vectors: Vectors, rows: Indices) -> npt.NDArray[np.intp]:
    """Pairs of rows that are near-duplicates, (m, 2), each looked at once or twice."""
    if len(rows) < 2:
        return np.empty((0, 2), dtype=np.intp)
    low = _low(vectors[rows])
    count = min(NEIGHBOURS, len(rows) - 1) + 1
    _, near = cKDTree(low, leafsize=32, balanced_tree=False).query(
        low, k=count, distance_upper_bound=NEAR
    )
    here, there = np.repeat(np.arange(len(rows)), count), near.ravel()
    apart = (there < len(rows)) & (there != here)
    pairs = np.stack([rows[here[apart]], rows[there[apart]]], axis=1)
    parts = [pairs[i : i + CHUNK] for i in range(0, len(pairs), CHUNK)]
    close = [np.linalg.norm(vectors[p[:, 0]] - vectors[p[:, 1]], axis=1) < NEAR for p in parts]
    return pairs[np.concatenate(close)] if close else pairs


def _low(vectors: Vectors) -> Vectors:
    """The lowest frequencies of lightness and colour: an orthogonal projection."""
    squares = vectors[:, : SIDE * SIDE].reshape(-1, SIDE, SIDE)
    low = dctn(squares, axes=(1, 2), norm="ortho")[:, :LOW, :LOW].reshape(len(vectors), -1)[:, 1:]
    colours = vectors[:, SIDE * SIDE :].reshape(len(vectors), -1, COLOURS * COLOURS)
    return np.concatenate([low, colours.sum(axis=2) / COLOURS], axis=1)
