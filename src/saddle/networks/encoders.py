"""Encoders: from a sample to what it was made from: noise (BiGAN's E), or a code (InfoGAN's Q).

BiGAN's E inverts G where the game is at its optimum: the joint laws of (x, E(x)) and (G(z), z)
are one.
"""

from __future__ import annotations

from functools import partial

from torch import nn

from saddle.catalogue import Catalogue, Family, number
from saddle.networks.blueprint import Blueprint, Shape
from saddle.networks.dcgan import conv_encoder, dcgan_encoder
from saddle.networks.mlp import Map, Skipped, fourier_body, plain_body, residual_body
from saddle.references import BIGAN, DCGAN, FOURIER


def plain(shape: Shape) -> Map:
    """A multilayer perceptron."""
    body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
    return Map(body, nn.Linear(shape.width, shape.numbers), shape.made)


def residual(shape: Shape) -> Map:
    """A multilayer perceptron whose hidden layers add to what they get."""
    body = residual_body(shape.joined, shape.width, shape.depth, shape.activation)
    return Map(body, nn.Linear(shape.width, shape.numbers), shape.made)


def skipped(shape: Shape) -> Skipped:
    """W z and a multilayer perceptron of z, added."""
    return Skipped(plain(shape), nn.Linear(shape.joined, shape.numbers))


def fourier(text: str) -> Blueprint[nn.Module]:
    """Random Fourier features up to the frequency that `text` says, then an mlp."""
    high = number(text, "HIGH of fourier-mlp:HIGH", low=1, high=1e5)

    def make(shape: Shape) -> Map:
        body = fourier_body(shape.joined, shape.width, shape.depth, shape.activation, high=high)
        return Map(body, nn.Linear(shape.width, shape.numbers), shape.made)

    return Blueprint(make, FOURIER, "random Fourier features of the input, then an mlp")


ENCODERS: Catalogue[Blueprint[nn.Module]] = Catalogue(
    "encoder",
    {
        "skip-mlp": Blueprint(skipped, BIGAN, "a linear map of the input and an mlp, added"),
        "mlp": Blueprint(plain, BIGAN, "multilayer perceptron"),
        "residual-mlp": Blueprint(residual, BIGAN, "with skips, for deep or near-identity maps"),
        "fourier-mlp": Family(fourier, "60", "HIGH", "60"),
        "conv": Blueprint(
            partial(conv_encoder, "conv"),
            DCGAN,
            "pictures, small: the body of the critic of that name, no norm",
            pictures=True,
        ),
        "dcgan": Blueprint(
            partial(dcgan_encoder, "dcgan"),
            DCGAN,
            "pictures: the body of the critic of that name, with batch norm",
            pointwise=False,
            pictures=True,
        ),
    },
)
