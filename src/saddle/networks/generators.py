"""The generators, by name."""

from __future__ import annotations

from torch import nn

from saddle.catalogue import Catalogue, Family, share
from saddle.networks.blueprint import Blueprint, Shape, same_size
from saddle.networks.encoders import fourier, plain, residual, skipped
from saddle.networks.mlp import Affine, Map, Triangular, dropout_body
from saddle.references import BACKPROP, DROPOUT, FGAN, LQG, RESNET


def _dropout(text: str) -> Blueprint[nn.Module]:
    p = share(text, "P of mlp-dropout:P")

    def make(shape: Shape) -> Map:
        body = dropout_body(shape.joined, shape.width, shape.depth, shape.activation, p=p)
        return Map(body, nn.Linear(shape.width, shape.numbers), shape.made)

    return Blueprint(make, DROPOUT, "multilayer perceptron that drops hidden units")


GENERATORS: Catalogue[Blueprint[nn.Module]] = Catalogue(
    "generator",
    {
        "mlp": Blueprint(plain, BACKPROP, "multilayer perceptron"),
        "residual-mlp": Blueprint(residual, RESNET, "with skips: deep, near the identity"),
        "skip-mlp": Blueprint(skipped, RESNET, "a linear map of the input and an mlp, added"),
        "mlp-dropout": Family(_dropout, "0.2", "P", "0.2"),
        "fourier-mlp": Family(fourier, "60", "HIGH", "60"),
        "affine": Blueprint(
            lambda shape: Affine(same_size("affine", shape)),
            FGAN,
            "mu + sigma z: independent Gaussians, density known",
        ),
        "triangular": Blueprint(
            lambda shape: Triangular(same_size("triangular", shape)),
            LQG,
            "mu + L z: any Gaussian, density known",
        ),
    },
)
