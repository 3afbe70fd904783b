"""What a critic sees of a row: its standardised columns, or waves of them beside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from saddle.catalogue import Catalogue
from saddle.measure.base import Floats


class Lens(Protocol):
    """How rows become what critics see."""

    def see(self, x: Floats) -> Tensor:
        """Rows (n, d) as float32 (n, k)."""
        ...


class Grind(Protocol):
    """Makes a lens for two clouds."""

    def __call__(self, x: Floats, y: Floats, rng: np.random.Generator) -> Lens:
        """The lens for clouds (n, d) and (m, d)."""
        ...


@dataclass(frozen=True, eq=False)
class Plain:
    """Columns brought to mean 0 and deviation 1 over both sides; a constant column becomes 0."""

    centre: Floats
    scale: Floats

    @classmethod
    def of(cls, x: Floats, y: Floats, rng: np.random.Generator) -> Plain:
        """Both clouds weigh the same, however many rows they have."""
        centre = (x.mean(0) + y.mean(0)) / 2
        scale = np.sqrt(((x - centre) ** 2).mean(0) / 2 + ((y - centre) ** 2).mean(0) / 2)
        return cls(centre, np.where(scale > 0, scale, 1.0))

    def see(self, x: Floats) -> Tensor:
        """Rows (n, d) as float32, same shape."""
        return torch.from_numpy(((x - self.centre) / self.scale).astype(np.float32))


@dataclass(frozen=True, eq=False)
class Waves:
    """The plain columns, and beside them sin(2 pi w'x + phase) for lines w of many lengths.

    A plain network of this size is slow to see what is a fortieth of the data's scale wide.

    References:
        Rahimi, Recht (2007), Random features for large-scale kernel machines; Tancik et al.
        (2020), Fourier features let networks learn high frequency functions.
    """

    plain: Plain
    w: Tensor
    phase: Tensor

    @classmethod
    def of(cls, x: Floats, y: Floats, rng: np.random.Generator) -> Waves:
        """With random directions, frequencies on a logarithmic scale, and phases."""
        w = rng.standard_normal((x.shape[1], COUNT))
        low, high = (math.log(per) for per in PER_DEVIATION)
        w *= np.exp(rng.uniform(low, high, COUNT)) / np.linalg.norm(w, axis=0)
        phase = rng.uniform(0, 2 * math.pi, COUNT)
        plain = Plain.of(x, y, rng)
        return cls(plain, *(torch.from_numpy(t.astype(np.float32)) for t in (w, phase)))

    def see(self, x: Floats) -> Tensor:
        """Rows (n, d) as float32 (n, d + waves)."""
        z = self.plain.see(x)
        return torch.cat([z, torch.sin(2 * math.pi * z @ self.w + self.phase)], 1)


COUNT = 64
"""Waves beside the columns."""

PER_DEVIATION = (0.25, 16.0)
"""Waves within one deviation of the data, from and to."""

LENSES: Catalogue[Grind] = Catalogue("lens", {"plain": Plain.of, "waves": Waves.of})

FEW = 3
"""Columns up to which waves are tried: along lines in more, rows lie too thinly to wave."""


def worth_trying(columns: int) -> tuple[str, ...]:
    """The lenses for rows of so many columns.

    >>> worth_trying(2), worth_trying(10)
    (('plain', 'waves'), ('plain',))
    """
    return tuple(LENSES) if columns <= FEW else ("plain",)
