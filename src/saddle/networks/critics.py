"""The critics, by name: one class, another body."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from saddle.catalogue import Catalogue, Family
from saddle.networks import references as cite
from saddle.networks.blueprint import Blueprint, Shape, even_width, number, whole
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

Linear = Callable[[int, int], nn.Module]


def critic(
    shape: Shape,
    body: nn.Module,
    features: int,
    *,
    pointwise: bool = True,
    linear: Linear = nn.Linear,
) -> MapCritic:
    """A critic on that many features, with a head for the score and for each named output."""
    extra = {name: linear(features, size) for name, size in shape.heads.items()}
    return MapCritic(body, linear(features, 1), pointwise=pointwise, extra=extra)


def _plain(shape: Shape) -> MapCritic:
    body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
    return critic(shape, body, shape.width)


def _residual(shape: Shape) -> MapCritic:
    body = residual_body(shape.joined, shape.width, shape.depth, shape.activation)
    return critic(shape, body, shape.width)


def _groupsort(shape: Shape) -> MapCritic:
    width = even_width("groupsort", shape)
    body = sorting_body(shape.joined, width, shape.depth)
    return critic(shape, body, width, linear=OrthonormalLinear)


def _minibatch_std(shape: Shape) -> MapCritic:
    body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
    body.append(MinibatchStd())
    return critic(shape, body, shape.width + 1, pointwise=False)


def _linear(shape: Shape) -> MapCritic:
    return critic(shape, nn.Identity(), shape.joined)


def _quadratic(shape: Shape) -> MapCritic:
    body = Quadratic(shape.joined)
    return critic(shape, body, body.outputs)


def _dropout(text: str) -> Blueprint[MapCritic]:
    p = number(text, name="share of mlp-dropout", low=0, high=1)

    def make(shape: Shape) -> MapCritic:
        body = dropout_body(shape.joined, shape.width, shape.depth, shape.activation, p=p)
        return critic(shape, body, shape.width)

    return Blueprint(make, cite.DROPOUT, "multilayer perceptron that drops hidden units")


def _fourier(text: str) -> Blueprint[MapCritic]:
    high = number(text, name="highest frequency of fourier-mlp", low=1, high=1e5)

    def make(shape: Shape) -> MapCritic:
        body = fourier_body(shape.joined, shape.width, shape.depth, shape.activation, high=high)
        return critic(shape, body, shape.width)

    return Blueprint(make, cite.FOURIER, "random Fourier features: follows narrow modes")


def _maxout(text: str) -> Blueprint[MapCritic]:
    pieces = whole(text, name="pieces of maxout", low=2, high=100)

    def make(shape: Shape) -> MapCritic:
        body = maxout_body(shape.joined, shape.width, shape.depth, pieces=pieces)
        return critic(shape, body, shape.width)

    return Blueprint(make, cite.MAXOUT, "largest of several linear pieces (PacGAN's critic)")


def _minibatch_discrimination(text: str) -> Blueprint[MapCritic]:
    kernels = whole(text, name="kernels of mlp-minibatch-discrimination", low=1, high=1000)

    def make(shape: Shape) -> MapCritic:
        body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
        body.append(MinibatchDiscrimination(shape.width, kernels))
        return critic(shape, body, shape.width + kernels, pointwise=False)

    about = "sees how close each sample is to the others of its batch"
    return Blueprint(make, cite.MINIBATCH_DISCRIMINATION, about, pointwise=False)


CRITICS: Catalogue[Blueprint[MapCritic]] = Catalogue(
    "critic",
    {
        "mlp": Blueprint(_plain, cite.BACKPROP, "multilayer perceptron"),
        "residual-mlp": Blueprint(_residual, cite.RESNET, "with skips, for many layers"),
        "groupsort": Blueprint(_groupsort, cite.GROUPSORT, "1-Lipschitz by construction"),
        "mlp-minibatch-std": Blueprint(
            _minibatch_std,
            cite.MINIBATCH_STD,
            "sees how much each batch varies",
            pointwise=False,
        ),
        "mlp-minibatch-discrimination": Family(_minibatch_discrimination, "8", "KERNELS", "8"),
        "mlp-dropout": Family(_dropout, "0.2", "P", "0.2"),
        "maxout": Family(_maxout, "5", "PIECES", "5"),
        "fourier-mlp": Family(_fourier, "60", "HIGH", "60"),
        "linear": Blueprint(_linear, cite.DIRAC, "w x + b: sees means alone"),
        "quadratic": Blueprint(_quadratic, cite.LQG, "optimal between two Gaussians"),
    },
)
