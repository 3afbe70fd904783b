"""What is said of records whose differences are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from saddle.compare.outcome import Comparison
from saddle.compare.record import Curve, absent

SEEDS = 8


def record(ends: list[float], *, pace: float = 1.0, failed: str | None = None) -> list[Curve]:
    """From 1 at step 0 on a straight line to the end at step 100; `pace` seconds a step."""
    step = np.array([0.0, 50.0, 100.0])
    return [
        Curve(step, pace * step, np.array([1.0, (1 + end) / 2, end]), 0.05, failed, "")
        for end in ends
    ]


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.01, SEEDS)


def comparison(**more: list[Curve]) -> Comparison:
    first = record(list(0.5 + noise(0)))
    return Comparison(("a", *more), {"a": first, **more}, "sliced-w1")


def test_a_difference_is_told_with_its_interval_and_p() -> None:
    ends = 0.3 + noise(1)
    found = comparison(b=record(list(ends)))
    pair = found.verdict.at_step[1].against
    assert pair is not None
    theirs = stats.ttest_rel(ends, 0.5 + noise(0)).confidence_interval()
    assert pair.interval == pytest.approx((theirs.low, theirs.high))
    assert pair.p_value == pair.smallest == 2 / 2**SEEDS
    assert found.sentences[0].startswith("b beats a: b - a = -0.2")
    assert "p = 0.0078" in found.sentences[0] and "reachable 0.0078" in found.sentences[0]


def test_no_difference_is_told_where_there_is_none() -> None:
    found = comparison(b=record(list(0.5 + noise(1))))
    assert found.sentences[0].startswith("b cannot be told from a")


def test_several_contenders_are_corrected() -> None:
    found = comparison(b=record(list(0.3 + noise(1))), c=record(list(0.5 + noise(2))))
    b, c = found.verdict.at_step[1:]
    assert b.p_value == 2 * 2 / 2**SEEDS
    assert c.against is not None and c.p_value == c.against.p_value
    assert found.verdict.smallest == 2 * 2 / 2**SEEDS
    assert "p = 0.016" in found.sentences[0] and "reachable 0.016" in found.sentences[0]


def test_equal_time_reads_the_record_of_the_slower_one_before_its_end() -> None:
    found = comparison(b=record(list(0.3 + noise(1)), pace=4.0))
    assert found.verdict.cpu == 100 and found.verdict.spent == [100, 400]
    assert found.verdict.at_cpu[0].mean == pytest.approx(0.5, abs=0.02)
    assert found.verdict.at_cpu[1].mean == pytest.approx(1 - 0.7 / 4, abs=0.02)
    assert "a beats b" in found.sentences[1] and "b beats a" in found.sentences[0]


def test_time_is_told_to_the_step_at_which_all_are_compared() -> None:
    longer = [replace(it, step=2 * it.step, cpu=2 * it.cpu) for it in record([0.3] * SEEDS)]
    found = comparison(b=longer)
    assert found.verdict.step == 100 and found.verdict.spent == [100, 100]


def test_a_contender_with_failed_runs_never_beats() -> None:
    ends = list(0.3 + noise(1))
    found = comparison(b=[*record(ends[:6]), *record(ends[6:], failed="step 3: nan")])
    assert found.verdict.failed == [0, 2] and found.verdict.at_step[1].against.n == 6
    assert "but 2 of its runs failed" in found.sentences[0]
    assert found.table[1]["failed"] == 2


def test_runs_without_a_shared_seed_are_not_paired() -> None:
    found = comparison(b=[absent()] * SEEDS)
    assert "share no seed" in found.sentences[0]
    assert found.json["equal_steps"]["contenders"][1]["mean"] is None


def test_the_picture_is_drawn(tmp_path: object) -> None:
    figure = comparison(b=record(list(0.3 + noise(1)), pace=2.0)).plot()
    left, middle, right = figure.axes
    assert [tick.get_text() for tick in right.get_yticklabels()] == ["b", "a"]
    assert left.get_yscale() == "log" and max(middle.lines[1].get_xdata()) == 200
