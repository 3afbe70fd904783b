"""What a run records: one table. What is not in it, or was not recorded, is "not measured".

Readers (reports, the doctor) look a quantity up here to know its shape, how often it is written,
what it costs and which findings read it.
"""

from __future__ import annotations

from dataclasses import dataclass

from saddle.catalogue import Catalogue


@dataclass(frozen=True)
class Quantity:
    """One recorded quantity.

    Attributes:
        what: what it says, in words.
        shape: of one record, `n` rows, `t` per term.
        cadence: `look` (at every look), `first` (once), `end` (once, at the end).
        cost: in words, what recording it costs.
        place: the file and key in which it stands.
        findings: keys of the findings that read it.
    """

    what: str
    shape: str
    cadence: str
    cost: str
    place: str
    findings: tuple[str, ...] = ()


RECORDED: Catalogue[Quantity] = Catalogue(
    "recorded quantity",
    {
        "losses": Quantity(
            "each player's terms, mean since the last look",
            "t",
            "look",
            "none: the loop has them",
            "events.jsonl losses",
            ("oscillation", "non-finite"),
        ),
        "gradients": Quantity(
            "norm of each player's gradient on held-out rows, at the look",
            "2",
            "look",
            "one backward pass a player over some watch rows",
            "events.jsonl gradients",
            ("vanishing-gradient", "exploding", "stuck"),
        ),
        "scores": Quantity(
            "mean and spread of the critic's scores of real and fake watch rows",
            "4 a duel",
            "look",
            "two critic passes",
            "events.jsonl critics.DUEL",
            ("exploding",),
        ),
        "auc": Quantity(
            "share of watch pairs in which the critic scores real above fake",
            "1 a duel",
            "look",
            "a sort",
            "events.jsonl critics.DUEL.auc",
            ("critic-wins", "critic-overfits", "vanishing-gradient"),
        ),
        "train_auc": Quantity(
            "the same of training rows",
            "1 a duel",
            "look",
            "one critic pass",
            "events.jsonl critics.DUEL.train_auc",
            ("critic-overfits",),
        ),
        "exact": Quantity(
            "of a potential: exact W1 between 256 watch rows and as many fakes",
            "1 a duel",
            "look",
            "one assignment of 256 rows",
            "events.jsonl critics.DUEL.exact",
            ("bound-above-truth",),
        ),
        "slopes": Quantity(
            "mean square of the score's gradient at real and at fake rows",
            "2 a duel",
            "look",
            "one backward pass to a few rows of each side",
            "events.jsonl critics.DUEL.slope_real, slope_fake",
            ("exploding",),
        ),
        "estimate": Quantity(
            "the distance's own estimate on watch rows and fresh fakes",
            "1 a duel",
            "look",
            "none beyond the scores",
            "events.jsonl critics.DUEL.estimate",
            ("distance-stalls", "bound-above-truth"),
        ),
        "certified": Quantity(
            "a potential's estimate over the product of spectral norms, in encoded units",
            "1 a duel",
            "look",
            "one spectral norm a layer",
            "events.jsonl critics.DUEL.certified",
        ),
        "watch": Quantity(
            "sliced W1 between watch rows and samples of the average, its floor and its noise",
            "3",
            "look",
            "a sort in each of 32 directions",
            "events.jsonl watch",
            ("critic-wins", "distance-stalls", "exploding", "stuck", "vanishing-gradient"),
        ),
        "coverage": Quantity(
            "share of watch rows that have a sample among their neighbours; of training rows",
            "2 a key",
            "look",
            "a search among 500 rows",
            "events.jsonl made.KEY.coverage, coverage_floor",
            ("mode-collapse",),
        ),
        "diversity": Quantity(
            "distance of two samples, and of a sample to the nearest, over those of watch rows",
            "2 a key",
            "look",
            "500 rows with one another",
            "events.jsonl made.KEY.diversity, spacing",
            ("mode-collapse", "exploding"),
        ),
        "duplicates": Quantity(
            "share of samples that are one with another; of watch rows",
            "2 a key",
            "look",
            "none beyond the distances",
            "events.jsonl made.KEY.duplicates, duplicates_floor",
            ("mode-collapse",),
        ),
        "cells": Quantity(
            "shares of the live samples in ten clusters of the data; what of the data is missing",
            "k + 1 a key",
            "look",
            "a search among ten centres",
            "events.jsonl made.KEY.cells, missing",
            ("mode-collapse", "mode-hopping", "oscillation"),
        ),
        "memory": Quantity(
            "how near samples are to training rows, beside watch rows: authentic, nearest, copies",
            "5 a key",
            "look",
            "a search among 2,000 rows",
            "events.jsonl made.KEY.authentic, nearest, copies and their floors",
            ("memorisation",),
        ),
        "finite": Quantity(
            "share of samples whose values are all finite",
            "1 a key",
            "look",
            "none",
            "events.jsonl made.KEY.finite",
            ("non-finite",),
        ),
        "weights": Quantity(
            "norm of each player's weights",
            "2",
            "look",
            "a sum over the weights",
            "events.jsonl weights",
            ("exploding", "stuck"),
        ),
        "failure": Quantity(
            "where a run broke down, and why",
            "2",
            "end",
            "none",
            "failure.json",
            ("non-finite",),
        ),
        "modes": Quantity(
            "modes captured and high-quality share, where the source knows its modes",
            "2",
            "look",
            "one distance to each mode",
            "events.jsonl modes",
        ),
        "schedule": Quantity(
            "the scheduled values",
            "6",
            "look",
            "none",
            "events.jsonl schedule",
        ),
        "phase": Quantity(
            "warm, hold or decay",
            "1",
            "look",
            "none",
            "events.jsonl phase",
        ),
        "early": Quantity(
            "true for the first looks of a run of pictures, which the doctor does not read",
            "-",
            "look, where it is early",
            "none",
            "events.jsonl early",
        ),
        "seconds": Quantity(
            "wall time trained so far, over all sessions",
            "1",
            "look",
            "none",
            "events.jsonl seconds",
        ),
        "cpu": Quantity(
            "processor time trained so far, without looks and saves",
            "1",
            "look",
            "none",
            "events.jsonl cpu",
        ),
        "samples": Quantity(
            "samples of the average from fixed noise",
            "n x d",
            "look",
            "one generator pass",
            "looks/STEP.npz samples",
        ),
        "given": Quantity(
            "the conditions that the samples were drawn at, where the game has any",
            "n",
            "look",
            "none",
            "looks/STEP.npz given",
        ),
        "watched": Quantity(
            "the watch rows that are reconstructed",
            "n x d",
            "look",
            "none",
            "looks/STEP.npz watched",
        ),
        "reconstruction": Quantity(
            "those rows, encoded and drawn again",
            "n x d",
            "look",
            "one pass of encoder and generator",
            "looks/STEP.npz reconstruction",
        ),
        "a": Quantity(
            "watch rows of the first domain",
            "n x d",
            "look",
            "none",
            "looks/STEP.npz a",
        ),
        "b": Quantity(
            "watch rows of the second domain",
            "n x d",
            "look",
            "none",
            "looks/STEP.npz b",
        ),
        "a_to_b": Quantity(
            "rows of the first domain, translated",
            "n x d",
            "look",
            "one generator pass",
            "looks/STEP.npz a_to_b",
        ),
        "b_to_a": Quantity(
            "rows of the second domain, translated back",
            "n x d",
            "look",
            "one generator pass",
            "looks/STEP.npz b_to_a",
        ),
        "surface": Quantity(
            "log p/q by the critic on a grid over the data, or its score where that is not known",
            "g x g",
            "look",
            "one critic pass over the grid",
            "looks/STEP.npz surface",
        ),
        "box": Quantity(
            "lowest and highest value of each axis of that grid",
            "2d a duel",
            "look",
            "none",
            "looks/STEP.npz box",
        ),
        "at": Quantity(
            "the samples at which the field is shown",
            "n x d",
            "look",
            "none",
            "looks/STEP.npz at",
        ),
        "field": Quantity(
            "the generator's objective differentiated by its samples, with its sign turned",
            "n x d",
            "look",
            "one backward pass to the samples",
            "looks/STEP.npz field",
        ),
    },
)
