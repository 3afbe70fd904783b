"""The layers that PyTorch lacks: sorted, orthonormal, seeded, or looking at the whole batch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from saddle.catalogue import Catalogue
from saddle.errors import BadValue, bad


class Sine(nn.Module):
    """Elementwise sin(x)."""

    def forward(self, x: Tensor) -> Tensor:
        """Sine of (n, d), same shape."""
        return torch.sin(x)


@dataclass(frozen=True)
class Activation:
    """An elementwise nonlinearity.

    Attributes:
        make: makes the module.
        slope: its Lipschitz constant, rounded up.
    """

    make: Callable[[], nn.Module]
    slope: float


ACTIVATIONS: Catalogue[Activation] = Catalogue(
    "activation",
    {
        "leaky-relu": Activation(lambda: nn.LeakyReLU(0.2), 1.0),
        "relu": Activation(nn.ReLU, 1.0),
        "silu": Activation(nn.SiLU, 1.0999),
        "tanh": Activation(nn.Tanh, 1.0),
        "gelu": Activation(nn.GELU, 1.1290),
        "elu": Activation(nn.ELU, 1.0),
        "sine": Activation(Sine, 1.0),
    },
)


class GroupSort(nn.Module):
    """Sorts pairs of units: (a, b) -> (max(a, b), min(a, b)).

    Unit i is paired with unit i + d/2. The map permutes each row, so that it keeps distances
    (slope 1) and the length of gradients, which a rectifier halves.

    References:
        Anil, Lucas, Grosse (2019), Sorting out Lipschitz function approximation, Sec. 4.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Sorted pairs of (n, d), d even; same shape."""
        a, b = x.chunk(2, 1)
        return torch.cat((torch.maximum(a, b), torch.minimum(a, b)), 1)


def cayley(raw: Tensor) -> Tensor:
    """Q with orthonormal columns, (m, n) with m >= n, from any matrix of that shape.

    Raw is cut into U (n, n) above V (m - n, n). With A = U - U' + V'V,

        Q = [(I - A)(I + A)^-1 ; -2 V (I + A)^-1],    Q'Q = I,

    where (I - A)(I + A)^-1 = 2 (I + A)^-1 - I. I + A is never singular: its symmetric part is
    at least I. Exact in one solve, where the iteration of Bjorck only tends to Q.

    References:
        Trockman, Kolter (2021), Orthogonalizing convolutional layers with the Cayley transform.
    """
    n = raw.shape[1]
    eye = torch.eye(n, dtype=raw.dtype, device=raw.device)
    U, V = raw[:n], raw[n:]
    M = torch.linalg.inv(eye + U - U.T + V.T @ V)
    return torch.cat((2 * M - eye, -2 * V @ M))


class OrthonormalLinear(nn.Module):
    """x -> Q x + b, where Q has orthonormal columns, or orthonormal rows where it narrows.

    All singular values of Q are one: the map is 1-Lipschitz, and an isometry where it widens.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.wide = inputs > outputs
        self.raw = nn.Parameter(torch.empty(max(inputs, outputs), min(inputs, outputs)))
        self.bias = nn.Parameter(torch.empty(outputs))

    @property
    def weight(self) -> Tensor:
        """Q, (outputs, inputs)."""
        Q = cayley(self.raw)
        return Q.T if self.wide else Q

    def draw(self, rng: torch.Generator) -> None:
        """Entries of N(0, 1/m) keep A of order one, whatever the shape; no bias at first."""
        std = 1 / math.sqrt(self.raw.shape[0])
        self.raw.copy_(torch.empty(self.raw.shape).normal_(0, std, generator=rng))
        self.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """From (n, inputs) to (n, outputs)."""
        return functional.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes, for printing."""
        return f"{self.inputs}, {self.outputs}"


class Dropout(nn.Module):
    """x -> x m / (1 - p), m ~ Bernoulli(1 - p), from a generator that the step hands in (`feed`).

    Attributes:
        rng: where the mask is drawn from; nothing is ever drawn from the global stream.

    References:
        Srivastava et al. (2014), Dropout: a simple way to prevent overfitting, Sec. 4.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise bad("dropout", p, "at least 0 and below 1")
        self.p = p
        self.rng: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Masked (n, d) while training, x itself otherwise."""
        if not self.training or self.p == 0:
            return x
        if self.rng is None:
            raise BadValue("Dropout needs a generator while it trains: feed(network, rng) first")
        mask = torch.rand(x.shape, generator=self.rng, device=self.rng.device) >= self.p
        return x * mask.to(x.device) / (1 - self.p)

    def extra_repr(self) -> str:
        """The probability, for printing."""
        return f"p={self.p}"


def feed(module: nn.Module, rng: torch.Generator | None) -> None:
    """Hands every dropout layer within `module` the generator to draw from; None takes it away.

    A module that holds a generator cannot be copied: take it away before a deep copy.
    """
    for part in module.modules():
        if isinstance(part, Dropout):
            part.rng = rng


class Residual(nn.Module):
    """h -> h + block(h).

    References:
        He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, Eq. 1.
    """

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, h: Tensor) -> Tensor:
        """From (n, d) to (n, d)."""
        out: Tensor = h + self.block(h)
        return out


class Maxout(nn.Module):
    """h_i = max_k (W_k x + b_k)_i over the pieces k.

    References:
        Goodfellow et al. (2013), Maxout networks, Sec. 2.
    """

    def __init__(self, inputs: int, outputs: int, pieces: int = 5) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(inputs, outputs * pieces)

    def forward(self, x: Tensor) -> Tensor:
        """From (n, inputs) to (n, outputs)."""
        pieces: Tensor = self.linear(x).unflatten(1, (self.pieces, -1))
        return pieces.amax(1)

    def extra_repr(self) -> str:
        """The number of pieces, for printing."""
        return f"pieces={self.pieces}"


class Fourier(nn.Module):
    """x -> [x, sin(B x + b)]: waves of many lengths, drawn once and held.

    Row k of B points in a random direction and is 1 to `high` long, the lengths evenly spaced on
    a logarithmic scale; b is uniform on a turn. Where the data has unit scale, a length of 60
    sees structure of a sixtieth of it, which a small network alone is slow to follow.

    References:
        Tancik et al. (2020), Fourier features let networks learn high frequency functions in low
        dimensional domains, Sec. 4 (the law of the frequencies is ours).
    """

    B: Tensor
    b: Tensor

    def __init__(self, inputs: int, frequencies: int, high: float = 60.0) -> None:
        super().__init__()
        self.high = high
        self.outputs = inputs + frequencies
        self.register_buffer("B", torch.zeros(frequencies, inputs))
        self.register_buffer("b", torch.zeros(frequencies))

    def draw(self, rng: torch.Generator) -> None:
        """New waves."""
        rows = torch.empty(self.B.shape).normal_(generator=rng)
        lengths = torch.logspace(0, math.log10(self.high), len(rows))
        self.B.copy_(functional.normalize(rows, dim=1) * lengths[:, None])
        self.b.copy_(torch.empty(self.b.shape).uniform_(0, 2 * math.pi, generator=rng))

    def forward(self, x: Tensor) -> Tensor:
        """From (n, inputs) to (n, inputs + frequencies)."""
        return torch.cat((x, functional.linear(x, self.B, self.b).sin()), 1)

    def extra_repr(self) -> str:
        """Number and largest length of the waves, for printing."""
        return f"{self.B.shape[0]}, high={self.high}"


class Quadratic(nn.Module):
    """x -> [x, x_i x_j for i <= j]: a linear head on it is a general quadratic form."""

    i: Tensor
    j: Tensor

    def __init__(self, inputs: int) -> None:
        super().__init__()
        i, j = torch.triu_indices(inputs, inputs)
        self.outputs = inputs + len(i)
        self.register_buffer("i", i, persistent=False)
        self.register_buffer("j", j, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """From (n, d) to (n, d + d (d + 1) / 2)."""
        return torch.cat((x, x[:, self.i] * x[:, self.j]), 1)


class MinibatchStd(nn.Module):
    """h -> [h, s], s the standard deviation of each unit over the batch, averaged over units.

    A critic that sees how much a batch varies can tell a collapsed one at once. Reads the whole
    batch: a row's output depends on the other rows.

    References:
        Karras, Aila, Laine, Lehtinen (2018), Progressive growing of GANs, Sec. 3.
    """

    def forward(self, h: Tensor) -> Tensor:
        """From (n, d) to (n, d + 1)."""
        variance = (h - h.mean(0)).square().mean(0)
        # The small number keeps the root's slope finite where a unit is the same in every row.
        s = (variance + 1e-8).sqrt().mean()
        return torch.cat((h, s.expand(len(h), 1)), 1)


class MinibatchDiscrimination(nn.Module):
    """h -> [h, o], o_b(i) = mean over j != i of exp(-|M_ib - M_jb|_1), with M = T h (n, B, C).

    How close each row is to the others of its batch, under B learned measures. The paper sums
    over j; the mean is that sum over n - 1, so that a critic means the same at any batch size.

    References:
        Salimans et al. (2016), Improved techniques for training GANs, Sec. 3.2.
    """

    def __init__(self, inputs: int, kernels: int = 8, dims: int = 4) -> None:
        super().__init__()
        self.kernels, self.dims = kernels, dims
        self.T = nn.Linear(inputs, kernels * dims, bias=False)

    def forward(self, h: Tensor) -> Tensor:
        """From (n, d) to (n, d + B)."""
        # Rows last, (C, B, n): sums over C then run along memory.
        M = self.T(h).T.unflatten(0, (self.dims, self.kernels))
        near = torch.exp(-(M[..., :, None] - M[..., None, :]).abs().sum(0))
        # A row is at distance zero from itself, where |.| has no slope: its one is taken off.
        o = (near.sum(2) - 1) / max(len(h) - 1, 1)
        return torch.cat((h, o.T), 1)

    def extra_repr(self) -> str:
        """The sizes, for printing."""
        return f"kernels={self.kernels}, dims={self.dims}"
