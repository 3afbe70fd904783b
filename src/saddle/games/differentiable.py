"""Changes of pictures that pass a gradient on: what both sides show the critic in their place.

Each operation changes every row by numbers of its own. Moving and scaling are two products with
small matrices, so that they can be differentiated as often as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from saddle.distances.base import Parts
from saddle.errors import Incompatible, bad, unknown
from saddle.games.duel import SideName, View
from saddle.games.streams import Purpose, Streams

Operation = Callable[[Tensor, torch.Generator], Tensor]
"""From pictures (n, C, H, W) to changed ones, same shape; linear or affine in the picture."""

# ---- numbers a row ------------------------------------------------------------------------------


def uniform(x: Tensor, rng: torch.Generator) -> Tensor:
    """U(0, 1) for each row of x, shaped (n, 1, 1, 1)."""
    return torch.rand((len(x), 1, 1, 1), generator=rng, device=rng.device).to(x)


def whole(x: Tensor, below: int, rng: torch.Generator) -> Tensor:
    """A whole number from 0 up to `below`, for each row of x, (n, 1, 1, 1)."""
    drawn = torch.randint(below, (len(x), 1, 1, 1), generator=rng, device=rng.device)
    return drawn.to(x.device)


# ---- where pixels come from ---------------------------------------------------------------------


def lines(u: Tensor, size: int, *, reflect: bool) -> Tensor:
    """Matrices (n, m, size) that read a line at the places u (n, m), linearly between pixels.

    Beyond its ends the line is zero, or comes back as in a mirror at the outer pixels.
    """
    if reflect:
        u = (size - 1) - ((u.abs() % (2 * size - 2)) - (size - 1)).abs()
    pixels = torch.arange(size, device=u.device, dtype=u.dtype)
    return (1 - (u[:, :, None] - pixels).abs()).clamp_min(0)


def read_at(x: Tensor, rows: Tensor, columns: Tensor, *, reflect: bool) -> Tensor:
    """The picture read at the product of these rows and columns (n, H) and (n, W): A x B'."""
    n, C, H, W = x.shape
    with torch.autocast(x.device.type, enabled=False):
        A, B = lines(rows, H, reflect=reflect), lines(columns, W, reflect=reflect)
        tall = (A @ x.permute(0, 2, 3, 1).reshape(n, H, W * C)).reshape(n, H, W, C)
        wide = B @ tall.transpose(1, 2).reshape(n, W, H * C)
    return wide.reshape(n, W, H, C).permute(0, 3, 2, 1)


def _places(x: Tensor, axis: int) -> Tensor:
    return torch.arange(x.shape[axis], device=x.device, dtype=x.dtype)


# ---- operations ---------------------------------------------------------------------------------


def flip(x: Tensor, rng: torch.Generator) -> Tensor:
    """Mirrored left to right, with probability one half."""
    return torch.where(uniform(x, rng) < 0.5, x.flip(3), x)


def moving(*, reflect: bool) -> Operation:
    """Moved by whole pixels, at most an eighth of each side, uniformly."""

    def shift(x: Tensor, rng: torch.Generator) -> Tensor:
        far = [max(1, round(size / 8)) for size in x.shape[2:]]
        down, right = (whole(x, 2 * d + 1, rng).reshape(-1, 1) - d for d in far)
        return read_at(x, _places(x, 2) - down, _places(x, 3) - right, reflect=reflect)

    return shift


def scale(x: Tensor, rng: torch.Generator) -> Tensor:
    """Made larger or smaller about its centre, by 2^e, e ~ N(0, .2^2)."""
    e = torch.randn((len(x), 1), generator=rng, device=rng.device).to(x)
    middles = [(size - 1) / 2 for size in x.shape[2:]]
    rows, columns = (
        (_places(x, axis) - m) * torch.exp2(-0.2 * e) + m
        for axis, m in zip((2, 3), middles, strict=True)
    )
    return read_at(x, rows, columns, reflect=True)


def rotate(x: Tensor, rng: torch.Generator) -> Tensor:
    """Turned by 0, 90, 180 or 270 degrees, uniformly; pictures that are not square by 0 or 180."""
    square = x.shape[2] == x.shape[3]
    turns = whole(x, 4, rng) if square else 2 * whole(x, 2, rng)
    quarter = torch.where(turns % 2 == 1, x.transpose(2, 3).flip(2), x) if square else x
    return torch.where(turns >= 2, quarter.flip(2, 3), quarter)


def cutout(x: Tensor, rng: torch.Generator) -> Tensor:
    """A rectangle half as wide and high is set to zero, its centre anywhere on the picture."""
    held = []
    for axis in (2, 3):
        size = x.shape[axis]
        centre = whole(x, size, rng).reshape(-1, 1)
        held.append((_places(x, axis) - centre + 0.25).abs() <= size / 4)
    hole = held[0][:, None, :, None] & held[1][:, None, None, :]
    return x * ~hole


def colour(x: Tensor, rng: torch.Generator) -> Tensor:
    """Brightness + U(-1/2, 1/2); saturation times U(0, 2); contrast times U(1/2, 3/2).

    Saturation is how far the channels are from their mean: a grey picture has none to change.
    """
    bright, saturation, contrast = uniform(x, rng) - 0.5, 2 * uniform(x, rng), uniform(x, rng)
    x = x + bright
    grey = x.mean(1, keepdim=True)
    x = grey + saturation * (x - grey) if x.shape[1] > 1 else x
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (contrast + 0.5) * (x - mean)


OPERATIONS: Mapping[str, Operation] = {
    "colour": colour,
    "cutout": cutout,
    "flip": flip,
    "rotate": rotate,
    "scale": scale,
    "shift": moving(reflect=False),
}
"""What a picture can be changed by; several are applied in the order in which they are named."""


def operations(text: str) -> dict[str, Operation]:
    """The operations of a list joined by `+`.

    >>> list(operations("flip+shift"))
    ['flip', 'shift']
    """
    names = text.split("+")
    wrong = next((name for name in names if name not in OPERATIONS), None)
    if wrong is not None:
        raise unknown("augmentation", wrong, OPERATIONS)
    if len(set(names)) < len(names):
        raise bad("OPERATIONS of augment:OPERATIONS", text, "names joined by +, each once")
    return {name: OPERATIONS[name] for name in names}


# ---- views --------------------------------------------------------------------------------------


class OfPictures(View):
    """A view that changes the smooth parts that are pictures, and leaves the others.

    Where several parts of a row are pictures (x and what it was made from) they are changed in
    the same way, from the same draws: what belongs together stays together.
    """

    def __init__(self, name: str, smooth: tuple[bool, ...]) -> None:
        super().__init__()
        self.name = name
        self.smooth = smooth

    def changed(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """What is shown in place of pictures (n, C, H, W)."""
        return x

    def forward(self, parts: Parts, side: SideName, streams: Streams) -> Parts:
        """The parts, pictures changed."""
        pictures = [
            smooth and part.dim() == 4 for part, smooth in zip(parts, self.smooth, strict=True)
        ]
        if not any(pictures):
            shapes = " and ".join(str(tuple(part.shape[1:])) for part in parts)
            raise Incompatible(
                f"view {self.name!r} changes pictures (C, H, W), and the critic sees {shapes}"
            )
        rng = streams[Purpose.AUGMENT]
        start, shown = rng.get_state(), []
        for part, picture in zip(parts, pictures, strict=True):
            if picture:
                rng.set_state(start)
                part = self.changed(part, rng)
            shown.append(part)
        return tuple(shown)


class Augmentation(OfPictures):
    """x -> T(x), T drawn anew for each row, on both sides and in both players' turns.

    A critic that has too few real pictures learns them by heart; changed at random they are many.
    The generator is told through T what the critic saw, and has to match the law of T(x), which
    the law of x alone does where T can be undone on laws.

    References:
        Zhao, Liu, Lin, Zhu, Han (2020), Differentiable augmentation for data-efficient GAN
        training.
    """

    def __init__(self, text: str, smooth: tuple[bool, ...]) -> None:
        super().__init__(f"augment:{text}", smooth)
        self.operations = operations(text)

    def changed(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Every operation in turn."""
        for operation in self.operations.values():
            x = operation(x, rng)
        return x
