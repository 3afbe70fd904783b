"""A remedy applied: the run goes on amended, or another one starts from before the fault."""

from __future__ import annotations

from saddle.build.custom import Own
from saddle.build.materials import KEPT
from saddle.build.resuming import resume, unfinished
from saddle.build.session import Session, start
from saddle.doctor import Finding, Remedy
from saddle.errors import BadValue
from saddle.presets import amended_recipe, thawed
from saddle.runs import Run


def first_cure(findings: list[Finding]) -> Finding:
    """The first finding that something is known to help against."""
    for finding in findings:
        if finding.cure is not None:
            return finding
    names = ", ".join(finding.key for finding in findings) or "no finding"
    raise BadValue(f"nothing to apply: no remedy is known for what holds now ({names})")


def heal(
    run: Run,
    cure: Remedy,
    *,
    data: object = None,
    own: Own | None = None,
    trusted: bool = False,
) -> Session:
    """A session that tries a remedy: to the run's end, or as long again once that is reached."""
    recipe = amended_recipe(run)
    values = cure.values(str(run.path), run.saved())
    if not cure.another:
        changes = unfinished(run, values, added=cure.more or None)
        return resume(run, changes, data=data, own=own, trusted=trusted)
    kept = run.path / KEPT
    rows = kept if data is None and kept.exists() else data
    begun = recipe.amended({"ending": None, **thawed(values)})
    return start(begun, run.path.parent, data=rows, own=own, trusted=trusted)
