"""Laws that every source with a name obeys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from saddle.errors import BadValue, UnknownName
from saddle.sources import SOURCES, describe
from saddle.sources.entry import as_points

NAMES = list(SOURCES)
AT = np.arange(1000)
MORE = [*NAMES, "moons:0.05", "mixture:7", "mixture-1d:claw", "mixture-1d:two", "gaussian:1"]
KNOWN = [
    n
    for n in MORE
    if "x" in SOURCES[n](0).gives and not n.startswith(("line-at", "moon-10d", "mixture-1d:fgan"))
]
PLANAR = [n for n in KNOWN if SOURCES[n](0).batch(AT)["x"].shape[1] == 2]
LINEAR = [n for n in KNOWN if SOURCES[n](0).batch(AT)["x"].shape[1] == 1]


def sides():
    """Every domain of every pair as a source of its own."""
    for name in NAMES:
        source = SOURCES[name](0)
        if source.gives == {"a", "b"} and not name.startswith("parallel-lines"):
            yield from source.domains.values()


@pytest.mark.parametrize("name", NAMES)
def test_rows_depend_on_seed_and_position_alone(name):
    source, again = SOURCES[name](3), SOURCES[name](seed=3)
    whole = source.batch(AT)
    order = np.random.default_rng(0).permutation(len(AT))
    chunks = [again.batch(part) for part in np.split(AT[order], [1, 2, 9, 500])]
    for key, rows in whole.items():
        joined = np.concatenate([chunk[key] for chunk in chunks])
        assert np.array_equal(joined, rows[order])
    other = SOURCES[name](4).batch(AT)
    assert all(not np.array_equal(other[key], rows) for key, rows in whole.items())


@pytest.mark.parametrize("name", NAMES)
def test_shapes_keys_and_spaces(name):
    source = SOURCES[name](0)
    batch = source.batch(AT)
    assert set(batch) == source.gives == set(source.spaces)
    for key, rows in batch.items():
        assert len(rows) == len(AT)
        wanted = {"points": (2, np.float64), "label": (1, np.int64)}[source.spaces[key]]
        assert (rows.ndim, rows.dtype) == wanted
        assert np.isfinite(rows).all()
        assert rows.flags["C_CONTIGUOUS"] or rows.ndim == 1
    assert source.size is None


@pytest.mark.parametrize("name", NAMES)
def test_parts_never_share_a_row(name):
    source = SOURCES[name](0)
    rows = [source.batch(AT, split) for split in ("train", "watch", "final")]
    for key in source.gives - {"given"} or source.gives:
        everything = np.concatenate([part[key] for part in rows])
        assert len(np.unique(everything, axis=0)) == 3 * len(AT)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_source_finds_it_again(name):
    source = SOURCES[name](0)
    again = SOURCES[source.name](0)
    for key, rows in source.batch(AT).items():
        assert np.array_equal(again.batch(AT)[key], rows)


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_what_it_is(name):
    assert SOURCES[name].about
    facts = dict(describe(SOURCES[name](0)).facts)
    assert facts["source"] and facts["rows"] == "endless"


def box(source, key="x"):
    """A rectangle that holds all but a share of about 1e-12 of the rows."""
    rows = source.batch(np.arange(20_000))[key]
    low, high = rows.min(axis=0), rows.max(axis=0)
    return low - (high - low) * 0.4, high + (high - low) * 0.4


def integral(source, bins):
    """The density summed over a grid of `bins` cells an axis, trapezoid's rule."""
    low, high = box(source)
    axes = [np.linspace(a, b, bins) for a, b in zip(low, high, strict=True)]
    mesh = np.stack([m.ravel() for m in np.meshgrid(*axes, indexing="ij")], axis=1)
    cell = np.prod([axis[1] - axis[0] for axis in axes])
    return np.exp(source.log_prob(mesh)).sum() * cell


def test_densities_on_the_line_integrate_to_one():
    for name in LINEAR:
        assert integral(SOURCES[name](0), 40_001) == pytest.approx(1, abs=1e-9), name


@pytest.mark.parametrize("name", [n for n in PLANAR if n not in ("checkerboard", "uniform")])
def test_densities_in_the_plane_integrate_to_one(name):
    """Importance sampling from the rows' own law, spread: E_q[p / q] = 1 with q = rows + noise.

    Modes as narrow as .01 in a box of 2 would need millions of grid points; instead q is a
    mixture of p's rows moved by heavy-tailed noise, whose density SciPy gives.
    """
    source = SOURCES[name](0)
    rng = np.random.default_rng(0)
    centres = source.batch(np.arange(400))["x"]
    width = 0.25 * np.ptp(centres, axis=0).max() / 10
    step = stats.multivariate_t(shape=np.eye(2) * width**2, df=3, seed=rng)
    wide = centres[rng.integers(400, size=40_000)] + step.rvs(40_000)
    q = np.zeros(len(wide))
    for centre in centres:
        q += step.pdf(wide - centre) / len(centres)
    ratio = np.exp(source.log_prob(wide)) / q
    error = ratio.std() / len(ratio) ** 0.5
    assert abs(ratio.mean() - 1) < 4 * error + 1e-6
    assert error < 0.06


@pytest.mark.parametrize(
    "name",
    ["spiral", "swiss-roll", "moons", "line", "ganlab-ring", "two-gaussians", "point-given"],
)
def test_wide_densities_integrate_to_one_on_a_grid(name):
    """Noise is at least three cells wide, where trapezoid's rule is exact to rounding."""
    assert integral(SOURCES[name](0), 400) == pytest.approx(1, abs=2e-6)


@pytest.mark.parametrize("name", ["checkerboard", "uniform"])
def test_cells_hold_their_rows(name):
    source = SOURCES[name](0)
    rows = source.batch(np.arange(20_000))["x"]
    inside = np.exp(source.log_prob(rows))
    assert (inside == inside[0]).all() and inside[0] > 0
    low, high = rows.min(axis=0).round(), rows.max(axis=0).round()
    mesh = np.random.default_rng(0).uniform(low, high, size=(100_000, 2))
    mass = np.exp(source.log_prob(mesh)).mean() * np.prod(high - low)
    assert mass == pytest.approx(1, abs=0.02)  # four standard errors of 100,000 points


@pytest.mark.parametrize("name", PLANAR)
def test_rows_follow_their_density(name):
    check_against_density(SOURCES[name](0))


@pytest.mark.parametrize("side", list(sides()), ids=lambda side: side.name)
def test_domains_follow_their_density(side):
    check_against_density(side)


def check_against_density(source):
    """Rows moved by a small step: E_p[p(x + h) / p(x)] = 1 wherever p has full support.

    Chi-square over cells beside it: counts of fresh rows in cells laid by other rows, against the
    masses that self-normalised importance sampling from the density gives.
    """
    rows = source.batch(np.arange(30_000))["x"]
    log_p = source.log_prob(rows)
    assert np.isfinite(log_p).all()
    if not np.isfinite(source.log_prob(rows[:1] + 1e6)[0]) and log_p.std() == 0:
        return  # uniform on cells: tested above
    rng = np.random.default_rng(1)
    pick, noise = rows[:300], narrow(source)
    moved = pick[rng.integers(300, size=30_000)] + noise * rng.standard_normal((30_000, 2))
    square = ((moved[:, None] - pick[None]) ** 2).sum(axis=2)
    q = np.exp(-square / (2 * noise**2)).mean(axis=1) / (2 * np.pi * noise**2)
    # E_q[p / (p + q)] = E_p[q / (p + q)]: both sides are averages of numbers between 0 and 1
    near = ((rows[:, None] - pick[None]) ** 2).sum(axis=2)
    q_rows = np.exp(-near / (2 * noise**2)).mean(axis=1) / (2 * np.pi * noise**2)
    p_moved, p_rows = np.exp(source.log_prob(moved)), np.exp(log_p)
    left, right = p_moved / (p_moved + q), q_rows[300:] / (p_rows[300:] + q_rows[300:])
    error = np.hypot(left.std(), right.std()) / 30_000**0.5
    assert abs(left.mean() - right.mean()) < 4 * error
    assert right.mean() > 0.1  # the two laws overlap, so that the test can fail


def narrow(source):
    """A step about as wide as the law is thin: its density's scale, told by its entropy."""
    rows = source.batch(np.arange(2000))["x"]
    return float(np.exp(-np.median(source.log_prob(rows)) / 2)) / 8


def test_wrong_names_and_parameters_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'grid'"):
        SOURCES["grdi"]
    with pytest.raises(BadValue, match="whole number from 2 to 64"):
        SOURCES["ring:2.5"]
    with pytest.raises(BadValue, match="a number from 2 to 64, got 'many'"):
        SOURCES["ring:many"]
    with pytest.raises(UnknownName, match="did you mean 'claw'"):
        SOURCES["mixture-1d:clow"]
    with pytest.raises(BadValue, match="needs a parameter"):
        SOURCES["mixture"]


def test_points_of_another_dimension_are_refused():
    with pytest.raises(BadValue, match=r"x must be of shape \(n, 2\), got \(3, 1\)"):
        as_points(np.zeros((3, 1)), 2)
    with pytest.raises(BadValue, match="x must be"):
        SOURCES["grid"](0).log_prob(np.zeros(3))
