"""Find the expressions of date and duration in English news, by a grammar that is data (``kg/data/dates.toml``).

The text is cut into words, each word belongs to one class, and every form of the grammar is a regular
expression over the string of classes. No form repeats anything without limit, so the time grows with the
text's length alone. What an expression means is left to :func:`kg.dates.resolve`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from kg.grammar import Form, Kind, Word, grammar, words_of
from kg.records import Span


@dataclass(frozen=True)
class DateExpression:
    """A date as the text words it: read, but not yet placed on the calendar.

    Which fields are set depends on ``kind``; :func:`kg.dates.resolve` is their reader.

    ``year``, ``month``, ``day``, ``weekday`` (Monday is 0) and ``season`` (EDTF's 21 to 24) are what is named.
    ``which`` is -1, 0 or 1 for "last", "this", "next" before a unit, a weekday or "year", and 2 for "after next";
    ``determiner`` is the same before a month or season ("last September"), ``weeks`` before a week ("Monday of
    last week"); ``shift`` are days to add ("Monday week"). ``count`` and ``unit`` measure a distance, negative
    into the past; ``vague`` says that it has no number. ``ahead`` marks what can only lie ahead ("in three days").
    ``bearing`` is since, from, until, by, before or after where such a word stands before the expression, which
    then bounds and does not date; else "on". ``first`` and ``last`` are the ends of a range; ``first`` alone is
    what an anaphoric expression counts from ("two days after Christmas Day").
    """

    span: Span
    kind: Kind
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    season: int | None = None
    which: int | None = None
    determiner: int | None = None
    weeks: int | None = None
    shift: int = 0
    count: int | None = None
    unit: str | None = None
    vague: bool = False
    ahead: bool = False
    bearing: str = "on"
    first: DateExpression | None = None
    last: DateExpression | None = None


class Duration(NamedTuple):
    """How long something takes, in days: 3 for "a three-day visit"."""

    span: Span
    days: int


class _Found(NamedTuple):
    """A form that words ``start`` to ``end`` have, and the values that it captures."""

    form: Form
    values: dict[str, Any]
    start: int
    end: int


class _Match(NamedTuple):
    """The expression that words ``start`` to ``end`` are, None where they only look like one."""

    start: int
    end: int
    expression: DateExpression | None


_BEARINGS = {"since": "since", "from": "from", "by": "by", "before": "before", "after": "after"}
_BEARINGS |= dict.fromkeys(("until", "till", "through"), "until")
_FIELDS = ("year", "month", "day", "weekday", "season", "which", "determiner", "weeks", "shift", "count", "unit")
# Counting occasions, not dating one: "the first visit in ten days", "twice in three weeks".
_OCCASIONS = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|\w+th|once|twice|thrice|times?|only|most|\w+est)\b[^.;:!?]*$"
)
_CLAUSE = 120
# No form has more words than this on either side of the one that makes it a date.
_REACH = 9
_LEAP = 2000
_DAYS = {"day": 1, "week": 7, "fortnight": 14}


def find_dates(text: str) -> tuple[DateExpression, ...]:
    """Return the date expressions of a text in order of place, none within or across another.

    The longest reading wins: "Monday of last week" is one expression. Prepositions stay outside the span
    (``bearing`` keeps those that matter). Clock times are found too, as kind "clock", so that nobody takes
    their digits for a year. A bare May or March, a spring, a number of four digits count only where the words
    around leave no doubt; a year that qualifies a noun ("the 2015 deal") dates no event and is left out.

    ``find_dates("He will visit Moscow on 29-30 January")`` finds the range "29-30 January".
    """
    words = words_of(text)
    possible = [found for found in _search(words, grammar().forms) if _possible(found, text, words)]
    matches = [_Match(found.start, found.end, _expression(found, words)) for found in _longest(possible)]
    return tuple(_joined(words, [match for match in matches if match.expression]))


def find_durations(text: str) -> tuple[Duration, ...]:
    """Return how long things take, where the text counts days, weeks or fortnights: "a three-day visit", "for a week".

    Distances ("two days ago", "two days later") and ages ("three-day-old") are no durations.
    """
    words = words_of(text)
    found = {
        Span(words[start].start, words[end - 1].end): values["count"] * _DAYS[values["unit"].removesuffix("s")]
        for _, values, start, end in _search(words, grammar().durations)
    }
    return tuple(Duration(span, days) for span, days in sorted(found.items()))


def _search(words: Sequence[Word], forms: Mapping[str, Sequence[Form]]) -> Iterator[_Found]:
    """Yield where forms match, once each, in their order of preference."""
    signs = "".join([word.token.sign for word in words])
    found: dict[tuple[int, int, int], _Found] = {}
    for i, sign in enumerate(signs):
        for form in forms.get(sign, ()):
            for match in form.pattern.finditer(signs, max(0, i - _REACH), i + _REACH):
                start, end = match.span("span")
                if match.start() <= i < match.end() and (form.rank, start, end) not in found:
                    values = {
                        name: words[match.start(name)].token.value for name, sign in match.groupdict().items() if sign
                    }
                    del values["span"]
                    found[form.rank, start, end] = _Found(form, form.given | values, start, end)
    return iter(found[key] for key in sorted(found))


def _possible(found: _Found, text: str, words: Sequence[Word]) -> bool:
    """Return whether what was captured fits the form's own conditions; a misfit leaves the words to other forms."""
    form, values = found.form, found.values
    if "day2" in values:
        gap: int = values["day2"] - values["day"]
        turns = "month" not in values and "which" not in values
        return gap == 1 if form.consecutive else gap > 0 or turns
    if "year2" in values:
        return _second_year(values) > int(values["year"])
    if values.get("ahead") and form.kind == "relative":
        start = words[found.start].start
        return not _OCCASIONS.search(text[max(0, start - _CLAUSE) : start].lower())
    return True


def _expression(found: _Found, words: Sequence[Word]) -> DateExpression | None:
    """Return what a form says, None where its words look like a date and are none: "30 February"."""
    form, values, start, end = found
    if words[end - 1].token.kind == "dot" and words[end - 2].token.kind != "short":
        # "Dec." is a word, "December." the end of a sentence.
        end -= 1
    plain = DateExpression(
        Span(words[start].start, words[end - 1].end),
        form.kind,
        vague=values.get("vague", False),
        ahead=values.get("ahead", False),
        bearing=_BEARINGS.get(words[start - 1].token.lower, "on") if start else "on",
    )
    if form.kind == "clock":
        return plain
    if form.kind == "range":
        return _elided_range(plain, values)
    for name in ("iso", "slash", "dotted"):
        if name in values:
            return _numeric(plain, name, values[name])
    if "feast" in values:
        month, _, day = values["feast"].partition("-")
        values |= {"month": int(month) if month else None, "day": int(day) if day else None}
    values |= {"year": values["decade"]} if "decade" in values else {}
    if "count" in values or "sign" in values:
        unit = str(values["unit"])
        values |= {"count": values.get("sign", 1) * values.get("count", 1)}
        values |= {"unit": unit if plain.vague else unit.removesuffix("s")}
    expression = replace(plain, **{name: values[name] for name in _FIELDS if name in values})
    return expression if _on_calendar(expression) else None


def _elided_range(plain: DateExpression, values: dict[str, Any]) -> DateExpression:
    """Return the range whose ends share a month or a year: "3 to 5 May", "May to July 2021", "2018-22"."""
    year, month = values.get("year"), values.get("month")
    plain = replace(plain, which=values.get("which"))
    month2 = values.get("month2", month)
    kind: Kind = "day" if "day" in values else "month" if month else "year"
    first = replace(plain, kind=kind, year=year, month=month, day=values.get("day"))
    last = replace(plain, kind=kind, year=year, month=month2, day=values.get("day2"))
    if kind == "year":
        last = replace(last, year=_second_year(values))
    elif kind == "month" and year and values["month2"] < values["month"]:
        first = replace(first, year=year - 1)
    return replace(plain, first=first, last=last)


def _second_year(values: dict[str, Any]) -> int:
    """Return the year that "22" is in "2018-22"."""
    year, end = int(values["year"]), int(values["year2"])
    return end if end >= 1000 else year - year % 100 + end


def _numeric(plain: DateExpression, layout: str, digits: str) -> DateExpression | None:
    """Return a date in figures; one that could be read both ways ("05/06/2022") has neither month nor day."""
    a, b, c = (int(part) for part in re.split(r"\D", digits))
    if layout == "iso":
        return _on_calendar(replace(plain, year=a, month=b, day=c))
    readings = {_on_calendar(replace(plain, year=c, month=b, day=a))}
    if layout == "slash":
        readings.add(_on_calendar(replace(plain, year=c, month=a, day=b)))
    possible = readings - {None}
    return possible.pop() if len(possible) == 1 else plain if possible else None


def _on_calendar(expression: DateExpression) -> DateExpression | None:
    """Return the expression unless it names a day that its month does not have."""
    year, month, day = expression.year or _LEAP, expression.month, expression.day
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= day <= (calendar.monthrange(year, month)[1] if month else 31):
        return None
    return expression


def _longest(possible: Iterable[_Found]) -> list[_Found]:
    """Return forms none of which overlap, longer ones first chosen, then those that the grammar has first."""
    chosen: list[_Found] = []
    taken: set[int] = set()
    for found in sorted(possible, key=lambda f: f.start - f.end):
        reach = range(found.start, found.end)
        if taken.isdisjoint(reach):
            taken.update(reach)
            chosen.append(found)
    return sorted(chosen, key=lambda f: f.start)


def _joined(words: Sequence[Word], found: Sequence[_Match]) -> Iterator[DateExpression]:
    """Yield the expressions with neighbours put together: "30 May" + "to" + "2 June", "two days after" + "1 May"."""
    held: _Match | None = None
    for match in found:
        whole = _join(words, held, match) if held else None
        if held and held.expression and not whole:
            yield held.expression
        held = _Match(held.start, match.end, whole) if held and whole else match
    if held and held.expression:
        yield held.expression


def _join(words: Sequence[Word], left: _Match, right: _Match) -> DateExpression | None:
    a, b = left.expression, right.expression
    if not a or not b or right.start - left.end > 1:
        return None
    span = Span(a.span.start, b.span.end)
    if right.start == left.end:
        # "two days after", "the eve of", "the week of" and then a day.
        counts = a.kind == "unresolvable" and a.unit is not None and _grain(b) == "day"
        return replace(a, span=span, kind="anaphoric", first=b) if counts else None
    between, before = words[left.end].token, words[left.start - 1].token.kind if left.start else ""
    if _grain(a) is None or _grain(a) != _grain(b):
        return None
    if between.kind == "dash":
        joined = a.kind == "day" or (a.kind == "weekday" and b.span.start - a.span.end == 1)
    elif between.kind == "and":
        joined = before == "between" or _consecutive(a, b)
    else:
        stated = before in ("from", "between") or a.kind == b.kind in ("day", "weekday")
        moved = any(word.token.kind == "moved" for word in words[max(0, left.start - 4) : left.start])
        joined = between.kind in ("to", "until") and stated and not moved
    if a.kind == b.kind == "weekday" and a.weeks is None:
        a = replace(a, weeks=b.weeks)
    return DateExpression(span, "range", bearing=a.bearing, first=a, last=b) if joined else None


def _grain(expression: DateExpression) -> str | None:
    if expression.kind in ("day", "weekday", "holiday") or (expression.kind == "relative" and expression.unit == "day"):
        return None if expression.vague else "day"
    return expression.kind if expression.kind in ("month", "season", "year") else None


def _consecutive(a: DateExpression, b: DateExpression) -> bool:
    if a.kind == b.kind == "weekday":
        return b.which is None and (b.weekday or 0) == ((a.weekday or 0) + 1) % 7
    if a.kind == b.kind == "day" and a.month == b.month:
        return (b.day or 0) - (a.day or 0) == 1
    if a.kind == b.kind == "year":
        return (b.year or 0) - (a.year or 0) == 1
    return a.kind == b.kind == "relative" and (b.count or 0) - (a.count or 0) == 1
