"""What is said before a run starts: the data, the choices, and what they mean."""

from __future__ import annotations

from torch import nn

from saddle.build.session import Session
from saddle.sources import describe
from saddle.spaces import Points


def facts(session: Session) -> list[tuple[str, str]]:
    """Label and text of each line."""
    recipe, game = session.recipe, session.state.game
    distances = {duel.distance.minimises for duel in game.duels}
    lines = [
        *describe(session.materials.source).facts,
        ("game", str(recipe.game)),
        ("distance", recipe.distance),
        ("minimises", "; ".join(sorted(distances)) or "the likelihood alone"),
        ("penalties", penalties(session)),
        ("networks", f"{_size(game.generators)} weights draw, {_size(game.critics)} tell apart"),
        ("rule", f"{recipe.rule}, {recipe.steps} steps of batch {recipe.batch}"),
        ("device", f"{session.feed.device}, {recipe.threads} thread(s), seed {recipe.seed}"),
        ("run", str(session.run.path)),
    ]
    if recipe.views:
        lines.insert(-4, ("views", ", ".join(recipe.views)))
    return lines


def warnings(session: Session) -> list[str]:
    """What a user should know before training."""
    return list(describe(session.materials.source).warnings)


def penalties(session: Session) -> str:
    """Each penalty's weight, in the data's own scale and in its units.

    A slope is measured per unit of encoded data, whose scale is one; in raw units a weight on
    squared slopes is larger by the square of the scale.
    """
    given = session.recipe.penalties
    if not given:
        return "none"
    scales = {
        f"{(space.scale**2).mean():.3g}"
        for space in session.materials.spaces.values()
        if isinstance(space, Points)
    }
    listed = ", ".join(f"{name} {weight:g}" for name, weight in given.items())
    return f"{listed} (in raw units times {' and '.join(sorted(scales))})"


def _size(networks: nn.Module) -> int:
    return sum(parameter.numel() for parameter in networks.parameters())
