"""Which part of the package may import which, and what torch must not be reached from."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from house.syntax import ROOT, Module, Offence

LEVELS = (
    ("errors",),
    ("catalogue", "reference", "runs", "expression"),
    ("records", "references", "progress"),
    ("threads",),
    ("distances", "networks", "measure", "spaces"),
    ("games", "sources"),
    ("judge",),
    ("training",),
    ("recipe",),
    ("presets", "doctor"),
    ("build",),
    ("report", "evaluate"),
    ("listing", "output", "export"),
    ("api", "compare", "sweep"),
    ("judging",),
    ("__init__",),
    ("lab",),
    ("terminal",),
    ("cli",),
    ("__main__",),
)
"""Lowest first; a row's units know nothing of one another. Docs count the first four as one."""

STANDARD_ONLY = {unit for row in LEVELS[:3] for unit in row}
TORCH_FREE = ("report", "doctor")
CARRIERS = {"torch", "ot"}
"""What brings torch in; POT does where torch is installed."""

LEVEL = {unit: number for number, row in enumerate(LEVELS) for unit in row}


def arrows(module: Module) -> Iterator[Offence]:
    """An import that does not run downwards, wherever in the file it stands."""
    unit = module.name.split(".")[1]
    if unit not in LEVEL:
        yield 1, f"{unit} stands on no level: give it one"
        return
    for line, name in module.imports():
        head = name.partition(".")[0]
        if head != "saddle":
            if unit in STANDARD_ONLY and head not in sys.stdlib_module_names:
                yield line, f"{unit} keeps to the standard library, and imports {name}"
            continue
        other = _unit(name)
        if other != unit and LEVEL.get(other, len(LEVELS)) >= LEVEL[unit]:
            yield line, f"{unit} must not import {other}"


def _unit(name: str) -> str:
    """The file or package just below `saddle`; any other name is something of `__init__`."""
    second = [*name.split("."), ""][1]
    exists = (ROOT / "src/saddle" / second).is_dir() or (ROOT / f"src/saddle/{second}.py").exists()
    return second if second and (second in LEVEL or exists) else "__init__"


def roads_to_torch(package: list[Module]) -> list[str]:
    """Every file of a torch-free unit from which torch is reached, and over which files."""
    known = {module.name: module for module in package}
    starts = [m for m in package if m.name.split(".")[1:2] and _unit(m.name) in TORCH_FREE]
    roads = (_road(module, known) for module in starts)
    return [" -> ".join(road) for road in roads if road]


def _road(start: Module, known: dict[str, Module]) -> list[str]:
    """The shortest chain of imports to torch, imports inside functions included."""
    waiting, seen = [[start.name]], {start.name}
    while waiting:
        road = waiting.pop(0)
        for name in _imported(known[road[-1]], known):
            if name in CARRIERS:
                return [*road, name]
            if name in known and name not in seen:
                seen.add(name)
                waiting.append([*road, name])
    return []


def _imported(module: Module, known: dict[str, Module]) -> Iterator[str]:
    """Files and foreign packages that a file imports, the packages around them included."""
    for _, name in module.imports(lazy=module.name != "saddle.__init__"):
        parts = name.split(".")
        if parts[0] != "saddle":
            yield parts[0]
            continue
        for n in range(1, len(parts) + 1):
            stem = ".".join(parts[:n])
            yield from (s for s in (stem, f"{stem}.__init__") if s in known)
