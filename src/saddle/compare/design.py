"""What a comparison is: contenders, seeds, a measure; kept in its folder as compare.json."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from saddle.build.materials import anchored
from saddle.build.session import checked
from saddle.build.together import apart_of
from saddle.compare.contenders import Contender
from saddle.compare.record import MEASURED
from saddle.errors import BadValue, Incompatible, UnknownName, UserError, bad
from saddle.recipe import Recipe
from saddle.runs import Json, read_json, write_json

MANIFEST = "compare.json"


@dataclass(frozen=True)
class Design:
    """A comparison.

    Attributes:
        contenders: who is compared; the first is what the others are compared with.
        seeds: what each is played from.
        measure: a name of `MEASURED`.
        apart: why runs are played one after the other; None where the seeds of a contender are
            one batch.
    """

    contenders: tuple[Contender, ...]
    seeds: tuple[int, ...]
    measure: str = "sliced-w1"
    apart: str | None = None

    def recipe(self, contender: int, seed: int) -> Recipe:
        """The recipe of one run."""
        return self.contenders[contender].recipe.amended({"seed": seed})

    def place(self, contender: int) -> str:
        """The folder of one contender's runs: two names may look alike as folders."""
        slugs = [it.slug for it in self.contenders[: contender + 1]]
        alike = slugs.count(slugs[-1])
        return slugs[-1] if alike == 1 else f"{slugs[-1]}~{alike}"

    def state(self) -> Json:
        """As JSON."""
        return {
            "contenders": [
                {
                    "name": it.name,
                    "folder": self.place(number),
                    "recipe": it.recipe.model_dump(mode="json"),
                }
                for number, it in enumerate(self.contenders)
            ],
            "seeds": list(self.seeds),
            "measure": self.measure,
            "apart": self.apart,
        }

    @property
    def folder(self) -> Path:
        """Where it is kept unasked: the same comparison is found again, another is not."""
        digest = hashlib.blake2b(json.dumps(self.played()).encode(), digest_size=3).hexdigest()
        data = re.sub(r"\W+", "-", Path(self.contenders[0].recipe.data).name).strip("-")
        return Path("comparisons") / f"{data}-{self.contenders[0].slug[:24]}-{digest}"

    def played(self) -> Json:
        """What decides its runs; the measure is chosen afterwards."""
        state = self.state()
        return {key: state[key] for key in ("contenders", "seeds")}

    def write(self, folder: Path) -> None:
        """Begin a folder, or take up one that holds the same comparison."""
        path = folder / MANIFEST
        if path.exists():
            before = read(folder)
            if before.played() != self.played():
                theirs = ", ".join(it.name for it in before.contenders)
                raise BadValue(
                    f"{folder} holds another comparison ({theirs}; seeds "
                    f"{before.seeds[0]} to {before.seeds[-1]}): name another --out, or leave out "
                    f"what is compared to go on with it, `saddle compare --out {folder}`"
                )
        elif folder.exists() and any(folder.iterdir()):
            raise BadValue(f"{folder} is no comparison and not empty: name another --out")
        write_json(path, self.state())


def read(folder: Path) -> Design:
    """The comparison that a folder holds."""
    if not (folder / MANIFEST).exists():
        raise UnknownName(f"{folder} holds no comparison: {MANIFEST} is not there")
    state = read_json(folder / MANIFEST)
    found = [Contender(it["name"], Recipe.of(it["recipe"])) for it in state["contenders"]]
    return Design(tuple(found), tuple(state["seeds"]), state["measure"], state["apart"])


def design(
    contenders: Sequence[Contender], seeds: Sequence[int], *, measure: str, together: bool
) -> Design:
    """A comparison on equal terms, refused where a contender cannot play the data.

    The seeds of a contender are one batch only where every contender's can be: else the time of
    one would not compare with that of another.
    """
    if not seeds:
        raise bad("seeds", len(seeds), "at least 1")
    if len(set(seeds)) < len(seeds):
        raise bad("seeds", list(seeds), "different: a run that counts twice is no second run")
    if together and len(seeds) == 1:
        together = False
    settled, reasons = [], [] if together else ["one seed" if len(seeds) == 1 else "as asked"]
    for contender in contenders:
        try:
            recipe, materials, state = checked(anchored(contender.recipe), own={})
        except UserError as problem:
            raise type(problem)(f"contender {contender.name!r}: {problem}") from problem
        if MEASURED[measure].of_modes and materials.source.modes is None:
            raise Incompatible(
                f"measure {measure!r} counts known modes, which {materials.source.name!r} has "
                "not: go by sliced-w1"
            )
        settled.append(Contender(contender.name, anchored(recipe)))
        why = apart_of(recipe, state.game)
        reasons += [f"{contender.name}: {why}"] if why else []
    return Design(tuple(settled), tuple(seeds), measure, next(iter(reasons), None))
