"""The presets hold the values that their papers publish, and a run plays them."""

import math

import pytest

from saddle.build.plan import clock_of, values_of
from saddle.presets import (
    BURN_IN,
    PRESETS,
    R3GAN_BURN_IN,
    R3GAN_HALF_LIFE,
    chosen,
    for_game,
    preset,
    started_from,
)
from saddle.recipe import Recipe
from training.small import begun, played, recipe

PUBLISHED = {
    # Radford, Metz, Chintala (2016), Sec. 3: Adam 2e-4, beta1 0.5, batches of 128.
    "classical": {
        "distance": "non-saturating",
        "penalties": {},
        "batch": 128,
        "rule": "alternating:1",
        "optimise_generator.name": "adam",
        "optimise_critic.rate": 2e-4,
        "optimise_generator.rate": 2e-4,
        "optimise_critic.beta1": 0.5,
        "optimise_generator.beta1": 0.5,
    },
    # The same of pictures: 100 latents, networks of 64 channels at half size; batches of 64 and
    # one pass of the generator are those of the common loop.
    "dcgan": {
        "distance": "non-saturating",
        "penalties": {},
        "batch": 64,
        "latent": 100,
        "rule": "shared",
        "generator.name": "dcgan",
        "critic.name": "dcgan",
        "generator.width": 64,
        "critic.width": 64,
        "optimise_generator.rate": 2e-4,
        "optimise_critic.beta1": 0.5,
    },
    # Lin, Khetan, Fanti, Oh (2018), Sec. 4.2: three digits in three channels.
    "stacked-mnist": {"data": "stacked-mnist:3"},
    # Arjovsky, Chintala, Bottou (2017), Algorithm 1: alpha 5e-5, c 0.01, m 64, n_critic 5.
    "wgan": {
        "distance": "wasserstein",
        "penalties": {"clip:0.01": 1.0},
        "batch": 64,
        "rule": "alternating:5",
        "optimise_generator.name": "rmsprop",
        "optimise_critic.name": "rmsprop",
        "optimise_generator.rate": 5e-5,
        "optimise_critic.rate": 5e-5,
        "optimise_critic.momentum": 0.0,
    },
    # Gulrajani et al. (2017), Algorithm 1: lambda 10, n_critic 5, alpha 1e-4, betas (0, 0.9).
    "wgan-gp": {
        "distance": "wasserstein",
        "penalties": {"gp:between": 10.0},
        "batch": 64,
        "rule": "alternating:5",
        "optimise_generator.name": "adam",
        "optimise_critic.name": "adam",
        "optimise_generator.rate": 1e-4,
        "optimise_critic.rate": 1e-4,
        "optimise_generator.beta1": 0.0,
        "optimise_critic.beta1": 0.0,
    },
    # Huang et al. (2024), CIFAR-10: z of 64 normal numbers, batch 512, Adam with beta1 0.
    "r3gan": {
        "distance": "relativistic:logistic",
        "batch": 512,
        "latent": 64,
        "noise": "normal",
        "rule": "alternating:1",
        "optimise_generator.name": "adam",
        "optimise_critic.name": "adam",
        "optimise_generator.beta1": 0.0,
        "optimise_critic.beta1": 0.0,
        "schedules.decay": 0.0,
    },
    # Nowozin, Cseke, Tomioka (2016), Sec. 3: V is 64-64 tanh, batches of 1024, rate 0.01.
    "f-gan": {
        "distance": "kl",
        "ratio": "link",
        "objective": "zero-sum",
        "penalties": {},
        "generator.name": "affine",
        "critic.width": 64,
        "critic.depth": 2,
        "critic.activation": "tanh",
        "batch": 1024,
        "rule": "simultaneous",
        "optimise_generator.name": "sgd",
        "optimise_critic.name": "sgd",
        "optimise_generator.rate": 0.01,
        "optimise_critic.rate": 0.01,
        "latent": 1,
    },
}
"""What each preset's paper says."""

BETA2 = {"classical": 0.999, "wgan-gp": 0.9}
FLAT = ("classical", "wgan", "wgan-gp", "f-gan")
"""Presets whose papers change nothing on the way and keep no average."""


def test_every_preset_of_a_paper_is_compared_with_it():
    assert {*PUBLISHED, "default"} == set(PRESETS)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_holds_what_was_published(name):
    made = preset(name)
    assert {key: made.value(key) for key in PUBLISHED[name]} == PUBLISHED[name]


@pytest.mark.parametrize("name", FLAT)
def test_nothing_changes_on_the_way_and_nothing_is_averaged(name):
    made = preset(name)
    clock, values = clock_of(made), values_of(made)
    first, middle, last = (values.at(clock, t) for t in (0, made.steps // 2, made.steps))
    assert first == middle == last | {"views": first["views"]}
    assert (first["rate"], first["critic_rate"], first["penalty"]) == (1.0, 1.0, 1.0)
    assert first["memory"] == 0.0
    assert first["beta2"] == BETA2.get(name, first["beta2"])


@pytest.mark.parametrize("name", FLAT)
def test_without_an_average_the_samples_are_the_generators_own(name, tmp_path):
    made = preset(name).amended({"steps": 3, "looks": 1, "saves": 1, "batch": 16})
    session = begun(tmp_path, made)
    played(session)
    live, mean = session.state.game.generators, session.state.average.module
    for key, weight in live.state_dict().items():
        assert (mean.state_dict()[key] == weight).all()


# ---------------------------------------------------------------- R3GAN's burn-in

ENDS = {
    "rate": (2e-4, 5e-5),
    "critic_rate": (2e-4, 5e-5),
    "r1": (0.05, 0.005),
    "r2": (0.05, 0.005),
    "beta2": (0.9, 0.99),
}
"""First and last values for CIFAR-10."""


def burning(share, steps):
    """What R3GAN plays with at a share of its burn-in, and the half-life of its average."""
    made = preset("r3gan").amended({"steps": steps})
    clock, values = clock_of(made), values_of(made)
    now = values.at(clock, round(share * clock.warm))
    found = {
        "rate": made.optimise_generator.rate * now["rate"],
        "critic_rate": made.optimise_critic.rate * now["critic_rate"],
        "r1": made.penalties["r1"] * now["penalty"],
        "r2": made.penalties["r2"] * now["penalty"],
        "beta2": now["beta2"],
    }
    half_life = 0.0 if now["memory"] == 0 else -1 / math.log2(now["memory"])
    return found, half_life


@pytest.mark.parametrize("steps", [15_000, 48_828])
def test_r3gan_goes_from_its_first_to_its_last_values_along_a_half_cosine(steps):
    for share, turn in ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)):
        found, _ = burning(share, steps)
        wanted = {key: a + (b - a) * turn for key, (a, b) in ENDS.items()}
        assert found == pytest.approx(wanted, rel=1e-9)


def test_r3gan_at_its_published_length_burns_in_over_20_million_images():
    clock = clock_of(preset("r3gan").amended({"steps": 48_828}))
    assert clock.warm * 512 == pytest.approx(2e7, abs=512)
    assert R3GAN_BURN_IN == 39_062.5 and BURN_IN * 48_828 == pytest.approx(39_062.4)


def test_the_half_life_of_r3gans_average_ends_at_5_million_images():
    """A quarter of the burn-in, whatever the length of the run; it starts at none."""
    assert R3GAN_HALF_LIFE * 512 == 5e6
    assert burning(0.0, 48_828)[1] == 0.0
    # 48,828 turns hold the burn-in of 39,062.5 up to a tenth of a turn.
    assert burning(0.5, 48_828)[1] * 512 == pytest.approx(2.5e6, rel=1e-4)
    assert burning(1.0, 48_828)[1] * 512 == pytest.approx(5e6, rel=1e-4)
    assert burning(1.0, 15_000)[1] == pytest.approx(0.25 * 12_000, rel=1e-4)


def test_the_defaults_average_is_as_old_as_the_run_lets_it():
    clock, values = clock_of(Recipe()), values_of(Recipe())
    for step in (1, 100, 5_000):
        assert values.memory.at(clock, step) == min(0.9999, (1 + step) / (15 + step))


# ---------------------------------------------------------------- penalties without a critic


def test_penalties_left_alone_go_with_the_critic_that_they_were_meant_for(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("distance: mmd\n")
    assert chosen(None, file, None, {}).penalties == {}
    file.write_text("data: ring\n")
    assert chosen(None, file, None, {"distance": "mmd"}).penalties == {}
    assert chosen(None, file, None, {}).penalties == Recipe().penalties
    run = played(begun(tmp_path, recipe(steps=1)))
    assert chosen(None, None, run.path, {"distance": "mmd"}).penalties == {}
    assert chosen(None, None, run.path, {}).penalties == started_from(run).penalties


def test_penalties_that_were_asked_for_are_left_to_be_refused(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("distance: mmd\npenalties: {r1: 1.0}\n")
    assert chosen(None, file, None, {}).penalties == {"r1": 1.0}
    asked = {"distance": "mmd", "penalties.r1": 1.0}
    assert "r1" in chosen(None, None, None, asked).penalties


@pytest.mark.parametrize("key", ["steps", "encoder.name"])
def test_what_was_asked_for_stays_though_it_is_the_default(key):
    default = Recipe()
    assert for_game(default, "bigan").value(key) != default.value(key)
    asked = default.amended({key: default.value(key)})
    assert for_game(asked, "bigan").value(key) == default.value(key)
    # and through every later change
    assert for_game(asked.amended({"seed": 5}), "bigan").value(key) == default.value(key)


def test_the_rest_of_a_games_network_follows_what_was_asked_of_it():
    made = for_game(Recipe().amended({"generator.width": 32}), "align").generator
    assert (made.name, made.width) == ("spline-coupling", 32)
