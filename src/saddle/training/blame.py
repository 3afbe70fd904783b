"""Where a number that is not finite began: which step, which layer, and what to do."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from saddle.errors import NonFinite
from saddle.games.base import Game, Player
from saddle.games.streams import Streams
from saddle.runs import Run
from saddle.training.feed import Feed
from saddle.training.foreign import Lend
from saddle.training.state import State, bad_weight, players_present


def blame(
    problem: NonFinite, state: State, feed: Feed, streams: Streams, lend: Lend, run: Run
) -> NonFinite:
    """The same error with the first layer that is not finite and the last good checkpoint."""
    with lend(state.step, 0):
        culprit = bad_weight(state.game) or bad_layer(state.game, state.step, feed, streams)
    where = f"; it began in {culprit}" if culprit else ""
    kept = run.latest()
    back = "no checkpoint was saved" if kept is None else f"step {kept} is saved and good"
    return NonFinite(
        f"{problem}{where}. {back}: try a smaller learning rate, "
        f"`saddle resume {run.path} --set optimise_critic.rate=... "
        "--set optimise_generator.rate=...`"
    )


def bad_layer(game: Game, step: int, feed: Feed, streams: Streams) -> str | None:
    """The first layer whose output is not finite when the step is played once more."""
    found: list[str] = []

    def watch(name: str) -> object:
        def after(module: nn.Module, inputs: object, output: object) -> None:
            if isinstance(output, Tensor) and not bool(torch.isfinite(output).all()):
                found.append(name)

        return after

    hooks = [
        module.register_forward_hook(watch(name))
        for name, module in game.named_modules()
        if not list(module.children())
    ]
    try:
        for player in players_present(game):
            game.loss(Player(player), feed(step, 0), streams.at(step, 0))
    finally:
        for hook in hooks:
            hook.remove()
    return f"the output of {found[0]}" if found else None
