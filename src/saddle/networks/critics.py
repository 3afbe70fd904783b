"""The critics, by name: one class, another body."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from torch import nn

from saddle.catalogue import Catalogue, Family, number, share, whole
from saddle.networks.blueprint import Blueprint, Shape, even_width
from saddle.networks.dcgan import conv_critic, dcgan_critic
from saddle.networks.heads import Classified, Judged
from saddle.networks.layers import (
    MinibatchDiscrimination,
    MinibatchStd,
    OrthonormalLinear,
    Quadratic,
)
from saddle.networks.mlp import (
    MapCritic,
    dropout_body,
    fourier_body,
    maxout_body,
    plain_body,
    residual_body,
    sorting_body,
)
from saddle.networks.residual import residual_critic
from saddle.references import (
    AUXILIARY,
    BACKPROP,
    DCGAN,
    DROPOUT,
    FOURIER,
    GROUPSORT,
    IMPROVED,
    LQG,
    MAXOUT,
    MINIBATCH_STD,
    R1,
    R3GAN,
    RESNET,
)

Linear = Callable[[int, int], nn.Module]


def critic(
    body: nn.Module,
    features: int,
    *,
    pointwise: bool = True,
    linear: Linear = nn.Linear,
) -> MapCritic:
    """A critic on that many features."""
    return MapCritic(body, linear(features, 1), pointwise=pointwise)


def _plain(shape: Shape) -> MapCritic:
    body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
    return critic(body, shape.width)


def _residual(shape: Shape) -> MapCritic:
    body = residual_body(shape.joined, shape.width, shape.depth, shape.activation)
    return critic(body, shape.width)


def _groupsort(shape: Shape) -> MapCritic:
    width = even_width("groupsort", shape)
    body = sorting_body(shape.joined, width, shape.depth)
    return critic(body, width, linear=OrthonormalLinear)


def _minibatch_std(shape: Shape) -> MapCritic:
    body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
    body.append(MinibatchStd())
    return critic(body, shape.width + 1, pointwise=False)


def _linear(shape: Shape) -> MapCritic:
    return critic(nn.Identity(), shape.joined)


def _quadratic(shape: Shape) -> MapCritic:
    body = Quadratic(shape.joined)
    return critic(body, body.outputs)


def _dropout(text: str) -> Blueprint[nn.Module]:
    p = share(text, "P of mlp-dropout:P")

    def make(shape: Shape) -> MapCritic:
        body = dropout_body(shape.joined, shape.width, shape.depth, shape.activation, p=p)
        return critic(body, shape.width)

    return Blueprint(make, DROPOUT, "multilayer perceptron that drops hidden units")


def _conv_dropout(text: str) -> Blueprint[nn.Module]:
    p = share(text, "P of conv-dropout:P")
    return Blueprint(
        partial(conv_critic, "conv-dropout", drop=p),
        DROPOUT,
        "pictures, small: conv that drops what its levels give; for few labels",
        pictures=True,
    )


def _fourier(text: str) -> Blueprint[nn.Module]:
    high = number(text, "HIGH of fourier-mlp:HIGH", low=1, high=1e5)

    def make(shape: Shape) -> MapCritic:
        body = fourier_body(shape.joined, shape.width, shape.depth, shape.activation, high=high)
        return critic(body, shape.width)

    return Blueprint(make, FOURIER, "random Fourier features: follows narrow modes")


def _maxout(text: str) -> Blueprint[nn.Module]:
    pieces = whole(text, "PIECES of maxout:PIECES", low=2, high=100)

    def make(shape: Shape) -> MapCritic:
        body = maxout_body(shape.joined, shape.width, shape.depth, pieces=pieces)
        return critic(body, shape.width)

    return Blueprint(make, MAXOUT, "largest of several linear pieces (PacGAN's critic)")


def _minibatch_discrimination(text: str) -> Blueprint[nn.Module]:
    kernels = whole(text, "KERNELS of mlp-minibatch-discrimination:KERNELS", low=1, high=1000)

    def make(shape: Shape) -> MapCritic:
        body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
        body.append(MinibatchDiscrimination(shape.width, kernels))
        return critic(body, shape.width + kernels, pointwise=False)

    about = "sees how close each sample is to the others of its batch"
    return Blueprint(make, IMPROVED, about, pointwise=False)


def _auxiliary_mlp(shape: Shape) -> Judged:
    seen, *given = map(math.prod, shape.parts)
    body = plain_body(seen, shape.width, shape.depth, shape.activation)
    return Judged(body, Classified(shape.width, sum(given), std=shape.width**-0.5))


def _auxiliary(row: str, make: Callable[..., nn.Module], **kind: bool) -> Blueprint[nn.Module]:
    """The same body under an auxiliary classifier: the score does not read the class."""
    return Blueprint(
        partial(make, row, judging=Classified, **kind),
        AUXILIARY,
        "pictures: judges x alone, and says its class in a head of its own",
        pictures=True,
        classifies=True,
    )


CRITICS: Catalogue[Blueprint[nn.Module]] = Catalogue(
    "critic",
    {
        "mlp": Blueprint(_plain, BACKPROP, "multilayer perceptron"),
        "residual-mlp": Blueprint(_residual, RESNET, "with skips, for many layers"),
        "groupsort": Blueprint(_groupsort, GROUPSORT, "1-Lipschitz by construction"),
        "mlp-minibatch-std": Blueprint(
            _minibatch_std,
            MINIBATCH_STD,
            "sees how much each batch varies",
            pointwise=False,
        ),
        "mlp-minibatch-discrimination": Family(_minibatch_discrimination, "8", "KERNELS", "8"),
        "mlp-dropout": Family(_dropout, "0.2", "P", "0.2"),
        "maxout": Family(_maxout, "5", "PIECES", "5"),
        "fourier-mlp": Family(_fourier, "60", "HIGH", "60"),
        "linear": Blueprint(_linear, R1, "w x + b: sees means alone"),
        "quadratic": Blueprint(_quadratic, LQG, "optimal between two Gaussians"),
        "conv": Blueprint(
            partial(conv_critic, "conv"),
            DCGAN,
            "pictures, small: 4 x 4 filters that halve, no norm",
            pictures=True,
        ),
        "conv-dropout": Family(_conv_dropout, "0.2", "P", "0.2"),
        "dcgan": Blueprint(
            partial(dcgan_critic, "dcgan", norm=True),
            DCGAN,
            "pictures, as published: batch norm, so rows see each other",
            pointwise=False,
            pictures=True,
        ),
        "dcgan-plain": Blueprint(
            partial(dcgan_critic, "dcgan-plain", norm=False),
            DCGAN,
            "pictures: DCGAN's without batch norm",
            pictures=True,
        ),
        "residual": Blueprint(
            partial(residual_critic, "residual"),
            R3GAN,
            "pictures: residual blocks without norms, fix-up start",
            pictures=True,
        ),
        "auxiliary-mlp": Blueprint(
            _auxiliary_mlp,
            AUXILIARY,
            "judges x alone, and says its class in a head of its own",
            classifies=True,
        ),
        "auxiliary-conv": _auxiliary("auxiliary-conv", conv_critic),
        "auxiliary-dcgan": _auxiliary("auxiliary-dcgan", dcgan_critic, norm=False),
        "auxiliary-residual": _auxiliary("auxiliary-residual", residual_critic),
    },
)
