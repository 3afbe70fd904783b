"""Your own parts: `module:Class` in a recipe, imported only where the caller says so.

This is the one place of the package that imports a module by name. The recipe stores the
reference and the run the weights; code is run where a person typed it (Python, or `--trust-code`),
never because a file that was read names it.
"""

from __future__ import annotations

import importlib
import inspect
import re
import traceback
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from saddle.errors import BadValue, SaddleError, UserError, bad, nearest
from saddle.networks import Size
from saddle.networks.base import Scores
from saddle.networks.lipschitz import lipschitz

_REFERENCE = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.<>]*$")

Own = Mapping[str, Any]
"""Objects passed in from Python, by what they are: `generator`, `critic`, `encoder`, `distance`,
or one network of several by its role, `generator.a_to_b`."""


def reference(thing: object) -> str:
    """What a recipe stores of an object of your own: `module:Class`."""
    kind = type(thing)
    return f"{kind.__module__}:{kind.__qualname__}"


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
        found: Any = importlib.import_module(module)
    except Exception as problem:  # code of the user's own may raise anything
        raise BadValue(f"{name!r}: {module} cannot be imported: {problem}") from problem
    for part in attribute.split("."):
        inside = vars(found)
        if part not in inside:
            close = nearest(part, [key for key in inside if not key.startswith("_")])
            hint = f": did you mean {close!r}?" if close else _elsewhere(module, part)
            raise BadValue(f"{name!r}: {module} has no {part!r}{hint}")
        found = inside[part]
    return found


def _elsewhere(module: str, part: str) -> str:
    """Why a class that a run was made with may not be found again."""
    if module in _SCRIPTS or part.startswith("<"):
        return (
            "; a class of a script or of a function cannot be imported: pass the object itself "
            "in Python, or put it in a module"
        )
    return ""


_SCRIPTS = ("__main__",)
"""Modules that another program cannot import."""


def made(name: str, *arguments: object, trusted: bool) -> Any:
    """An object of the class that `module:Class` names, called with these arguments."""
    maker = custom(name, trusted=trusted)
    try:
        return maker(*arguments)
    except SaddleError:
        raise
    except Exception as problem:  # code of the user's own may raise anything
        given = ", ".join(type(argument).__name__ for argument in arguments)
        place = _own_place(maker, problem)
        if place:
            raise BadValue(
                f"{name!r}, called with ({given}), raised {type(problem).__name__}: {problem} "
                f"({place})"
            ) from problem
        raise BadValue(
            f"{name!r} must be callable as {name.partition(':')[2]}({given}): {problem}; "
            "a run that was made with an object from Python takes that object again"
        ) from problem


def _own_place(maker: Any, problem: Exception) -> str | None:
    """The last line of the user's own module that an error came through, or None."""
    module = inspect.getmodule(maker)  # where it is written, not where it was named
    file = None if module is None else vars(module).get("__file__")
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename == file]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else None


def tried(role: str, network: object, inputs: tuple[Size, ...], output: Size) -> nn.Module:
    """The caller's own network, refused where it does not map its parts to (n, *output)."""
    kind = type(network).__name__
    if not isinstance(network, nn.Module):
        raise bad(role, network, "a torch.nn.Module or a name")
    parts = [torch.zeros(ROWS, *size) for size in inputs]
    shapes = " and ".join(str(tuple(part.shape)) for part in parts)
    training = network.training
    try:
        with torch.no_grad():
            out = network.eval()(*parts)
    except Exception as problem:  # code of the user's own may raise anything
        raise BadValue(f"{role}: {kind} fails on {shapes}: {problem}") from problem
    finally:
        network.train(training)
    values = out.values if isinstance(out, Scores) else out
    allowed = [(ROWS, *output), *([(ROWS,)] if output == (1,) else [])]
    came = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
    if came not in allowed:
        raise bad(f"what {role} {kind} makes of {shapes}", came, f"of shape {allowed[0]}")
    return network


ROWS = 4
"""Rows that an own network is tried on; packing divides them."""


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

    def lipschitz(self) -> float:
        """The module's own bound of its slope; infinite where it has none."""
        return lipschitz(self.module)
