"""Every game of the plane against its own law: conditional, bigan, cycle, align.

What each game changes of the default recipe was chosen on seeds from 1000 on. Clouds
are compared by the energy distance, its floor being what two clouds of one law stay below in 95
of 100 permutations: of many perfect runs one in twenty is above it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from _common import Bench, Row, Target, Trial, attempted, column, medians
from saddle.build.session import start
from saddle.evaluate import Trained
from saddle.games import Align, BiGan
from saddle.measure import entropy, nearest_mode, two_sample
from saddle.presets import PER_GAME, preset
from saddle.sources import KnownPair
from saddle.sources.base import Floats, Source
from saddle.spaces import Points

COMPARED = 2_000
"""Rows a side of a two-sample statistic."""
EACH = 2_000
"""Samples of each label."""

AMENDMENTS: Mapping[str, Mapping[str, Any]] = {
    "conditional": {},
    "bigan": {},
    "cycle": {},
    "align": {},
    "flow": {"weights.adversarial": 0.0, "steps": 1_000},
}
"""What is changed of each game's own default, `PER_GAME`; `flow` is align by likelihood alone."""

Measured = Callable[[Trial, int], Row]


def conditional(trial: Trial, seed: int) -> Row:
    """Nearest centre is the asked one; within three of its standard deviations."""
    modes = trial.session.materials.source.modes
    assert modes is not None
    labels = np.tile(np.arange(len(modes.weights)), EACH)
    x = trial.trained.sample(len(labels), given=labels, seed=10_000 + seed)["x"]
    nearest, distance = nearest_mode(x, modes)
    asked = nearest == labels
    shares = [float(asked[labels == label].mean()) for label in np.unique(labels)]
    return {
        "asked %": 100 * float(asked.mean()),
        "worst label %": 100 * min(shares),
        "within 3 std %": 100 * float((asked & (distance < 3)).mean()),
    }


def bigan(trial: Trial, seed: int) -> Row:
    """How well E inverts G, and whether (x, E(x)) and (G(z), z) are one law."""
    trained = trial.trained
    x = trial.session.materials.rows("final", COMPARED)["x"]
    gap = np.linalg.norm(trained.reconstruct(x) - x, axis=1)
    made = joint_of_noise(trained, COMPARED, seed=10_000 + seed)
    real = np.concatenate([trained.spaces["x"].encode(x).numpy(), trained.encode(x)], 1)
    return {
        "inverts": float(np.median(gap)) / spread(x),
        **against_floor("joint", made, real, seed=seed),
    }


def joint_of_noise(trained: Trained, n: int, *, seed: int) -> Floats:
    """Rows (G(z), z), encoded, (n, d + k)."""
    game = trained.game
    assert isinstance(game, BiGan)
    z = game.noise.draw(n, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        x = game.generators["generator"](z)
    return torch.cat([x, z], 1).double().numpy()


def cycle(trial: Trial, seed: int) -> Row:
    """Both marginals, there and back, and how far the learned map is from the known one."""
    trained, source = trial.trained, trial.session.materials.source
    rows = trial.session.materials.rows("final", COMPARED)
    other = trial.session.materials.rows("watch", COMPARED)
    b, a = trained.translate(rows["a"]), trained.translate(rows["b"], back=True)
    again_a, again_b = trained.translate(b, back=True), trained.translate(a)
    assert isinstance(source, KnownPair)
    off = np.linalg.norm(b - source.truth(rows["a"]), axis=1)
    return {
        **against_floor("b", b, other["b"], seed=seed),
        **against_floor("a", a, other["a"], seed=seed),
        "cycle a": returned(again_a, rows["a"]),
        "cycle b": returned(again_b, rows["b"]),
        "known map": float(np.median(off)) / spread(rows["b"]),
    }


def align(trial: Trial, seed: int) -> Row:
    """The exact cycle after training, and both marginals."""
    game, trained = trial.trained.game, trial.trained
    assert isinstance(game, Align)
    rows = trial.session.materials.rows("final", COMPARED)
    other = trial.session.materials.rows("watch", COMPARED)
    made = {"b": trained.translate(rows["a"]), "a": trained.translate(rows["b"], back=True)}
    return {
        "cycle after": exact_cycle(game, trained.encoded("a", rows["a"])),
        "log p - autograd": jacobian_gap(game, trained.encoded("a", rows["a"])[:64]),
        **against_floor("b", made["b"], other["b"], seed=seed),
        **against_floor("a", made["a"], other["a"], seed=seed),
        **likelihoods(trial),
    }


def likelihoods(trial: Trial) -> Row:
    """Held-out nats of each domain beyond the entropy of its law, and beyond the law itself."""
    source, trained = trial.session.materials.source, trial.trained
    assert isinstance(source, KnownPair)
    rows = trial.session.materials.rows("final", 10_000)
    found: dict[str, float] = {}
    for key, side in source.domains.items():
        space = trained.spaces[key]
        assert isinstance(space, Points)
        with torch.no_grad():
            encoded = trained.game.log_prob(space.encode(rows[key]), back=key == "b")  # type: ignore[operator]
        log_q = encoded.double().numpy() - np.log(space.scale).sum()
        log_p = side.log_prob(rows[key])
        assert log_p is not None
        found[f"nats over entropy {key}"] = float(-log_q.mean()) - entropy_of(side)
        found[f"KL {key}"] = float((log_p - log_q).mean())
    return found


def entropy_of(source: Source) -> float:
    """The entropy of a source's law, by quadrature."""

    def log_p(x: Floats) -> Floats:
        logs = source.log_prob(x)
        assert logs is not None
        return logs

    return entropy(log_p, dimension=2, bounds=((-3.5, 3.5), (-3.5, 3.5)))


@torch.no_grad()
def exact_cycle(game: Align, a: torch.Tensor) -> float:
    """The largest |F(G(a)) - a| over the rows, in encoded units, float32."""
    back = game.translate(game.translate(a), back=True)
    return float((back - a).abs().max())


def jacobian_gap(game: Align, a: torch.Tensor) -> float:
    """The largest difference of log p_a(a) and log N(z) + log |det dz/da|, autograd, float64."""
    flow = game.generators["a"].double()
    x = a.double()
    det = torch.stack([
        torch.linalg.slogdet(torch.autograd.functional.jacobian(_row(flow), row))[1] for row in x
    ])  # fmt: skip
    with torch.no_grad():
        z = flow.inverse(x)  # type: ignore[operator]
        normal = -0.5 * z.square().sum(1) - 0.5 * z.shape[1] * np.log(2 * np.pi)
        gap = flow.log_prob(x) - normal - det  # type: ignore[operator]
    flow.float()
    return float(gap.abs().max())


def _row(flow: torch.nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda row: flow.inverse(row[None])[0]  # type: ignore[operator, no-any-return]


def against_floor(name: str, made: Floats, real: Floats, *, seed: int) -> dict[str, Any]:
    """An energy distance over its floor: at most one is within it."""
    (result,) = two_sample(made, real, tests=["energy"], seed=seed, permutations=200)
    return {f"{name} / floor": result.statistic / result.floor, f"{name} p": result.p_value}


def returned(again: Floats, start: Floats) -> float:
    """Median distance of rows to themselves after there and back, over the data's std."""
    return float(np.median(np.linalg.norm(again - start, axis=1))) / spread(start)


def spread(x: Floats) -> float:
    """Root mean square distance to the mean: the data's standard deviation."""
    return float(np.sqrt(x.var(0).sum()))


# ---------------------------------------------------------------- the table

Law = tuple[str, str, Callable[[float], bool]]

PLAYED: Mapping[str, tuple[str, str, str, Measured, tuple[Law, ...]]] = (
    {
        f"conditional on {data}": (
            "conditional",
            "conditional",
            data,
            conditional,
            (
                ("asked %", ">= 99.5", lambda v: v >= 99.5),
                ("within 3 std %", ">= 97", lambda v: v >= 97),
            ),
        )
        for data in ("labelled-ring", "labelled-grid")
    }
    | {
        f"bigan on {data}": (
            "bigan",
            "bigan",
            data,
            bigan,
            (
                ("inverts", "<= 0.1", lambda v: v <= 0.1),
                ("joint / floor", "<= 1", lambda v: v <= 1),
            ),
        )
        for data in ("ring", "moon-10d")
    }
    | {
        "cycle on rotated-mixtures": (
            "cycle",
            "cycle",
            "rotated-mixtures",
            cycle,
            (
                ("b / floor", "<= 1", lambda v: v <= 1),
                ("a / floor", "<= 1", lambda v: v <= 1),
                ("cycle a", "<= 0.02", lambda v: v <= 0.02),
                ("cycle b", "<= 0.02", lambda v: v <= 0.02),
            ),
        ),
        "align on rotated-moons": (
            "align",
            "align",
            "rotated-moons",
            align,
            (
                ("cycle before", "<= 1e-5", lambda v: v <= 1e-5),
                ("cycle after", "<= 1e-5", lambda v: v <= 1e-5),
                ("log p - autograd", "<= 1e-6", lambda v: v <= 1e-6),
            ),
        ),
        "pure flow on rotated-moons": (
            "flow",
            "align",
            "rotated-moons",
            align,
            (
                ("nats over entropy a", "within 0.1", lambda v: abs(v) <= 0.1),
                ("nats over entropy b", "within 0.1", lambda v: abs(v) <= 0.1),
                ("cycle after", "<= 1e-5", lambda v: v <= 1e-5),
            ),
        ),
    }
)
"""What is played: settings, game, data, what is measured of it, and what it must reach."""


def before_training(bench: Bench, recipe: Any) -> Row:
    """The exact cycle of untrained flows."""
    with bench.folder() as out:
        session = start(recipe, out)
        a = session.materials.spaces["a"].encode(session.materials.rows("final", COMPARED)["a"])
        assert isinstance(session.state.game, Align)
        return {"cycle before": exact_cycle(session.state.game, a)}


def played(bench: Bench, title: str, seed: int) -> Row:
    """Train one game on one seed and measure it."""
    settings, game, data, measured, laws = PLAYED[title]
    changes = {"data": data, "game": game, **AMENDMENTS[settings]}
    recipe = bench.recipe(preset("default"), changes, seed=seed)
    first = before_training(bench, recipe) if any(n == "cycle before" for n, _, _ in laws) else {}
    with bench.trial(recipe) as trial:
        return {**first, **measured(trial, seed), "CPU s": trial.cpu}


def targets(title: str, rows: Sequence[Row]) -> list[Target]:
    """What was asked for of one game, over all seeds."""
    found = []
    for name, wanted, holds in PLAYED[title][4]:
        values = column(rows, name)
        good = sum(holds(value) for value in values)
        told = ", ".join(f"{value:.3g}" for value in values)
        label = f"{title}: {name}"
        found.append(Target(label, f"{wanted} in every seed", told, good == len(rows)))
    return found


def main() -> None:
    bench = Bench("games", "Every game in the plane", seeds="0-4", only=None)
    if not any(again(bench, title) for title in PLAYED):
        raise SystemExit(f"--only names no game: {', '.join(PLAYED)}")
    rows: list[Row] = []
    met: list[Target] = []
    for title in PLAYED:
        found = of_title(bench, title) if again(bench, title) else left(bench.options.out, title)
        rows += found
        met += targets(title, found) if found else []
    kept = [title for title in PLAYED if not again(bench, title)]
    notes = [f"what a game changes of the default recipe: {told()}"]
    notes += [f"played earlier, with the options of then: {', '.join(kept)}"] if kept else []
    bench.show(rows, shown=figures(rows), targets=met, notes=notes)


def again(bench: Bench, title: str) -> bool:
    """Whether `--only` names this game, or nothing."""
    return bench.wanted(PLAYED[title][0]) or bench.wanted(title)


def of_title(bench: Bench, title: str) -> list[Row]:
    """A row a seed."""
    found: list[Row] = []
    for seed in bench.seeds:
        label = {"game": title, "seed": seed}
        found.append(attempted(lambda s=seed: played(bench, title, s), label))  # type: ignore[misc]
        bench.tell(" ".join(f"{key}={value}" for key, value in found[-1].items()))
    return found


def left(out: Path, title: str) -> list[Row]:
    """What an earlier run left in the file of a game that is not played again."""
    rows: list[Row] = json.loads(out.read_text())["rows"] if out.is_file() else []
    return [row for row in rows if row["game"] == title]


def figures(rows: Sequence[Row]) -> list[Row]:
    """One row a figure, a column a seed: every game has figures of its own."""
    found = []
    for title in dict.fromkeys(row["game"] for row in rows):
        mine = [row for row in rows if row["game"] == title]
        for key in dict.fromkeys(key for row in mine for key in row):
            if key not in ("game", "seed"):
                seeds = {f"seed {row['seed']}": row.get(key) for row in mine}
                middle = medians({}, mine, [key])[key]
                found.append({"game": title, "figure": key, **seeds, "median": middle})
    return found


def told() -> str:
    """What the games change of the default recipe, in one line."""
    played = {game: {**PER_GAME.get(game, {}), **own} for game, own in AMENDMENTS.items()}
    return "; ".join(
        f"{game}: {', '.join(f'{k}={v}' for k, v in changes.items())}"
        for game, changes in played.items()
        if changes
    )


if __name__ == "__main__":
    main()
