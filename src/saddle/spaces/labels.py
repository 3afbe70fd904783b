"""Labels: one of finitely many classes, shown to networks as one-hot vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from saddle.errors import BadData, unknown
from saddle.spaces.base import Raw

UNKNOWN = "?"
"""The label of a row whose class nobody told."""

MOST = 10_000
"""More classes than this are refused: such a column is a number or a text, not a label."""


class Labels:
    """One of k classes, whole numbers or text.

    A label `?` among labels that are text is none: its class is unknown, and it is encoded as a
    row of zeros.

    A score is not differentiated by a label, and the empirical law of the training labels is kept
    so that labels can be drawn when nobody asks for one.

    Attributes:
        classes: sorted, (k,).
        shares: how often each class came among the training labels, (k,), summing to one.
        unknown: share of the training labels that were `?`.
    """

    name = "label"
    smooth = False

    def __init__(self) -> None:
        self._classes: npt.NDArray[Any] | None = None
        self._shares: npt.NDArray[np.float64] | None = None
        self.unknown = 0.0

    @property
    def classes(self) -> npt.NDArray[Any]:
        """The classes, sorted, (k,)."""
        if self._classes is None:
            raise BadData("this space is not fitted yet: call fit with training labels first")
        return self._classes

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """How often each class came, (k,)."""
        if self._shares is None:
            raise BadData("this space is not fitted yet: call fit with training labels first")
        return self._shares

    @property
    def shape(self) -> tuple[int, ...]:
        """(k,)."""
        return (len(self.classes),)

    def fit(self, raw: Raw) -> None:
        """Take the classes and their shares from training labels, (n,)."""
        labels = _labels(raw)
        known = _known(labels)
        classes, counts = np.unique(labels[known], return_counts=True)
        if not 1 <= len(classes) <= MOST:
            raise BadData(f"labels must be of 1 to {MOST} classes, got {len(classes)}")
        self._classes, self._shares = classes, counts / counts.sum()
        self.unknown = float(1 - known.mean())

    def numbers(self, raw: Raw) -> npt.NDArray[np.int64]:
        """The number of each label's class, (n,); an unknown label names the known ones.

        Classes that are whole numbers are also found by their text ("3").
        """
        labels, classes = _labels(raw), self.classes
        if labels.dtype.kind != classes.dtype.kind:
            labels, text = labels.astype(str), classes.astype(str)
            order = np.argsort(text)
            found = order[np.searchsorted(text, labels, sorter=order).clip(max=len(text) - 1)]
        else:
            text, found = classes, np.searchsorted(classes, labels).clip(max=len(classes) - 1)
        wrong = text[found] != labels
        if wrong.any():
            raise unknown("label", str(labels[wrong][0]), [str(c) for c in classes[:100]])
        numbers: npt.NDArray[np.int64] = found.astype(np.int64)
        return numbers

    def encode(self, raw: Raw | Tensor) -> Tensor:
        """Labels (n,) to one-hot float32, (n, k)."""
        labels = _labels(raw.numpy() if isinstance(raw, Tensor) else raw)
        known = _known(labels) if self.unknown else np.ones(len(labels), bool)
        one_hot = torch.zeros(len(labels), len(self.classes))
        if known.any():
            numbers = torch.from_numpy(self.numbers(labels[known]))
            one_hot[torch.from_numpy(np.flatnonzero(known)), numbers] = 1
        return one_hot

    def decode(self, encoded: Tensor) -> Raw:
        """The class of the largest entry, (n, k) -> (n,)."""
        numbers = encoded.detach().argmax(dim=1).cpu().numpy()
        named: Raw = self.classes[numbers]
        none = (encoded == 0).all(1).cpu().numpy()
        return np.where(none, UNKNOWN, named) if self.unknown and none.any() else named

    def rows(self, raw: Raw) -> npt.NDArray[np.float64]:
        """What measures compare: one-hot rows, (n, k)."""
        return self.encode(raw).double().numpy()

    def state(self) -> dict[str, Any]:
        """Classes and shares, as JSON values that come back bit for bit."""
        return {
            "space": self.name,
            "classes": self.classes.tolist(),
            "shares": self.shares.tolist(),
            **({"unknown": self.unknown} if self.unknown else {}),
        }

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Labels:
        """The space that `state` came from."""
        space = cls()
        space._classes = np.array(state["classes"])
        space._shares = np.array(state["shares"], dtype=np.float64)
        space.unknown = float(state.get("unknown", 0.0))
        return space

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of what was fitted."""
        shown = ", ".join(str(c) for c in self.classes[:10])
        more = f" and {len(self.classes) - 10} more" if len(self.classes) > 10 else ""
        left = f"; {self.unknown:.1%} of the labels are unknown" if self.unknown else ""
        return [("classes", f"{len(self.classes)}: {shown}{more}{left}")]

    def warnings(self) -> list[str]:
        """Classes so rare that hardly anything can be learned of them."""
        rare = [str(c) for c, s in zip(self.classes, self.shares, strict=True) if s < 1e-3]
        return [f"labels under a thousandth of the rows: {', '.join(rare[:10])}"] if rare else []


def _known(labels: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which labels are a class: all that are whole numbers, and any text but `?`."""
    return np.ones(len(labels), bool) if labels.dtype.kind == "i" else labels != UNKNOWN


def _labels(raw: Raw) -> npt.NDArray[Any]:
    """Labels as whole numbers or text, (n,)."""
    labels = np.asarray(raw)
    if labels.ndim == 0:
        labels = labels[None]
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or len(labels) == 0:
        raise BadData(f"labels must be of shape (n,), got {labels.shape}")
    if labels.dtype.kind in "biu":
        return labels.astype(np.int64)
    if labels.dtype.kind in "OUS":
        return labels.astype(str)
    raise BadData(f"labels must be whole numbers or text, got {labels.dtype}")
