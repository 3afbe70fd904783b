"""`saddle.GAN` as a library's user meets it."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import numpy as np
import pandas
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

import saddle
from saddle.distances.base import ScoreMeaning
from saddle.errors import BadData, BadValue, Incompatible, UnknownName, UserError
from saddle.runs import read_lines

QUICK = {"looks": 1, "saves": 1, "latent": 3}


def quick(out: Path, **changes) -> saddle.GAN:
    """An estimator that plays three turns."""
    settings = {**QUICK, **changes.pop("settings", {})}
    return saddle.GAN(**{"steps": 3, "batch": 16, **changes}, settings=settings, out=out)


@pytest.fixture
def x(numpy_rng):
    return numpy_rng.normal(size=(60, 2)) @ [[2.0, 0.0], [1.0, 0.5]] + 3


@pytest.fixture
def labels(numpy_rng):
    return numpy_rng.integers(0, 3, 60)


def scikit_learn() -> saddle.GAN:
    return saddle.GAN(steps=2, batch=8, settings=QUICK)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Runs without a folder of their own go where the test's files go."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.usefixtures("temporary")
@parametrize_with_checks([scikit_learn()])
def test_it_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)


# --------------------------------------------------------------------------------- what is fitted


def test_fit_returns_itself_and_leaves_a_run(tmp_path, x):
    gan = quick(tmp_path)
    assert gan.fit(x) is gan
    assert gan.n_features_in_ == 2 and gan.steps_ == 3
    assert gan.run_.latest() == 3 and gan.run_.path.parent == tmp_path


def test_one_seed_gives_the_same_samples_and_another_gives_others(tmp_path, x):
    first, again = (quick(tmp_path, seed=5).fit(x).sample(20, seed=1) for _ in range(2))
    other = quick(tmp_path, seed=6).fit(x).sample(20, seed=1)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_sample_i_is_the_same_whatever_n_is(tmp_path, x):
    gan = quick(tmp_path).fit(x)
    np.testing.assert_array_equal(gan.sample(30, seed=2)[:7], gan.sample(7, seed=2))


@pytest.mark.parametrize(
    ("what", "d"),
    [("ring", 2), ("mixture-1d:uneven", 1), ([[[0, 0], [1, 1]], [[2, 0], [3, 1]]], 2)],
    ids=["a name", "a name in one dimension", "a drawing"],
)
def test_fit_takes_names_and_drawings(tmp_path, what, d):
    gan = quick(tmp_path).fit(what)
    assert gan.sample(4).shape == (4, d)


def test_fit_takes_a_file_by_its_columns(tmp_path, x):
    frame = pandas.DataFrame({"id": range(60), "u": x[:, 0], "v": x[:, 1], "k": ["p", "q"] * 30})
    frame.to_csv(tmp_path / "t.csv", index=False)
    gan = quick(tmp_path / "runs", columns="u,v", given="k").fit(tmp_path / "t.csv")
    assert set(gan.draw(9)["given"]) <= {"p", "q"}
    assert gan.resume(2).steps_ == 5


def test_a_data_frame_gives_its_names(tmp_path, x, labels):
    frame = pandas.DataFrame({"u": x[:, 0], "v": x[:, 1]})
    gan = quick(tmp_path).fit(frame)
    assert list(gan.feature_names_in_) == ["u", "v"]
    gan = quick(tmp_path, given="k").fit(frame.assign(k=labels))
    assert gan.draw(5, given=2)["given"].tolist() == [2] * 5


# --------------------------------------------------------------------------------- what y means


def test_labels_beside_the_rows_make_it_conditional(tmp_path, x, labels):
    gan = quick(tmp_path).fit(x, labels)
    assert gan.trained_.recipe.game == "conditional"
    drawn = gan.draw(6, given=[0, 1, 2, 0, 1, 2])
    assert drawn["given"].tolist() == [0, 1, 2, 0, 1, 2] and drawn["x"].shape == (6, 2)
    with pytest.raises(UnknownName, match="unknown label '7'. Known: 0, 1, 2"):
        gan.sample(3, given=7)


def test_points_beside_the_rows_make_it_conditional(tmp_path, x):
    gan = quick(tmp_path).fit(x, x[:, :1] * 2)
    assert gan.sample(4, given=[1.5]).shape == (4, 2)


@pytest.mark.parametrize(
    ("rows", "game"), [(45, None), (60, "cycle"), (60, "align")], ids=["length", "cycle", "align"]
)
def test_a_second_domain_is_told_by_its_length_or_the_game(tmp_path, x, rows, game):
    gan = quick(tmp_path, game=game).fit(x, x[:rows] + 1)
    assert gan.translate(x[:5]).shape == (5, 2) and gan.translate(x[:5], back=True).shape == (5, 2)
    assert gan.trained_.recipe.game == (game or "cycle")


def test_two_names_are_two_domains(tmp_path):
    gan = quick(tmp_path).fit("moons", "spiral")
    assert (gan.trained_.recipe.data, gan.trained_.recipe.second) == ("moons", "spiral")


def test_two_domains_of_unequal_width_are_drawn_by_name(tmp_path, x):
    gan = quick(tmp_path, game="cycle").fit(x, x[:, :1])
    with pytest.raises(Incompatible, match=r"a are \(3, 2\) and of b \(3, 1\).* use draw"):
        gan.sample(3)
    assert {key: rows.shape for key, rows in gan.draw(3).items()} == {"a": (3, 2), "b": (3, 1)}


def test_align_returns_where_it_came_from_and_encodes(tmp_path, x):
    gan = quick(tmp_path, game="align").fit(x, x + 1)
    there = gan.translate(x)
    np.testing.assert_allclose(gan.translate(there, back=True), x, atol=1e-4)  # float32 inside
    assert gan.encode(x).shape == (60, 2) and gan.sample(3).shape == (2, 3, 2)


@pytest.mark.parametrize("back", [False, True], ids=["a", "b"])
def test_the_likelihood_of_a_flow_is_a_density_in_raw_units(tmp_path, x, back):
    gan = quick(tmp_path, game="align").fit(1000 * x, 0.001 * x)
    raw = gan.sample(4000, seed=3)[int(back)]
    mean, cov = raw.mean(0), 4 * np.cov(raw.T)
    draws = np.random.default_rng(0).multivariate_normal(mean, cov, 20_000)
    gap = draws - mean
    normal = -0.5 * (gap @ np.linalg.inv(cov) * gap).sum(1)
    normal -= 0.5 * np.log(np.linalg.det(2 * np.pi * cov))
    mass = np.exp(gan.log_prob(draws, back=back) - normal).mean()
    assert mass == pytest.approx(1, abs=0.05)  # 20,000 weights of variance of about 2: 3 sigma


def test_scikit_learn_finds_the_likelihood_where_there_is_one(tmp_path, x):
    gan = quick(tmp_path, game="align")
    assert "score_samples" in dir(type(gan)) and gan.score_samples  # named: it will have one
    gan.fit(x, x + 1)
    np.testing.assert_array_equal(gan.score_samples(x), gan.log_prob(x))
    plain = quick(tmp_path).fit(x)
    with pytest.raises(AttributeError):
        _ = plain.score_samples
    with pytest.raises(Incompatible, match="game 'gan' cannot log_prob"):
        plain.log_prob(x)


def test_latents_of_the_second_domain(tmp_path, x):
    gan = quick(tmp_path, game="align").fit(x, x + 1)
    np.testing.assert_allclose(
        gan.encode(gan.translate(x), back=True),
        gan.encode(x),
        atol=1e-4,  # float32 inside
    )
    one = quick(tmp_path, game="bigan").fit(x)
    with pytest.raises(Incompatible, match="has one set of points, x, and no domain b"):
        one.encode(x, back=True)


# ------------------------------------------------------------------------------- keep and go on


def test_save_and_load_draw_the_same(tmp_path, x):
    gan = quick(tmp_path / "runs").fit(x)
    kept = gan.save(tmp_path / "kept")
    np.testing.assert_array_equal(saddle.load(kept).sample(5, seed=3)["x"], gan.sample(5, seed=3))
    with pytest.raises(BadValue, match="path must be a folder that does not exist yet"):
        gan.save(kept)


@pytest.mark.parametrize("two", [False, True], ids=["rows and labels", "two domains"])
def test_a_run_on_arrays_is_resumed_from_its_folder_alone(tmp_path, x, labels, two):
    second = x[:40] if two else labels
    often = {"looks": 4, "saves": 2}
    whole = quick(tmp_path, steps=4, settings=often).fit(x, second)
    halves = quick(tmp_path, steps=4, settings=often, watch=stop_at(2))
    with pytest.raises(Halt):
        halves.fit(x, second)
    from saddle.build.resuming import resume

    session = resume(saddle.runs.Run.last(tmp_path))
    for _ in session.play():
        pass
    for name in ("generators", "critics"):
        here, there = (
            (run.checkpoint(4) / f"{name}.safetensors").read_bytes()
            for run in (session.run, whole.run_)
        )
        assert here == there, name


class Halt(Exception):
    pass


def stop_at(step):
    def watch(moment):
        if moment.step == step and moment.saved:
            raise Halt

    return watch


def test_resume_adds_steps_and_changes_values(tmp_path, x):
    gan = quick(tmp_path).fit(x)
    gan.resume(2, settings={"penalties.r1": 0.5})
    assert gan.steps_ == 5 and gan.trained_.recipe.penalties["r1"] == 0.5
    assert [line["key"] for line in read_lines(gan.run_.amendments)] == ["penalties.r1", "steps"]
    with pytest.raises(BadValue, match="is finished"):
        gan.resume()


def test_a_copy_without_its_weights_reads_them_again(tmp_path, x):
    gan = quick(tmp_path).fit(x)
    state = gan.__getstate__()
    assert not {"_trained", "source_"} & state.keys()
    again = copy.copy(gan)
    np.testing.assert_array_equal(again.sample(3), gan.sample(3))
    assert again.resume(1).steps_ == 4


def test_a_clone_is_not_fitted(tmp_path, x):
    gan = quick(tmp_path, distance="kl").fit(x)
    fresh = clone(gan)
    assert fresh.get_params()["distance"] == "kl"
    for ask in (fresh.sample, lambda: fresh.encode(x), lambda: fresh.save(tmp_path / "k")):
        with pytest.raises(NotFittedError):
            ask()


def test_watch_sees_every_moment(tmp_path, x):
    steps = []
    quick(tmp_path, watch=lambda moment: steps.append(moment.step)).fit(x)
    assert steps == [0, 1, 2, 3]


def test_report_and_evaluate(tmp_path, x):
    gan = quick(tmp_path).fit(x)
    page = gan.report()
    assert page.name == "report.html" and page.stat().st_size > 10_000
    measured = saddle.evaluate(gan.run_.path)["measures"]
    assert {"name", "value", "floor", "n", "better"} <= measured[0].keys()


# -------------------------------------------------------------------------- parts of one's own


class Draw(nn.Module):
    def __init__(self, inputs=3, output=2):
        super().__init__()
        rng = torch.Generator().manual_seed(0)
        self.weight = nn.Parameter(torch.randn(inputs, output, generator=rng))

    def forward(self, *parts):
        return torch.cat(parts, 1) @ self.weight


class Judge(Draw):
    def __init__(self):
        super().__init__(2, 1)


class Distance:
    """Least squares, written by hand."""

    name = "mine"
    reference = None
    score = ScoreMeaning.MARGIN
    separable = True
    minimises = "mine"
    bounded_critic = True

    def critic_loss(self, real, fake):
        return (real - 1).square().mean() + fake.square().mean()

    def generator_loss(self, real, fake):
        return (fake - 1).square().mean() + 0 * real.mean()

    def estimate(self, real, fake):
        return real.mean() - fake.mean()

    def log_ratio(self, v, fake=None):
        return None


class Endless:
    """Uniform points, as a source of one's own."""

    name, gives, spaces = "endless", frozenset({"x"}), {"x": "points"}
    aligned, size, modes = False, None, None

    def __init__(self, seed=0):
        self.seed = seed

    def batch(self, positions, split="train"):
        rows = [np.random.default_rng((self.seed, int(p))).uniform(size=2) for p in positions]
        return {"x": np.array(rows)}

    def log_prob(self, x):
        return None


def own_network():
    return {"generator": Draw(), "critic": Judge()}


def test_own_networks_are_trained_as_copies(tmp_path, x):
    own = own_network()
    before = own["generator"].weight.detach().clone()
    gan = quick(tmp_path, **own).fit(x)
    assert torch.equal(own["generator"].weight, before)
    assert gan.trained_.recipe.generator.name == f"{__name__}:Draw"
    np.testing.assert_array_equal(
        saddle.load(gan.run_.path, own=own).sample(4)["x"], gan.sample(4)
    )
    assert gan.resume(1).steps_ == 4
    with pytest.raises(UserError, match="imported only with --trust-code"):
        saddle.load(gan.run_.path)


def test_own_distances(tmp_path, x):
    gan = quick(tmp_path, distance=Distance()).fit(x)
    assert gan.trained_.recipe.distance == f"{__name__}:Distance"
    mine = saddle.FDivergence(name="mine", f=lambda u: u * u.log())
    first = quick(tmp_path, distance=mine).fit(x).sample(5)
    np.testing.assert_allclose(first, quick(tmp_path, distance="kl").fit(x).sample(5), rtol=1e-5)


def test_own_sources(tmp_path):
    gan = quick(tmp_path).fit(Endless(3))
    assert gan.trained_.recipe.data == f"{__name__}:Endless"
    assert gan.resume(1).steps_ == 4


def test_a_distance_without_a_critic_needs_no_word_about_penalties(tmp_path, x):
    assert quick(tmp_path, distance="energy").fit(x).trained_.recipe.penalties == {}


class Wrong(Draw):
    def forward(self, *parts):
        return super().forward(*parts)[:, :1]


OWN = {
    "a generator of another size": (
        {"generator": Wrong()},
        "what generator Wrong makes of (4, 3) must be of shape (4, 2), got (4, 1)",
    ),
    "a generator that fails": ({"generator": Draw(7)}, "generator: Draw fails on (4, 3): "),
    "a network that is none": ({"critic": 5}, "critic must be a torch.nn.Module or a name, got 5"),
    "a distance that is none": ({"distance": Draw()}, "it lacks bounded_critic, critic_loss"),
    "a flow that is none": (
        {"game": "align", "generator": Draw(2)},
        "must be a flow: a module with size, inverse(x) and log_prob(x)",
    ),
}


@pytest.mark.parametrize("case", OWN, ids=str)
def test_own_parts_that_do_not_fit_are_named(tmp_path, x, case):
    changes, said = OWN[case]
    with pytest.raises(BadValue, match=re.escape(said)):
        quick(tmp_path, **changes).fit(x, x + 1 if "game" in changes else None)
    assert not list(tmp_path.iterdir()), "a run was begun"


# ------------------------------------------------------------------------------- what is refused

MISTAKES = {
    "one dimension": (lambda x: quick_fit(x[:, 0]), "Expected 2D array, got 1D array"),
    "three dimensions": (
        lambda x: quick_fit(x[None]),
        "points must be of shape (n, d), got (1, 60, 2)",
    ),
    "nan": (lambda x: quick_fit(np.where(x > 4, np.nan, x)), "Input X contains NaN"),
    "complex": (lambda x: quick_fit(x + 1j), "Complex data not supported"),
    "text": (lambda x: quick_fit([["a", "b"]] * 9), "could not convert string"),
    "an unknown name": (lambda x: quick_fit("grd"), "did you mean 'grid'?"),
    "labels too few": (lambda x: quick_fit(x, np.arange(5)), "60 rows, but 5 are given"),
    "labels with nan": (lambda x: quick_fit(x, x[:, 0] * np.nan), "Input y contains NaN"),
    "labels for a game that takes none": (
        lambda x: quick_fit(x, np.arange(60) % 2, game="gan"),
        "game 'gan' needs x, but source 'array' gives given and x",
    ),
    "an unknown setting": (
        lambda x: quick_fit(x, settings={"penaltys.r1": 1}),
        "unknown recipe key 'penaltys.r1': did you mean 'penalties.r1'?",
    ),
    "an unknown preset": (lambda x: quick_fit(x, preset="wgann"), "did you mean 'wgan'?"),
    "translate with gan": (
        lambda x: quick_fit(x).translate(x),
        "game 'gan' cannot translate; it can: sample",
    ),
    "encode with gan": (lambda x: quick_fit(x).encode(x), "game 'gan' cannot encode"),
    "given without conditions": (
        lambda x: quick_fit(x).sample(3, given=1),
        "game 'gan' takes no condition",
    ),
    "no samples": (lambda x: quick_fit(x).sample(0), "n must be a whole number of at least 1"),
    "half a sample": (lambda x: quick_fit(x).sample(2.5), "got 2.5"),
}


def quick_fit(x, y=None, **changes):
    return quick(None, **changes).fit(x, y)


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("case", MISTAKES, ids=str)
def test_mistakes_are_answered(x, case):
    act, said = MISTAKES[case]
    with pytest.raises(ValueError, match=re.escape(said)):
        act(x)


def test_errors_are_of_the_kinds_that_are_documented(tmp_path, x):
    with pytest.raises(Incompatible):
        quick(tmp_path, game="cycle").fit(x)
    with pytest.raises(BadData):
        saddle.load(quick(tmp_path).fit(x).run_.path).sample(1, given=None) and quick_fit(
            x * 1e300
        )


PICTURES = {
    "latent": 4,
    "looks": 1,
    "saves": 1,
    "generator.name": "conv",
    "generator.width": 4,
    "critic.name": "conv",
    "critic.width": 4,
}


def test_pictures_are_fitted_from_an_array_and_come_back_as_8_bits(tmp_path):
    x = np.random.default_rng(0).integers(0, 255, (80, 8, 8, 3), dtype=np.uint8)
    gan = saddle.GAN(steps=2, batch=8, settings=PICTURES, out=tmp_path).fit(x)
    made = gan.sample(16)
    assert made.shape == (16, 8, 8, 3) and made.dtype == np.uint8
    assert (saddle.load(gan.run_.path).sample(4)["x"] == made[:4]).all()
    assert gan.resume(1).steps_ == 3


def test_pictures_are_fitted_from_a_folder_and_by_name(tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    for i in range(40):
        Image.fromarray(rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)).save(
            tmp_path / f"{i}.png"
        )
    settings = {**PICTURES, "pictures.size": 8, "pictures.grey": True}
    gan = saddle.GAN(steps=2, batch=8, settings=settings, out=tmp_path / "runs").fit(tmp_path)
    assert gan.sample(3).shape == (3, 8, 8, 1)
    gan = saddle.GAN(game="gan", steps=2, batch=8, settings=PICTURES, out=tmp_path / "runs")
    assert gan.fit("digits").sample(3).shape == (3, 8, 8, 1)


# ------------------------------------------------------------------------------ seeds and classes


def test_seeds_and_truncation_draw_what_the_run_draws(tmp_path, x):
    gan = quick(tmp_path).fit(x)
    trained = saddle.load(gan.run_.path)
    assert (gan.sample(seeds=[7, 8]) == trained.sample_seeds([7, 8])["x"]).all()
    assert (gan.sample(seeds=range(8, 9)) == gan.sample(seeds=[7, 8])[1:]).all()
    near = gan.sample(seeds=[7], truncation=0.5)
    assert (near == trained.sample_seeds([7], truncation=0.5)["x"]).all()
    assert (gan.sample(5, truncation=0.5) == trained.sample(5, truncation=0.5)["x"]).all()
    assert (gan.sample() == gan.sample(100, seed=0)).all()
    way = gan.walk([1, 2], 4, truncation=0.5)
    assert (way == trained.walk([1, 2], 4, truncation=0.5)).all()
    for both in ({"n": 3}, {"seed": 0}):
        with pytest.raises(Incompatible, match="leave out n and seed"):
            gan.sample(**both, seeds=[1])


def test_a_critic_that_sorts_tells_the_class(tmp_path, x):
    known = np.where(np.arange(60) % 3 == 0, "?", np.where(x[:, 0] > 3, "right", "left"))
    gan = quick(tmp_path, game="semi-supervised", settings={"critic.name": "mlp"}).fit(x, known)
    told = gan.classify(x)
    assert told.shape == (60,) and set(told) <= {"left", "right"}
    assert (told == saddle.load(gan.run_.path).classify(x)).all()
    with pytest.raises(Incompatible, match="cannot classify; it can: sample"):
        quick(tmp_path).fit(x).classify(x)
