"""A critic of one's own that is 1-Lipschitz needs no penalty; one that is not is refused early."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from saddle import GAN
from saddle.errors import Incompatible

TINY = {"looks": 1, "saves": 1, "generator.width": 8, "generator.depth": 1}


class Straight(nn.Module):
    """v = x w / |w|: of slope one, whatever w."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([[1.0], [2.0]]))

    def forward(self, x):
        return x @ (self.w / self.w.norm())


class Honest(Straight):
    def lipschitz(self):
        return 1.0


def gan(critic, out, **changes):
    settings = {"distance": "wasserstein", "penalties": {}, **TINY, **changes}
    return GAN(steps=2, batch=16, critic=critic, settings=settings, out=out)


def test_it_trains_without_a_penalty_and_its_estimate_is_certified(tmp_path):
    run = gan(Honest(), tmp_path).fit("ring").run_
    from saddle.runs import read_lines

    found = read_lines(run.events)[-1]["critics"]["duel"]
    assert found["estimate"] != 0
    assert found["certified"] == pytest.approx(found["estimate"])


def test_the_same_critic_that_does_not_say_so_is_refused_before_a_folder_is_made(tmp_path):
    with pytest.raises(Incompatible, match=r"nothing bounds the critic.*lipschitz\(\)"):
        gan(Straight(), tmp_path).fit("ring")
    assert not list(tmp_path.iterdir())


def test_clipping_it_is_refused_with_the_reason(tmp_path):
    with pytest.raises(Incompatible, match="bounded by construction"):
        gan(Honest(), tmp_path, penalties={"clip:0.01": 1.0}).fit("ring")
