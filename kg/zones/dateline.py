"""Datelines and the dates above an article: "KINGSTON, Jamaica, March 15 (Agency) - ", "Bonn, 4 May 2010"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kg.records import Span
from kg.zones.furniture import furniture

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b\.?"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NUMERIC = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b"
_WORDED = rf"(?:{_WEEKDAY},? )?(?:{_MONTH} {_DAY}\b|{_DAY} {_MONTH})(?:,? \d{{4}}\b)?"
_DATE = rf"(?i:{_NUMERIC}|{_WORDED}|{_WEEKDAY})"

_FULL = re.compile(
    rf"(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? (?P<month2>{_MONTH}),? (?P<year2>\d{{4}})\b"
    r"|\b(?P<year3>\d{4})[-/.](?P<month3>\d{1,2})[-/.](?P<day3>\d{1,2})\b"
    r"|\b(?P<day4>\d{1,2})[-/.](?P<month4>\d{1,2})[-/.](?P<year4>\d{4})\b",
    re.IGNORECASE,
)

_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_PLACE = rf"{_WORD}(?: {_WORD}){{0,4}}"
_JOINT = rf"{_PLACE}(?:\s?/\s?{_PLACE}){{0,3}}"
_HEAD = re.compile(
    rf"(?P<places>{_JOINT})(?:(?:, | \[)(?P<region>{_PLACE})\]?)?(?:,? \(?(?P<date>{_DATE})\)?)?"
    r"(?: ?\((?P<agency>[^()]{1,40})\))?"
    r"(?P<close> ?:| +-{1,2}| ?[–—]|(?(date)\.|(?!)))(?= |$)"
)
_DAY_HEAD = re.compile(
    rf"(?:\((?P<day>{_DATE})\)|(?P<date>{_DATE}) ?\([^()]{{1,40}}\))(?P<close> +-{{1,2}}| ?[–—]| ?:)(?= |$)"
)
_ALONE = re.compile(rf"(?P<places>{_JOINT})(?:, (?P<region>{_PLACE}))?,(?: [^,]{{1,30}} /)? (?P<date>{_DATE})$")
_ALONE_LAST = re.compile(rf"(?P<date>{_DATE})(?: ?[–—,]| -) (?P<places>{_JOINT})$")
_ALONE_PUBLISHED = re.compile(
    rf"(?P<places>{_JOINT})(?: ?[–—|]| -) "
    rf"(?i:(?:last |first )?(?:published|updated|posted)(?: on)?:?) (?P<date>{_DATE})"
)
_BYLINE_PLACE = re.compile(
    rf"(?:.{{0,60}}\b(?:correspondents?|reporters?|bureau|desk|editor)|by {_WORD}(?: {_WORD}){{0,3}})"
    rf"(?:,| in) (?P<places>{_PLACE})"
    rf"|(?P<places2>{_PLACE}) ?[–—-] agencies$",
    re.IGNORECASE,
)
_CALENDAR = re.compile(rf"(?i:{_WEEKDAY}|{_MONTH})")
_NOT_WORDS = re.compile(r"[^\w\s]")
_REACH = 120  # characters in which a dateline ends


@dataclass(frozen=True)
class Dateline:
    """Where and when an article was filed; ``end`` is the offset at which the sentence behind it starts.

    ``place`` is the first of the places, ``region`` the country or state behind it. ``day`` is set when the
    date has a year.
    """

    end: int
    place: Span | None = None
    region: Span | None = None
    written: Span | None = None
    day: date | None = None


def full_date(line: str) -> date | None:
    """Return the first date in ``line`` that has day, month and year; None where there is none.

    "03/04/2023" is read only when one of the two numbers cannot be a month: "23/01/2023" is 23 January.
    """
    for match in _FULL.finditer(line[:250]):
        found = _read(match)
        if found:
            return found
    return None


def without_dates(line: str) -> str:
    """Return ``line`` with its full dates, weekdays and clock times taken out."""
    rest = re.sub(rf"(?i:{_WEEKDAY})", " ", _FULL.sub(" ", line[:250]))
    return re.sub(r"\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\.?)?(?:\s?[A-Z]{2,4}\b)?", " ", rest, flags=re.IGNORECASE)


def read_dateline(text: str, span: Span, *, first: bool = True) -> Dateline | None:
    """Return the dateline that opens the paragraph at ``span``, None if it opens with a sentence.

    "KARACHI: The envoy said" and "Yerevan — There were" are datelines, "He — and this was new — said" is not.
    Without a date or an agency a dateline is believed only at the head of the text (``first``).
    """
    line = _flat(text, span)
    match = _HEAD.match(line)
    if match and _is_dateline(match, line, first=first):
        return _dateline(match, span.start, _next_word(line, match.end(), span))
    match = _DAY_HEAD.match(line)
    if match:
        return _dateline(match, span.start, _next_word(line, match.end(), span))
    return None


def read_dateline_alone(text: str, span: Span) -> Dateline | None:
    """Return the dateline that fills the paragraph at ``span``: "ISLAMABAD:", "Bonn, 4 May 2010", "OSLO"."""
    if span.end - span.start > 90:
        return None
    line = _flat(text, span)
    match = _ALONE.match(line) or _ALONE_LAST.match(line) or _ALONE_PUBLISHED.match(line)
    if match and _is_name(match["places"]):
        return _dateline(match, span.start, span.end)
    match = _HEAD.match(line)
    if match and match.end() == len(line) and _is_dateline(match, line, first=True):
        return _dateline(match, span.start, span.end)
    if len(line.split()) <= 3 and line.isupper() and len(line) >= 4 and re.fullmatch(_JOINT, line) and _is_name(line):
        return Dateline(span.end, place=Span(span.start, span.end))
    return None


def read_sign_off(text: str, span: Span) -> Dateline | None:
    """Return the place or date that a document ends with, None if the paragraph at ``span`` is neither.

    Ministries sign "New Delhi" and, on a line below, "3 July 2015". A place is one to three capitalised words.
    """
    if span.end - span.start > 60:
        return None
    line = _flat(text, span)
    day = full_date(line)
    if day and not _NOT_WORDS.sub("", without_dates(line)).strip():
        return Dateline(span.end, written=span, day=day)
    found = read_dateline_alone(text, span)
    if found:
        return found
    if len(line.split()) <= 3 and re.fullmatch(_PLACE, line) and line[-1] != "." and _is_name(line):
        return Dateline(span.end, place=span)
    return None


def byline_place(text: str, span: Span) -> Span | None:
    """Return the place that a byline ends with: "Diplomatic Correspondent, Dhaka", "By Ann Beck in Oslo"."""
    match = _BYLINE_PLACE.match(_flat(text, span))
    if match is None:
        return None
    group = "places" if match["places"] else "places2"
    name = match[group].split(" and ")[0]
    start = span.start + match.start(group)
    return Span(start, start + len(name)) if _is_name(name) else None


def _flat(text: str, span: Span) -> str:
    """Return the paragraph's beginning, every blank a plain one, each character where it was."""
    return re.sub(r"\s", " ", text[span.start : min(span.end, span.start + _REACH)])


def _next_word(line: str, at: int, span: Span) -> int:
    while at < len(line) and line[at] == " ":
        at += 1
    return span.start + at


def _is_dateline(match: re.Match[str], line: str, *, first: bool) -> bool:
    places = match["places"]
    if not _is_name(places):
        return False
    if match["date"] or match["agency"]:
        bare = match["close"] == "." or not match["date"] or _CALENDAR.fullmatch(match["date"])
        return places.isupper() or not bare
    behind = line[match.end() :].lstrip()
    if not first or match["close"] == "." or (behind and behind[0].islower()):
        return False
    if places.isupper():
        return len(places) >= 4
    return len(places.split()) <= 3


def _is_name(places: str) -> bool:
    words = re.split(r"[ /]+", places)
    if places.casefold() in furniture().rubrics or len(words[0]) < 3:
        return False
    if (
        _CALENDAR.fullmatch(words[0])
        or words[0].rstrip(".").casefold() in furniture().turn_titles
        or places.casefold() in furniture().turns
    ):
        return False
    return (
        words[0][0].isupper()
        and words[-1][:1].isupper()
        and all(word[0].isupper() or word.casefold() in furniture().particles for word in words if word)
    )


def _dateline(match: re.Match[str], start: int, end: int) -> Dateline:
    groups = match.groupdict()
    written = "day" if groups.get("day") else "date"
    place = None
    if groups.get("places"):
        name = re.split(r"\s?/", groups["places"])[0].rstrip()
        place = Span(start + match.start("places"), start + match.start("places") + len(name))
    return Dateline(
        end,
        place=place,
        region=Span(start + match.start("region"), start + match.end("region")) if groups.get("region") else None,
        written=Span(start + match.start(written), start + match.end(written)) if groups.get(written) else None,
        day=full_date(groups[written]) if groups.get(written) else None,
    )


def _read(match: re.Match[str]) -> date | None:
    if match["month"]:
        return _day(match["year"], _month(match["month"]), match["day"])
    if match["month2"]:
        return _day(match["year2"], _month(match["month2"]), match["day2"])
    if match["year3"]:
        return _day(match["year3"], int(match["month3"]), match["day3"])
    one, two = int(match["day4"]), int(match["month4"])
    if one != two and one <= 12 and two <= 12:
        return None
    return _day(match["year4"], two, str(one)) if two <= 12 else _day(match["year4"], one, str(two))


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
