"""Dates of events: what an article's date expressions mean on the calendar, as EDTF.

``find_dates`` reads the words, :func:`resolve` places them by the date of publication and the tense of the clause,
and the functions of :mod:`kg.edtf` compare the results.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from kg.calendar import (
    DAY,
    WEEK,
    Tense,
    distant,
    earliest,
    existing,
    iso_day,
    iso_month,
    latest,
    month_from,
    some_days,
    stretch,
    unit_of,
    weekday_from,
    weekday_upto,
)
from kg.edtf import Days, bounds, combine, contains, extend, finer, is_valid, overlaps
from kg.timex import DateExpression, Duration, find_dates, find_durations

__all__ = [
    "DateExpression",
    "Duration",
    "Tense",
    "bounds",
    "combine",
    "contains",
    "extend",
    "find_dates",
    "find_durations",
    "finer",
    "is_valid",
    "overlaps",
    "resolve",
]

# A date without a year in a past clause may lie this far ahead ("called off the summit set for June 12"), one in
# a future clause this far behind (an article published during the visit that it announces).
_AHEAD, _BEHIND = timedelta(31), timedelta(7)
# Further away than this, a weekday that does not fit its date is a slip and says nothing of the year.
_WEEKDAY_FIXES_YEAR = timedelta(500)
# A cycle of the calendar: 28 years in which each date falls on each weekday, in leap years and others.
_CYCLE = range(2000, 2028)
_OPEN = "XXXX"
_YEAR_OF_MONTH = re.compile(r"\b\d{4}(?=-[01])")
# Leap years come round after eight years at most.
_LEAP_GAP = 8
# No news counts from further away, and no counting from these leaves the calendar.
_EARLIEST, _LATEST = 1000, 2999
_SEASON_START = {21: 3, 22: 6, 23: 9, 24: 12}
_WINTER = 24


def resolve(
    expression: DateExpression, *, anchor: date | str | None, tense: Tense, reference: str | None = None
) -> str | None:
    """Return the EDTF date that an expression means, at the precision of its words, or None.

    ``anchor`` is the date of publication, or of the dateline: a date, or an EDTF day such as ``XXXX-05-18`` where
    no year is given. Without one, what counts from publication stays None and "May 18" is ``XXXX-05-18``.
    ``tense`` chooses among recurring dates: "on Tuesday" is the last Tuesday up to the anchor in a past clause,
    the next one from it in a future clause; a present one is read as scheduled for weekdays and takes the nearest
    day or month. ``reference`` is the EDTF date named before, from which "the next day", "that July", "on the 14th"
    and (with an interval, the visit) "on the second day" count; without an anchor it also lends its year, and
    in an itinerary it says whether today's weekday is today.

    Weeks run from Monday to Sunday, and a week is given as its month, or as its seven days where two months share
    it. Seasons are named after the year in which they begin. "Bearing" words do not alter the result: with
    "since September" the caller decides what the start of a stretch is worth.

    "on Tuesday", anchor 19 May 2022, past tense: ``2022-05-17``.
    """
    day = anchor.isoformat() if isinstance(anchor, date) else anchor
    if _OPEN not in f"{day}{reference}":
        return _placed(expression, date.fromisoformat(day) if day else None, tense, reference)
    found: set[str | None] = set()
    for year in _CYCLE:
        now, then = (value.replace(_OPEN, str(year)) if value else None for value in (day, reference))
        if now is None or bounds(now):
            found.add(_placed(expression, date.fromisoformat(now) if now else None, tense, then))
    if len(found) > 1 and None not in found:
        # What differs by the year alone is known but for the year.
        found = {_YEAR_OF_MONTH.sub(_OPEN, value) for value in found if value}
    return found.pop() if len(found) == 1 else None


def _placed(expression: DateExpression, anchor: date | None, tense: Tense, reference: str | None) -> str | None:
    named = _known(reference)
    if anchor is None and named and expression.kind in ("day", "holiday", "month", "season", "range"):
        # Where publication is unknown, the year is that of the dates around.
        anchor, tense = named[0], "present"
    match expression.kind:
        case "day" | "holiday":
            return _day(expression, anchor, tense, reference)
        case "weekday":
            return _weekday(expression, anchor, tense, named[0] if named else anchor).isoformat() if anchor else None
        case "relative":
            return _relative(expression, anchor, tense) if anchor else None
        case "month":
            return _month(expression, anchor, tense)
        case "season":
            return _season(expression, anchor, tense)
        case "year":
            return f"{expression.year:04}"
        case "decade":
            return f"{expression.year or 0:04}"[:3] + "X"
        case "range":
            return _range(expression, anchor, tense, reference)
        case "anaphoric":
            if expression.first:
                reference = _placed(expression.first, anchor, tense, reference)
            return _anaphoric(expression, reference) if reference else None
        case _:
            return None


def _known(reference: str | None) -> Days | None:
    """Return the days of a reference that can be counted from."""
    covered = bounds(reference) if reference else None
    return covered if covered and _EARLIEST <= covered[0].year <= covered[1].year <= _LATEST else None


def _day(expression: DateExpression, anchor: date | None, tense: Tense, reference: str | None) -> str | None:
    year, month, day = _year(expression, anchor), expression.month, expression.day
    if day is None:
        if month is None:
            return f"{year:04}" if year else None
        return _month(expression, anchor, tense)
    if month is None:
        return _day_of_month(expression, day, anchor, tense, reference)
    if year is not None:
        return iso_day(year, month, day)
    if anchor is None or expression.which is not None:
        return f"XXXX-{month:02}-{day:02}"
    days = existing((y, month, day) for y in range(anchor.year - _LEAP_GAP, anchor.year + _LEAP_GAP + 1))
    if expression.weekday is not None:
        near = [d for d in days if d.weekday() == expression.weekday and abs(d - anchor) < _WEEKDAY_FIXES_YEAR]
        return _chosen(near, anchor, tense) or _chosen(days, anchor, tense)
    return _chosen(days, anchor, tense)


def _day_of_month(
    expression: DateExpression, day: int, anchor: date | None, tense: Tense, reference: str | None
) -> str | None:
    """Return the date of "the 31st": in the month of the reference if there is one, else by tense from the anchor."""
    if expression.which is not None:
        return iso_day(*month_from(anchor, expression.which), day) if anchor else None
    covered = _known(reference)
    if covered:
        found = iso_day(*month_from(covered[0], 0), day)
        behind = tense != "past" and found is not None and found < covered[0].isoformat()
        return iso_day(*month_from(covered[0], 1), day) if behind else found
    if anchor is None:
        return None
    days = existing((*month_from(anchor, months), day) for months in range(-3, 4))
    return latest(days, anchor) if tense == "past" else earliest(days, anchor)


def _weekday(expression: DateExpression, anchor: date, tense: Tense, named: date) -> date:
    weekday, monday = expression.weekday or 0, weekday_upto(0, anchor)
    if expression.weeks is not None:
        return monday + WEEK * expression.weeks + DAY * weekday
    if expression.which == 1:
        return monday + WEEK + DAY * (weekday + expression.shift)
    if expression.which == -1:
        found = weekday_upto(weekday, anchor - DAY)
    elif tense == "past" and not expression.ahead and expression.shift <= 0:
        found = weekday_upto(weekday, anchor)
    else:
        # An itinerary that has left today behind comes to today's weekday a week later.
        start = anchor + DAY * (named > anchor)
        found = weekday_from(weekday, start)
    return found + DAY * expression.shift


def _relative(expression: DateExpression, anchor: date, tense: Tense) -> str | None:
    count, unit, which = expression.count, expression.unit, expression.which
    if expression.ahead and tense == "past":
        return None
    if unit == "overnight":
        return stretch(anchor - DAY, anchor)
    if unit == "weekend" and which is None:
        saturday = weekday_upto(5, anchor)
        saturday += WEEK if tense != "past" and anchor > saturday + DAY else timedelta(0)
        return stretch(saturday, saturday + DAY)
    if expression.vague:
        return some_days(unit, anchor, which=which, sign=count or 0)
    if which is not None:
        return unit_of(unit, which, anchor, tense=tense if which == 0 else None)
    return distant(unit, count or 0, anchor + DAY * expression.shift)


def _month(expression: DateExpression, anchor: date | None, tense: Tense) -> str | None:
    year, month = _year(expression, anchor), expression.month or 1
    if year is not None:
        return iso_month(year, month)
    if anchor is None or expression.which is not None:
        return f"XXXX-{month:02}"
    past = anchor.year - (month > anchor.month)
    future = anchor.year + (month < anchor.month)
    match expression.determiner:
        case -1:
            year = past - (month == anchor.month)
        case 1:
            year = future + (month == anchor.month)
        case _:
            back, ahead = (anchor.month - month) % 12, (month - anchor.month) % 12
            year = past if tense == "past" or (tense == "present" and back < ahead) else future
    return iso_month(year, month)


def _season(expression: DateExpression, anchor: date | None, tense: Tense) -> str | None:
    season, year = expression.season or 0, _year(expression, anchor)
    if year is not None:
        return f"{year:04}-{season}"
    if anchor is None:
        return None
    years = range(anchor.year - 2, anchor.year + 3)
    begun = {y: date(y, _SEASON_START[season], 1) for y in years}
    over = {y: date(*month_from(begun[y], 3), 1) for y in years}
    match expression.determiner:
        case -1:
            year = max(y for y in years if over[y] <= anchor)
        case 1:
            # Of this year's spring one says "this spring", even when it is still to come; a winter is always far.
            year = min(y for y in years if begun[y] > anchor and (y > anchor.year or season == _WINTER))
        case 0:
            year = anchor.year - (season == _WINTER and anchor.month < 6)
        case _ if tense == "past":
            year = max(y for y in years if begun[y] <= anchor)
        case _:
            year = min(y for y in years if over[y] > anchor)
    return f"{year:04}-{season}"


def _range(expression: DateExpression, anchor: date | None, tense: Tense, reference: str | None) -> str | None:
    """Return the interval: its end placed by a past tense, its beginning by the others, the rest near by."""
    first, last = expression.first, expression.last
    if first is None or last is None:
        return None
    if first.year is None and last.year is not None and first.month and last.month:
        first = replace(first, year=last.year - ((first.month, first.day or 0) > (last.month, last.day or 0)))
    if last.year is None and first.year is not None and first.month and last.month:
        last = replace(last, year=first.year + ((last.month, last.day or 0) < (first.month, first.day or 0)))
    if tense == "past":
        end = _placed(last, anchor, tense, reference)
        start = _placed(first, _near(first, end, anchor, 1), "past", reference)
    else:
        start = _placed(first, anchor, tense, reference)
        end = _placed(last, _near(last, start, anchor, 0), "future", reference)
    if start is None or end is None:
        return None
    both = combine(start, end)
    return both if "XXXX" in both or bounds(both) else None


def _near(expression: DateExpression, other: str | None, anchor: date | None, side: int) -> date | None:
    """Return the anchor of one end of a range: the other end, except for what counts from publication."""
    counted = expression.kind == "relative" or expression.weeks is not None or expression.which is not None
    covered = bounds(other) if other and not counted else None
    return covered[side] if covered else anchor


def _anaphoric(expression: DateExpression, reference: str) -> str | None:
    covered = _known(reference)
    if covered is None:
        return None
    start, end = covered
    exact = len(reference.partition("/")[0]) == len("2022-05-18")
    count, unit = expression.count, expression.unit
    if expression.weekday is not None:
        return _weekday_near(expression.weekday, expression.which or 0, start, end) if exact else None
    if expression.month or expression.season or expression.day:
        year, month = expression.year or start.year, expression.month or start.month
        if expression.season:
            return f"{year:04}-{expression.season}"
        return iso_day(year, month, expression.day) if expression.day else iso_month(year, month)
    if unit == "visit":
        found = start + DAY * ((count or 1) - 1)
        return found.isoformat() if exact and found <= end and (found == start or "/" in reference) else None
    if count == 0:
        return reference
    side = end if (count or expression.which or 0) > 0 else start
    if not exact and not (unit == "year" or (unit == "month" and (start.year, start.month) == (end.year, end.month))):
        return None
    if expression.vague:
        return some_days(unit, side, sign=count or 0)
    if expression.which is not None:
        return unit_of(unit, expression.which, side)
    if unit == "week" and count in (-1, 1):
        return (side + WEEK * count).isoformat()
    return distant(unit, count or 0, side)


def _weekday_near(weekday: int, which: int, start: date, end: date) -> str:
    """Return the weekday before, next to or after a day: "the previous Friday", "that Monday", "the Monday after"."""
    if which < 0:
        return weekday_upto(weekday, start - DAY).isoformat()
    if which > 0:
        return weekday_upto(weekday, end + WEEK).isoformat()
    return weekday_upto(weekday, start + 3 * DAY).isoformat()


def _year(expression: DateExpression, anchor: date | None) -> int | None:
    """Return the year that is named in figures or as "last year"."""
    if expression.year is None and expression.which is not None and anchor:
        return anchor.year + expression.which
    return expression.year


def _chosen(days: Iterable[date], anchor: date, tense: Tense) -> str | None:
    if tense == "past":
        return latest(days, anchor + _AHEAD)
    if tense == "future":
        return earliest(days, anchor - _BEHIND)
    return min(((abs(day - anchor), day.isoformat()) for day in days), default=(None, None))[1]
