"""Why two clouds can be told apart: what is missing, invented or different, ranked.

Guesses are made (`gaps/`), each on rows of its own, and tested on other rows. Those are kept that
Holm's correction over every guess keeps, so that where nothing differs nothing is named, whatever
was looked for. That one is named first whose repair takes most of the held-out divergence away;
then, of what still differs after its repair, the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import jensenshannon

from saddle.errors import BadData, bad
from saddle.judge.findings import ALPHA, Finding, Why
from saddle.judge.gaps import Account, Clouds, Found, Search, Told, candidates
from saddle.judge.gaps.base import Mask
from saddle.judge.gaps.blind import blind_cluster, blind_shift, hidden
from saddle.judge.gaps.search import Candidate
from saddle.judge.gaps.values import FAMILY
from saddle.judge.reached import reached, sentences
from saddle.judge.sides import Draw, Sides, read_sides
from saddle.measure.base import Floats, Integers, two_clouds
from saddle.measure.memory import copies
from saddle.sources.opening import Names
from saddle.threads import alone

MOST = 8
"""Findings that are named, at most."""
LEAST, READ = 100, 10_000
"""Rows a side: with fewer, half of them show no cluster; of more, as many are read at random."""
Z = 1.96


def why(
    fake: Any,
    real: Any,
    *,
    columns: Names | None = None,
    seed: int = 0,
    draw: Draw | None = None,
) -> Why:
    """What tells fake rows from real ones, the most telling first.

    Args:
        fake: samples of any origin: an array (m, d), a file, a data frame, a source's name.
        real: what they should be like.
        columns: of two arrays, what their columns are called; else, which columns are compared.
        seed: of the halves, the folds and the landmarks.
        draw: what draws from a run's folder; without it a run is refused.
    """
    if isinstance(fake, np.ndarray) and isinstance(real, np.ndarray):
        return explain(fake, real, columns=columns, seed=seed)
    return why_of(read_sides(fake, real, seed=seed, columns=columns, draw=draw), seed=seed)


def why_of(sides: Sides, *, seed: int = 0) -> Why:
    """The same of sides that were read; examples are numbers of rows of the files.

    Of pictures it tells which real ones nothing fake comes near, and not which values repeat:
    those of a picture's descriptors are no values that anybody chose.
    """
    pictures = bool(sides.real.called)
    found = explain(
        sides.fake.rows, sides.real.rows, columns=sides.columns, seed=seed, repeats=not pictures
    )
    found = replace(found, notes=(*unreached(sides, seed), *found.notes))
    return _renumbered(found, {"fake": sides.fake.numbers, "real": sides.real.numbers})


def unreached(sides: Sides, seed: int) -> list[str]:
    """Which real pictures nothing fake comes near, in words; the other half tells the floor."""
    real = sides.real
    if not real.called:
        return []
    order = np.random.default_rng(seed).permutation(real.n)
    asked, other = np.array_split(order, 2)
    labels = None if real.labels is None else real.labels[asked]
    names = [real.called[i] for i in asked]
    found = reached(
        real.rows[asked],
        sides.fake.rows,
        real.rows[other],
        labels=labels,
        called=names.__getitem__,
    )
    return [] if found is None else sentences(found)


def explain(
    fake: npt.ArrayLike,
    real: npt.ArrayLike,
    *,
    columns: Names | None = None,
    seed: int = 0,
    repeats: bool = True,
) -> Why:
    """The same of two clouds (m, d) and (n, d), with names of their columns.

    `repeats` says whether values that one side repeats are worth naming.
    """
    made, held = two_clouds(fake, real, ("fake", "real"))
    names = _names(columns, made.shape[1])
    for side, rows in (("fake", made), ("real", held)):
        if len(rows) < LEAST:
            raise BadData(f"{side}: at least {LEAST} rows are needed to say why, got {len(rows)}")
    rng = np.random.default_rng(seed)
    read = [np.sort(rng.permutation(len(rows))[:READ]) for rows in (made, held)]
    many = [f"{READ:,} rows of {len(x):,} are read." for x in (made, held) if len(x) > READ]
    made, held = made[read[0]], held[read[1]]
    varying, notes = _varying(made, held, names)
    clouds = Clouds.of(held[:, varying], made[:, varying], seed)
    again = int(copies(made, held).sum())
    same = [f"{again:,} fake rows stand among the real ones exactly."] * bool(again)
    with alone(len(names)):
        named = tuple(names[j] for j in varying)
        told = _explained(clouds, named, (*notes, *many, *same), repeats=repeats)
    found = replace(told, findings=tuple(_seen(it, varying) for it in told.findings))
    return _renumbered(found, {"fake": read[0], "real": read[1]})


def _seen(finding: Finding, varying: Sequence[int]) -> Finding:
    """Its region as one of rows with all columns."""
    holds = finding.holds
    if holds is None:
        return finding
    return replace(finding, holds=lambda rows: holds(np.asarray(rows)[:, varying]))


def _renumbered(found: Why, numbers: Mapping[str, Integers | None]) -> Why:
    """Examples as numbers of rows where the rows came from."""
    return replace(found, findings=tuple(_of(it, numbers) for it in found.findings))


def _of(finding: Finding, numbers: Mapping[str, Integers | None]) -> Finding:
    known = numbers[finding.facts["of"]] if finding.examples else None
    if known is None:
        return finding
    return replace(finding, examples=tuple(int(known[i]) for i in finding.examples))


def _names(columns: Names | None, d: int) -> tuple[str, ...]:
    listed = columns.split(",") if isinstance(columns, str) else columns
    names = tuple(map(str, range(d) if listed is None else listed))
    if len(names) != d:
        raise bad("columns", list(names), f"{d} names, one a column")
    return tuple(f"x{name}" if name.isdigit() else name for name in names)


def _varying(
    fake: Floats, real: Floats, names: Sequence[str]
) -> tuple[list[int], tuple[str, ...]]:
    """The columns that vary, and a note of the others; refused where none does."""
    still = np.ptp(np.concatenate([fake, real]), axis=0) == 0
    if still.all():
        raise BadData("every column is constant, and the same in fake and real: nothing differs")
    out = ", ".join(name for name, flat in zip(names, still, strict=True) if flat)
    note = f"left out, one value everywhere: {out}."
    return [int(j) for j in np.flatnonzero(~still)], (note,) * bool(out)


def _explained(
    clouds: Clouds, names: tuple[str, ...], notes: tuple[str, ...], *, repeats: bool
) -> Why:
    every, guesses = candidates(clouds, ALPHA)
    held = [it for it in every if repeats or it.gap.family != FAMILY]
    search = Search.of(clouds, ALPHA / guesses)
    first = search.judge.first
    found = list(search.named([c for c in held if c.gap.family != FAMILY], MOST))
    exact = [_exact(c, clouds, names) for c in plainest(held)]
    seen = hidden(len(clouds.real), len(clouds.fake)) if exact else -math.inf
    found = list(takewhile(lambda it: it.carries.nats >= seen, found))
    named = [_finding(it, first, clouds, names) for it in found]
    strongest = max((finding.nats for finding in named), default=0.0)
    before = [finding for finding in exact if finding.nats >= strongest]
    after = [finding for finding in exact if finding.nats < strongest]
    sizes, limit = (len(clouds.real), len(clouds.fake)), ALPHA / guesses
    return Why(
        findings=(*before, *named, *after),
        auc=max([first.auc, *(finding.alone() for finding in exact)]),
        nats=max([first.nats, *(finding.nats for finding in exact)]),
        left=found[-1].left.auc if found else first.auc,
        n=sizes,
        guesses=guesses,
        blind=(blind_cluster(*sizes, limit), blind_shift(*sizes, limit)),
        columns=names,
        notes=notes,
        seed=clouds.seed,
    )


def _finding(found: Found, first: Account, clouds: Clouds, names: Sequence[str]) -> Finding:
    told, carries = found.gap.tell(clouds, names), found.carries
    unseen = hidden(len(clouds.real), len(clouds.fake)) / max(first.nats, 1e-9)
    below = math.hypot(Z * carries.share_error, min(unseen, 1))
    ends = (carries.share - below, carries.share + Z * carries.share_error)
    low, high = (float(np.clip(end, 0, 1)) for end in ends)
    share = float(np.clip(carries.share, 0, 1))
    return _made(told, found.p, carries.nats, share, (low, high), found.gap.holds)


def plainest(held: Sequence[Candidate]) -> list[Candidate]:
    """Of the repeated values that hold, those of smallest p-value in each column."""
    best: dict[tuple[int, ...], Candidate] = {}
    for candidate in held:
        if candidate.gap.family == FAMILY:
            columns = candidate.gap.columns
            best[columns] = min(best.get(columns, candidate), candidate, key=lambda c: c.p)
    return sorted(best.values(), key=lambda c: c.p)


def _exact(candidate: Candidate, clouds: Clouds, names: Sequence[str]) -> Finding:
    """A finding about exact values: J of its two shares alone, which no critic sees."""
    told = candidate.gap.tell(clouds, names)
    p, q = (told.facts[side]["share"] for side in ("real", "fake"))
    nats = float(jensenshannon([p, 1 - p], [q, 1 - q]) ** 2)
    return _made(told, candidate.p, nats, None, None, candidate.gap.holds)


def _made(
    told: Told,
    p: float,
    nats: float,
    share: float | None,
    interval: tuple[float, float] | None,
    holds: Callable[[Floats], Mask] | None,
) -> Finding:
    plain = told.kind, told.what, told.words
    return Finding(*plain, p, share, interval, nats, tuple(told.examples), told.facts, holds)
