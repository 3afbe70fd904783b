"""The tests that are marked slow, each with its outcome: long proofs that CI leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from _common import Bench, Row, Target

ROOT = Path(__file__).resolve().parent.parent


class Collector:
    """A plugin of pytest's that keeps a row a test."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The outcome of a test, or of a set-up that did not reach it."""
        if report.when == "call" or not report.passed:
            name = report.nodeid.removeprefix("tests/")
            self.rows.append({"test": name, "outcome": report.outcome, "s": report.duration})


def main() -> None:
    bench = Bench("slow_tests", "The tests marked slow", seeds="0", tests="tests")
    found = Collector()
    pytest.main(
        [str(ROOT / bench.options.tests), "--rootdir", str(ROOT), "-m", "slow", "-p", "no:xdist"],
        plugins=[found],
    )
    good = sum(row["outcome"] == "passed" for row in found.rows)
    told = f"{good} of {len(found.rows)} passed"
    whole = 0 < len(found.rows) == good
    bench.show(found.rows, targets=[Target("slow tests", "all pass", told, whole)])


if __name__ == "__main__":
    main()
