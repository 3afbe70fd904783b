"""Your own parts: `module:Class` in a recipe, imported only where the caller says so.

This is the one place of the package that imports a module by name. The recipe stores the
reference and the run the weights; code is run where a person typed it (Python, or `--trust-code`),
never because a file that was read names it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Container
from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn

from saddle.errors import BadValue, UserError
from saddle.networks.base import Scores

_REFERENCE = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")


def is_custom(name: str, known: Container[object]) -> bool:
    """Whether a name of a recipe is `module:Class` rather than a catalogue's `name:value`."""
    head = name.partition(":")[0]
    return bool(_REFERENCE.match(name)) and head not in known


def custom(name: str, *, trusted: bool) -> Any:
    """The class or function that `module:Class` names."""
    if not trusted:
        raise UserError(
            f"{name!r} is code of your own: it is imported only with --trust-code "
            "(in Python: trust_code=True), since a recipe that is read must not run anything"
        )
    module, _, attribute = name.partition(":")
    try:
        found = vars(importlib.import_module(module))
    except ImportError as problem:
        raise BadValue(f"{name!r}: {module} cannot be imported: {problem}") from problem
    if attribute not in found:
        raise BadValue(f"{name!r}: {module} has no {attribute}")
    return found[attribute]


@runtime_checkable
class Declared(Protocol):
    """A critic that says whether its rows are independent, and so returns `Scores`."""

    pointwise: bool


class Foreign(nn.Module):
    """A critic of the caller's own: any module that maps parts to (n,) or (n, 1) scores."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module
        self.pointwise = False

    def forward(self, *parts: Tensor) -> Scores:
        """Its output as `Scores`; its rows are not taken to be independent of one another."""
        return Scores(self.module(*parts).flatten())
