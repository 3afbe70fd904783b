"""An f-divergence from f alone: D_f(P || Q) = E_Q f(p/q), learned from a critic's log ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from saddle.distances import f_proof
from saddle.distances.base import ScoreMeaning
from saddle.distances.f_objectives import OBJECTIVES, RATIOS, Objective, Pair, Ratio, zero_sum
from saddle.distances.forms import Form, Map, derived, hold, slope
from saddle.errors import BadValue, Incompatible, bad
from saddle.expression import evaluate, parse
from saddle.reference import Reference
from saddle.references import NGUYEN

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "log": torch.log,
    "log1p": torch.log1p,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "tanh": torch.tanh,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "atan": torch.atan,
    "sin": torch.sin,
    "cos": torch.cos,
    "max": torch.maximum,
    "min": torch.minimum,
}
"""What the functions of an expression do to tensors."""


@dataclass(frozen=True)
class FDivergence:
    """D_f(P || Q) = E_Q f(p/q) for a convex f with f(1) = 0, learned and minimised.

    The critic's raw score v stands for log p/q. With u = e^v, T = f'(u) and
    f*(T) = u f'(u) - f(u),

        D_f(P || Q)  >=  E_P T - E_Q f*(T),

    for any f that is strictly convex and twice differentiable, from f alone by automatic
    differentiation. f is shifted so that f(1) = 0; adding c (u - 1) to f changes nothing.
    The entry proves itself: an f that is not convex, kinked, straight somewhere or not finite is
    refused, with the interval.

    Attributes:
        name: the row's name in the catalogue.
        f: the convex function, from torch operations on a tensor u > 0.
        reference: where it comes from.
        ratio: how the critic learns the ratio: a name in `RATIOS`. Logistic is the default, as
            its gradient is bounded whatever f is.
        objective: what the generator minimises: a name in `OBJECTIVES`.
        clip: |v| up to which the weights of the exact gradient grow.
        normalise: whether these weights are divided by their mean. The direction of a step stays
            that of the exact gradient; its length, over which Pearson's and Neyman's weights range
            from 1e-7 to 1e7, no longer buries Adam's memory or dies out.
        measures: D_f in words, as in `KL(p || q)`; a general phrase where empty.
        swaps: the divergence with f''(u) / u in place of f''(u), in words, likewise.
        form: closed forms; needed where f is kinked, else they save time.
        link: the published output activation, as the map from its raw score to log u.
        reach: |v| beyond which scores are held where the form is worked out; lessened where f
            is not finite that far, and infinite where a form is finite everywhere.

    References:
        Nguyen, Wainwright, Jordan (2010), Estimating divergence functionals and the likelihood
        ratio by convex risk minimization, Lemma 1.

    >>> row = FDivergence(name="mine", f=lambda u: u * u.log())
    >>> v = torch.tensor([0.0, 1.0])
    >>> row.output(v), row.weights(v)[0]
    (tensor([1., 2.]), tensor([1.0000, 2.7183]))
    """

    name: str
    f: Map
    reference: Reference = NGUYEN
    ratio: str = "logistic"
    objective: str = "exact"
    clip: float = 8.0
    normalise: bool = True
    measures: str = ""
    swaps: str = ""
    form: Form | None = None
    link: Map | None = None
    reach: float = f_proof.REACH
    score: ScoreMeaning = field(default=ScoreMeaning.LOG_RATIO, init=False)
    separable: bool = field(default=True, init=False)
    bounded_critic: bool = field(default=True, init=False)
    _shift: float = field(default=0.0, init=False, repr=False)
    _form: Form = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for key, value in {"clip": self.clip, "reach": self.reach}.items():
            if not value > 0:
                raise bad(key, value, "above 0")
        if self._ratio is RATIOS["link"] and self.link is None:
            raise BadValue(f"{self.name!r} names no published link: use ratio='bound'")
        object.__setattr__(self, "_shift", f_proof.value_at_one(self.name, self.f))
        object.__setattr__(self, "reach", min(self.reach, self._prove()))
        object.__setattr__(self, "_form", self.form or derived(self.shifted))

    def _prove(self) -> float:
        """How far the entry reaches; a link stands in for f' but not for f''."""
        curved = self._objective.curved
        if self.form is None or self.form.weight is not None or not curved:
            return f_proof.prove(self.name, self.shifted, self.form)
        try:
            return f_proof.prove(self.name, self.shifted, None)
        except BadValue as error:
            raise Incompatible(
                f"objective={self.objective!r} needs f'', and {error}; "
                "use objective='zero-sum' with its link"
            ) from error

    @property
    def minimises(self) -> str:
        """What the generator minimises where the critic is optimal."""
        return self._objective.minimises(self)

    @property
    def _ratio(self) -> Ratio:
        return RATIOS[self.ratio]

    @property
    def _objective(self) -> Objective:
        return OBJECTIVES[self.objective]

    def shifted(self, u: Tensor) -> Tensor:
        """F(u) - f(1)."""
        return self.f(u) - self._shift

    def output(self, v: Tensor) -> Tensor:
        """T = f'(e^v), or the link of a kinked f; v are log ratios."""
        return self._form.output(hold(v, self.reach))

    def conjugate(self, v: Tensor) -> Tensor:
        """f*(T) at T = output(v)."""
        return self._form.conjugate(hold(v, self.reach))

    def pulls(self, v: Tensor) -> Pair:
        """Slopes of f*(T) and of T in v: u^2 f''(u) and u f''(u) where T = f'(u)."""
        v = hold(v.detach(), self.reach)
        if self._form.weight is None:
            return slope(self._form.conjugate, v), slope(self._form.output, v)
        weight = self._form.weight(v)
        return weight, weight * torch.exp(-v)

    def weights(self, v: Tensor) -> Pair:
        """What the objective multiplies grad v by at fake and at real samples of log ratio v.

        Before normalising; a fake sample is pulled up by the first, a real one that carries a
        gradient down by the second.
        """
        return self._objective.weights(self, v)

    def unlink(self, v: Tensor) -> Tensor:
        """Log u at the raw score v of the published output activation."""
        if self.link is None:
            raise BadValue(f"{self.name!r} names no published link")
        return self.link(v)

    def real_loss(self, v: Tensor) -> Tensor:
        """The half of the critic's loss that reads scores of real samples, a scalar."""
        return self._ratio.real(self, v).mean()

    def fake_loss(self, v: Tensor) -> Tensor:
        """The half of the critic's loss that reads scores of fake samples, a scalar."""
        return self._ratio.fake(self, v).mean()

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """As `ratio` says: its least value is reached at the log ratio."""
        return self.real_loss(real) + self.fake_loss(fake)

    def generator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """As `objective` says; passes the gradient of both sides on."""
        read = self._ratio.read
        return self._objective.loss(self, read(self, real), read(self, fake))

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """The bound E_P T - E_Q f*(T) <= D_f(P || Q), whatever the ratio was learned by."""
        read = self._ratio.read
        return zero_sum(self, read(self, real), read(self, fake))

    def log_ratio(self, v: Tensor, fake: Tensor | None = None) -> Tensor | None:
        """Log p/q at scores v: v itself, save under the published link."""
        return self._ratio.read(self, v)


def from_expression(text: str) -> FDivergence:
    """The divergence of an f that is written down, `u*log(u)`, and never run as a program."""
    node = parse(text, {"u"})

    def f(u: Tensor) -> Tensor:
        value: Tensor = evaluate(
            node,
            {"u": u},
            FUNCTIONS,
            number=lambda x: torch.tensor(x, dtype=u.dtype, device=u.device),
        )
        return value.expand_as(u)

    return FDivergence(name=f"f:{text}", f=f)
