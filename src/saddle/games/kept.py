"""What a game keeps beside its networks: tensors whose shape is known only when they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn

from saddle.errors import BadValue

LAW_ROWS = 10_000


class Kept(nn.Module):
    """Named buffers that get their shape when they are first kept, or from a checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("here", torch.empty(0), persistent=False)  # knows the device
        self.register_load_state_dict_pre_hook(_take_shapes)  # type: ignore[no-untyped-call]

    def keep(self, name: str, value: Tensor) -> None:
        """Keep a tensor under a name, in place of what was there."""
        self.register_buffer(name, value.detach())

    def get(self, name: str) -> Tensor | None:
        """What is kept under a name, or None."""
        return self.kept().get(name)

    def kept(self) -> dict[str, Tensor]:
        """Everything that is kept, by name."""
        return {name: value for name, value in self.named_buffers() if name != "here"}


def _take_shapes(module: nn.Module, state: Mapping[str, Tensor], prefix: str, *_: Any) -> None:
    """Make room for what a checkpoint holds, before its values are copied in."""
    kept = cast(Kept, module)
    for name in kept.kept():
        delattr(kept, name)
    for key, value in state.items():
        if key.startswith(prefix):
            kept.keep(
                key[len(prefix) :], torch.empty_like(value, device=kept.get_buffer("here").device)
            )


class Law(Kept):
    """The empirical law of some keys of the training batch: what sampling draws from unasked."""

    def remember(self, batch: Mapping[str, Tensor], *keys: str) -> None:
        """Keep those keys, at most 10,000 rows each, evenly spaced over all that came."""
        for key in keys:
            rows = len(batch[key])
            chosen = torch.linspace(0, rows - 1, min(rows, LAW_ROWS)).round().long()
            self.keep(key, batch[key][chosen.to(batch[key].device)].clone())

    def draw(self, key: str, n: int, rng: torch.Generator) -> Tensor:
        """Draw n kept rows, with replacement."""
        rows = self.get(key)
        if rows is None:
            raise BadValue(
                f"{key!r} was not asked for, and no training rows of it were remembered"
            )
        drawn = torch.randint(len(rows), (n,), generator=rng, device=rng.device)
        return rows[drawn.to(rows.device)]
