"""Names with a parameter: every family of every catalogue answers a wrong one alike."""

from __future__ import annotations

import pytest

from saddle.catalogue import number, positive, share, whole
from saddle.errors import BadValue, UserError
from saddle.listing import KINDS

FAMILIES = [
    (kind, name)
    for kind, table in KINDS.items()
    for name in table.entries
    if ":" in name and kind != "weights"
]


@pytest.mark.parametrize(("kind", "name"), FAMILIES, ids=[":".join(pair) for pair in FAMILIES])
def test_a_wrong_parameter_is_refused_with_what_came(kind, name):
    """A bang is no number, no name of a row and no expression."""
    head = name.partition(":")[0]
    with pytest.raises(UserError, match="!"):
        KINDS[kind].entries[f"{head}:!"]


NUMERIC = [(k, n) for k, n in FAMILIES if n.partition(":")[2].replace(".", "").isdigit()]


@pytest.mark.parametrize(("kind", "name"), NUMERIC, ids=[":".join(pair) for pair in NUMERIC])
@pytest.mark.parametrize("text", ["!", "nan", "inf", "1e999"])
def test_a_number_behind_a_colon_is_refused_in_one_wording(kind, name, text):
    head = name.partition(":")[0]
    with pytest.raises(BadValue, match=rf"of {head}:[A-Z]+ must be a .*number.*, got '{text}'$"):
        KINDS[kind].entries[f"{head}:{text}"]


def test_there_are_numeric_families():
    assert len(NUMERIC) >= 20


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (lambda t: whole(t, "K", low=2, high=9), ["1", "10", "2.0", "+3", "\u0663", "", "9" * 99]),
        (lambda t: number(t, "A", low=-1, high=1), ["-1.1", "nan", "x", "1e400"]),
        (lambda t: positive(t, "C"), ["0", "-1", "inf", ""]),
        (lambda t: share(t, "P"), ["0", "1", "nan", "half"]),
    ],
)
def test_the_edges(read, texts):
    for text in texts:
        with pytest.raises(BadValue, match="must be a"):
            read(text)


def test_what_is_allowed():
    assert whole("2", "K", low=2, high=9) == 2 and whole("9", "K", low=2, high=9) == 9
    assert number("-1", "A", low=-1, high=1) == -1
    assert positive("1e-9", "C") == 1e-9
    assert share("0.5", "P") == 0.5
