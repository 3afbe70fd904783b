"""From what was found to pictures of one size: decode, leave out what is broken, tell of it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from saddle.sources.finite import hash_of, hashes_of
from saddle.sources.pictures.choosing import Shape, done_to, resized, shape_for, side_for
from saddle.sources.pictures.decoding import (
    Header,
    Unreadable,
    decoded,
    fitted,
    header,
    plain,
)
from saddle.sources.pictures.near import Vectors, thumbnails
from saddle.sources.pictures.options import Bytes, LeftOut, Options, Stack, Told, quiet, shown
from saddle.sources.pictures.pieces import Piece, Pieces
from saddle.sources.pictures.shelves import Held, Shelf, Shelved, Streamed, each

CHUNK = 256
"""Files that are decoded at a time."""

SHARE = 4
"""Pictures may take one part in SHARE of the machine's memory; beyond, they are streamed."""


def memory_limit() -> int:
    """Bytes that decoded pictures may take where nobody says how many."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // SHARE
    except (ValueError, OSError):
        return 1 << 32


# ---------------------------------------------------------------- files


@dataclass(frozen=True)
class _Seen:
    """A piece whose head could be read."""

    number: int
    piece: Piece
    head: Header


@dataclass(frozen=True, eq=False)
class _Met:
    """What is kept of a piece that could be decoded: the pixels where they are to be held."""

    hash: int
    thumb: Vectors
    image: Bytes | None


def shelve_files(
    found: Pieces, options: Options, *, limit: int | None = None, where: str
) -> Shelved:
    """Decode every file once; those that are broken are left out by name."""
    told = found.told
    most = memory_limit() if limit is None else limit
    with quiet():
        seen = _headed(found, options, told)
        told.check(len(seen), where, options.worst)
        shape = shape_for([one.head for one in seen], options)
        options.tell(_first_words(found, seen, shape))
        seen, met = _decoded(seen, shape, options, most, told)
        told.check(len(seen), where, options.worst)
        again = shape_for([one.head for one in seen], options)
        if again != shape:  # what was left out had moved the choice
            shape = again
            seen, met = _decoded(seen, shape, options, most, told)
    told.done += done_to([one.head for one in seen], shape, options)
    told.side = int(np.median([min(one.head.height, one.head.width) for one in seen]))
    told.left_out.sort()
    images = [one.image for one in met if one.image is not None]
    shelf: Shelf = Streamed([one.piece for one in seen], shape, options)
    if images:
        shelf = Held(np.stack(images))
    kept = np.array([one.number for one in seen], dtype=np.intp)
    tested = int((kept >= len(found.items) - found.tested).sum())
    return Shelved(
        shelf,
        None if found.labels is None else found.labels[kept],
        np.array([one.hash for one in met], dtype=np.uint64),
        np.concatenate([one.thumb for one in met]),
        told,
        watched=int((kept >= len(found.items) - found.tested - found.watched).sum()) - tested,
        tested=tested,
        names=[shown(one.piece.name) for one in seen],
    )


def _headed(found: Pieces, options: Options, told: Told) -> list[_Seen]:
    """The pieces whose heads can be read."""
    heads = each(partial(_head, options=options), found.items)
    seen = []
    for number, (piece, head) in enumerate(zip(found.items, heads, strict=True)):
        if isinstance(head, Header):
            seen.append(_Seen(number, piece, head))
        else:
            told.left_out.append(LeftOut(shown(piece.name), head))
    return seen


def _head(piece: Piece, options: Options) -> Header | str:
    """The head, or why there is none."""
    try:
        return header(piece.read(), options)
    except UNREAD as problem:
        return reason(problem)


UNREAD = (OSError, Unreadable, zipfile.BadZipFile, MemoryError)


def reason(problem: BaseException) -> str:
    """Why a file cannot be read, in a few words."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return str(problem) or type(problem).__name__


def _decoded(
    seen: Sequence[_Seen], shape: Shape, options: Options, limit: int, told: Told
) -> tuple[list[_Seen], list[_Met]]:
    """The pieces that can be decoded, and what is kept of each."""
    hold = len(seen) * int(np.prod(shape)) <= limit
    kept, met = [], []
    for first in range(0, len(seen), CHUNK):
        some = seen[first : first + CHUNK]
        for one, got in zip(some, each(partial(_met, shape, options, hold), some), strict=True):
            if isinstance(got, _Met):
                kept.append(one)
                met.append(got)
            else:
                told.left_out.append(LeftOut(shown(one.piece.name), got))
        options.tell(f"{first + len(some):,} of {len(seen):,} pictures read")
    return kept, met


def _first_words(found: Pieces, seen: Sequence[_Seen], shape: Shape) -> str:
    """What the heads tell, before any picture is decoded."""
    sizes = sorted(
        {(one.head.width, one.head.height) for one in seen}, key=lambda it: it[0] * it[1]
    )
    ends = [f"{w} x {h}" for w, h in (sizes[0], sizes[-1])]
    span = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    many = f"{len(found.items):,} files, {len(seen):,} with the head of a picture"
    return f"{many}, {span}: reading them at {shape[1]} x {shape[0]}"


def _met(shape: Shape, options: Options, hold: bool, one: _Seen) -> _Met | str:
    """What is kept of one piece, or why it cannot be decoded."""
    try:
        image = decoded(one.piece.read(), shape, options)
    except UNREAD as problem:
        return reason(problem)
    thumb = thumbnails(image[None])
    return _Met(hash_of(image.tobytes()), thumb, image if hold else None)


# ---------------------------------------------------------------- arrays


def shelve_stack(stack: Stack, told: Told, options: Options) -> Shelved:
    """Pictures of an array: left as they are where they are squares and no size is asked."""
    count, height, width, channels = stack.images.shape
    side = options.size or side_for([(height, width)])
    told.side = min(height, width)
    stays = options.size is None and height == width
    grey = channels == 1 if options.grey is None else options.grey
    side = height if stays else side
    shape = (side, side, 1 if grey else 3)
    images = stack.images
    if images.shape[1:] != shape:
        told.done += resized([(width, height)] * count, shape, options)
        if channels == 4:
            told.done.append(f"put on the background {tuple(options.background)}")
        images = np.stack([_fitted(image, shape, options) for image in images])
    hashes, thumbs, own = hashes_of(images), thumbnails(images), (stack.tested, stack.watched)
    return Shelved(Held(images), stack.labels, hashes, thumbs, told, *own)


def _fitted(image: Bytes, shape: Shape, options: Options) -> Bytes:
    """One picture of an array in that shape."""
    flat = image[..., 0] if image.shape[-1] == 1 else image
    return fitted(plain(Image.fromarray(flat)), shape, options)
