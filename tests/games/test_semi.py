"""A critic that sorts: K + 1 classes, few labels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from saddle import GAN
from saddle.build.game import assemble
from saddle.build.resuming import resume
from saddle.distances import DISTANCES
from saddle.errors import Incompatible
from saddle.evaluate.trained import load
from saddle.games import VIEWS, Player, SemiSupervised, Stakes, Streams
from saddle.networks.heads import Sorting
from saddle.spaces import Labels, Points
from saddle.spaces import load as load_space
from tiny_players import NOISE, Logistic, Means, batch, judge, make, net, rng
from training.small import begun, differences, played, recipe

STAKES = Stakes(Logistic())


def semi(**changes):
    critic = Sorting(judge(2), nn.Linear(8, 4))
    return SemiSupervised(generator=net(3), noise=NOISE, stakes=STAKES, critic=critic, **changes)


def terms(game, player, rows=None):
    return game.loss(player, rows or batch(), Streams(0).at(0))


def test_the_score_is_the_share_of_all_classes_beside_fakes(float64):
    critic = Sorting(judge(2), nn.Linear(8, 4)).double()
    said = critic(batch()["x"].double())
    logits = said.heads["class"]
    whole = torch.cat([logits, torch.zeros(len(logits), 1)], 1).softmax(1)
    torch.testing.assert_close(said.values.sigmoid(), 1 - whole[:, 4])
    Z = logits.exp().sum(1)
    torch.testing.assert_close(said.values.sigmoid(), Z / (Z + 1))


def test_the_logistic_duel_and_the_class_are_the_published_loss():
    """-log p(c|x) over K + 1 classes on labelled rows is -log C(c|x) - log D(x)."""
    game = make("semi-supervised", STAKES)
    rows = batch()
    found = terms(game, Player.CRITIC, rows)
    critic, scene = game.critics["duel"], game.stage(rows, Streams(0).at(0))
    real, fake = (
        torch.cat([critic(scene[key]).heads["class"], torch.zeros(24, 1)], 1)
        for key in ("x", "fake")
    )
    supervised = cross_entropy(real, rows["given"].argmax(1))
    on_fakes = cross_entropy(fake, torch.full((24,), 4))
    assert sum(found.values()).item() == pytest.approx((supervised + on_fakes).item(), abs=1e-5)


def test_rows_of_no_class_teach_no_class():
    rows = batch()
    rows["given"] = rows["given"].clone()
    rows["given"][6:] = 0
    game = make("semi-supervised", STAKES)
    logits = game.critics["duel"](rows["x"][:6]).heads["class"]
    wanted = cross_entropy(logits, rows["given"][:6].argmax(1))
    assert terms(game, Player.CRITIC, rows)["labelled"].item() == pytest.approx(wanted.item())
    rows["given"][:] = 0
    assert terms(game, Player.CRITIC, rows)["labelled"].item() == 0


def test_the_generator_reads_neither_class_nor_label():
    game = semi(features=2.0)
    assert set(terms(game, Player.GENERATOR)) == {"duel", "features"}
    rows, other = batch(), batch()
    other["given"] = other["given"].flip(0)
    one, two = (terms(game, Player.GENERATOR, it) for it in (rows, other))
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_probabilities_are_of_the_classes():
    game = make("semi-supervised", STAKES)
    found = game.classify(batch()["x"])
    assert found.shape == (24, 4) and found.sum(1).tolist() == pytest.approx([1.0] * 24)
    with pytest.raises(Incompatible, match="draws x alone"):
        game.sample(3, batch(3)["given"], rng=rng())


class Plain(nn.Module):
    """A critic of one's own that gives scores and no features."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, x):
        return self.linear(x)


def test_what_cannot_sort_is_refused():
    with pytest.raises(Incompatible, match="has no critic, and in game 'semi-supervised'"):
        SemiSupervised(generator=net(3), noise=NOISE, stakes=Stakes(Means()))
    with pytest.raises(Incompatible, match="'packing:2' shows the critic several rows as one"):
        make("semi-supervised", Stakes(Logistic(), (), (VIEWS["packing:2"],)))
    with pytest.raises(Incompatible, match="weights.labelled is 0"):
        semi(labelled=0.0)
    smooth = Stakes(Logistic(), smooth=frozenset({"x", "given"}))
    with pytest.raises(Incompatible, match="not one of finitely many labels"):
        make("semi-supervised", smooth)
    x, given = Points(), Labels()
    x.fit(batch()["x"].numpy())
    given.fit(np.arange(8))
    with pytest.raises(Incompatible, match="sorts by the critic's features"):
        assemble(recipe("semi-supervised"), {"x": x, "given": given}, {"critic": Plain()})


# ---- labels that nobody told --------------------------------------------------------------------

FEW = np.array(["cat", "?", "dog", "?", "cat", "?"])


def test_an_unknown_label_is_a_row_of_zeros_and_comes_back():
    space = Labels()
    space.fit(FEW)
    assert space.classes.tolist() == ["cat", "dog"] and space.unknown == 0.5
    assert space.shares.tolist() == pytest.approx([2 / 3, 1 / 3])
    encoded = space.encode(FEW)
    assert encoded.sum(1).tolist() == [1, 0, 1, 0, 1, 0]
    assert space.decode(encoded).tolist() == FEW.tolist()
    again = load_space(space.state())
    assert again.state() == space.state() and torch.equal(again.encode(FEW), encoded)
    assert again.encode(np.array(["?"])).tolist() == [[0, 0]]
    assert "50.0% of the labels are unknown" in dict(space.facts())["classes"]


def test_a_sign_among_whole_numbers_is_a_class():
    space = Labels()
    space.fit(np.array([-1, 1, 1]))
    assert space.classes.tolist() == [-1, 1] and space.unknown == 0
    assert "unknown" not in space.state()


def few_labels(each, n=2000, seed=0):
    """The ring of eight, so many labels a mode, the others unknown."""
    rng = np.random.default_rng(seed)
    mode = rng.integers(8, size=n)
    angle = 2 * np.pi * mode / 8
    x = 2 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.1 * rng.normal(size=(n, 2))
    y = np.full(n, "?", dtype="<U1")
    for m in range(8):
        y[np.flatnonzero(mode == m)[:each]] = str(m)
    return x, y, mode


def test_few_labels_are_trained_on_saved_and_resumed(tmp_path):
    x, y, _ = few_labels(3, n=400)
    made = recipe("semi-supervised", **{"weights.features": 0.1})

    def run(name):
        gan = GAN(game="semi-supervised")
        source, _ = gan._source(x, y)
        return begun(tmp_path / name, made, data=source)

    alone, often = played(run("alone")), played(run("often"), until=7)
    played(resume(often))
    assert differences(alone, often) == []
    trained = load(alone)
    told = trained.classify(x[:50])
    assert told.shape == (50,) and set(told) <= set("01234567")
    with pytest.raises(Incompatible, match="cannot classify"):
        load(played(begun(tmp_path / "gan", recipe("gan")))).classify(x)


@pytest.mark.slow
def test_three_labels_a_mode_sort_the_ring(tmp_path):
    x, y, mode = few_labels(3)
    settings = {"looks": 2, "saves": 1, "device": "cpu"}
    gan = GAN(game="semi-supervised", steps=1500, settings=settings, out=tmp_path)
    gan.fit(x, y)
    told = gan.trained_.classify(x).astype(int)
    assert (told == mode).mean() >= 0.98


def test_every_learned_distance_has_a_score_to_sort_by():
    for name in ("relativistic", "hinge", "least-squares"):
        game = make("semi-supervised", Stakes(DISTANCES[name]))
        assert all(bool(it.isfinite()) for it in terms(game, Player.CRITIC).values())


def test_few_known_rows_are_kept_and_shown_in_every_turn():
    """Three known rows of 100: the batch's own unknown ones teach no class, those kept do."""
    rows = batch(100)
    rows["given"] = rows["given"].clone()
    rows["given"][3:] = 0
    game = make("semi-supervised", STAKES)
    game.remember(rows)
    assert torch.equal(game.known.get("x"), rows["x"][:3])
    rows["given"][:] = 0
    found = terms(game, Player.CRITIC, rows)["labelled"].item()
    each = [
        cross_entropy(game.critics["duel"](x[None]).heads["class"], c[None].argmax(1)).item()
        for x, c in zip(game.known.get("x"), game.known.get("given"), strict=True)
    ]
    assert min(each) <= found <= max(each)
    assert "labelled" not in terms(game, Player.GENERATOR, rows)
    game.remember(batch())
    assert len(game.known.get("x")) == 3
