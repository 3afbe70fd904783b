"""The verdict in plain words: told apart or not, close or not, what is missing, what is copied.

A test that does not reject proves nothing: two laws are called close only by an equivalence test,
and where neither says anything, the verdict says what would not have been seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from saddle.runs import Json

LEVEL = 0.05
"""Of all tests together, after Holm's correction."""

Found = Mapping[str, Any]


def verdict(found: Found) -> Json:
    """What an evaluation comes to: sentences, the first of them the answer.

    Args:
        found: the document so far; what it does not hold is not spoken of.
    """
    first = leading(found)
    told = {
        "apart": first is not None and first["adjusted"] < LEVEL,
        "close": bool((found.get("equivalence") or {}).get("passed", False)),
        "same_rows": bool(found["same_rows"]),
    }
    sentences = [lead(told, tested=first is not None).format_map(_facts(found, first))]
    rest = () if told["same_rows"] else REST
    sentences += [line for part in rest for line in part({**found, "told": told})]
    return {**told, "sentences": sentences}


def leading(found: Found) -> Json | None:
    """The test of smallest p-value, with that value after Holm's correction: p times how many."""
    tests = found.get("tests", ())
    if not tests:
        return None
    first = min(tests, key=lambda test: test["p_value"])
    return {**first, "adjusted": min(1.0, len(tests) * first["p_value"])}


# --------------------------------------------------------------------------- the first sentence


def lead(told: Json, *, tested: bool) -> str:
    """The sentence of what was found, with places for the facts."""
    if told["same_rows"]:
        return SAME
    return LEADS[told["apart"], told["close"]] if tested else UNTESTED[told["close"]]


SAME = (
    "Both sides are the same {n} rows: they cannot differ, and nothing is learned of whatever "
    "made them."
)

LEADS: Mapping[tuple[bool, bool], str] = {
    (False, True): (
        "Cannot be told from real at n = {n}, and is close: {upper} of the data's spread away at "
        "most, where {margin} was allowed."
    ),
    (False, False): ("Cannot be told from real at n = {n}; {blind} would not have been seen."),
    (True, True): (
        "Told apart from real at n = {n} ({test}, p {p}){auc}, yet close: {upper} of the data's "
        "spread away at most, where {margin} was allowed."
    ),
    (True, False): "Told apart from real at n = {n}{auc} ({test}, p {p}).",
}
"""By whether the sides were told apart, and whether they were shown to be close."""

UNTESTED: Mapping[bool, str] = {
    True: (
        "Close at n = {n}: {upper} of the data's spread away at most, where {margin} was allowed. "
        "Whether it can be told from real was not tested."
    ),
    False: "Whether it can be told from real was not tested (n = {n}).",
}
"""By whether they were shown to be close, where no test was made."""


def chance(p: float) -> str:
    """A p-value as the end of a sentence.

    >>> chance(0.0123), chance(1e-9)
    ('= 0.012', '< 1e-06')
    """
    return "< 1e-06" if p < 1e-6 else f"= {p:.2g}"


def _facts(found: Found, first: Json | None) -> dict[str, str]:
    """What stands in the sentence."""
    facts = {"n": f"{found['n']:,}"}
    same = found.get("equivalence")
    if same is not None:
        facts |= {"upper": f"{same['upper']:.2g}", "margin": f"{same['margin']:.2g}"}
    if first is not None:
        tests = {test["name"]: test for test in found["tests"]}
        learned = next((tests[name] for name in CRITICS if name in tests), first)
        below = learned["blind"]["words"].partition("blind below ")[2].partition(",")[0]
        auc = learned["detail"].get("auc")
        seen = len(tests) * learned["p_value"] < LEVEL
        facts |= {
            "test": first["name"],
            "p": chance(first["adjusted"]),
            "blind": f"less than {below}" if below else "even a large difference",
            "auc": f", AUC {auc:.2f} on held-out rows" if seen and auc is not None else "",
        }
    return facts


CRITICS = ("c2st-logit", "c2st")
"""Tests by a network, which tell the held-out AUC and how many rows it gets right."""


# ------------------------------------------------------------------------------ what else is said


def _of_equivalence(found: Found) -> Iterator[str]:
    """Why it is not shown to be close, where that was asked."""
    same = found.get("equivalence")
    if same is not None and not same["passed"]:
        yield _sentence(same["words"])


def _of_why(found: Found) -> Iterator[str]:
    """The first of what is missing, invented or different."""
    why = found.get("why")
    if why is None:
        return
    named = why["words"][:SAID]
    yield from (_sentence(words) for words in named)
    if not named and found["told"]["apart"]:
        yield "No cluster, column or pair of columns alone accounts for it."


SAID = 3
"""Findings that the verdict tells; the rest stand in their table."""


def _of_memory(found: Found) -> Iterator[str]:
    """Whether samples are copies, or that nobody knows."""
    rows = (found.get("memory") or {}).get("rows")
    if rows is None:
        return
    measured = [row for row in rows if row["value"] is not None]
    if not any(_is(row, it) for row in measured for it in KNOWN):
        yield "Whether samples are copies of training rows is not known: name those (--train)."
        return
    worse = [row for row in measured if remembered(row)]
    yield _copied(worse) if worse else "No sign of copied training rows."


KNOWN = ("authentic", "near-copies")
"""Measures that need the training rows."""


def remembered(row: Found) -> bool:
    """Whether a measure tells of memory: beyond its floor on that side, by more than chance."""
    side = next((MEMORY[it] for it in MEMORY if _is(row, it)), 0)
    if not side or row["interval"] is None or row["floor"] is None:
        return False
    low, high = row["interval"]
    half = row["value"] - low if side > 0 else high - row["value"]
    return bool(side * (row["value"] - row["floor"]) > BEYOND * half + 1e-9)


def _is(row: Found, measure: str) -> bool:
    """Whether it is a row of that measure, on whatever features."""
    return bool(row["name"] == measure or row["name"].startswith(f"{measure}-"))


BEYOND = 1.9
"""Half intervals: 2.58 / 1.96 for one chance in a hundred, since five measures are read, times the
root of 2, since most floors are themselves measured, on as many rows."""

MEMORY: Mapping[str, int] = {
    "copies": 1,
    "near-copies": 1,
    "authentic": -1,
    "c-t": -1,
    "closer-to-train": 1,
}
"""On which side of its floor a measure tells of memory."""


def _copied(rows: Sequence[Found]) -> str:
    """What the copies are: the rows themselves, or something too near to them."""
    exact = next((row["value"] for row in rows if _is(row, EXACT)), None)
    if exact is not None:
        return f"{100 * exact:.2g} % of the samples are training rows, number for number."
    told = ", ".join(
        f"{row['name'].removesuffix('-raw')} {row['value']:.3g} (new rows {row['floor']:.3g})"
        for row in rows
    )
    return f"Samples lie closer to the training rows than new rows do: {told}."


EXACT = "copies"
"""The measure of samples that equal a training row."""


def _of_baselines(found: Found) -> Iterator[str]:
    yield from (found.get("baselines") or {}).get("sentences", ())


REST: Sequence[Callable[[Found], Iterator[str]]] = (
    _of_memory,
    _of_equivalence,
    _of_why,
    _of_baselines,
)
"""What follows the first sentence, in this order."""


def _sentence(words: str) -> str:
    """Words as a sentence: a capital, a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
