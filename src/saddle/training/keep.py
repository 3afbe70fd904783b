"""Which checkpoints are kept: the last two, and the best by the watched distance.

The choice is a pure function of the record so far, so a resumed run keeps the same ones.
"""

from __future__ import annotations

from saddle.runs import Run, read_lines, write_json


def keep_best_and_last(run: Run) -> None:
    """Point `best.json` at the saved step with the least watched distance; remove the rest."""
    saved = run.saved()
    watched = {
        event["step"]: event["watch"]["value"]
        for event in read_lines(run.events)
        if event["step"] in saved and event.get("watch", {}).get("value") is not None
    }
    if watched:
        best = min(watched, key=lambda step: (watched[step], -step))
        write_json(run.path / "best.json", {"step": best, "watch": watched[best]})
    run.keep_only([*saved[-2:], *([best] if watched else [])])
