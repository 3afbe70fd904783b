"""Every number that the doctor compares with, each with its reason, set on runs of their own.

All are free of scale: shares, areas under a curve, and ratios to what the run or the data began
with.
"""

from __future__ import annotations

from collections.abc import Mapping


class Threshold(float):
    """A number, and why it is that.

    Attributes:
        reason: in a sentence.
    """

    reason: str

    def __new__(cls, value: float, reason: str) -> Threshold:
        """The number; its reason goes with it."""
        made = super().__new__(cls, value)
        made.reason = reason
        return made


# ---- how long a sign must last

LOOKS = Threshold(4, "three looks in a row may be chance")
LASTING = Threshold(0.06, "share of the budget: shorter troubles are warm-up, and pass")
PATIENCE = Threshold(0.1, "share of the budget in which samples should come nearer to the data")
NEARER = Threshold(0.9, "nearer is a tenth nearer: the watched distance's own noise is less")
FAR = Threshold(3.0, "times the floor: below it the watched distance says little is wrong")

# ---- strength

WON = Threshold(0.97, "held-out AUC: at most one pair in 33 is misjudged, few samples look real")
TELLS = Threshold(0.9, "held-out AUC: the critic still has something to teach")
VANISHED = Threshold(0.01, "of the generator's gradient in the first 5 % of the run")
RUNAWAY = Threshold(50.0, "scores so far apart mean odds of e^50; unit data have no such slope")
STEEP = Threshold(20.0, "mean square slope at samples, where the data have none such")
LOPSIDED = Threshold(5.0, "times the slope at real rows: the samples' side is not damped")
GROWN = Threshold(4.0, "times the weights' norm of the first 5 % of the run, or of 1")
BLOWN = Threshold(100.0, "times the largest gradient of the first 5 % of the run")
FLOWN = Threshold(5.0, "times the data's own mean distance: samples leave the data")

# ---- modes

UNCOVERED = Threshold(0.5, "of what training rows cover: half of the data has no sample near")
MISSING = Threshold(0.25, "of the data lies in clusters that are hardly made")
NARROW = Threshold(0.5, "of the data's mean distance of two rows")
DOUBLES = Threshold(0.5, "more of the samples have a twin than of the data")
CROWDED = Threshold(0.6, "of the live samples lie in one cluster of ten")
HOPS = Threshold(0.3, "of the looks find them in another cluster than the look before")

# ---- motion

TURNS = Threshold(3, "periods that must be seen before a swing is called an oscillation")
WAVES = Threshold(24, "looks over which a spectrum is taken")
PEAK = Threshold(0.6, "of the power in one line of the spectrum; noise puts a third there")
SWING = Threshold(0.1, "of the samples change their cluster and come back")
STILL = Threshold(1e-12, "no gradient so small moves anything")
NEVER = Threshold(0.3, "share of the budget without one step nearer since the first look")
STALLED = Threshold(0.35, "share of the budget without a new least distance")
STALLED_FAR = Threshold(5.0, "times the floor: samples are still plainly off")

# ---- memory

OVERFIT = Threshold(0.1, "AUC on training rows above that on held-out rows")
ERRORS = Threshold(2.0, "standard errors of the held-out AUC on top of it")
COPIED = Threshold(0.25, "of the way from held-out to training rows: samples hug these")
COPIES = Threshold(0.2, "more of the samples than of held-out rows are training rows")

# ---- bounds

ABOVE = Threshold(1.5, "times the exact distance of the same rows: the estimate is no bound")

# ---- causes

UNEQUAL = Threshold(10.0, "times the other player's learning rate: four is common, ten is not")
OFTEN = Threshold(3.0, "critic moves a turn: more than two against a critic that has won")
DAMPED = Threshold(1e-3, "the penalties' weights together: below it they do nothing")
ALIKE = Threshold(1e-3, "of the data's mean distance: all samples are one")
FEW = Threshold(100.0, "held-out rows: a tenth of all, so fewer than a thousand to train on")

THRESHOLDS: Mapping[str, tuple[Threshold, ...]] = {
    "every rule": (LOOKS, LASTING, PATIENCE, NEARER, FAR),
    "critic-wins": (WON,),
    "vanishing-gradient": (VANISHED, TELLS),
    "exploding": (RUNAWAY, STEEP, LOPSIDED, BLOWN, GROWN, FLOWN),
    "mode-collapse": (UNCOVERED, MISSING, NARROW, DOUBLES),
    "mode-hopping": (CROWDED, HOPS),
    "oscillation": (TURNS, WAVES, PEAK, SWING),
    "stuck": (STILL, NEVER),
    "distance-stalls": (STALLED, STALLED_FAR),
    "critic-overfits": (OVERFIT, ERRORS),
    "memorisation": (COPIED, COPIES),
    "bound-above-truth": (ABOVE,),
    "remedies": (UNEQUAL, OFTEN, DAMPED, ALIKE, FEW),
}
"""The numbers of each finding."""
