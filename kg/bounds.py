"""The days that an EDTF date covers, as calendar dates that a query can compare."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache

from edtf import EDTFParseException, parse_edtf

from kg.errors import NonConformingError


@lru_cache(maxsize=4096)
def bounds(edtf: str) -> tuple[date | None, date | None]:
    """Return the first and the last day that an EDTF date can mean; None where it leaves that end open.

    The bounds are strict: qualifiers such as ``~`` and ``?`` do not widen them. A date without a year
    (``XXXX-05-18``) bounds nothing, nor does the open or unknown end of an interval.

    ``bounds("2022-02")`` is 1 to 28 February 2022; ``bounds("2023-01-29/2023-01-30")`` is those two days.

    Raises:
        NonConformingError: The string is not EDTF, or names a day that no calendar has.

    Source: Library of Congress, Extended Date/Time Format, levels 0 and 1.
    """
    first, slash, last = edtf.partition("/")
    return _end(first, edtf, upper=False), _end(last if slash else first, edtf, upper=True)


def days(edtf: str | None) -> float:
    """Return how many days a date may mean: 1 for a day, 28 to 31 for a month, infinity for None or an open end."""
    first, last = bounds(edtf) if edtf else (None, None)
    return math.inf if first is None or last is None else (last - first).days + 1


def _end(part: str, whole: str, *, upper: bool) -> date | None:
    if part in ("", ".."):
        return None
    try:
        parsed = parse_edtf(part)
        limit = parsed.upper_strict() if upper else parsed.lower_strict()
        if part.startswith("XXXX"):
            return None
        return date(limit.tm_year, limit.tm_mon, limit.tm_mday)
    except (EDTFParseException, ValueError) as error:
        message = f"{whole!r} is not an EDTF date with a real calendar day: write it as 2022, 2022-05 or 2022-05-18"
        raise NonConformingError(message) from error
