"""How a recipe's pictures are read: what it says, and what the machine is quick enough for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from saddle.errors import Incompatible
from saddle.recipe import Recipe
from saddle.sources import (
    DATA,
    SOURCES,
    LeftOut,
    Options,
    Pictures,
    Source,
    TwoDomains,
    colour,
    kind_of,
    open_source,
)
from saddle.sources.narrowed import Narrowed

MOST: Mapping[bool, int] = {False: 64, True: 256}
"""Pixels of the side that is taken unasked, at most, by whether there is a GPU: on a processor a
turn takes as long as there are pixels, and 128 would take most of a day."""

Tell = Callable[[str], None]


def options_of(recipe: Recipe, *, gpu: bool, tell: Tell | None = None) -> Options:
    """The options that a recipe's `pictures` stand for."""
    said = {key: value for key, value in recipe.pictures if value is not None}
    if "background" in said:
        said["background"] = colour(said["background"])
    heard = {} if tell is None else {"tell": tell}
    return Options(**{"most": MOST[gpu], **said, **heard})


def open_named(
    recipe: Recipe, what: object, second: object, *, gpu: bool, tell: Tell | None = None
) -> Source:
    """What a name, a path or an array stands for, read as the recipe says."""
    return open_source(
        what,
        seed=recipe.seed,
        second=second,
        columns=recipe.columns,
        given=recipe.given,
        pictures=options_of(recipe, gpu=gpu, tell=tell),
    )


def may_have_gpu() -> bool:
    """Whether the machine may have a GPU that torch knows of, as far as is told without torch."""
    return sys.platform != LINUX or any(Path(path).exists() for path in DRIVERS)


LINUX = "linux"
DRIVERS = ("/proc/driver/nvidia", "/dev/dxg", "/dev/kfd")
"""What a driver of NVIDIA's, of Windows below Linux, or of AMD's leaves there."""


def asked(recipe: Recipe) -> dict[str, Any]:
    """What the recipe says of pictures, by dotted path."""
    return {f"pictures.{key}": value for key, value in recipe.pictures if value is not None}


def must_suit(recipe: Recipe, source: Source) -> None:
    """Refuse what is said of pictures where there are none."""
    wanted = asked(recipe)
    if wanted and not any(isinstance(one, Pictures) for one in domains(source)):
        raise Incompatible(
            f"{' and '.join(wanted)} {'is' if len(wanted) == 1 else 'are'} about pictures, and "
            f"{source.name!r} has none: leave out {', '.join(map(_flag, wanted))}"
        )


def _flag(key: str) -> str:
    return f"--{key.rpartition('.')[2]}"


def domains(source: Source) -> list[Source]:
    """The source, or both that it is made of."""
    if isinstance(source, Narrowed):
        return domains(source.whole)
    return [*source.domains.values()] if isinstance(source, TwoDomains) else [source]


def left_out(source: Source) -> list[LeftOut]:
    """The files that are none of its pictures, with the reasons."""
    return [it for one in domains(source) if isinstance(one, Pictures) for it in one.left_out]


def names_pictures(name: str | None) -> bool:
    """Whether a value of a recipe names a set of pictures, or a place that holds some."""
    if name is None or name in SOURCES:
        return False
    return name in DATA or (Path(name).exists() and kind_of(Path(name)) is not None)


def with_size(recipe: Recipe, source: Source) -> Recipe:
    """The recipe with the size that was taken unasked: another machine must read the same."""
    sides = {max(one.shape[:2]) for one in domains(source) if isinstance(one, Pictures)}
    if recipe.pictures.size is not None or len(sides) != 1 or not _is_named(recipe):
        return recipe
    return recipe.amended({"pictures.size": sides.pop()})


def size_reason(recipe: Recipe, source: Source) -> list[str]:
    """Why pictures are smaller than they are stored, where that was not asked for."""
    sizes = {one.told.side for one in domains(source) if isinstance(one, Pictures)}
    side = recipe.pictures.size
    if side is None or side not in MOST.values() or not any(stored > 2 * side for stored in sizes):
        return []
    return [f"{side} px: a turn takes as long as there are pixels (--size)"]


def _is_named(recipe: Recipe) -> bool:
    """Whether the pictures are read from where a name says, and not passed in."""
    return names_pictures(recipe.data)
