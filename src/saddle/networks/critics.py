"""The critics, by name: one class, another body."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from saddle.catalogue import Catalogue, Family, number, share, whole
from saddle.networks.blueprint import Blueprint, Shape, even_width
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
from saddle.references import (
    BACKPROP,
    DROPOUT,
    FOURIER,
    GROUPSORT,
    IMPROVED,
    LQG,
    MAXOUT,
    MINIBATCH_STD,
    R1,
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


def _dropout(text: str) -> Blueprint[MapCritic]:
    p = share(text, "P of mlp-dropout:P")

    def make(shape: Shape) -> MapCritic:
        body = dropout_body(shape.joined, shape.width, shape.depth, shape.activation, p=p)
        return critic(body, shape.width)

    return Blueprint(make, DROPOUT, "multilayer perceptron that drops hidden units")


def _fourier(text: str) -> Blueprint[MapCritic]:
    high = number(text, "HIGH of fourier-mlp:HIGH", low=1, high=1e5)

    def make(shape: Shape) -> MapCritic:
        body = fourier_body(shape.joined, shape.width, shape.depth, shape.activation, high=high)
        return critic(body, shape.width)

    return Blueprint(make, FOURIER, "random Fourier features: follows narrow modes")


def _maxout(text: str) -> Blueprint[MapCritic]:
    pieces = whole(text, "PIECES of maxout:PIECES", low=2, high=100)

    def make(shape: Shape) -> MapCritic:
        body = maxout_body(shape.joined, shape.width, shape.depth, pieces=pieces)
        return critic(body, shape.width)

    return Blueprint(make, MAXOUT, "largest of several linear pieces (PacGAN's critic)")


def _minibatch_discrimination(text: str) -> Blueprint[MapCritic]:
    kernels = whole(text, "KERNELS of mlp-minibatch-discrimination:KERNELS", low=1, high=1000)

    def make(shape: Shape) -> MapCritic:
        body = plain_body(shape.joined, shape.width, shape.depth, shape.activation)
        body.append(MinibatchDiscrimination(shape.width, kernels))
        return critic(body, shape.width + kernels, pointwise=False)

    about = "sees how close each sample is to the others of its batch"
    return Blueprint(make, IMPROVED, about, pointwise=False)


CRITICS: Catalogue[Blueprint[MapCritic]] = Catalogue(
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
    },
)
