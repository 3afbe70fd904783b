"""A clipped critic: weights pile up at the clip, and its surface is too simple."""

from __future__ import annotations

import pytest

from theory_clipping import at_the_clip, learn, table


def test_weights_pile_up_at_the_clip():
    """Uniform weights would have 1 % of their number within 1 % of the ends."""
    assert at_the_clip(learn("clip .01, as published", steps=150, seed=0)) > 0.3
    assert at_the_clip(learn("gradient penalty", steps=30, seed=0)) < 0.02


@pytest.mark.slow
def test_the_clipped_surface_sees_the_radius_and_the_penalised_one_the_modes():
    rows = {row["critic"]: row for row in table(steps=1200, seed=0)}
    clipped, penalised = rows["clip .01, as published"], rows["gradient penalty"]
    assert clipped["at the clip, %"] > 70 and penalised["at the clip, %"] < 1
    assert clipped["rise, %"] < 5 and penalised["rise, %"] > 15
    # Never above one: the gap over the steepest slope is a lower bound of W1 (on a fine mesh).
    assert clipped["of W1, %"] + 5 < penalised["of W1, %"] < 100
