"""Features: what fidelity is measured on. A catalogue of three ways to get some."""

from __future__ import annotations

from saddle.catalogue import Catalogue
from saddle.judge.features.base import Features, Labels, Maker
from saddle.judge.features.onnx import ONNX
from saddle.judge.features.raw import RAW
from saddle.judge.features.trained import TRAINED
from saddle.measure.base import Floats

FEATURES: Catalogue[Maker] = Catalogue(
    "features", {RAW.name: RAW, TRAINED.name: TRAINED, "onnx": ONNX}
)


def features_of(name: str | Features, real: Floats, labels: Labels | None = None) -> Features:
    """Features by name, fitted to the real rows; those that are there already, as they are."""
    return name if isinstance(name, Features) else FEATURES[name].make(real, labels)


def check_features(name: str | Features, columns: int) -> None:
    """Refuse features that cannot be made for rows of so many columns, before any work is done."""
    if not isinstance(name, Features):
        FEATURES[name].ready(columns)


__all__ = ["FEATURES", "Features", "Labels", "Maker", "check_features", "features_of"]
