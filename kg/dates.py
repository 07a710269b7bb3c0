"""Dates of events: what an article's date expressions mean on the calendar, as EDTF.

``find_dates`` reads the words, :func:`resolve` places them by the date of publication and the tense of the clause,
and the functions of :mod:`kg.edtf` compare the results.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from kg.edtf import bounds, coarser, combine, contains, extend, finer, is_valid, overlaps
from kg.timex import DateExpression, Duration, find_dates, find_durations

__all__ = [
    "DateExpression",
    "Duration",
    "Tense",
    "bounds",
    "coarser",
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

Tense = Literal["past", "present", "future"]

# A date without a year in a past clause may lie this far ahead ("called off the summit set for June 12"), one in
# a future clause this far behind (an article published during the visit that it announces).
_AHEAD, _BEHIND = timedelta(31), timedelta(7)
_DAY = timedelta(1)
_WEEK = timedelta(7)
# A cycle of the calendar: 28 years in which each date falls on each weekday, in leap years and others.
_CYCLE = range(2000, 2028)
_YEAR_OF_MONTH = re.compile(r"\b\d{4}(?=-[01])")
# Leap years come round after eight years at most; counted distances end where the calendar of a computer would.
_LEAP_GAP = 8
_FAR = 1000
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
    if isinstance(anchor, str):
        return _in_any_year(
            anchor, lambda day: resolve(expression, anchor=date.fromisoformat(day), tense=tense, reference=reference)
        )
    if reference is not None and "XXXX" in reference:
        if expression.kind != "anaphoric" and not (expression.kind == "day" and expression.month is None):
            return resolve(expression, anchor=anchor, tense=tense)
        return _in_any_year(reference, lambda day: resolve(expression, anchor=anchor, tense=tense, reference=day))
    named = bounds(reference) if reference else None
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
                reference = resolve(expression.first, anchor=anchor, tense=tense, reference=reference)
            return _anaphoric(expression, reference) if reference else None
        case _:
            return None


def _in_any_year(text: str, read: Callable[[str], str | None]) -> str | None:
    """Return what holds whatever the unknown year of a date is, with the year left open; else None."""
    found = {read(text.replace("XXXX", str(year))) for year in _CYCLE if bounds(text.replace("XXXX", str(year)))}
    if len(found) > 1 and None not in found:
        found = {_YEAR_OF_MONTH.sub("XXXX", value) for value in found if value}
    return found.pop() if len(found) == 1 else None


def _day(expression: DateExpression, anchor: date | None, tense: Tense, reference: str | None) -> str | None:
    year, month, day = _year(expression, anchor), expression.month, expression.day
    if day is None:
        if month is None:
            return f"{year:04}" if year else None
        return _month(expression, anchor, tense)
    if month is None:
        return _day_of_month(expression, day, anchor, tense, reference)
    if year is not None:
        return _iso(year, month, day)
    if anchor is None or expression.which is not None:
        return f"XXXX-{month:02}-{day:02}"
    days = _valid((y, month, day) for y in range(anchor.year - _LEAP_GAP, anchor.year + _LEAP_GAP + 1))
    if expression.weekday is not None:
        days = [found for found in days if found.weekday() == expression.weekday] or days
    return _chosen(days, anchor, tense)


def _day_of_month(
    expression: DateExpression, day: int, anchor: date | None, tense: Tense, reference: str | None
) -> str | None:
    """Return the date of "the 31st": in the month of the reference if there is one, else by tense from the anchor."""
    if expression.which is not None:
        return _iso(*_shifted(anchor, expression.which), day) if anchor else None
    covered = bounds(reference) if reference else None
    if covered:
        found = _iso(*_shifted(covered[0], 0), day)
        behind = tense != "past" and found is not None and found < covered[0].isoformat()
        return _iso(*_shifted(covered[0], 1), day) if behind else found
    if anchor is None:
        return None
    days = _valid((*_shifted(anchor, months), day) for months in range(-3, 4))
    return _upto(days, anchor) if tense == "past" else _since(days, anchor)


def _weekday(expression: DateExpression, anchor: date, tense: Tense, named: date) -> date:
    weekday, monday = expression.weekday or 0, anchor - _DAY * anchor.weekday()
    if expression.weeks is not None:
        return monday + _WEEK * expression.weeks + _DAY * weekday
    if expression.which == 1:
        return monday + _WEEK + _DAY * weekday
    if expression.which == -1:
        found = _weekday_before(weekday, anchor - _DAY)
    elif tense == "past" and not expression.ahead and expression.shift <= 0:
        found = _weekday_before(weekday, anchor)
    else:
        # An itinerary that has left today behind comes to today's weekday a week later.
        start = anchor + _DAY * (named > anchor)
        found = start + _DAY * ((weekday - start.weekday()) % 7)
    return found + _DAY * expression.shift


def _relative(expression: DateExpression, anchor: date, tense: Tense) -> str | None:
    count, unit, which = expression.count, expression.unit, expression.which
    if expression.ahead and tense == "past":
        return None
    if unit == "overnight":
        return _stretch(anchor - _DAY, anchor)
    if unit == "weekend" and which is None:
        saturday = _weekday_before(5, anchor)
        saturday += _WEEK if tense != "past" and anchor > saturday + _DAY else timedelta(0)
        return _stretch(saturday, saturday + _DAY)
    if expression.vague:
        return _some_days(anchor, unit, which, count)
    if which is not None:
        return _calendar_unit(unit, which, anchor, tense if which == 0 else None)
    return _distant(unit, count or 0, anchor)


def _some_days(anchor: date, unit: str | None, which: int | None, count: int | None) -> str | None:
    """Return the stretch of "a few days ago", "the coming days", "the past week"; weeks and months are too vague."""
    if unit not in ("days", "week"):
        return None
    if which is not None:
        return _stretch(anchor, anchor + _WEEK) if which > 0 else _stretch(anchor - _WEEK, anchor)
    ends = sorted((anchor + 2 * _DAY * (count or 0), anchor + _WEEK * (count or 0)))
    return _stretch(ends[0], ends[1])


def _calendar_unit(unit: str | None, which: int, day: date, tense: Tense | None) -> str | None:
    """Return the week, weekend, month or year that is ``which`` units from the one of a day."""
    monday = day - _DAY * day.weekday() + _WEEK * which
    match unit:
        case "week":
            first = max(monday, day) if tense == "future" else monday
            last = min(monday + 6 * _DAY, day) if tense == "past" else monday + 6 * _DAY
            return _stretch(first, last)
        case "weekend":
            return _stretch(monday + 5 * _DAY, monday + 6 * _DAY)
        case "month":
            return _year_month(*_shifted(day, which))
        case "year":
            return f"{day.year + which:04}"
        case _:
            return None


def _distant(unit: str | None, count: int, day: date) -> str | None:
    """Return the date that lies ``count`` units from a day, at the precision of the unit."""
    if unit == "day":
        return (day + _DAY * count).isoformat() if abs(count) < _FAR else None
    if unit == "fortnight":
        return _calendar_unit("week", 2 * count, day, None)
    return _calendar_unit(unit, count, day, None) if abs(count) < _FAR else None


def _month(expression: DateExpression, anchor: date | None, tense: Tense) -> str | None:
    year, month = _year(expression, anchor), expression.month or 1
    if year is not None:
        return _year_month(year, month)
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
    return _year_month(year, month)


def _season(expression: DateExpression, anchor: date | None, tense: Tense) -> str | None:
    season, year = expression.season or 0, _year(expression, anchor)
    if year is not None:
        return f"{year:04}-{season}"
    if anchor is None:
        return None
    years = range(anchor.year - 2, anchor.year + 3)
    begun = {y: date(y, _SEASON_START[season], 1) for y in years}
    over = {y: date(*_shifted(begun[y], 3), 1) for y in years}
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
        end = resolve(last, anchor=anchor, tense=tense, reference=reference)
        start = resolve(first, anchor=_near(first, end, anchor, 1), tense="past", reference=reference)
    else:
        start = resolve(first, anchor=anchor, tense=tense, reference=reference)
        end = resolve(last, anchor=_near(last, start, anchor, 0), tense="future", reference=reference)
    if start is None or end is None:
        return None
    both = combine(start, end)
    return both if "XXXX" in both or bounds(both) else None


def _near(expression: DateExpression, other: str | None, anchor: date | None, side: int) -> date | None:
    """Return the anchor of one end of a range: the other end, except for what counts from publication."""
    covered = bounds(other) if other and expression.kind != "relative" else None
    return covered[side] if covered else anchor


def _anaphoric(expression: DateExpression, reference: str) -> str | None:
    covered = bounds(reference)
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
        return _iso(year, month, expression.day) if expression.day else _year_month(year, month)
    if unit == "visit":
        found = start + _DAY * ((count or 1) - 1)
        return found.isoformat() if exact and found <= end and (found == start or "/" in reference) else None
    if count == 0:
        return reference
    side = end if (count or expression.which or 0) > 0 else start
    if not exact and not (unit == "year" or (unit == "month" and (start.year, start.month) == (end.year, end.month))):
        return None
    if expression.vague:
        return _some_days(side, unit, None, count)
    if expression.which is not None:
        return _calendar_unit(unit, expression.which, side, None)
    if unit == "week" and count in (-1, 1):
        return (side + _WEEK * count).isoformat()
    return _distant(unit, count or 0, side)


def _weekday_near(weekday: int, which: int, start: date, end: date) -> str:
    """Return the weekday before, next to or after a day: "the previous Friday", "that Monday", "the Monday after"."""
    if which < 0:
        return _weekday_before(weekday, start - _DAY).isoformat()
    if which > 0:
        return _weekday_before(weekday, end + _WEEK).isoformat()
    return _weekday_before(weekday, start + 3 * _DAY).isoformat()


def _year(expression: DateExpression, anchor: date | None) -> int | None:
    """Return the year that is named in figures or as "last year"."""
    if expression.year is None and expression.which is not None and anchor:
        return anchor.year + expression.which
    return expression.year


def _chosen(days: Iterable[date], anchor: date, tense: Tense) -> str | None:
    if tense == "past":
        return _upto(days, anchor + _AHEAD)
    if tense == "future":
        return _since(days, anchor - _BEHIND)
    return min((abs(day - anchor), day) for day in days)[1].isoformat()


def _upto(days: Iterable[date], limit: date) -> str | None:
    found = max((day for day in days if day <= limit), default=None)
    return found.isoformat() if found else None


def _since(days: Iterable[date], limit: date) -> str | None:
    found = min((day for day in days if day >= limit), default=None)
    return found.isoformat() if found else None


def _weekday_before(weekday: int, day: date) -> date:
    """Return the last such weekday up to a day."""
    return day - _DAY * ((day.weekday() - weekday) % 7)


def _stretch(first: date, last: date) -> str:
    """Return a few days as EDTF: their month, where it is one, else the days themselves."""
    if (first.year, first.month) == (last.year, last.month):
        return _year_month(first.year, first.month)
    return combine(first.isoformat(), last.isoformat())


def _shifted(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1


def _year_month(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"


def _valid(days: Iterable[tuple[int, int, int]]) -> list[date]:
    return [date(y, m, d) for y, m, d in days if d <= calendar.monthrange(y, m)[1]]


def _iso(year: int, month: int, day: int) -> str | None:
    found = _valid([(year, month, day)])
    return found[0].isoformat() if found else None
