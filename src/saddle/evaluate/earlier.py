"""What an earlier evaluation of the same weights holds: what is not measured anew is kept."""

from __future__ import annotations

from saddle.errors import BrokenRun
from saddle.judge.evaluation import SCHEMA
from saddle.runs import Json, Run, read_json, sha256

DOCUMENT = "evaluation.json"


def sums_of(run: Run, step: int) -> str:
    """What a checkpoint's weights are known by: the sum of its sums."""
    return sha256(run.checkpoint(step) / "SHA256SUMS")[:16]


def earlier(run: Run, weights: str) -> Json:
    """What was measured of these weights; empty where nothing was, or others were measured.

    A damaged document holds nothing either: the one that is written now takes its place.
    """
    path = run.path / DOCUMENT
    try:
        found = read_json(path) if path.exists() else {}
    except BrokenRun:
        return {}
    return found if found.get("weights") == weights else {}


def holds(held: Json, sections: tuple[str, ...] | None) -> bool:
    """Whether the samples were judged by all of these parts, as they are judged now."""
    judged = held.get("judged", {}).values()
    parts = {"evaluation", *(sections or ())}
    return bool(judged) and all(
        parts <= one.keys() and one["evaluation"] == SCHEMA for one in judged
    )
