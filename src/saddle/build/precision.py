"""How products are computed: in single precision, or in bf16 where the machine has it.

Weights, optimisers, losses and scores are float32 either way; bf16 keeps float32's range, so that
nothing has to be scaled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import torch

from saddle.build.plan import find_device
from saddle.recipe import Recipe
from saddle.spaces.base import Space

Cast = Callable[[], AbstractContextManager[object]]


def with_precision(recipe: Recipe, spaces: Mapping[str, Space]) -> Recipe:
    """The recipe with `auto` decided: bf16 pays where there are convolutions to compute."""
    if recipe.precision != "auto":
        return recipe
    pictures = any(len(space.shape) == 3 for space in spaces.values())
    quick = pictures and HAS_BF16[find_device(recipe.device).type]()
    return recipe.amended({"precision": "bfloat16" if quick else "float32"})


HAS_BF16: Mapping[str, Callable[[], bool]] = {
    "cpu": lambda: bool(torch.cpu._is_avx512_bf16_supported()),
    "cuda": lambda: bool(torch.cuda.is_bf16_supported(including_emulation=False)),
    "mps": lambda: False,
}
"""Whether a kind of device multiplies bf16 in hardware."""


def cast_of(recipe: Recipe, device: torch.device) -> Cast:
    """The context in which losses are computed."""
    if recipe.precision != "bfloat16":
        return nullcontext
    return lambda: torch.autocast(device.type, dtype=torch.bfloat16)
