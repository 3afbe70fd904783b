"""The theory on one page: a statement, its picture, and the command that measures it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saddle.catalogue import Catalogue
from saddle.report.lessons import fits, laws, steps

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Lesson:
    """One statement of the theory.

    Attributes:
        title: a few words.
        says: the statement, in one sentence.
        draw: its picture.
        measured: the tests and benchmarks that check it, as paths in the repository.
        tables: the benchmarks' tables that the picture reads; none where it is a closed form.
    """

    title: str
    says: str
    draw: Callable[[], Figure]
    measured: tuple[str, ...]
    tables: tuple[str, ...] = ()

    def commands(self) -> list[str]:
        """What to type to measure it."""
        tests = [f"python -m pytest {path}" for path in self.measured if path.startswith("tests")]
        others = [f"python {path}" for path in self.measured if not path.startswith("tests")]
        return tests + others


LESSONS: Catalogue[Lesson] = Catalogue(
    "lesson",
    {
        "f-laws": Lesson(
            "One score for every f",
            "For any strictly convex f the bound E_P f'(u) − E_Q f*(f'(u)) with u = e^v equals "
            "the divergence at v = log p/q and lies below it everywhere else, and f enters the "
            "exact gradient through u² f''(u) alone.",
            laws.f_laws,
            ("tests/distances/test_f_laws.py", "tests/distances/test_f_entries.py"),
        ),
        "value": Lesson(
            "The value of the game",
            "At the optimal critic D* = p/(p + q) the classical game is worth −log 4 + 2 JSD and "
            "paired relativistic scores JSD(p×q, q×p) − log 2, so −log 4 and −log 2 at p = q; "
            "and √JSD is a metric.",
            laws.value_of_the_game,
            ("tests/theory/test_value_of_the_game.py", "tests/theory/test_relativistic_pairs.py"),
        ),
        "fgan": Lesson(
            "Which Gaussian each divergence picks",
            "A Gaussian trained on a mixture under each f ends at that divergence's own optimum, "
            "found by quadrature; zero-sum on the bound loses Neyman and Pearson.",
            fits.fgan_table,
            ("tests/theory/test_fgan_table.py", "benchmarks/theory_fgan_table.py"),
            ("theory_fgan_table",),
        ),
        "dirac": Lesson(
            "Which method converges, cycles, diverges",
            "On one point against one point the eigenvalues λ of the field at the equilibrium "
            "tell what training does: unpenalised games circle, and R1, instance noise and "
            "consensus pull them in.",
            steps.dirac,
            ("tests/theory/test_dirac_gan.py", "benchmarks/theory_dirac.py"),
            ("theory_dirac",),
        ),
        "saturation": Lesson(
            "Saturating and non-saturating",
            "As the critic improves on laws that share no point, the saturating gradient of the "
            "generator vanishes while the non-saturating one grows and differs from critic to "
            "critic.",
            steps.saturation,
            ("tests/theory/test_generators_gradient.py", "benchmarks/theory_saturation.py"),
            ("theory_saturation",),
        ),
        "softened": Lesson(
            "No contradiction in the non-saturating loss",
            "KL(q‖p) − 2 JSD equals 2 KL((p + q)/2 ‖ p), a proper divergence whose gradient −E_q "
            "log D has while D is held at its optimum, and does not have where D follows.",
            laws.softened,
            ("tests/theory/test_softened_reverse_kl.py",),
        ),
        "sides": Lesson(
            "The two sides of KL",
            "Under KL(q‖p) dropping a mode is cheap and inventing one is dear, under KL(p‖q) the "
            "other way round, so that one Gaussian for two modes drops one or covers both.",
            laws.sides_of_kl,
            ("tests/theory/test_sides_of_kl.py", "benchmarks/theory_kl_sides.py"),
        ),
        "collapse": Lesson(
            "When collapse follows, and when it does not",
            "A generator that can represent the data covers every mode under either side of KL "
            "when the critic keeps up, and an unpenalised alternating game loses modes under "
            "forward KL too: collapse is of the dynamics.",
            fits.collapse,
            ("tests/theory/test_sides_of_kl.py", "benchmarks/theory_collapse.py"),
            ("theory_collapse",),
        ),
        "lines": Lesson(
            "Parallel lines",
            "For two lines at distance θ ≠ 0 the JSD is log 2 and KL infinite whatever θ is, "
            "while W1 is |θ|, which the learned distance follows.",
            fits.parallel_lines,
            ("tests/theory/test_parallel_lines.py", "benchmarks/theory_parallel_lines.py"),
            ("theory_parallel_lines",),
        ),
        "clipping": Lesson(
            "What clipping does to a critic",
            "The weights of a clipped critic (preset `wgan`) pile up at the clip and its surface "
            "misses the modes, which a critic under a gradient penalty (`wgan-gp`) sees.",
            fits.clipping,
            ("tests/theory/test_clipped_critic.py", "benchmarks/theory_clipping.py"),
            ("theory_clipping",),
        ),
        "convex": Lesson(
            "Convex is not enough",
            "min over x, max over y of xy is convex-concave, yet simultaneous steps leave its "
            "equilibrium and alternating ones circle it; averages, extragradient and optimistic "
            "steps reach it.",
            steps.convex_is_not_enough,
            ("tests/theory/test_convex_is_not_enough.py",),
        ),
        "average": Lesson(
            "Why a pointwise distance fails",
            "The least averaged squared distance is a mean, in closed form and by descent alike, "
            "and where the data has two branches the mean lies between them.",
            fits.average_picture,
            ("tests/theory/test_average_picture.py", "benchmarks/theory_drawings.py"),
        ),
        "moments": Lesson(
            "Moments are not a law",
            "Training on mean and variance passes the tests of mean and variance while a learned "
            "test still tells the two clouds apart.",
            fits.moments,
            ("tests/theory/test_moments_are_not_a_law.py", "benchmarks/theory_moments.py"),
            ("theory_moments",),
        ),
        "likelihood": Lesson(
            "Likelihood and quality are two things",
            "0.01 p + 0.99 noise is at most log 100 nats below p though one sample in a hundred "
            "is good, and narrow kernels on memorised rows look perfect though held-out rows "
            "are all but impossible under them.",
            fits.likelihood,
            ("tests/theory/test_likelihood_and_quality.py", "benchmarks/theory_likelihood.py"),
            ("theory_likelihood",),
        ),
        "conditional": Lesson(
            "The conditional critic",
            "Where both sides draw c from one law, D*(x, c) = p(x|c) / (p(x|c) + q(x|c)) and the "
            "value is −log 4 + 2 E_c JSD; fakes of another law of c shift its score by "
            "log p(c)/q(c).",
            laws.conditional,
            ("tests/theory/test_conditional_critic.py",),
        ),
        "maps": Lesson(
            "Two maps at their optimum",
            "BiGAN's joint laws agree exactly where E inverts G, a cycle is content with every "
            "symmetry of its target, and a coupling flow comes back to where it was whatever its "
            "weights are.",
            fits.two_maps,
            ("tests/theory/test_bigan_and_cycles.py",),
        ),
        "step": Lesson(
            "One fixed optimal critic is good for a small step",
            "Small generator steps on a renewed critic lower the JSD every time, long steps and a "
            "critic that is not renewed do not.",
            steps.step_size,
            ("tests/theory/test_step_size.py", "benchmarks/theory_step_size.py"),
        ),
    },
)
