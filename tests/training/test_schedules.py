"""Three phases: what a schedule gives at each step, and that nothing jumps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddle.training.schedules import Clock, Phase, Schedule

shares = st.floats(0, 0.5)
lengths = st.integers(1, 5000)
values = st.floats(-5, 5)
clocks = st.builds(lambda n, w, d: Clock.of(n, warm=w, decay=d), lengths, shares, shares)


@given(clocks)
def test_phases_follow_one_another_and_fill_the_run(clock):
    order = list(Phase)
    seen = [order.index(clock.phase(step)) for step in range(clock.steps + 1)]
    assert seen == sorted(seen)
    assert seen.count(order.index(Phase.WARM)) == clock.warm
    assert seen.count(order.index(Phase.HOLD)) == max(0, clock.decay - clock.warm)


@given(clocks)
def test_the_share_of_a_phase_rises_from_zero_and_stays_below_or_at_one(clock):
    before = None
    for step in range(clock.steps + 1):
        phase, share = clock.phase(step), clock.share(step)
        assert 0 <= share <= 1
        if before is not None and before[0] is phase:
            assert share > before[1]
        else:
            assert share == 0
        before = phase, share
    if clock.decay < clock.steps:
        assert clock.share(clock.steps) == 1


@given(clocks, values, values, values)
def test_a_value_starts_holds_and_ends_as_it_says(clock, start, hold, end):
    schedule = Schedule(hold, start=start, end=end)
    if clock.warm:
        assert schedule.at(clock, 0) == start
    if clock.warm < clock.decay:
        assert schedule.at(clock, clock.warm) == hold
        assert schedule.at(clock, clock.decay - 1) == hold
    if clock.decay < clock.steps:
        assert schedule.at(clock, clock.decay) == hold
        assert schedule.at(clock, clock.steps) == pytest.approx(end, abs=1e-12)


@given(clocks, values, values, values)
def test_a_value_never_leaves_its_three_numbers_and_never_jumps(clock, start, hold, end):
    schedule = Schedule(hold, start=start, end=end)
    path = [schedule.at(clock, step) for step in range(clock.steps + 1)]
    slack = 1e-12 * (1 + max(map(abs, (start, hold, end))))
    assert all(min(start, hold, end) - slack <= v <= max(start, hold, end) + slack for v in path)
    # A half cosine over n steps moves by at most pi / 2n of its way in one step.
    for phase, way in ((clock.warm, hold - start), (clock.steps - clock.decay, end - hold)):
        if phase:
            limit = abs(way) * math.pi / 2 / phase + slack
            span = range(0, clock.warm) if way == hold - start else range(clock.decay, clock.steps)
            if phase == len(span):
                assert all(abs(path[t + 1] - path[t]) <= limit for t in span)


def test_the_middle_of_a_phase_is_halfway():
    clock = Clock.of(100, warm=0.2, decay=0.4)
    schedule = Schedule(1.0, start=0.0, end=3.0)
    assert schedule.at(clock, 10) == pytest.approx(0.5)
    assert schedule.at(clock, 80) == pytest.approx(2.0)


def test_a_quarter_of_a_phase_is_on_the_cosine():
    clock = Clock.of(100, decay=0.4)
    assert Schedule(1.0, end=0.0).at(clock, 70) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)


@given(clocks, values, st.integers(0, 10_000))
def test_start_and_end_are_hold_where_they_are_not_given(clock, hold, step):
    assert Schedule(hold).at(clock, min(step, clock.steps)) == hold


def test_a_run_may_be_all_warm():
    """The published cosine burn-in: from the first value to the last over the whole run."""
    clock = Clock.of(1000, warm=1.0, decay=0.0)
    schedule = Schedule(1.0, start=4.0)
    assert schedule.at(clock, 0) == 4 and schedule.at(clock, 500) == pytest.approx(2.5)
    assert clock.phase(999) is Phase.WARM
    assert schedule.at(clock, 1000) == 1


def test_no_phase_but_hold():
    clock = Clock.of(10, decay=0.0)
    assert {clock.phase(step) for step in range(10)} == {Phase.HOLD}
