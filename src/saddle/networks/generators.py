"""The generators, by name."""

from __future__ import annotations

from torch import nn

from saddle.catalogue import Catalogue, Family
from saddle.networks import references as cite
from saddle.networks.blueprint import Blueprint, Shape, number, same_size
from saddle.networks.encoders import fourier, plain, residual, skipped
from saddle.networks.mlp import Affine, Map, Triangular, dropout_body


def _dropout(text: str) -> Blueprint[nn.Module]:
    p = number(text, name="share of mlp-dropout", low=0, high=1)

    def make(shape: Shape) -> Map:
        body = dropout_body(shape.joined, shape.width, shape.depth, shape.activation, p=p)
        return Map(body, nn.Linear(shape.width, shape.output))

    return Blueprint(make, cite.DROPOUT, "multilayer perceptron that drops hidden units")


GENERATORS: Catalogue[Blueprint[nn.Module]] = Catalogue(
    "generator",
    {
        "mlp": Blueprint(plain, cite.BACKPROP, "multilayer perceptron"),
        "residual-mlp": Blueprint(residual, cite.RESNET, "with skips: deep, near the identity"),
        "skip-mlp": Blueprint(skipped, cite.RESNET, "a linear map of the input and an mlp, added"),
        "mlp-dropout": Family(_dropout, "0.2", "P", "0.2"),
        "fourier-mlp": Family(fourier, "60", "HIGH", "60"),
        "affine": Blueprint(
            lambda shape: Affine(same_size("affine", shape)),
            cite.FGAN,
            "mu + sigma z: independent Gaussians, density known",
        ),
        "triangular": Blueprint(
            lambda shape: Triangular(same_size("triangular", shape)),
            cite.LQG,
            "mu + L z: any Gaussian, density known",
        ),
    },
)
