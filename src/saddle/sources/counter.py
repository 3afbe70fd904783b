"""Counter-based randomness: a row's numbers are a pure function of (seed, split, position)."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from saddle.sources.base import Floats, Positions, Split

Words = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.intp]

SPLITS: dict[Split, int] = {"train": 0, "watch": 1, "final": 2}


_WORD = 2**64
_GAMMA = 0x9E3779B97F4A7C15  # odd, nearest to 2^64 / golden ratio
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = (np.uint64(shift) for shift in (30, 27, 31, 12))
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0


class Counter:
    """Random words by hashing a counter, several lanes a row.

        word(split, position, lane) = mix(gamma (2^62 split + lanes position + lane) + key)

    where mix is SplitMix64's finaliser with a second key folded in halfway. Each step is a
    bijection of 64-bit words, so under one seed no two (split, position, lane) share a word, as
    long as lanes x position < 2^62: the parts of an endless source are disjoint streams.

    Args:
        seed: any whole number.
        lanes: how many words a row has.
        stream: tells apart counters that share a seed (the two domains of a pair).

    References:
        Steele, Lea and Flood (2014), Fast Splittable Pseudorandom Number Generators.
    """

    def __init__(self, seed: int, lanes: int, *, stream: str = "") -> None:
        digest = blake2b(f"{seed}/{stream}".encode(), digest_size=16).digest()
        key = int.from_bytes(digest[:8], "little")
        self._middle = np.uint64(int.from_bytes(digest[8:], "little"))
        self._stride = np.uint64(lanes * _GAMMA % _WORD)
        self._starts = {
            split: np.array(
                [[(((number << 62) + lane) * _GAMMA + key) % _WORD] for lane in range(lanes)],
                dtype=np.uint64,
            )
            for split, number in SPLITS.items()
        }

    def words(self, positions: Positions, split: Split = "train") -> Words:
        """Hashed words, (lanes, n)."""
        z: Words = np.asarray(positions).astype(np.uint64) * self._stride + self._starts[split]
        z ^= z >> _S30
        z *= _FIRST
        z ^= self._middle
        z ^= z >> _S27
        z *= _SECOND
        z ^= z >> _S31
        return z

    def uniforms(self, positions: Positions, split: Split = "train") -> Floats:
        """Uniform numbers strictly between 0 and 1, (lanes, n): (k + 1/2) / 2^52."""
        z = self.words(positions, split)
        z >>= _S12
        z |= _ONE  # the 52 bits become the fraction of a number in [1, 2)
        u: Floats = z.view(np.float64)
        u -= 1 - 2.0**-53
        return u


def normals(u: Floats) -> Floats:
    """Standard normals from uniforms by Box and Muller, (2m, n) -> (2m, n).

    Lanes i and m + i make the pair sqrt(-2 log u_i) (cos, sin)(2 pi u_{m+i}).
    """
    half = len(u) // 2
    radius, angle = np.log(u[:half]), 2 * np.pi * u[half:]
    radius *= -2
    np.sqrt(radius, out=radius)
    z = np.empty_like(u)
    np.cos(angle, out=z[:half])
    np.sin(angle, out=z[half:])
    z[:half] *= radius
    z[half:] *= radius
    return z


def lanes_for(dimension: int) -> int:
    """How many uniforms `normals` needs for that many normals: the next even number."""
    return dimension + dimension % 2


class Chooser:
    """Choices by weight in constant time a choice (Walker's alias method).

    With k weights, column floor(k u) is kept where the fraction of k u is below its share and is
    exchanged for the column's alias elsewhere; shares and aliases are built in k steps.

    Args:
        weights: (k,), not negative, of any positive sum.
    """

    def __init__(self, weights: npt.ArrayLike) -> None:
        w = np.asarray(weights, dtype=np.float64)
        self.count = len(w)
        self._share = w / w.sum() * self.count
        self._alias = np.arange(self.count)
        self._equal = bool(np.all(w == w[0]))
        small = [i for i in range(self.count) if self._share[i] < 1]
        large = [i for i in range(self.count) if self._share[i] >= 1]
        rest = self._share.copy()
        while small and large:
            poor, rich = small.pop(), large[-1]
            self._share[poor], self._alias[poor] = rest[poor], rich
            rest[rich] -= 1 - rest[poor]
            if rest[rich] < 1:
                small.append(large.pop())
        for left in small + large:  # what rounding left over is a full column
            self._share[left] = 1

    def __call__(self, u: Floats) -> Indices:
        """Indices (n,) from uniforms (n,)."""
        scaled = u * self.count
        column = scaled.astype(np.intp)
        if self._equal:
            return column
        keep = scaled - column < self._share[column]
        return np.where(keep, column, self._alias[column])


def permutation(seed: int, n: int, *, epoch: int, split: Split = "train") -> Indices:
    """The order of n rows in that epoch: the ranks of n hashed words."""
    words = Counter(seed, 1, stream=f"epoch {epoch}").words(np.arange(n), split)
    return np.argsort(words[0], kind="stable")
