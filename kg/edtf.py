"""What EDTF dates mean on the calendar: the days they cover, and how two of them stand to each other.

Dates are strings of the Extended Date/Time Format (Library of Congress, levels 0 and 1), and besides days and
months whose year is unknown (``XXXX-05-18``, level 2). Such a date is no stretch of the calendar, yet it can be
compared with one: it stands for that day of whatever year the other date is in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from edtf import EDTFParseException, Season, parse_edtf

Days = tuple[date, date]

_YEARLESS = "XXXX"
_LEAP, _COMMON = 2000, 2001
_WINTER = 24
_PLAIN = re.compile(r"\d{4}-[01]\d(-\d\d)?")
_YEAR = re.compile(r"\d{4}", re.ASCII)


@lru_cache(maxsize=4096)
def bounds(edtf: str) -> Days | None:
    """Return the first and the last day that a date covers, or None where it fixes none.

    None is for a date without a year, an interval with an open or unknown end, and what is not EDTF. A winter
    begins in December of the year it is named after and ends with the February that follows; the other
    seasons are those of the northern hemisphere (March, June and September begin them).

    ``bounds("2021-21")`` is 1 March to 31 May 2021.
    """
    start, slash, end = edtf.partition("/")
    first = _part(start)
    last = _part(end) if slash else first
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


@lru_cache(maxsize=4096)
def is_valid(edtf: str) -> bool:
    """Return whether a string is EDTF that the calendar allows: no 30 February, no interval that runs backwards."""
    try:
        parse_edtf(edtf)
    except EDTFParseException:
        return False
    if _YEARLESS in edtf:
        return all(bounds(part.replace(_YEARLESS, str(_LEAP))) is not None for part in edtf.split("/"))
    return bounds(edtf) is not None or ".." in edtf or edtf.startswith("/") or edtf.endswith("/")


def combine(start: str, end: str) -> str:
    """Return the interval from the beginning of one date to the end of another, or the date itself if they are one.

    ``combine("2022-05-18", "2022-05-20/2022-05-21")`` is ``2022-05-18/2022-05-21``.
    """
    first, last = start.partition("/")[0], end.rpartition("/")[2]
    return first if first == last else f"{first}/{last}"


def contains(outer: str, inner: str) -> bool:
    """Return whether every day of one date is in the other; a known year is never inside an unknown one's days.

    ``contains("XXXX-05", "2022-05-18")`` holds, for that day is in a May; the reverse does not.
    """
    if _YEARLESS in inner and _YEARLESS not in outer:
        return False
    return any(a[0] <= b[0] and b[1] <= a[1] for a, b in _aligned(outer, inner))


def overlaps(a: str, b: str) -> bool:
    """Return whether two dates can have a day in common: what two reports of one occasion must have."""
    return any(x[0] <= y[1] and y[0] <= x[1] for x, y in _aligned(a, b))


def finer(a: str, b: str) -> str:
    """Return the more precise of two dates, the first when they are equally so.

    Precision is the number of days covered; any known year is finer than an unknown one.
    """
    return b if _width(b) < _width(a) else a


def extend(day: str, days: int) -> str | None:
    """Return the last day of a stretch of ``days`` that begins on a day; negative ``days`` reach back to the first.

    Both ends count, as in "a three-day visit": ``extend("1996-11-26", 3)`` is ``1996-11-28``, and
    ``extend("1996-11-28", -3)`` is ``1996-11-26``. None where the date is no single day, or where the
    unknown year decides about a 29 February in between.
    """
    offset = timedelta(days - 1 if days > 0 else days + 1)
    years = (_LEAP, _COMMON) if _YEARLESS in day else (None,)
    ends: set[str] = set()
    for year in years:
        covered = bounds(day.replace(_YEARLESS, str(year)) if year else day)
        if covered is None or covered[0] != covered[1]:
            return None
        end = (covered[0] + offset).isoformat()
        ends.add(_YEARLESS + end[4:] if year else end)
    return ends.pop() if len(ends) == 1 else None


def _part(part: str) -> Days | None:
    if part in ("", "..") or _YEARLESS in part:
        return None
    try:
        # By far the commonest are read here, a thousand times faster than in the library's grammar.
        if _YEAR.fullmatch(part):
            return date(int(part), 1, 1), date(int(part), 12, 31)
        if _PLAIN.fullmatch(part):
            first = date.fromisoformat(f"{part}-01"[:10])
            return first, first if len(part) == 10 else first.replace(day=monthrange(first.year, first.month)[1])
        parsed = parse_edtf(part)
        lower, upper = parsed.lower_strict(), parsed.upper_strict()
        first = date(lower.tm_year, lower.tm_mon, lower.tm_mday)
        last = date(upper.tm_year, upper.tm_mon, upper.tm_mday)
    except (EDTFParseException, ValueError):
        return None
    if isinstance(parsed, Season) and part.endswith(f"-{_WINTER}"):
        # The library ends a winter with its December.
        last = date(first.year + 1, 3, 1) - timedelta(1)
    return first, last


def _aligned(a: str, b: str) -> Iterator[tuple[Days, Days]]:
    """Yield what two dates cover, an unknown year being taken from the other date."""
    known = [covered for covered in (bounds(a), bounds(b)) if covered]
    years = sorted({day.year for covered in known for day in covered}) or [_LEAP]
    for year in years if _YEARLESS in a + b else years[:1]:
        first, second = bounds(a.replace(_YEARLESS, str(year))), bounds(b.replace(_YEARLESS, str(year)))
        if first and second:
            yield first, second


def _width(edtf: str) -> tuple[bool, int]:
    covered = bounds(edtf.replace(_YEARLESS, str(_LEAP)))
    return _YEARLESS in edtf, (covered[1] - covered[0]).days if covered else date.max.toordinal()
