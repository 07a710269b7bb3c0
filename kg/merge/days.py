"""On which days a report may place its event, and how well two reports agree on them.

A date that is the article's own is less than it seems: news leaves out the day of what has just happened, and readers
then take the day of publication. Such a date stands for the days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

from kg.edtf import bounds, overlaps
from kg.records import Report, Statement

FIRST, LAST = 1, date.max.toordinal() - 400


class Grain(IntEnum):
    """How precisely a report dates its event, the finest first; ``RECENT`` is the article's own date."""

    DAY = 0
    RECENT = 1
    MONTH = 2
    YEAR = 3
    YEARLESS = 4
    NONE = 5


@dataclass(frozen=True)
class When:
    """The days on which an event may have been, as ordinals, both inclusive, and the EDTF date that says so."""

    grain: Grain
    first: int
    last: int
    edtf: str | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last day."""
        return self.first, self.last

    def within(self, first: int, last: int) -> When:
        """Return the same, bounded: for what else limits a vague date. Bounds that leave nothing are passed over."""
        low, high = max(self.first, first), min(self.last, last)
        return When(self.grain, low, high, self.edtf) if low <= high else self

    def gap(self, other: When) -> int:
        """Return how many days lie between the two: 0 if they share one, 1 if they follow each other."""
        if Grain.YEARLESS in (self.grain, other.grain) and self.edtf and other.edtf:
            return min((0 for own in _dates(self) for its in _dates(other) if overlaps(own, its)), default=LAST)
        return max(0, other.first - self.last, self.first - other.last)


def _dates(when: When) -> tuple[str, ...]:
    """Return the dates to compare with a day of no year: the days around where the date is only a recent one."""
    if when.grain is not Grain.RECENT or when.edtf is None:
        return (when.edtf,) if when.edtf else ()
    return (f"{date.fromordinal(when.first)}/{date.fromordinal(when.last)}",)


_STAY = 16
"""Days that a visit of which only one end is known may have lasted at most."""
_RECENT = {True: 3, False: 7}
"""For how many days before publication an undated statement (True) or visit or meeting may have been."""
_WEEKS = 31
_SEASON = 184


def when(report: Report, published: date | None) -> When:
    """Return when a report places its event; ``published`` is the day of its article."""
    day = published.toordinal() if published else None
    edtf = report.edtf
    if edtf is None:
        return _undated(report, day)
    if edtf.startswith("XXXX"):
        return When(Grain.YEARLESS, FIRST, LAST, edtf)
    first, last, grain = _covered(edtf)
    if day is not None and first == last == day and report.status != "planned":
        return When(Grain.RECENT, day - _RECENT[isinstance(report.event, Statement)], day, edtf)
    return When(grain, first, last, edtf)


def _undated(report: Report, day: int | None) -> When:
    """Return the days that tense allows: what has happened was before publication, what is planned comes after."""
    if day is None:
        return When(Grain.NONE, FIRST, LAST)
    if report.status == "occurred":
        return When(Grain.NONE, FIRST, day + 1)
    return When(Grain.NONE, day - _WEEKS, day + 366)


@lru_cache(maxsize=16384)
def _covered(edtf: str) -> tuple[int, int, Grain]:
    covered = bounds(edtf)
    if covered is None:
        start, slash, end = edtf.partition("/")
        one = bounds(end if start in ("", "..") else start) if slash else None
        if one is None:
            return FIRST, LAST, Grain.NONE
        stay = timedelta(_STAY)
        covered = (one[0] - stay, one[1]) if start in ("", "..") else (one[0], one[1] + stay)
    first, last = covered
    days = (last - first).days
    grain = Grain.DAY if days <= _WEEKS and len(edtf) != 7 else Grain.MONTH if days <= _SEASON else Grain.YEAR
    if edtf[4:] == "-24":  # "the winter of 1997" began, to some, in 1996
        first = first.replace(year=first.year - 1)
    return first.toordinal(), last.toordinal(), grain
