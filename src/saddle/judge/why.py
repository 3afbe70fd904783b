"""Why two clouds can be told apart: what is missing, invented or different, ranked.

Guesses are made (`gaps/`), each on rows of its own, and tested on other rows. Only those are kept
that Holm's correction over every guess keeps, so that where nothing differs nothing is named,
whatever was looked for. Of these, that one is named first whose repair takes most of the held-out
divergence away; then, of what still differs after its repair, the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saddle.errors import BadData
from saddle.judge.gaps import FINDERS, Clouds, Gap, Judge
from saddle.judge.gaps.account import JUDGED, Account, Carried, carried
from saddle.measure.base import Floats, subsample, two_clouds

ALPHA = 0.01
"""Chance that anything is named where nothing differs, at most."""
MOST = 8
"""Findings that are named, at most."""
TRIED = 2
"""Guesses of each finder whose repair is judged by critics of its own, at most."""
TIE = 0.9
"""A simpler guess is preferred if it accounts for this much of what the best accounts for."""


@dataclass(frozen=True, eq=False)
class Named:
    gap: Gap
    kind: str
    p: float
    carries: Carried
    told: object


def adjusted(p: Sequence[float]) -> Floats:
    """Holm's p-values: each at a level controls that no true guess is rejected, all together.

    >>> [round(float(q), 3) for q in adjusted([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    found = np.empty_like(values)
    found[order] = np.minimum(steps, 1.0)
    return found


def explain(real, fake, seed=0, log=None):
    clouds = Clouds.of(real, fake, seed)
    guesses = [gap for finder in FINDERS.values() for gap in finder(clouds)]
    raw=[g.p_value(clouds) for g in guesses]
    p = adjusted(raw)
    alive = [(g, float(q)) for g, q in zip(guesses, p) if q <= ALPHA]
    if log is not None: log['guesses']=len(guesses); log['alive']=len(alive); log['minp']=float(p.min())
    if not alive:
        return []
    rng = clouds.rng(8)
    keep=[np.isin(np.arange(len(x)), rng.permutation(len(x))[:JUDGED]) for x in (real,fake)]
    small = clouds.kept(*keep)
    judge = Judge(small)
    state, before = clouds, judge.first
    if log is not None: log['nats']=before.nats; log['auc']=before.auc
    named=[]
    while alive and len(named) < MOST:
        best, after = choose(judge, before, state, alive, keep)
        gap, q = best
        carries = carried(judge.first, before, after)
        named.append(Named(gap, gap.kind(state), q, carries, gap.tell(state)))
        state, before = gap.repair(state), after
        if len(named)==1 and log is not None: log['left_auc']=after.auc
        alive = [(g,q) for g,q in alive if g is not gap and g.p_value(state)*len(guesses) <= ALPHA]
    return named

def part(clouds, keep):
    return clouds.kept(keep[0][clouds.real_rows], keep[1][clouds.fake_rows])

def choose(judge, before, state, alive, keep):
    glances = [(judge.glance(part(g.repair(state),keep)).nats, n, g, q) for n,(g,q) in enumerate(alive)]
    tried=[]
    for f in FINDERS:
        mine=sorted([t for t in glances if t[2].family==f], key=lambda t:t[:2])[:TRIED]
        tried+=mine
    judged=[(g,q,judge.account(part(g.repair(state),keep))) for _,_,g,q in tried]
    gone=[before.nats-a.nats for _,_,a in judged]
    top=int(np.argmax(gone))
    for (g,q,a),x in zip(judged,gone):
        if x >= TIE*gone[top] or g is judged[top][0]:
            return (g,q),a
