"""A run in hand: made from a recipe, and played. `resuming` takes one up from its folder."""

from __future__ import annotations

import io
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from saddle.build.choosing import with_choices
from saddle.build.custom import Own
from saddle.build.ending import Governor, changed_at
from saddle.build.environment import environment
from saddle.build.game import assemble, check_source, plays_own_code, settled
from saddle.build.laws import PROBED, TRIED, check_conditions
from saddle.build.looks import Watch
from saddle.build.materials import (
    FITTED,
    KEPT,
    Materials,
    anchored,
    gather,
    keep_spaces,
    part_size,
)
from saddle.build.pictures import left_out, with_size
from saddle.build.plan import clock_of, find_device, state_of, values_of
from saddle.build.precision import cast_of, with_precision
from saddle.build.surfaces import SIDE, mesh
from saddle.doctor import FAILURE, Doctor, evidence_of, keep_findings
from saddle.doctor.evidence import is_early
from saddle.errors import BrokenRun, Incompatible, NonFinite, bad
from saddle.games.base import Game
from saddle.games.streams import Streams
from saddle.recipe import Recipe
from saddle.runs import Json, Run, held, sha256, write_bytes, write_json, write_text
from saddle.sources.base import Source
from saddle.sources.keeping import pack
from saddle.spaces import Images
from saddle.spaces.sheets import class_sheet, png
from saddle.training.feed import Feed
from saddle.training.foreign import lending, lent
from saddle.training.loop import Moment, Plan, play
from saddle.training.schedules import Clock
from saddle.training.state import State


@dataclass(eq=False)
class Session:
    """A run that can be played on.

    Attributes:
        recipe: with every amendment.
        materials: source and spaces.
        state: what changes while it trains.
        plan: how it is played.
        feed: its batches.
        run: its folder.
    """

    recipe: Recipe
    materials: Materials
    state: State
    plan: Plan
    feed: Feed
    run: Run

    def play(self) -> Iterator[Moment]:
        """Play to the end; Ctrl-C ends it after the present turn, saved."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.recipe.threads)
        try:
            with held(self.run.path), interruptible() as asked:
                plan = replace(self.plan, stop=lambda: self.plan.stop() or asked())
                for moment in attended(play(plan, self.feed, self.state, self.run), self):
                    if moment.clock != self.plan.clock:
                        self.plan = replace(self.plan, clock=moment.clock)
                    if moment.step >= moment.clock.steps:
                        self.plan.govern.close(moment.clock, self.state.seconds)
                    yield moment
        finally:
            torch.set_num_threads(before)

    @property
    def over(self) -> bool:
        """Whether every step is played that there was to play."""
        return self.state.step >= self.plan.clock.steps


FAULTS = ("fault",)
"""What of the doctor's findings is called wrong."""


def attended(moments: Iterator[Moment], session: Session) -> Iterator[Moment]:
    """The same moments; the doctor adds what is new at a look, and a failure is written down."""
    run = session.run
    (run.path / FAILURE).unlink(missing_ok=True)
    doctor = Doctor(run)
    try:
        for moment in moments:
            if moment.event is None:
                yield moment
                continue
            found = [finding.json(str(run.path)) for finding in doctor.see(moment.event)]
            wrong = [finding.key for finding in doctor.now if finding.severity in FAULTS]
            faults = None if is_early(moment.event) else wrong
            told = {**moment.event, "findings": found, "faults": faults}
            yield moment._replace(event=told)
        keep_findings(run, evidence_of(run))  # it tells, too, where the run was ended
    except NonFinite as problem:
        failure = {"step": session.state.step, "error": str(problem)}
        write_json(run.path / FAILURE, failure)
        doctor.lose(failure)
        raise


def start(
    recipe: Recipe,
    out: Path,
    *,
    data: object = None,
    second: object = None,
    own: Own | None = None,
    trusted: bool = False,
) -> Session:
    """A new run: everything is checked before its folder is made."""
    recipe, materials, state = checked(recipe, data, second, own=own or {}, trusted=trusted)
    return begun(recipe, materials, state, out, data=data, own=own)


def begun(
    recipe: Recipe,
    materials: Materials,
    state: State,
    out: Path,
    *,
    data: object = None,
    own: Own | None = None,
    notes: Json | None = None,
) -> Session:
    """A new run of what was checked; `notes` stand in its environment.json beside the rest."""
    recipe = anchored(recipe)
    device = find_device(recipe.device)
    run = Run.create(out, run_name(recipe, materials))
    keep_spaces(materials, run)
    keep_data(run, materials, data)
    found = environment(recipe, materials, device)
    recipe.write(run.recipe)
    write_json(
        run.path / "environment.json", {**found, **(notes or {}), RECIPE: sha256(run.recipe)}
    )
    session = session_of(recipe, materials, state, run, clock_of(recipe))
    return lent_to(session, own or {})


def checked(
    recipe: Recipe,
    data: object = None,
    second: object = None,
    *,
    own: Own,
    trusted: bool = False,
    opened: Source | None = None,
) -> tuple[Recipe, Materials, State]:
    """All that a run needs before its folder is made, refused where something is off."""
    device = find_device(recipe.device)
    materials = gather(recipe, data, second, trusted=trusted, opened=opened)
    recipe = with_size(recipe, materials.source)
    recipe = with_choices(settled(recipe, materials.source), materials)
    recipe = with_precision(recipe, materials.spaces)
    check_source(recipe, materials.source)
    game = assemble(recipe, materials.spaces, own, trusted=trusted).to(device)
    remember_given(game, materials)
    check_game(game, recipe, materials, device)
    state = state_of(recipe, game)
    if recipe.start is not None:
        begin_from(state, Path(recipe.start))
    clock_of(recipe), values_of(recipe)
    return recipe, materials, state


LEFT_OUT = "left_out.txt"
"""Where a run keeps the files that are none of its pictures, with the reasons."""

RECIPE = "recipe"
"""Where environment.json keeps the sum of the recipe as the run began."""


def keep_data(run: Run, materials: Materials, data: object) -> None:
    """Keep the watch rows for the report, and what was passed in from Python for a resume."""
    watch = Watch(materials, 0, "cpu")
    arrays = dict(watch.real)
    arrays |= {
        f"box.{k}": np.array(b) for k, b in (watch.grid.boxes if watch.grid else {}).items()
    }
    write_bytes(run.path / "real.npz", _npz(arrays))
    if isinstance(materials.spaces.get("x"), Images):
        page = png(class_sheet(watch.real["x"], watch.real.get("given")))
        write_bytes(run.path / "samples" / "real.png", page)
    if watch.grid is not None and "x" in watch.real:
        truth = truth_of(materials, watch.grid.boxes["x"])
        if truth:
            write_bytes(run.path / "truth.npz", _npz(truth))
    out = left_out(materials.source)
    if out:
        write_text(run.path / LEFT_OUT, "".join(f"{one.path}\t{one.why}\n" for one in out))
    packed = pack(materials.source) if data is not None else None
    if packed is not None:
        write_bytes(run.path / KEPT, packed)


def truth_of(
    materials: Materials, box: list[tuple[float, float]]
) -> dict[str, npt.NDArray[np.float64]]:
    """The true log density on the grid of the surfaces and the true centres, where known."""
    found: dict[str, npt.NDArray[np.float64]] = {}
    log_p = materials.source.log_prob(mesh(box))
    if log_p is not None:
        found["log_p"] = log_p.reshape((SIDE,) * len(box))
    if materials.source.modes is not None:
        found["centres"] = materials.source.modes.centres
    return found


def remember_given(game: Game, materials: Materials) -> None:
    """Let the game keep what it needs of training rows: the law of conditions, of both domains."""
    have = part_size(materials.source, "train") or FITTED
    for first in range(0, min(have, game.recalls), FITTED):
        rows = materials.rows("train", min(FITTED, have - first), first=first)
        game.remember({key: materials.spaces[key].encode(value) for key, value in rows.items()})


def begin_from(state: State, checkpoint: Path) -> None:
    """Take weights, and nothing else, from a checkpoint of another run."""
    if not (checkpoint.name.isdigit() and checkpoint.is_dir()):
        raise bad(
            "start",
            str(checkpoint),
            "the folder of a checkpoint, RUN/checkpoints/00002000 (--from RUN finds the last)",
        )
    run = Run.open(checkpoint.parent.parent)
    fresh = State(state.game, {}, state.rule, state.average)
    folder = run.verify(int(checkpoint.name))
    try:
        fresh.load_weights(folder)
    except BrokenRun as problem:
        raise Incompatible(
            f"{problem}; a run starts from weights of the same networks and data sizes, "
            "--set start=null starts without them"
        ) from problem


def check_game(game: Game, recipe: Recipe, materials: Materials, device: torch.device) -> None:
    """Try the game on a few training rows."""
    rows = materials.rows("train", PROBED)
    batch = {k: materials.spaces[k].encode(v).to(device) for k, v in rows.items()}
    with lent(recipe.seed, TRIED):
        check_conditions(str(recipe.game), game, batch, Streams(recipe.seed, device))


def lent_to(session: Session, own: Own) -> Session:
    """The session, its global streams lent to code of the caller's own where any takes part."""
    if plays_own_code(session.recipe, own):
        session.plan = replace(session.plan, lend=lending(session.recipe.seed))
    return session


def run_name(recipe: Recipe, materials: Materials) -> str:
    """What the folder is called behind its number."""
    source = "-".join(Path(part).name for part in materials.source.name.split(" | "))
    raw = f"{source}-{recipe.game}-{recipe.distance}"
    return "".join(c if c.isalnum() else "-" for c in raw).strip("-").lower()[:80]


@contextmanager
def interruptible() -> Iterator[Any]:
    """Turn the first Ctrl-C into a question that is answered yes; the second one interrupts."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def first(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def early_looks(look_every: int, materials: Materials) -> frozenset[int]:
    """Steps at which pictures are looked at before the first regular look: 10, 20, 40, ..."""
    if not isinstance(materials.spaces.get("x"), Images):
        return frozenset()
    doubled = (FIRST_LOOK << k for k in range(look_every.bit_length()))
    return frozenset(step for step in doubled if step < look_every)


FIRST_LOOK = 10
"""Turns to the first look after the start: some seconds of small pictures on a processor."""


def session_of(
    recipe: Recipe, materials: Materials, state: State, run: Run, clock: Clock
) -> Session:
    """The session of what was put together."""
    device = find_device(recipe.device)
    watch = Watch(materials, recipe.seed, device)
    look_every = max(1, round(recipe.steps / recipe.looks))
    plan = Plan(
        clock=clock,
        values=values_of(recipe),
        seed=recipe.seed,
        look=watch,
        cast=cast_of(recipe, device),
        govern=Governor(run, recipe, max(clock.warm, changed_at(run))),
        look_every=look_every,
        early=early_looks(look_every, materials),
        save_every=look_every * max(1, round(recipe.looks / recipe.saves)),
    )
    feed = Feed(
        materials.source,
        materials.spaces,
        batch=recipe.batch,
        moves=state.rule.moves,
        device=device,
    )
    return Session(recipe, materials, state, plan, feed, run)


def _npz(arrays: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
