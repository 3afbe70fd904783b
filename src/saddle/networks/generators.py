"""The generators, by name."""

from __future__ import annotations

from functools import partial

from torch import nn

from saddle.catalogue import Catalogue, Family, share
from saddle.errors import unknown
from saddle.networks.blueprint import Blueprint, Shape, same_size
from saddle.networks.dcgan import DOUBLINGS, conv_generator, dcgan_generator
from saddle.networks.encoders import fourier, plain, residual, skipped
from saddle.networks.mlp import Affine, Map, Triangular, dropout_body
from saddle.networks.residual import residual_generator
from saddle.references import BACKPROP, DCGAN, DROPOUT, FGAN, LQG, R3GAN, RESNET, UPSAMPLING


def _dropout(text: str) -> Blueprint[nn.Module]:
    p = share(text, "P of mlp-dropout:P")

    def make(shape: Shape) -> Map:
        body = dropout_body(shape.joined, shape.width, shape.depth, shape.activation, p=p)
        return Map(body, nn.Linear(shape.width, shape.numbers), shape.made)

    return Blueprint(make, DROPOUT, "multilayer perceptron that drops hidden units")


def _upsampling(text: str) -> Blueprint[nn.Module]:
    if text not in DOUBLINGS:
        raise unknown("way to double a picture", text, DOUBLINGS)
    make = partial(dcgan_generator, f"dcgan-upsample:{text}", doubling=DOUBLINGS[text])
    about = "DCGAN's, resampled in place of transposed convolutions"
    return Blueprint(make, UPSAMPLING, about, pointwise=False, pictures=True)


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
        "conv": Blueprint(
            partial(conv_generator, "conv"),
            UPSAMPLING,
            "pictures, small: repeated pixels and 3 x 3 filters, no norm",
            pictures=True,
        ),
        "dcgan": Blueprint(
            partial(dcgan_generator, "dcgan"),
            DCGAN,
            "pictures, as published: transposed filters, batch norm, tanh",
            pointwise=False,
            pictures=True,
        ),
        "dcgan-upsample": Family(
            _upsampling, "nearest", "HOW", "nearest", choices=tuple(DOUBLINGS)
        ),
        "residual": Blueprint(
            partial(residual_generator, "residual"),
            R3GAN,
            "pictures: residual blocks without norms, fix-up start",
            pictures=True,
        ),
    },
)
