"""Tethers that read more of a critic than its score: the class it tells, the features it sees."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor, nn

from saddle.distances.base import Side
from saddle.errors import Incompatible
from saddle.games.duel import DirectDuel, Duel, Reading
from saddle.games.seats import Stakes
from saddle.games.tethers import feature_gap, surprise, tied
from saddle.networks.base import Scores
from saddle.networks.blueprint import Size, as_size

CLASS, FEATURES = "class", "features"
"""What is read: a head of the critic, and its last hidden layer."""


def auxiliary(weight: float) -> Reading:
    """Both players want the class of every row told: -E log C(c|x) - E log C(c|G(z, c)).

    The class of a row is the second part of its side.

    References:
        Odena, Olah, Shlens (2017), Conditional image synthesis with auxiliary classifiers, Eq. 3.
    """
    return Reading(
        "auxiliary",
        weight,
        critic=lambda real, fake: _told(real) + _told(fake),
        generator=lambda real, fake: _told(fake),
        single=True,
    )


def labelled(weight: float) -> Reading:
    """The critic tells the class of real rows whose class is known: -E log C(c|x).

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 5.
    """
    return Reading("labelled", weight, critic=lambda real, fake: _told(real), single=True)


def matching(weight: float) -> Reading:
    """The generator matches what the critic sees on average: |E h(x) - E h(G(z))|^2.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 3.1.
    """
    return Reading(
        "features",
        weight,
        generator=lambda real, fake: feature_gap(read(real, FEATURES), read(fake, FEATURES)),
    )


def _told(side: Side) -> Tensor:
    return surprise(read(side, CLASS), side.parts[1])


def read(side: Side, name: str) -> Tensor:
    """What the critic said under a name; refused where it says nothing of that."""
    if name not in side.more:
        said = ", ".join(side.more) or "its score alone"
        raise Incompatible(f"a term reads {name!r} of the critic, which gives {said}")
    return side.more[name]


def with_readings(duel: Duel | DirectDuel, *readings: Reading) -> Duel | DirectDuel:
    """The duel with those readings that pull; refused where there is nothing to read."""
    pulling = tied(*readings)
    if not pulling:
        return duel
    if isinstance(duel, DirectDuel):
        raise Incompatible(
            f"weights.{pulling[0].name} reads a critic, and distance {duel.distance.name!r} has "
            "none: set it to 0, or choose a learned distance"
        )
    packing = [view.name for view in duel.views if view.widens > 1]
    single = [it.name for it in pulling if it.single]
    if packing and single:
        raise Incompatible(
            f"weights.{single[0]} reads the class of every row, and {packing[0]!r} shows the "
            "critic several rows as one: leave one of them out"
        )
    return replace(duel, readings=tuple(pulling))


@torch.no_grad()
def probed(critic: nn.Module, stakes: Stakes, *sizes: int | Size) -> dict[str, Tensor]:
    """What a critic says of two rows of zeros beside their scores, by name."""
    wide = math.prod(view.widens for view in stakes.views)
    shapes = [(wide * first, *rest) for first, *rest in map(as_size, sizes)]
    training = critic.training
    said: Scores = critic.eval()(*(torch.zeros(2, *shape) for shape in shapes))
    critic.train(training)
    return said.more()


def check_class(heads: dict[str, Tensor], weight: float, stakes: Stakes) -> None:
    """Refuse the weight of an auxiliary class without a class, and a class without the weight."""
    if weight and "given" in stakes.smooth:
        raise Incompatible(
            "weights.auxiliary asks for the class of a row, and what is given here is numbers, "
            "not one of finitely many labels: set it to 0"
        )
    if weight and CLASS not in heads:
        raise Incompatible(
            "weights.auxiliary asks the critic for the class of a row, and this one tells none: "
            "choose auxiliary-mlp, of pictures auxiliary-conv, auxiliary-dcgan or "
            "auxiliary-residual, or set it to 0"
        )
    if CLASS in heads and not weight:
        raise Incompatible(
            "this critic judges a row alone and tells its class beside, which nothing teaches "
            "while weights.auxiliary is 0: set it (published: 1), or choose another critic"
        )
