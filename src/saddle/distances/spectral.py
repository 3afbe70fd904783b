"""Spectral normalisation: every layer's matrix divided by its largest singular value."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from saddle.distances.base import Penalty
from saddle.errors import Incompatible
from saddle.reference import Reference
from saddle.references import SPECTRAL

LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
"""The layers that are normalised; a convolution's matrix is (out, in * kernel)."""


class Normalised(nn.Module):
    """W -> W / s, s = a' W b by power iteration: b <- W'a / |W'a|, a <- W b / |W b|.

    One iteration each time that the weight is asked for in training with gradients on; the
    vectors start at the exact ones of the weight as it is, and are buffers. Nothing is drawn.

    References:
        Miyato et al. (2018), Spectral normalization for generative adversarial networks, Alg. 1.
    """

    a: Tensor
    b: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        U, _, V = torch.linalg.svd(weight.detach().flatten(1), full_matrices=False)
        self.register_buffer("a", U[:, 0].clone())
        self.register_buffer("b", V[0].clone())

    def forward(self, weight: Tensor) -> Tensor:
        """The weight over its largest singular value; same shape."""
        W = weight.flatten(1)
        if self.training and torch.is_grad_enabled():
            self._iterate(W.detach())
        # Copies: the buffers move on before a later backward pass reads them.
        s = self.a.clone() @ W @ self.b.clone()
        return weight / s.clamp_min(1e-12)

    @torch.no_grad()
    def _iterate(self, W: Tensor) -> None:
        self.b.copy_(nn.functional.normalize(W.T @ self.a, dim=0, eps=1e-12))
        self.a.copy_(nn.functional.normalize(W @ self.b, dim=0, eps=1e-12))


@dataclass(frozen=True)
class SpectralNorm(Penalty):
    """Rewrites the critic: each linear or convolution weight W becomes W / |W|_2.

    With activations of slope at most one, the slope of a plain critic is then at most one.

    References:
        Miyato et al. (2018), Spectral normalization for generative adversarial networks.
    """

    name: str = "spectral-norm"
    reference: Reference = SPECTRAL
    weight: float = 1.0
    at_sides: bool = False
    bounds: bool = True

    def build(self, critic: nn.Module) -> nn.Module:
        """The same critic, its layers normalised in place."""
        layers = [layer for layer in critic.modules() if isinstance(layer, LAYERS)]
        if not layers:
            raise Incompatible("spectral-norm needs a critic with linear or convolution layers")
        for layer in layers:
            if parametrize.is_parametrized(layer, "weight"):
                raise Incompatible(f"spectral-norm: the weight of {layer} is rewritten already")
            # One number alone over its size is a sign: it leaves zero by itself.
            if layer.weight.numel() > 1 and not layer.weight.any():
                raise Incompatible(
                    f"spectral-norm divides by a weight's norm, and that of {layer} starts at zero"
                )
            parametrize.register_parametrization(layer, "weight", Normalised(layer.weight))
        return critic
