"""The flows, by name: the same couplings with another map of the line."""

from __future__ import annotations

from saddle.catalogue import Catalogue, Family, whole
from saddle.networks.blueprint import Blueprint, Shape, same_size
from saddle.networks.flow import Coupling, Flow
from saddle.networks.splines import AFFINE, Bijector, spline
from saddle.references import REAL_NVP, SPLINE_FLOWS


def flow(shape: Shape, bijector: Bijector) -> Flow:
    """A flow of 2 x depth couplings, each with conditioners of that width."""
    size = same_size("flow", shape)
    return Flow(
        [
            Coupling(size, bijector, width=shape.width, activation=shape.activation)
            for _ in range(2 * shape.depth)
        ]
    )


def _spline(text: str) -> Blueprint[Flow]:
    bijector = spline(whole(text, "BINS of spline-coupling:BINS", low=2, high=200))
    about = "coupling layers of rational-quadratic splines: sharp densities"
    return Blueprint(lambda shape: flow(shape, bijector), SPLINE_FLOWS, about)


FLOWS: Catalogue[Blueprint[Flow]] = Catalogue(
    "flow",
    {
        "coupling": Blueprint(
            lambda shape: flow(shape, AFFINE), REAL_NVP, "affine coupling layers"
        ),
        "spline-coupling": Family(_spline, "12", "BINS", "12"),
    },
)
