"""The first layers of a critic: what they tell apart, other data of the kind can use as well.

A critic v = head(h_L(... h_1(x))) that was trained on much data keeps h_1, ..., h_k as they are
while the rest learns from little (FreezeD). Slopes in x run through them as ever: what is held is
their weights, and a penalty differentiates by x.

References:
    Mo, Cho, Shin (2020), Freeze the discriminator, Sec. 3.
"""

from __future__ import annotations

from torch import nn

BODY = "body"
"""What a critic calls all that comes before its pool and its head."""


def early_layers(critic: nn.Module) -> list[list[nn.Parameter]]:
    """The weights of each layer of a critic's body, from x on; none where it has no body.

    A layer is a part of the body that holds a matrix or filters, be it a whole residual block;
    what else has weights, such as a norm, goes with the layer before it.

    >>> body = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 4))
    >>> [len(layer) for layer in early_layers(nn.ModuleDict({"body": body}))]
    [4, 2]
    """
    named = critic.named_modules()
    body = next((part for name, part in named if name.rpartition(".")[2] == BODY), None)
    found: list[list[nn.Parameter]] = []
    for part in [] if body is None else [*body.children()] or [body]:
        weights = list(part.parameters())
        if not found or any(weight.dim() > 1 for weight in weights):
            found += [weights] if weights else []
        else:
            found[-1] += weights
    return found
