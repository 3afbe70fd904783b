"""Generative adversarial networks: pick what close means, train until it is close, know it is.

    gan = saddle.GAN(seed=0).fit("grid")
    gan.sample(1000)

Names are imported when they are first asked for, so that `import saddle` is quick.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from saddle.api import GAN, evaluate, load
    from saddle.compare.api import compare
    from saddle.distances import FDivergence
    from saddle.doctor import diagnose
    from saddle.judge.why import why
    from saddle.judging import two_sample
    from saddle.recipe import Recipe

_HOME = {
    "GAN": "saddle.api",
    "load": "saddle.api",
    "diagnose": "saddle.doctor",
    "evaluate": "saddle.api",
    "compare": "saddle.compare.api",
    "FDivergence": "saddle.distances",
    "two_sample": "saddle.judging",
    "why": "saddle.judge.why",
    "Recipe": "saddle.recipe",
}

__all__ = [
    "GAN",
    "FDivergence",
    "Recipe",
    "__version__",
    "compare",
    "diagnose",
    "evaluate",
    "load",
    "two_sample",
    "why",
]


class _Package(ModuleType):
    """The package: `saddle.evaluate` stays the function once the folder of that name is loaded."""

    @property
    def evaluate(self) -> Any:
        """Measure a run: see `saddle.api.evaluate`."""
        return vars(import_module("saddle.api"))["evaluate"]

    @evaluate.setter
    def evaluate(self, folder: object) -> None:
        """Importing hangs a folder onto its package; this name is taken."""

    @property
    def compare(self) -> Any:
        """Compare ways of training: see `saddle.compare.api.compare`."""
        return vars(import_module("saddle.compare.api"))["compare"]

    @compare.setter
    def compare(self, folder: object) -> None:
        """As above."""


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'saddle' has no attribute {name!r}")
    return vars(import_module(_HOME[name]))[name]


def __dir__() -> list[str]:
    return sorted(__all__)
