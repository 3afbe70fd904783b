"""Sessions that differ in their seeds alone, put together to be played as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch

from saddle.build.game import plays_own_code
from saddle.build.plan import OPTIMISERS, find_device, rule_of
from saddle.build.session import Session, interruptible
from saddle.games.base import Game, Player
from saddle.games.together import inseparable
from saddle.recipe import Recipe
from saddle.runs import held
from saddle.training.ensemble import Ensemble, Member, play_together
from saddle.training.foreign import nothing_lent
from saddle.training.loop import Moment

TOLERANCE = 1e-5
"""Relative error above which the quick products are not used: on some processors they are bf16."""


def apart(session: Session) -> str | None:
    """Why runs like this one cannot be one batch, or None where they can."""
    lent = session.plan.lend is not nothing_lent
    return OWN if lent else apart_of(session.recipe, session.state.game)


OWN = "code of your own may look at the whole batch"


def apart_of(recipe: Recipe, game: Game) -> str | None:
    """The same of a recipe and its game."""
    device = find_device(recipe.device)
    if plays_own_code(recipe, {}):
        return OWN
    if recipe.stop != "never" or recipe.budget is not None:
        return "every run has an end of its own"
    return inseparable(game) if device.type == "cpu" else f"it runs on {device}"


def together(sessions: Sequence[Session]) -> Ensemble:
    """The ensemble of sessions at one step, of recipes that differ in their seeds alone."""
    recipe = sessions[0].recipe
    chosen = {
        Player.GENERATOR: recipe.optimise_generator,
        Player.CRITIC: recipe.optimise_critic,
    }
    return Ensemble(
        [Member(it.plan, it.feed, it.state, it.run) for it in sessions],
        lambda player, weights: OPTIMISERS[chosen[player].name](weights, chosen[player]),
        rule_of(recipe),
    )


def play_ensemble(
    ensemble: Ensemble, stop: Callable[[], bool] = lambda: False, *, threads: int = 1
) -> Iterator[Moment]:
    """Play an ensemble to its end; Ctrl-C ends it after the present turn, saved."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with ExitStack() as runs, interruptible() as asked, quick_products():
            for member in ensemble.members:
                runs.enter_context(held(member.run.path))
            yield from play_together(ensemble, lambda: stop() or asked())
    finally:
        torch.set_num_threads(before)


@contextmanager
def quick_products() -> Iterator[None]:
    """Batched products in single precision by oneDNN, where that keeps single precision.

    "medium" lets torch take bf16 for float32. Processors without bf16 matrix units still compute
    in single precision, with quicker kernels for batches; on the others the error shows.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        if product_error() > TOLERANCE:
            torch.set_float32_matmul_precision(before)
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def product_error() -> float:
    """The largest error of a batched product, relative to its largest value."""
    rng = torch.Generator().manual_seed(0)
    a, b = (torch.randn(2, 128, 128, generator=rng, dtype=torch.float32) for _ in range(2))
    exact = torch.bmm(a.double(), b.double())
    return float((torch.bmm(a, b) - exact).abs().max() / exact.abs().max())
