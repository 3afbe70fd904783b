"""From a recipe's distance, penalties, views and labels to what every duel is fought under."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from saddle.build.custom import is_custom, made
from saddle.catalogue import Catalogue, Family, share
from saddle.distances import DISTANCES, PENALTIES, FDivergence, check
from saddle.distances.base import Direct, Distance, Penalty
from saddle.distances.labels import noisy_labels, smooth_labels
from saddle.errors import Incompatible, bad
from saddle.games import VIEWS, Stakes
from saddle.recipe import Recipe
from saddle.reference import Reference
from saddle.references import IMPROVED
from saddle.spaces.base import Space


@dataclass(frozen=True)
class Cure:
    """What is done to the critic's labels.

    Attributes:
        about: one line for lists.
        act: from a distance to the same one under other labels.
        reference: where it comes from.
    """

    about: str
    act: Callable[[Distance], Distance]
    reference: Reference = IMPROVED


def _one_sided(text: str) -> Cure:
    real = share(text, "TARGET of one-sided:TARGET")
    about = "the critic's target for real rows is TARGET in the place of one"
    return Cure(about, lambda distance: smooth_labels(distance, real))  # type: ignore[arg-type]


def _noisy(text: str) -> Cure:
    flipped = share(text, "SHARE of noisy:SHARE")
    about = "a SHARE of the labels is called by the other's name, in expectation"
    return Cure(about, lambda distance: noisy_labels(distance, flipped))  # type: ignore[arg-type]


def _base(name: str, own: object, trusted: bool) -> Distance | Direct:
    """The caller's own distance, `module:Class`, or a row of the catalogue."""
    if own is None and not is_custom(name, DISTANCES):
        return DISTANCES[name]
    distance = made(name, trusted=trusted) if own is None else own
    if not isinstance(distance, Distance | Direct):
        missing = sorted(a for a in _PROMISED if a not in dir(distance))
        raise bad(
            "distance",
            type(distance).__name__,
            f"a name, or an object with what saddle.distances.Distance lists (it lacks "
            f"{', '.join(missing)}), or between(real, fake) of saddle.distances.Direct",
        )
    return distance


_PROMISED = (
    "name", "reference", "score", "separable", "minimises", "bounded_critic",
    "critic_loss", "generator_loss", "estimate", "log_ratio",
)  # fmt: skip
"""What a learned distance has."""

LABELS: Catalogue[Cure] = Catalogue(
    "labels",
    {
        "one-sided": Family(_one_sided, "0.9", "TARGET", "0.9"),
        "noisy": Family(_noisy, "0.05", "SHARE", "0.05"),
    },
)
"""What is done to the critic's labels."""


def stakes_of(
    recipe: Recipe, spaces: Mapping[str, Space], *, own: object = None, trusted: bool = False
) -> Stakes:
    """Distance, penalties and views of a recipe, refused where they do not go together."""
    distance = distance_of(recipe, own=own, trusted=trusted)
    penalties = tuple((PENALTIES[name], weight) for name, weight in recipe.penalties.items())
    if isinstance(distance, Direct):
        together(distance, [penalty for penalty, _ in penalties])
    views = tuple(VIEWS[name] for name in recipe.views)
    packed = 1
    for view in views:
        packed *= view.widens
    if recipe.batch % packed:
        raise bad("batch", recipe.batch, f"a multiple of {packed}, the rows packed together")
    smooth = frozenset(key for key, space in spaces.items() if space.smooth)
    return Stakes(distance, penalties, views, smooth)


def together(distance: Direct, penalties: list[Penalty]) -> None:
    """Refuse penalties beside a distance without a critic, saying what takes them away.

    What goes with a learned distance depends on its critic, and is told where they meet: in
    `games.seats.make_duel`.
    """
    try:
        check(distance, penalties)
    except Incompatible as problem:
        raise Incompatible(f"{problem}; --set penalties={{}} takes them away") from problem


def distance_of(recipe: Recipe, *, own: object = None, trusted: bool = False) -> Distance | Direct:
    """The distance, with the ratio, the objective and the labels that the recipe asks for."""
    distance = _base(recipe.distance, own, trusted)
    asked = {"ratio": recipe.ratio, "objective": recipe.objective}
    wanted = {key: value for key, value in asked.items() if value is not None}
    if wanted:
        if not isinstance(distance, FDivergence):
            named = " and ".join(wanted)
            nulls = " ".join(f"--set {key}=null" for key in wanted)
            raise Incompatible(
                f"{named}: f-divergences leave this choice, distance {recipe.distance!r} does "
                f"not; {nulls} takes it back, `saddle list distances` shows the f-divergences"
            )
        distance = replace(distance, **wanted)  # type: ignore[arg-type]
    for name in recipe.labels:
        if isinstance(distance, Direct):
            raise Incompatible(f"distance {recipe.distance!r} has no critic and so no labels")
        distance = LABELS[name].act(distance)
    return distance
