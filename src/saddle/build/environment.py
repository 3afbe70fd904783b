"""Where a run was made: versions, platform, device, data; written once as environment.json."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from saddle.build.materials import Materials, fingerprint
from saddle.recipe import Recipe
from saddle.runs import Json

PACKAGES = ("saddle-gan", "torch", "numpy", "scipy", "POT", "safetensors")


def environment(recipe: Recipe, materials: Materials, device: torch.device) -> Json:
    """What a reader of the run needs to know of the machine and the data."""
    described = materials.described()
    return {
        "versions": {"python": platform.python_version(), **versions()},
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "device": str(device),
        "threads": recipe.threads,
        "data": {
            "name": materials.source.name,
            "fingerprint": fingerprint(materials),
            "facts": [list(fact) for fact in described.facts],
            "warnings": described.warnings,
        },
    }


def versions() -> dict[str, str]:
    """Installed versions of what decides the bits."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def differences(then: Json, now: Json) -> list[str]:
    """What differs from the machine on which the run began, so that bits may differ."""
    pairs = {**{k: (v, now["versions"].get(k)) for k, v in then["versions"].items()}}
    pairs |= {key: (then[key], now[key]) for key in ("platform", "device", "threads")}
    return [f"{name}: {old} then, {new} now" for name, (old, new) in pairs.items() if old != new]
