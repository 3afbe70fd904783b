"""How many threads compute: one where products are small, and several only wait for each other."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from threadpoolctl import threadpool_limits

WIDE = 64
"""Columns from which on products of rows are worth sharing out."""


def alone(columns: int = 1) -> AbstractContextManager[object]:
    """One thread in NumPy's libraries and in torch, for rows of few columns; more keep all.

    On a machine that something else keeps busy, several threads wait for each other at every
    small product, and take many times as long.

    >>> from threadpoolctl import threadpool_info
    >>> with alone(columns=2):
    ...     print(max(pool["num_threads"] for pool in threadpool_info()))
    1
    """
    return threadpool_limits(limits=1) if columns < WIDE else nullcontext()
