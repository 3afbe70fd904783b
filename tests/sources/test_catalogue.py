"""Laws that every source with a name obeys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, spatial, stats

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
    centres = source.batch(np.arange(200))["x"]
    width = 0.25 * np.ptp(centres, axis=0).max() / 10
    step = stats.multivariate_t(shape=np.eye(2) * width**2, df=3, seed=rng)
    wide = centres[rng.integers(200, size=20_000)] + step.rvs(20_000)
    q = np.zeros(len(wide))
    for centre in centres:
        q += step.pdf(wide - centre) / len(centres)
    ratio = np.exp(source.log_prob(wide)) / q
    error = ratio.std() / len(ratio) ** 0.5
    assert abs(ratio.mean() - 1) < 4 * error + 1e-6
    assert error < 0.1


WIDE = ["spiral", "swiss-roll", "moons", "line", "ganlab-ring", "two-gaussians", "point-given"]


@pytest.mark.parametrize("name", WIDE)
def test_wide_densities_integrate_to_one_and_give_the_histogram(name):
    """Noise is at least a cell wide, where trapezoid's rule is exact to 1e-8; then chi-square."""
    source = SOURCES[name](0)
    (low, high), bins = box(source), 220
    cell = (high - low) / bins
    axes = [np.linspace(a, b, bins, endpoint=False) for a, b in zip(low, high, strict=True)]
    mesh = np.stack([m.ravel() for m in np.meshgrid(*axes, indexing="ij")], axis=1) + cell / 2
    mass = np.exp(source.log_prob(mesh)) * cell.prod()
    assert mass.sum() == pytest.approx(1, abs=2e-6)
    told = mass.reshape(10, 22, 10, 22).sum(axis=(1, 3)).ravel() * 20_000
    edges = [np.linspace(a, b, 11) for a, b in zip(low, high, strict=True)]
    rows = source.batch(np.arange(20_000, 40_000))["x"]
    seen = np.histogram2d(*rows.T, bins=edges)[0].ravel()
    many = told > 10  # the sparse cells count as one
    seen = np.append(seen[many], 20_000 - seen[many].sum())
    told = np.append(told[many], 20_000 - told[many].sum())
    square = ((seen - told) ** 2 / np.maximum(told, 1)).sum()
    assert stats.chi2.sf(square, len(told) - 1) > 1e-3


@pytest.mark.parametrize("name", ["spiral", "swiss-roll", "moons:0.05", "ganlab-ring"])
def test_curve_densities_agree_with_adaptive_quadrature(name):
    source = SOURCES[name](0)
    rows = source.batch(np.arange(12))["x"] + np.linspace(0, 2, 12)[:, None] * source.noise
    for x, p in zip(rows, np.exp(source.log_prob(rows)), strict=True):

        def integrand(u, x=x):
            square = ((source._point(np.array([u]))[0] - x) ** 2).sum()
            return np.exp(-square / (2 * source.noise**2)) / (2 * np.pi * source.noise**2)

        far = ((source._point(np.linspace(0, 1, 5001)) - x) ** 2).sum(axis=1)
        near = np.argmin(far) / 5000 + np.array([-0.03, 0, 0.03])
        marks = np.unique([0.5, *near.clip(0.001, 0.999)])
        truth, _ = integrate.quad(integrand, 0, 1, points=marks, limit=500, epsabs=1e-10)
        assert p == pytest.approx(truth, rel=2e-6)


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
    """E_q[p / (p + q)] = E_p[q / (p + q)], with q a kernel density about some other rows.

    Both sides are averages of numbers between 0 and 1, so the error is known.
    """
    n = 8_000
    rows = source.batch(np.arange(n + 150))["x"]
    log_p = source.log_prob(rows)
    assert np.isfinite(log_p).all()
    if not np.isfinite(source.log_prob(rows[:1] + 1e6)[0]) and log_p.std() == 0:
        return  # uniform on cells: tested above
    rng = np.random.default_rng(1)
    pick, rows, log_p, noise = rows[:150], rows[150:], log_p[150:], narrow(source)
    moved = pick[rng.integers(150, size=n)] + noise * rng.standard_normal((n, 2))
    p_moved, p_rows = np.exp(source.log_prob(moved)), np.exp(log_p)
    q_moved, q_rows = kernel_density(moved, pick, noise), kernel_density(rows, pick, noise)
    left, right = p_moved / (p_moved + q_moved), q_rows / (p_rows + q_rows)
    error = np.hypot(left.std(), right.std()) / n**0.5
    assert abs(left.mean() - right.mean()) < 4 * error
    assert right.mean() > 0.1  # the two laws overlap, so that the test can fail


def kernel_density(x, centres, width):
    """Round Gaussians of that width about the centres, (n, 2) -> (n,)."""
    square = spatial.distance.cdist(x, centres, "sqeuclidean")
    return np.exp(-square / (2 * width**2)).mean(axis=1) / (2 * np.pi * width**2)


def narrow(source):
    """A step about as wide as the law is thin: its density's scale, told by its entropy."""
    rows = source.batch(np.arange(2000))["x"]
    return float(np.exp(-np.median(source.log_prob(rows)) / 2)) / 8


def test_wrong_names_and_parameters_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'grid'"):
        SOURCES["grdi"]
    with pytest.raises(BadValue, match="whole number from 2 to 64"):
        SOURCES["ring:2.5"]
    with pytest.raises(BadValue, match="K of ring:K must be .* from 2 to 64, got 'many'"):
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
