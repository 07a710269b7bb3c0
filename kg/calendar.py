"""Arithmetic on days, weeks, months and years, with its results as EDTF at the precision that words have."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from kg.edtf import combine

Tense = Literal["past", "present", "future"]

DAY = timedelta(1)
WEEK = timedelta(7)


def existing(days: Iterable[tuple[int, int, int]]) -> list[date]:
    """Return the years, months and days that are dates, leaving out each 30 February."""
    return [date(year, month, day) for year, month, day in days if day <= monthrange(year, month)[1]]


def iso_day(year: int, month: int, day: int) -> str | None:
    """Return a day as EDTF, None where the month has no such day."""
    return next((found.isoformat() for found in existing([(year, month, day)])), None)


def iso_month(year: int, month: int) -> str:
    """Return a month as EDTF."""
    return f"{year:04}-{month:02}"


def month_from(day: date, months: int) -> tuple[int, int]:
    """Return the year and month that lie so many months from a day's: -1 is the month before."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1


def latest(days: Iterable[date], limit: date) -> str | None:
    """Return the last of the days that is not after the limit."""
    return max((day.isoformat() for day in days if day <= limit), default=None)


def earliest(days: Iterable[date], limit: date) -> str | None:
    """Return the first of the days that is not before the limit."""
    return min((day.isoformat() for day in days if day >= limit), default=None)


def weekday_upto(weekday: int, day: date) -> date:
    """Return the last such weekday up to a day; Monday is 0."""
    return day - DAY * ((day.weekday() - weekday) % 7)


def weekday_from(weekday: int, day: date) -> date:
    """Return the first such weekday from a day on; Monday is 0."""
    return day + DAY * ((weekday - day.weekday()) % 7)


def stretch(first: date, last: date) -> str:
    """Return a few days as EDTF: their month, where it is one, else the days themselves.

    A month and not the days, for "last week" does not say that something took the whole of it; but two months
    would be wider than anybody meant.
    """
    if (first.year, first.month) == (last.year, last.month):
        return iso_month(first.year, first.month)
    return combine(first.isoformat(), last.isoformat())


def unit_of(unit: str | None, which: int, day: date, *, tense: Tense | None = None) -> str | None:
    """Return the week, weekend, month or year that is ``which`` units from the one of a day.

    A week runs from Monday to Sunday; with a ``tense`` it is the part of it that lies behind or ahead of the day.
    """
    monday = weekday_upto(0, day) + WEEK * which
    match unit:
        case "week":
            first = max(monday, day) if tense == "future" else monday
            last = min(monday + 6 * DAY, day) if tense == "past" else monday + 6 * DAY
            return stretch(first, last)
        case "weekend":
            return stretch(monday + 5 * DAY, monday + 6 * DAY)
        case "month":
            return iso_month(*month_from(day, which))
        case "year":
            return f"{day.year + which:04}"
        case _:
            return None


def distant(unit: str | None, count: int, day: date) -> str | None:
    """Return what lies ``count`` units from a day, at the precision of the unit: two weeks ago is a week, not a day."""
    if unit == "day":
        return (day + DAY * count).isoformat()
    if unit == "fortnight":
        return unit_of("week", 2 * count, day)
    return unit_of(unit, count, day)


def some_days(unit: str | None, day: date, *, which: int | None = None, sign: int = 1) -> str | None:
    """Return the stretch of "the coming days", "the past week" (``which``), or of "a few days later" (``sign``).

    Weeks, months and years without a number are too vague for any date.
    """
    if unit not in ("days", "week"):
        return None
    if which is not None:
        return stretch(day, day + WEEK) if which > 0 else stretch(day - WEEK, day)
    near, far = sorted((day + 2 * DAY * sign, day + WEEK * sign))
    return stretch(near, far)
