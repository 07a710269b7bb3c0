"""Which date an event takes: the one that is expected to cost least, none before one that is likely to be wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kg.extract.when import DateCandidate, best_date


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"2005-03-09": 0.9, "2005-03": 0.05, None: 0.05}, "2005-03-09"),
        ({"2005-03-09": 0.45, "2005-03-10": 0.45, "2005-03": 0.05, None: 0.05}, "2005-03"),
        ({"2005-03-09": 0.4, "2004-07-02": 0.4, None: 0.2}, None),
        ({"2005-03-09": 0.2, None: 0.1}, None),  # most likely the date is one that was not understood
        ({"2005-03-09/2005-03-11": 0.5, "2005-03-11": 0.4, None: 0.1}, "2005-03-09/2005-03-11"),
        ({None: 1.0}, None),
    ],
    ids=["sure", "two days of a month", "two years", "not among them", "a stretch and its end", "no other"],
)
def test_the_date_that_costs_least_is_taken(shares: dict[str | None, float], expected: str | None) -> None:
    found = [DateCandidate(edtf, "own", []) for edtf in shares]
    assert best_date(found, list(shares.values())).edtf == expected


def test_the_order_of_the_candidates_does_not_matter() -> None:
    found: Sequence[DateCandidate] = [DateCandidate(day, "own", []) for day in ("2005-03-09", "2005-03-10")]
    found = [*found, DateCandidate(None, "none", [])]
    shares = [0.45, 0.45, 0.1]
    assert best_date(found, shares) == best_date(found[::-1], shares[::-1])
