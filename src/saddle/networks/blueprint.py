"""A row of a network catalogue: from sizes and a generator to a network with drawn parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import nn

from saddle.errors import Incompatible, bad
from saddle.networks.drawing import global_stream_kept, initialise
from saddle.networks.layers import ACTIVATIONS
from saddle.reference import Reference

N = TypeVar("N", bound=nn.Module)

Size = tuple[int, ...]
"""Shape of one sample: (d,) for a row of numbers, (C, H, W) for a picture."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a network.

    Attributes:
        inputs: shape of each part of its call, a number for a row of so many: (2,), or (2, 8) for
            x and c, ((3, 32, 32),) for a picture; with packing, that of the packed part.
        output: shape of what comes out; a critic ignores it.
        width: hidden units a layer; of pictures, channels at the finest level.
        depth: hidden layers; for a flow, pairs of coupling layers; of pictures, blocks a level.
        activation: a name of `ACTIVATIONS`; groupsort, maxout, linear, quadratic have their own.
    """

    inputs: tuple[int | Size, ...]
    output: int | Size = 1
    width: int = 128
    depth: int = 2
    activation: str = "leaky-relu"

    def __post_init__(self) -> None:
        sizes = {"output": min(self.made), "width": self.width, "depth": self.depth}
        for name, value in sizes.items():
            if value < 1:
                raise bad(name, value, "a whole number of at least 1")
        if not self.inputs or min(map(min, self.parts)) < 1:
            raise bad("inputs", self.inputs, "at least one part, each of size 1 or more")
        _ = ACTIVATIONS[self.activation]

    @property
    def parts(self) -> tuple[Size, ...]:
        """Shape of each part."""
        return tuple(as_size(part) for part in self.inputs)

    @property
    def made(self) -> Size:
        """Shape of what comes out."""
        return as_size(self.output)

    @property
    def joined(self) -> int:
        """Numbers in all parts side by side."""
        return sum(map(math.prod, self.parts))

    @property
    def numbers(self) -> int:
        """Numbers in what comes out."""
        return math.prod(self.made)


def as_size(size: int | Size) -> Size:
    """A shape; a number is that of a row."""
    return (size,) if isinstance(size, int) else size


@dataclass(frozen=True)
class Blueprint(Generic[N]):
    """One row: how to make a network, where it comes from, what it is good for.

    Attributes:
        make: from a shape to a module; what it draws is thrown away.
        reference: where it comes from.
        about: one line for lists.
        pointwise: whether a row's output depends on that row alone.
        pictures: whether it takes or makes pictures (C, H, W); else rows of numbers.
        classifies: whether it needs a class as its second part, and tells it in a head.
    """

    make: Callable[[Shape], N]
    reference: Reference
    about: str
    pointwise: bool = True
    pictures: bool = False
    classifies: bool = False

    def __call__(self, shape: Shape, rng: torch.Generator) -> N:
        """The network, parameters drawn from `rng`; the global stream is left as it was."""
        with global_stream_kept():
            network = self.make(shape)
        return initialise(network, rng)


def same_size(row: str, shape: Shape) -> int:
    """The one size of a network that must give back as many numbers as it takes."""
    if shape.joined != shape.numbers:
        raise Incompatible(
            f"network {row!r} needs as many inputs as outputs, "
            f"got {shape.joined} in and {shape.numbers} out"
        )
    return shape.numbers


def even_width(row: str, shape: Shape) -> int:
    """The width of a network that works on pairs of units."""
    if shape.width % 2:
        raise bad(f"width of network {row!r}", shape.width, "even")
    return shape.width
