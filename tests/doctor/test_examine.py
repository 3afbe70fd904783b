"""Findings are a pure function of the record so far."""

from saddle.doctor import Evidence, examine


def test_a_gradient_of_nought_is_named_since_its_first_look() -> None:
    events = tuple(
        {"step": step, "gradients": {"generator": 1.0 if step < 300 else 0.0}}
        for step in range(0, 1100, 100)
    )
    found = examine(Evidence(events, {}, 1000))
    assert [(finding.key, finding.since) for finding in found] == [("stuck", 300)]
    assert examine(Evidence(events[:4], {}, 1000)) == []


def test_a_failure_is_named_at_its_step() -> None:
    found = examine(Evidence((), {}, 1000, failure={"step": 70, "error": "nan"}))
    assert [(finding.key, finding.since) for finding in found] == [("non-finite", 70)]
