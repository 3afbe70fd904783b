"""The verdict in plain words: what was told apart, within which margin, and what was not seen.

A test that does not reject proves nothing: two laws are called equal only by an equivalence test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from saddle.runs import Json

LEVEL = 0.05
"""Of all tests together, after Holm's correction."""


def verdict(found: Json) -> Json:
    """What an evaluation comes to: sentences, the first of them the answer.

    Args:
        found: the document so far; what it does not hold is not spoken of.
    """
    lowest = smallest_p(found.get("tests", ()))
    apart = lowest is not None and lowest["adjusted"] < LEVEL
    told = LEADS[apart].format_map({**(lowest or NOTHING), "n": found["n"]})
    return {"apart": apart, "sentences": [told]}


LEADS = {
    True: "Told apart from real at n = {n}: {name} p = {adjusted:.2g} after Holm's correction.",
    False: "Not told apart from real at n = {n} ({name} p = {adjusted:.2g}); that is no proof "
    "that they are alike.",
}
"""The first sentence, by whether the sides were told apart."""

NOTHING = {"name": "no test", "adjusted": 1.0}


def smallest_p(tests: Sequence[Mapping[str, object]]) -> Json | None:
    """The test of smallest p-value, with that value after Holm's correction: p times how many."""
    if not tests:
        return None
    ranked = sorted(tests, key=_p)
    return {**ranked[0], "adjusted": min(1.0, len(tests) * _p(ranked[0]))}


def _p(test: Mapping[str, object]) -> float:
    return float(str(test["p_value"]))
