"""As the critic improves, the saturating gradient vanishes and the other one grows noisy."""

from __future__ import annotations

from theory_saturation import table


def test_one_vanishes_and_the_other_grows_noisy():
    """Two squares that share no point; measured at 10 and 300 critic steps, three critics."""
    early, late = table((10, 300), critics=3, seed=0)
    assert late["AUC"] == 1
    assert late["norm, minimax"] < early["norm, minimax"] / 20
    assert late["norm, non-saturating"] > 2 * early["norm, non-saturating"]
    assert late["std, non-saturating"] > 1.5 * early["std, non-saturating"]
