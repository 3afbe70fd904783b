"""Pictures: 8 bits a channel outside, float32 in [-1, 1], channels last in memory, inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from saddle.errors import BadData
from saddle.spaces.base import Raw
from saddle.spaces.descriptors import describe

Floats = npt.NDArray[np.float64]

HALF = 127.5
"""Half of the range of 8 bits."""

CHANNELS = {1: "grey", 3: "colour"}
"""What pictures of so many channels are called."""


class Images:
    """Pictures of one size.

        encoded = raw / 127.5 - 1,   (n, H, W, C) uint8 -> (n, C, H, W) float32

    The range is fixed and not fitted, so that what is encoded is what every other tool encodes.
    What is fitted is the data's own scale, E |encoded - encoded'|^2 = 2 sum of variances, which
    weights of penalties are relative to, and the scales of what measures read (`rows`).

    Attributes:
        spread: E |encoded - encoded'|^2 of two training pictures.
        scales: what each kind of descriptor is divided by (`saddle.spaces.descriptors`).
    """

    name = "image"
    smooth = True

    def __init__(self) -> None:
        self._shape: tuple[int, int, int] | None = None
        self.spread = 0.0
        self.scales: tuple[float, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """(C, H, W)."""
        if self._shape is None:
            raise BadData("this space is not fitted yet: call fit with training pictures first")
        return self._shape

    def fit(self, raw: Raw) -> None:
        """Take size and scale from training pictures, (n, H, W, C) with n of at least 2."""
        pictures = check_pictures(raw)
        if len(pictures) < 2:
            raise BadData(f"pictures: at least 2 are needed to fit, got {len(pictures)}")
        n, h, w, c = pictures.shape
        self._shape = (c, h, w)
        flat = pictures.reshape(n, -1)
        variance = np.concatenate([part.var(0) for part in np.array_split(flat, 64, axis=1)])
        self.spread = 2 * float(variance.sum()) / HALF**2
        parts = describe(self.encode(pictures[:DESCRIBED]))
        self.scales = tuple(float(np.sqrt(part.var(0).sum())) or 1.0 for part in parts)

    def encode(self, raw: Raw | Tensor) -> Tensor:
        """Pictures (n, H, W, C) to float32 (n, C, H, W), channels last in memory."""
        pictures = check_pictures(raw.numpy() if isinstance(raw, Tensor) else raw)
        c, h, w = self.shape
        if pictures.shape[1:] != (h, w, c):
            raise BadData(f"pictures must be of shape (n, {h}, {w}, {c}), got {pictures.shape}")
        whole = torch.from_numpy(np.ascontiguousarray(pictures))
        return whole.permute(0, 3, 1, 2).float().div_(HALF).sub_(1)

    def decode(self, encoded: Tensor) -> Raw:
        """Back to 8 bits, (n, H, W, C); what lies outside of the range becomes its end."""
        flat = encoded.detach().float().add(1).mul_(HALF).round_().clamp_(0, 255)
        pictures: Raw = flat.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
        return pictures

    def rows(self, raw: Raw) -> Floats:
        """What measures compare: descriptors of small scale and of edges, (n, k)."""
        pictures = check_pictures(raw)
        chunks = [
            np.concatenate(
                [p / s for p, s in zip(describe(self.encode(part)), self.scales, strict=True)], 1
            )
            for part in np.array_split(pictures, max(1, len(pictures) // 256))
        ]
        return np.concatenate(chunks).astype(np.float64)

    def state(self) -> dict[str, Any]:
        """Size and scales, as JSON values that come back bit for bit."""
        return {
            "space": self.name,
            "shape": list(self.shape),
            "spread": self.spread,
            "scales": list(self.scales),
        }

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Images:
        """The space that `state` came from."""
        space = cls()
        c, h, w = (int(size) for size in state["shape"])
        space._shape = (c, h, w)
        space.spread = float(state["spread"])
        space.scales = tuple(float(scale) for scale in state["scales"])
        return space

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of what was fitted."""
        c, h, w = self.shape
        return [
            ("encoded", f"{w} x {h}, {CHANNELS.get(c, f'{c} channels')}, in [-1, 1]"),
            ("scale", f"E |x - x'|^2 = {self.spread:.4g}"),
        ]

    def warnings(self) -> list[str]:
        """What a user should know before training."""
        return ["all training pictures are the same"] if self.spread == 0 else []


DESCRIBED = 1_000
"""Pictures that the scales of descriptors are fitted on, at most."""


def check_pictures(raw: Raw) -> npt.NDArray[np.uint8]:
    """Pictures as uint8 (n, H, W, C), refused where they are something else."""
    pictures = np.asarray(raw)
    if pictures.ndim != 4 or pictures.dtype != np.uint8:
        raise BadData(
            "pictures must be uint8 of shape (n, height, width, channels), "
            f"got {pictures.dtype} of shape {pictures.shape}"
        )
    return pictures
