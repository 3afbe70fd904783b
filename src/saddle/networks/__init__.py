"""Networks: modules only, no loss and no optimiser, their parameters drawn from a generator."""

from saddle.networks.base import Critic, Scores
from saddle.networks.blueprint import Blueprint, Shape, Size, as_size
from saddle.networks.critics import CRITICS
from saddle.networks.drawing import initialise
from saddle.networks.early import early_layers
from saddle.networks.encoders import ENCODERS
from saddle.networks.flow import Flow
from saddle.networks.flows import FLOWS
from saddle.networks.generators import GENERATORS
from saddle.networks.layers import ACTIVATIONS, Dropout, feed
from saddle.networks.lipschitz import lipschitz, spectral_norm, steady

__all__ = [
    "ACTIVATIONS",
    "CRITICS",
    "Blueprint",
    "Critic",
    "Dropout",
    "ENCODERS",
    "FLOWS",
    "Flow",
    "GENERATORS",
    "Scores",
    "Shape",
    "Size",
    "as_size",
    "early_layers",
    "feed",
    "initialise",
    "lipschitz",
    "spectral_norm",
    "steady",
]
