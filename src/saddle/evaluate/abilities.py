"""What is measured of each thing that a trained game can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from saddle.build.materials import Materials
from saddle.evaluate.rows import (
    MODES,
    as_rows,
    clouds,
    median_of,
    most_rows,
    of_modes,
    row,
    scale_of_rows,
    spread_of_rows,
)
from saddle.evaluate.trained import Trained
from saddle.games.streams import Aside, Streams
from saddle.measure import MEASURES, KnownModes, nearest_mode, two_sample, wilson
from saddle.measure.base import Interval, of_influence
from saddle.runs import Json
from saddle.sources.base import Source
from saddle.training.foreign import lent

Array = npt.NDArray[Any]

DRAWN = 10_000
"""Samples and rows that a measure reads, at most."""

TESTED = 2_000
"""Rows a side of a two-sample test, at most."""

LEAST = 10
"""Rows a side that a two-sample test needs."""


@runtime_checkable
class KnownMap(Protocol):
    """A source of two domains that knows which map carries one to the other."""

    def truth(self, a: Array) -> Array:
        """Where rows of a belong."""
        ...

    def truth_back(self, b: Array) -> Array:
        """Where rows of b belong."""
        ...


@runtime_checkable
class TwoSided(Protocol):
    """A source of two domains.

    Attributes:
        domains: each as a source of its own, which gives `x`.
    """

    domains: Mapping[str, Source]


# ---- to sample -------------------------------------------------------------------------------


def _of_samples(trained: Trained, materials: Materials) -> list[Json]:
    n = most_rows(trained.spaces, DRAWN)
    drawn = trained.sample(n, seed=trained.recipe.seed + 1)
    if "x" not in drawn:
        return []
    real, other = (_beside(materials.rows(split, n), drawn) for split in ("final", "train"))
    modes = materials.source.modes
    found = []
    if modes is not None:
        found += [of_modes(MEASURES[name], drawn["x"], modes) for name in MODES]
        if "given" in drawn and not trained.spaces["given"].smooth:
            found += _of_labels(drawn, real, modes)
    drawn, real, other = (_compared(trained, rows) for rows in (drawn, real, other))
    unit = scale_of_rows(real["x"])
    made, held, seen = (_joined(trained, rows, unit) for rows in (drawn, real, other))
    return found + clouds("{name}(x)", made, held, seen, unit=unit)


def _beside(rows: dict[str, Array], drawn: dict[str, Array]) -> dict[str, Array]:
    """Of real rows what was drawn too: a label that no sample has is not compared."""
    return {key: rows[key] for key in drawn}


def _compared(trained: Trained, rows: dict[str, Array]) -> dict[str, Array]:
    """The same with x as rows of numbers."""
    return {**rows, "x": as_rows(trained.spaces["x"], rows["x"])}


def _joined(trained: Trained, rows: dict[str, Array], unit: float) -> Array:
    """X, beside its condition where there is one: the joint law is what must agree."""
    if "given" not in rows:
        return rows["x"]
    given = trained.spaces["given"].encode(rows["given"]).numpy()
    return np.concatenate([rows["x"], unit * given], 1)


def _of_labels(drawn: dict[str, Array], real: dict[str, Array], modes: KnownModes) -> list[Json]:
    """Whether samples lie at the mode they were asked for, where labels number the modes."""
    numbers = drawn["given"]
    if numbers.dtype.kind not in "iu" or not np.isin(numbers, np.arange(len(modes.weights))).all():
        return []
    (hit, near), (real_hit, real_near) = (_asked(rows, modes) for rows in (drawn, real))
    shares = {label: wilson(*_count(hit[numbers == label])) for label in np.unique(numbers)}
    worst = min(shares, key=lambda label: shares[label].value)
    of_real = real_hit[real["given"] == worst]
    say = "share of samples whose nearest centre is the asked one"
    return [
        _share("asked", hit, floor=float(real_hit.mean()), note=say),
        row(
            "asked-worst",
            shares[worst],
            floor=float(of_real.mean()) if len(of_real) else None,
            better="higher",
            note=f"the same of label {worst}, the worst",
        ),
        _share(
            "asked-within-3-std",
            near,
            floor=float(real_near.mean()),
            note="share of samples within 3 std of the centre asked for, and nearest to it",
        ),
    ]


def _asked(rows: dict[str, Array], modes: KnownModes) -> tuple[Array, Array]:
    """Whether each row is nearest to the centre it names, and within 3 std of it."""
    nearest, distance = nearest_mode(rows["x"], modes)
    hit = nearest == rows["given"]
    return hit, hit & (distance < 3)


def _count(hits: Array) -> tuple[int, int]:
    return int(hits.sum()), len(hits)


def _share(name: str, hits: Array, *, floor: float, note: str) -> Json:
    return row(name, wilson(*_count(hits)), floor=floor, better="higher", note=note)


# ---- to reconstruct --------------------------------------------------------------------------


def _of_reconstructions(trained: Trained, materials: Materials) -> list[Json]:
    raw = materials.rows("final", DRAWN)["x"]
    again, x = (as_rows(trained.spaces["x"], rows) for rows in (trained.reconstruct(raw), raw))
    gaps = np.linalg.norm(again - x, axis=1)
    note = "median distance of G(E(x)) to x, over the data's standard deviation"
    found = [median_of("inverts", gaps, unit=spread_of_rows(x), note=note)]
    rows = materials.rows("final", TESTED)
    if len(rows["x"]) >= LEAST:
        found.append(_of_joint_laws(trained, trained.encoded("x", rows["x"])))
    return found


def _of_joint_laws(trained: Trained, x: Tensor) -> Json:
    """Whether what the critic compares is of one law, by permutation."""
    duel = trained.game.duels[0]
    seed = trained.recipe.seed
    with torch.no_grad(), lent(seed, 0, Aside.JOINT):
        scene = trained.game.stage({"x": x}, Streams(seed).at(0, Aside.JOINT))
    real, fake = (
        torch.cat([part.flatten(1) for part in side(scene)], 1).numpy()
        for side in (duel.real, duel.fake)
    )
    (test,) = two_sample(fake, real, tests=["energy"], seed=seed)
    found = MEASURES["energy"].judge(fake, real)
    what, sides = JOINT[len(duel.real(scene))]
    note = (
        f"squared energy distance of {sides}, encoded; p = "
        f"{test.p_value:.3g}; the floor is what one law stays below in 95 of 100 permutations"
    )
    return row(f"energy({what})", found, floor=test.floor, better="lower", note=note)


JOINT = {1: ("z", "z to E(x)"), 2: ("x, z", "(x, E(x)) to (G(z), z)")}
"""What the critic compares, by the number of its parts."""


# ---- to classify ------------------------------------------------------------------------------


def _of_classes(trained: Trained, materials: Materials) -> list[Json]:
    rows = materials.rows("final", DRAWN)
    known = trained.spaces["given"].encode(rows["given"]).sum(1).numpy() > 0
    if not known.any():
        return []
    told, label = trained.classify(rows["x"][known]), rows["given"][known]
    hits = told.astype(str) == label.astype(str)
    note = "share of held-out labelled rows that the critic sorts into their class"
    return [row("accuracy", wilson(*_count(hits)), better="higher", note=note)]


# ---- to translate ----------------------------------------------------------------------------


def _of_translations(trained: Trained, materials: Materials) -> list[Json]:
    rows, other = materials.rows("final", DRAWN), materials.rows("train", DRAWN)
    found = []
    for key, start, back in (("b", "a", False), ("a", "b", True)):
        made = trained.translate(rows[start], back=back)
        again = trained.translate(made, back=not back)
        unit = scale_of_rows(rows[key])
        found += clouds(f"{{name}}({key})", made, rows[key], other[key], unit=unit)
        gaps = np.linalg.norm(again - rows[start], axis=1)
        note = f"median distance of {start} to itself after {key} and back, over its spread"
        found.append(
            median_of(f"cycle({start})", gaps, unit=spread_of_rows(rows[start]), note=note)
        )
        found += _of_known_map(materials.source, rows[start], made, back=back)
    return found


def _of_known_map(source: Source, start: Array, made: Array, *, back: bool) -> list[Json]:
    """How far a translation is from the known map: information, for nothing teaches it."""
    if not isinstance(source, KnownMap):
        return []
    meant = source.truth_back(start) if back else source.truth(start)
    gaps = np.linalg.norm(made - meant, axis=1)
    key, end = ("b", "a") if back else ("a", "b")
    note = (
        f"median distance of {key} carried to {end} from where the known map puts it, over "
        f"{end}'s spread; information: without pairs nothing in the data asks for this map"
    )
    return [median_of(f"known-map({key})", gaps, unit=spread_of_rows(meant), note=note)]


# ---- to give a likelihood --------------------------------------------------------------------


def _of_likelihoods(trained: Trained, materials: Materials) -> list[Json]:
    rows = materials.rows("final", DRAWN)
    sides = materials.source.domains if isinstance(materials.source, TwoSided) else {}
    found = []
    for key in ("a", "b"):
        log_q = trained.log_prob(rows[key], back=key == "b")
        known = sides[key].log_prob(rows[key]) if key in sides else None
        found += _nats(key, log_q, known)
    return found


def _nats(key: str, log_q: Array, log_p: Array | None) -> list[Json]:
    """Held-out nats, beside those of the true law: its entropy, on the same rows."""
    nats = _mean(-log_q)
    if log_p is None:
        note = f"mean of -log q over held-out rows of {key}, nats, in the data's units"
        return [row(f"nats({key})", nats, better="lower", note=note)]
    note = f"mean of -log q over held-out rows of {key}, nats; floor: of the true law, its entropy"
    beyond = f"KL(p || q) of domain {key}: the mean of log p - log q over held-out rows, nats"
    return [
        row(f"nats({key})", nats, floor=float(-log_p.mean()), better="lower", note=note),
        row(f"kl({key})", _mean(log_p - log_q), floor=0.0, better="lower", note=beyond),
    ]


def _mean(values: Array) -> Interval:
    return of_influence(float(values.mean()), values)


ASSESSED: dict[str, Callable[[Trained, Materials], list[Json]]] = {
    "sample": _of_samples,
    "reconstruct": _of_reconstructions,
    "classify": _of_classes,
    "translate": _of_translations,
    "log_prob": _of_likelihoods,
}
"""What is measured of each thing that a game can do."""
