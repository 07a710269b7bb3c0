"""An article's dates in the order of the text, each with the days it can mean: what its events are dated from.

What a date means depends on the day it counts from: publication, the date told before it ("the next day"), or the
year or day that the story has reached ("In March 1999 … On the 26th … that Friday"). All readings are kept; which one
an event takes is judged with the event.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from kg.dates import DateExpression, resolve
from kg.edtf import bounds
from kg.extract.candidate import Scene, meet
from kg.extract.clause import Clause, Tense
from kg.extract.words import root_of

_DATING = {"day", "weekday", "relative", "range", "season", "month", "year", "holiday", "anaphoric"}
_OPEN = "XXXX"
# Sentences back in which the day that "the next day" counts from is looked for.
_REACH = 8
# Years in which each date falls on each weekday; the latest first.
_CYCLE = range(2025, 1997, -1)
_YEAR = re.compile(r"\b\d{4}(?=-[01]\d)")
_EVENTS = (
    "visit.arrive", "visit.go", "visit.stay", "visit.host", "visit.pay", "visit.noun", "meeting.verb",
    "meeting.receive", "meeting.call", "meeting.hold", "meeting.noun", "meeting.phone", "meeting.video",
)  # fmt: skip
READINGS = ("told", "turned", "year", "story", "earlier", "coarse", "end", "eve")


@dataclass(frozen=True)
class Moment:
    """A date expression at its token: ``readings`` are the EDTF dates it can mean, each with how it is read.

    ``inside`` is False for a date of a dateline or byline, which stands before its token; ``heading`` holds for one
    that opens a paragraph or stands in a heading, as in chronologies. ``cues`` are the sentence's words for visits and
    meetings, the nearest in the parse first.
    """

    at: int
    sentence: int
    expression: DateExpression
    clause: Clause
    inside: bool
    heading: bool
    cues: tuple[int, ...]
    past: tuple[tuple[str, str], ...]
    future: tuple[tuple[str, str], ...]

    def readings(self, tense: Tense) -> tuple[tuple[str, str], ...]:
        """Return (EDTF, how it is read) for an event of a tense; the first is the plainest."""
        return self.future if tense == "future" else self.past

    @property
    def plain(self) -> str | None:
        """The date by the tense of its own clause."""
        found = self.readings(self.clause.tense)
        return found[0][0] if found and found[0][1] == "told" else None


@dataclass(frozen=True)
class Timeline:
    """The moments of an article, those of each sentence, how often each date is meant, and where paragraphs begin.

    ``places`` and ``people`` are the dated sentences that name a country or an entity.
    ``anchor`` is the day that the text counts from: publication, else the first full date, else the dateline's in a
    year that gives it the lead's weekday; ``yearless`` says that this year stands for any.
    """

    moments: tuple[Moment, ...]
    of_sentence: tuple[tuple[int, ...], ...]
    counts: Counter[str]
    paragraph: tuple[int, ...]
    lead: str | None
    heading: tuple[int | None, ...]
    tenses: tuple[Tense, ...]
    anchor: date | None
    yearless: bool
    at: tuple[int, ...]
    places: dict[str | None, set[int]]
    people: dict[int, set[int]]

    def dated(self, value: str) -> str:
        """Return a date with the year that the article's own days have, where the text names none."""
        return value.replace(_OPEN, str(self.anchor.year)) if self.yearless and self.anchor else value

    def before(self, token: int) -> Iterator[Moment]:
        """Yield the moments before a token, the nearest first."""
        for n in range(bisect_left(self.at, token) - 1, -1, -1):
            yield self.moments[n]

    def between(self, first: int, last: int) -> int:
        """Return how many moments stand between two tokens."""
        return max(0, bisect_left(self.at, last) - bisect_right(self.at, first))


def timeline(scene: Scene) -> Timeline:
    """Return a scene's timeline, made once."""
    if scene.timeline is None:
        scene.timeline = _timeline(scene)
    found: Timeline = scene.timeline  # type: ignore[assignment]
    return found


def _timeline(scene: Scene) -> Timeline:
    moments: list[Moment] = []
    of_sentence: list[tuple[int, ...]] = []
    paragraph: list[int] = []
    headings: list[int | None] = []
    section: int | None = None
    years = _years(scene)
    anchor, yearless = _anchor(scene)
    for number, (start, _) in enumerate(scene.sents):
        mine = []
        paragraph.append(scene.parsed.zone_of[start])
        zone = scene.zone(start)
        opens = number == 0 or paragraph[-2] != paragraph[-1]
        if zone == "heading" and opens:
            section = None
        for at, expression in scene.dates_in[number]:
            if expression.kind not in _DATING:
                continue
            inside = scene.parsed.starts[at] < expression.span.end
            heading = inside and (zone == "heading" or (opens and at - start <= 1 and number > 0))
            moments.append(_moment(scene, anchor, moments, number, at, expression, inside, heading, years))
            mine.append(len(moments) - 1)
            if heading:
                section = len(moments) - 1
        of_sentence.append(tuple(mine))
        headings.append(section)
    places: dict[str | None, set[int]] = defaultdict(set)
    people: dict[int, set[int]] = defaultdict(set)
    for number in {m.sentence for m in moments}:
        for place in scene.places_in[number]:
            places[place.country].add(number)
        for entity in {e for mention in scene.mentions_in[number] for e in mention.entities}:
            people[entity].add(number)
    if yearless:
        moments = [replace(m, past=_without_year(m, m.past), future=_without_year(m, m.future)) for m in moments]
    tenses = tuple(scene.clause(root_of(scene.doc[start:stop])).tense for start, stop in scene.sents)
    counts = Counter(m.plain for m in moments if m.plain)
    lead = next(
        (m.plain for m in moments if m.inside and m.plain and m.clause.tense != "future" and _exact(m.plain)), None
    )
    return Timeline(
        moments=tuple(moments),
        of_sentence=tuple(of_sentence),
        counts=counts,
        paragraph=tuple(paragraph),
        lead=lead,
        heading=tuple(headings),
        tenses=tenses,
        anchor=anchor,
        yearless=yearless,
        at=tuple(m.at for m in moments),
        places=places,
        people=people,
    )


def _exact(value: str) -> bool:
    return len(value.partition("/")[0]) == len("2022-05-18")


def _years(scene: Scene) -> list[tuple[int, int]]:
    """Return the years that the text names in figures, with their tokens."""
    found = []
    for number in range(len(scene.sents)):
        for at, expression in scene.dates_in[number]:
            for one in (expression, expression.first, expression.last):
                if one is not None and one.year is not None and one.kind != "decade":
                    found.append((at, one.year))
                    break
    return found


def _anchor(scene: Scene) -> tuple[date | None, bool]:
    """Return the day that the article counts from, and whether only its day and month are known."""
    if scene.published is not None:
        return scene.published, False
    days = [(n, e) for n, dates in enumerate(scene.dates_in) for _, e in dates if e.kind == "day" and e.month and e.day]
    full = next((e for _, e in days if e.year is not None), None)
    if full is not None and full.year and full.month and full.day:
        return date(full.year, full.month, full.day), False
    number, first = days[0] if days else (9, None)
    if first is None or number > 2 or not first.month or not first.day:
        return None, False
    weekday = first.weekday
    if weekday is None:
        # A wire's lead tells of the day of its dateline: "JUBA, May 6 -- Ban Ki-moon flew in on Tuesday".
        told = [
            e.weekday
            for dates in scene.dates_in[:4]
            for at, e in dates
            if e.kind == "weekday" and e.which is None and scene.clause(scene.doc[at]).tense == "past"
        ]
        weekday = told[0] if told else None
    years = [y for y in _CYCLE if (first.month, first.day) != (2, 29) or y % 4 == 0]
    fitting = [y for y in years if weekday is None or date(y, first.month, first.day).weekday() == weekday]
    if weekday is None or not fitting:
        return None, False
    return date(fitting[0], first.month, first.day), True


def _without_year(moment: Moment, readings: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    one = moment.expression
    if any(e is not None and e.year is not None for e in (one, one.first, one.last)) or one.unit == "year":
        return tuple((v, how) for v, how in readings if how != "year") if one.unit != "year" else ()
    return tuple((_YEAR.sub(_OPEN, value), how) for value, how in readings if how != "year")


def _moment(
    scene: Scene,
    anchor: date | None,
    before: list[Moment],
    number: int,
    at: int,
    expression: DateExpression,
    inside: bool,
    heading: bool,
    years: list[tuple[int, int]],
) -> Moment:
    clause = scene.clause(scene.doc[at])
    earlier = [m for m in before[-4:] if number - m.sentence <= _REACH]
    year = years[n - 1][1] if (n := bisect_left(years, (at, 0))) else None
    sides = []
    sides_of: tuple[tuple[Tense, Tense], ...] = (("past", "future"), ("future", "past"))
    for tense, other in sides_of:
        found: dict[str, str] = {}

        def take(value: str | None, how: str, found: dict[str, str] = found) -> None:
            if value is not None:
                found.setdefault(value, how)

        nearest = next(
            (p for m in reversed(earlier) if m.expression.kind != "anaphoric" and (p := _first(m)) and len(p) >= 7),
            None,
        )
        told = resolve(expression, anchor=anchor, tense=tense, reference=nearest)
        take(told, "told")
        take(resolve(expression, anchor=anchor, tense=other, reference=nearest), "turned")
        if expression.year is None and year is not None and expression.kind in {"day", "month", "range", "holiday"}:
            for value in list(found):
                if value.startswith(_OPEN) or value[:4] != f"{year:04}":
                    take(_in_year(value, year), "year")
                    break
        if expression.kind in {"weekday", "day", "anaphoric", "month", "relative", "holiday"}:
            for back, m in enumerate(reversed(earlier)):
                base = _first(m)
                if base is None or (back == 0 and base == nearest and expression.kind == "anaphoric"):
                    continue
                if expression.kind == "anaphoric":
                    take(resolve(expression, anchor=anchor, tense=tense, reference=base), "earlier")
                elif expression.kind == "relative" and expression.unit not in {"month", "year"}:
                    continue
                elif _exact(base) and expression.which is None and back == 0 and base[:4].isdigit():
                    take(resolve(expression, anchor=base.partition("/")[0], tense="future", reference=None), "story")
        sides.append(tuple(found.items()))
    return Moment(at, number, expression, clause, inside, heading, _cues(scene, number, at), sides[0], sides[1])


def _cues(scene: Scene, number: int, at: int) -> tuple[int, ...]:
    token = scene.doc[at]
    far = {t.i: sum(meet(t, token)[1:]) for t in scene.listed(number, _EVENTS)}
    return tuple(sorted(far, key=lambda i: (far[i], abs(i - at), i)))


def _first(moment: Moment) -> str | None:
    found = moment.readings(moment.clause.tense)
    years = [value for value, how in found if how == "year"]
    return next(iter(years or [value for value, _ in found]), None)


def _in_year(value: str, year: int) -> str | None:
    """Return a date in another year, None where that has no such day."""
    parts = [f"{year:04}{part[4:]}" for part in value.split("/")]
    whole = "/".join(parts)
    return whole if bounds(whole) else None


def widened(value: str) -> str | None:
    """Return the month of a day or of a stretch within one: what is left when the day is not this event's."""
    first = value.partition("/")[0]
    return first[:7] if len(first) == 10 else None
