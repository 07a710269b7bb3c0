"""The date of each event: the one best supported by its reports, or what follows from other events of the article.

An undated article gains its days from others: an event that it tells of "today" and that another article dates says
when it was written; a day of no year gets the year; a meeting in the course of a visit is on the days of the visit.
What is found so is inferred, and the report itself keeps what its article says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kg.edtf import bounds, combine, finer
from kg.merge.days import Grain
from kg.merge.occasions import Occasion
from kg.merge.telling import Telling


@dataclass(frozen=True)
class Dated:
    """When an event was, in EDTF; ``inferred`` says that no report of it has the date in full."""

    edtf: str | None
    inferred: bool = False


def dates(occasions: Sequence[Occasion]) -> list[Dated]:
    """Return the date of each occasion, in their order."""
    found = [_supported(occasion) for occasion in occasions]
    years = _years(occasions, found)
    found = [
        dated if dated.edtf else _of_year(occasion, years) for occasion, dated in zip(occasions, found, strict=True)
    ]
    found = _of_visits(occasions, found)
    written = _written(occasions, found)
    return [dated if dated.edtf else _counted(one, written) for one, dated in zip(occasions, found, strict=True)]


def _supported(occasion: Occasion) -> Dated:
    """Return the date with which most reports agree, the most precise of these.

    Of a visit whose end alone one report knows, another's beginning makes the interval. A day of no year that falls
    among the days before another article is that day.
    """
    live = list(occasion.live())
    told = [telling for telling in live if telling.when.grain < Grain.YEARLESS and telling.when.edtf]
    recent = {telling.when.edtf for telling in told if telling.when.grain is Grain.RECENT}
    support = {
        telling.when.edtf: sum(telling.when.gap(other.when) == 0 for other in live)
        for telling in told
        if telling.when.edtf
    }
    if not support:
        return Dated(None)
    if len(recent) == len(support) and (day := _among(live)):
        return Dated(day, True)
    ranked = sorted(support, key=lambda edtf: (edtf in recent and len(recent) < len(support), -support[edtf], edtf))
    best = ranked[0]
    for edtf in ranked[1:]:
        if edtf not in recent and support[edtf] == support[best]:
            best = finer(best, edtf)
    for edtf in ranked:
        if edtf.startswith("../") and len(best) == 10 and best < edtf[3:]:
            return Dated(combine(best, edtf[3:]))
    return Dated(best)


def _among(told: Sequence[Telling]) -> str | None:
    """Return the one day among those before an article that another tells without its year, or by its weekday alone."""
    yearless = {telling.when.edtf for telling in told if telling.when.grain is Grain.YEARLESS and telling.when.edtf}
    weekdays = {telling.report.weekday for telling in told if telling.report.weekday is not None}
    for telling in told:
        if telling.when.grain is Grain.RECENT and (yearless or weekdays):
            first, last = telling.when.span
            days = [date.fromordinal(day) for day in range(first, last + 1)]
            named = [day for day in days if f"XXXX{day.isoformat()[4:]}" in yearless]
            found = named or [day for day in days if day.weekday() in weekdays]
            if len(found) == 1:
                return found[0].isoformat()
    return None


def _years(occasions: Iterable[Occasion], found: Iterable[Dated]) -> dict[str, int]:
    """Return the years of undated articles, by id, where other reports date what they tell by day or weekday alone."""
    seen: dict[str, set[int]] = defaultdict(set)
    for occasion, dated in zip(occasions, found, strict=True):
        covered = bounds(dated.edtf) if dated.edtf else None
        if covered and covered[0].year == covered[1].year:
            for telling in occasion.live():
                report = telling.report
                of_its_days = report.offset is not None or report.weekday is not None
                if telling.when.grain is Grain.YEARLESS or of_its_days:
                    seen[telling.article.id].add(covered[0].year)
    return {article: next(iter(years)) for article, years in seen.items() if len(years) == 1}


def _of_year(occasion: Occasion, years: Mapping[str, int]) -> Dated:
    """Return a day of no year in the year of its article, where that is known, else as it stands."""
    days = [(t.when.edtf, years.get(t.article.id)) for t in occasion.live() if t.when.edtf]
    for edtf, year in sorted(days, key=repr):
        if edtf and year:
            return Dated(edtf.replace("XXXX", str(year)), True)
    return Dated(next((edtf for edtf, _ in sorted(days, key=repr)), None))


def _of_visits(occasions: Sequence[Occasion], found: Sequence[Dated]) -> list[Dated]:
    """Return the dates, with those of a visit for the undated meetings that its undated article has in its course.

    These are meetings of the visitor in the same country, if the article tells of one such visit only. A single day may
    be that of the arrival: then the meeting was in its month.
    """
    visits: dict[str, list[tuple[Telling, Dated]]] = defaultdict(list)
    for occasion, dated in zip(occasions, found, strict=True):
        for telling in occasion.live():
            if telling.kind == "visit" and telling.article.published is None:
                visits[telling.article.id].append((telling, dated))
    return [
        Dated(stay, True) if dated.edtf is None and (stay := _stay(occasion, visits)) else dated
        for occasion, dated in zip(occasions, found, strict=True)
    ]


def _stay(occasion: Occasion, visits: Mapping[str, Sequence[tuple[Telling, Dated]]]) -> str | None:
    days = set()
    for telling in occasion.live():
        if telling.kind == "meeting" and telling.country:
            met = {party.key for party in telling.parties}
            stays = [
                dated
                for visit, dated in visits.get(telling.article.id, ())
                if visit.country == telling.country and met.intersection(party.key for party in visit.parties)
            ]
            if len(stays) == 1 and stays[0].edtf:
                days.add(stays[0].edtf if "/" in stays[0].edtf else stays[0].edtf[:7])
    return days.pop() if len(days) == 1 else None


def _written(occasions: Iterable[Occasion], found: Iterable[Dated]) -> dict[str, date]:
    """Return the days on which undated articles were written, by id: where an event told relative to it is dated."""
    seen: dict[str, set[date]] = defaultdict(set)
    for occasion, dated in zip(occasions, found, strict=True):
        covered = bounds(dated.edtf) if dated.edtf else None
        if covered and covered[0] == covered[1]:
            for telling in occasion.live():
                if telling.report.offset is not None:
                    seen[telling.article.id].add(covered[0] - timedelta(telling.report.offset))
    return {article: next(iter(days)) for article, days in seen.items() if len(days) == 1}


def _counted(occasion: Occasion, written: Mapping[str, date]) -> Dated:
    """Return the date of an event that an article tells relative to the day on which it was written.

    A weekday is the next one for what is planned, the last one for what has happened.
    """
    days = set()
    for telling in occasion.live():
        day, report = written.get(telling.article.id), telling.report
        if day and report.offset is not None:
            days.add(day + timedelta(report.offset))
        elif day and report.weekday is not None:
            ahead = (report.weekday - day.weekday()) % 7
            days.add(day + timedelta(ahead if report.status == "planned" else ahead - 7 if ahead else 0))
    return Dated(days.pop().isoformat(), True) if len(days) == 1 else Dated(None)
