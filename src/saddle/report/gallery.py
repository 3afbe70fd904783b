"""Every picture of a report: when there is one, what it shows, how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saddle.catalogue import Catalogue
from saddle.report import clouds, critics, curves, findings, partners, sheets, verdicts
from saddle.report.read import Record
from saddle.report.shade import base
from saddle.report.shown import CLOUDS, KINDS, kinds
from saddle.report.ways import DOTS, LINES, PIXELS, Way

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Told = tuple[str, str]
"""A heading, and how the picture is read."""


@dataclass(frozen=True)
class Picture:
    """A kind of picture.

    Attributes:
        title: its heading.
        reads: how to read it, in words.
        section: the part of the page in which it stands.
        parts: from a record to what it is drawn for, one figure each (a duel, or nothing in
            particular); none where it was not recorded.
        draw: from a record and a part to the figure.
        way: how it is kept: as lines, as dots, as pixels.
        expected: whether its absence is worth a word; a picture of some games only is not.
        of: the kinds of samples of which its absence is worth a word.
        named: heading and how it is read, of what was drawn for a part.
    """

    title: str
    reads: str
    section: str
    parts: Callable[[Record], list[str]]
    draw: Callable[[Record, str], Any]
    way: Way = LINES
    expected: bool = True
    of: frozenset[str] = KINDS
    named: Callable[[Picture, Any], Told] = lambda picture, _: (picture.title, picture.reads)


def looked(*names: str) -> Callable[[Record], list[str]]:
    """One figure where any look holds one of these arrays."""
    return lambda record: [""] * any(n in look.arrays for look in record.looks for n in names)


def counted(*keys: str) -> Callable[[Record], list[str]]:
    """One figure where any event holds these keys."""
    return lambda record: [""] * (record.latest(*keys) is not None)


def judged(key: str) -> Callable[[Record], list[str]]:
    """One figure where any duel holds a key."""
    return lambda record: (
        [""]
        * any(record.latest("critics", duel, key) is not None for duel in record.names("critics"))
    )


def whole(draw: Callable[[Record], Figure]) -> Callable[[Record, str], Figure]:
    """A drawing that is made once a run."""
    return lambda record, _: draw(record)


def duels(record: Record) -> list[str]:
    """Every duel whose surface was recorded."""
    return sorted({base(name) for look in record.looks for name in look.surfaces()})


def given(record: Record) -> list[str]:
    """Whether samples were drawn for something given."""
    return looked("given")(record) if clouds.drawn_rows(record) else []


def own(_: Picture, sheet: sheets.Sheet) -> Told:
    """What a sheet says of itself."""
    return sheet.title, sheet.reads


ROWS = frozenset({CLOUDS})


def pulled(record: Record) -> list[str]:
    """Every duel whose pull on the samples was recorded."""
    return sorted({duel for look in record.looks for duel in critics.pulls(look)})


def joined(record: Record) -> list[str]:
    """Whether rows and their partners were recorded."""
    return [""] * any(partners.paired(look.arrays) for look in record.looks)


PICTURES: Catalogue[Picture] = Catalogue(
    "picture",
    {
        "samples": Picture(
            "Samples over data",
            "Green is real, purple is generated, from the averaged generator and the same noise "
            "at every look. Where the two lie on each other, the generator is right; green alone "
            "is missed, purple alone is invented.",
            "samples",
            lambda record: [""] * bool(clouds.drawn_rows(record)),
            whole(clouds.samples),
            way=DOTS,
            of=ROWS,
        ),
        "sheets": Picture(
            "Real pictures and samples",
            "Pictures that training did not see beside samples.",
            "samples",
            sheets.real_and_made,
            sheets.side,
            way=PIXELS,
            expected=False,
            named=own,
        ),
        "picture-pairs": Picture(
            "Pictures and their partners",
            "Every picture beside what the networks make of it.",
            "samples",
            sheets.partners,
            sheets.pair,
            way=PIXELS,
            expected=False,
            named=own,
        ),
        "conditional": Picture(
            "What was asked for",
            "Data and samples by what was given. The same colour should lie in the same place.",
            "samples",
            given,
            whole(partners.conditional),
            way=DOTS,
            expected=False,
        ),
        "pairs": Picture(
            "Rows and their partners",
            "Every row beside what the networks make of it. A faithful reconstruction stays where "
            "it was; a translation shows here what it turned into what.",
            "samples",
            joined,
            whole(partners.pairs),
            way=DOTS,
            expected=False,
        ),
        "findings": Picture(
            "Findings on a time line",
            "The watched distance, and a bar for each finding from the look at which it began to "
            "the one at which it passed.",
            "findings",
            findings.found_any,
            whole(findings.timeline),
            expected=False,
        ),
        "watch": Picture(
            "Distance to the held-out data",
            "Lower is better. The dashed line is the floor: what two sets of real rows differ by. "
            "A perfect generator wobbles about it.",
            "curves",
            counted("watch", "value"),
            whole(curves.watch),
        ),
        "modes": Picture(
            "Modes",
            "How many of the true modes hold samples, and which share of the samples lies close "
            "to one.",
            "curves",
            counted("modes", "captured"),
            whole(curves.modes),
            of=ROWS,
        ),
        "losses": Picture(
            "Losses",
            "Each player's terms, averaged since the last look. In a game, a falling loss is no "
            "proof of progress: read the distance above.",
            "curves",
            lambda record: [""] * bool(record.names("losses")),
            whole(curves.losses),
        ),
        "gradients": Picture(
            "Gradients",
            "The norm of each player's gradient on held-out rows, at the look. One that fades "
            "away no longer teaches.",
            "curves",
            lambda record: [""] * bool(record.names("gradients")),
            whole(curves.gradients),
        ),
        "schedule": Picture(
            "Schedule",
            "The values that change with the step.",
            "curves",
            lambda record: [""] * bool(record.names("schedule")),
            whole(curves.schedule),
        ),
        "critic": Picture(
            "The critic's surface",
            "Green where the critic says real, purple where it says fake; the thin line is where "
            "it cannot tell. At the end of a good run most of the data lies on pale ground.",
            "critic",
            duels,
            critics.critic,
            way=DOTS,
            of=ROWS,
        ),
        "auc": Picture(
            "How well the critic tells",
            "The share of pairs of one real and one fake row in which the real one is scored "
            "higher, on rows it was not trained on. One half: it cannot tell. One: it always can.",
            "critic",
            judged("auc"),
            whole(curves.aucs),
        ),
        "scores": Picture(
            "The critic's scores",
            "Mean score of real and of fake rows, with one standard deviation.",
            "critic",
            judged("real_mean"),
            whole(curves.scores),
        ),
        "field": Picture(
            "Where the objective pulls",
            "Minus the gradient of the generator's own objective by each sample: where the "
            "samples would go next if they were free to.",
            "field",
            pulled,
            critics.field,
            way=DOTS,
            of=ROWS,
        ),
        "estimate": Picture(
            "The critic's estimate of the distance",
            "What the critic makes of the distance, in the distance's own units, on held-out "
            "rows: a lower bound where the distance has one. Marks are what it should be, where "
            "that was measured.",
            "theory",
            judged("estimate"),
            whole(verdicts.estimates),
        ),
        "rest": Picture(
            "The critic's loss, beside that at p = q",
            "A critic that cannot tell has the dashed loss: log 4 in the classical game, log 2 "
            "for relativistic pairs, whose values are these with the other sign. What it has "
            "learned to tell puts it below.",
            "theory",
            verdicts.said("rest"),
            whole(verdicts.rest),
        ),
        "pulls": Picture(
            "How hard a sample is pulled",
            "Minus the slope of each player's loss at a sample of score v, the other side "
            "scored 0. Where a weight is zero nothing is learned from that sample; where it "
            "grows without bound, one sample decides the step.",
            "theory",
            verdicts.said("pulls"),
            whole(verdicts.pulls),
        ),
        "calibration": Picture(
            "D against p / (p + q)",
            "Held-out rows and draws in bins of D. At its optimum the critic says p / (p + q), "
            "which is the share of real rows in the bin; bars are 95 % of what chance allows. "
            "A penalised critic says less than it could.",
            "theory",
            verdicts.said("calibration"),
            whole(verdicts.calibration),
            expected=False,
        ),
        "smallest": Picture(
            "The same choices on one point",
            "The run's distance, penalties and rule where data and generator are one point each "
            "and the critic one slope (Dirac-GAN), from the dot. What circles here has no reason "
            "to settle elsewhere; what spirals in, settles near its end.",
            "theory",
            verdicts.said("smallest"),
            whole(verdicts.smallest),
        ),
    },
)


@dataclass(frozen=True)
class Drawing:
    """A picture of a run, ready to be saved."""

    key: str
    part: str
    picture: Picture
    figure: Any

    @property
    def told(self) -> Told:
        """Its heading, and how it is read."""
        return self.picture.named(self.picture, self.figure)

    @property
    def png(self) -> bytes:
        """The drawing as a file."""
        return self.picture.way.alone(self.figure)

    @property
    def name(self) -> str:
        """A name for its file, of letters, digits, dots and dashes."""
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "._") else "-" for c in self.part)
        return f"{self.key}-{safe}" if self.part else self.key


def drawings(record: Record, *, section: str | None = None) -> Iterator[Drawing]:
    """Every picture that the record allows, of one section or of all."""
    for key, picture in PICTURES.items():
        if section in (None, picture.section):
            for part in picture.parts(record):
                yield Drawing(key, part, picture, picture.draw(record, part))


def missing(record: Record) -> list[tuple[str, str]]:
    """Key and title of every expected picture for which nothing was recorded."""
    seen = kinds(record)
    held = [(key, p) for key, p in PICTURES.items() if p.expected and p.of & seen]
    return [(key, p.title) for key, p in held if not p.parts(record)]
