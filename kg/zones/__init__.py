"""What each part of an article is: headline, deck, byline, dateline, caption, body, heading, or the page's own lines.

The zones follow each other in the order of the text and hold every letter and digit of it. Only the article's own
words are parsed (``paragraphs``): who wrote it, "Leave a Reply" and lists of other stories make no events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kg.records import Span
from kg.zones import turns
from kg.zones.body import Kind, body_kinds
from kg.zones.dateline import Dateline, byline_place, full_date, read_dateline, read_dateline_alone, read_sign_off
from kg.zones.head import head_kinds
from kg.zones.lines import Paragraph, split, with_mark

__all__ = ["Kind", "Zone", "Zones", "find_zones", "paragraphs"]

_PARSED = ("headline", "deck", "caption", "body", "heading")


@dataclass(frozen=True)
class Zone:
    """One part of an article.

    ``byline`` is who wrote or issued the text and when; ``tail`` is the page's own, at the end or between
    paragraphs. ``span`` starts behind ``turn``, the label of a transcript's speaker without its colon, and behind
    ``mark``, a bullet, number or clock time. In a transcript a paragraph without a label goes on with the last one.
    """

    kind: Kind
    span: Span
    turn: Span | None = None
    mark: Span | None = None


@dataclass(frozen=True)
class Zones:
    """An article's zones in order, and what its head says of time and place.

    ``byline_date`` is the date printed above the text or, failing that, below it; ``dateline_day`` the one of a
    dateline that has a year. The place is the first where a dateline has two, the region the country or state
    behind it; without a dateline it is the byline's ("Correspondent, Dhaka"). It is a place by its form only:
    a name may stand there. ``dateline_date`` covers the date as written ("Dec. 16", "Thursday").
    """

    zones: tuple[Zone, ...]
    byline_date: date | None = None
    dateline_place: str | None = None
    dateline_place_span: Span | None = None
    dateline_region_span: Span | None = None
    dateline_date: Span | None = None
    dateline_day: date | None = None


def paragraphs(zones: Zones) -> tuple[Zone, ...]:
    """Return the zones to be parsed: headline, decks, captions, headings and body."""
    return tuple(zone for zone in zones.zones if zone.kind in _PARSED)


def find_zones(text: str, *, title: str | None = None) -> Zones:
    """Return the zones of an article; ``title``, from its metadata, helps to tell the headline from a letterhead.

    Time is linear in the text. A text without a headline ("KARACHI: The envoy said …") starts with its body.
    """
    parts = split(text)
    head = head_kinds(text, parts, title)
    below = parts[len(head) :]
    labels = turns.find(text, [part.span for part in below])
    kinds = head + body_kinds(below, spoken=[label is not None for label in labels])
    foot = _sign_off(text, parts, kinds, len(head))
    lead = next((number for number, kind in enumerate(kinds) if kind == "body"), None)
    line = read_dateline(text, parts[lead].span) if lead is not None else None
    zones: list[Zone] = []
    for number, (part, kind) in enumerate(zip(parts, kinds, strict=True)):
        label = labels[number - len(head)] if number >= len(head) else None
        if kind == "headline":
            zones.append(Zone(kind, with_mark(part).span))
        elif line and number == lead and line.end < part.span.end:
            zones.append(Zone("dateline", Span(part.span.start, line.end), mark=part.mark))
            zones.append(Zone(kind, Span(line.end, part.span.end)))
        elif label and kind == "body":
            zones.append(Zone(kind, Span(label.end, part.span.end), Span(part.span.start, label.colon), part.mark))
        else:
            zones.append(Zone(kind, part.span, mark=part.mark))
    above = list(zip(parts, head, strict=False))
    return _with_place_and_time(text, tuple(zones), line, above, foot)


def _sign_off(text: str, parts: Sequence[Paragraph], kinds: list[Kind], first: int) -> date | None:
    """Mark the place and date below a document's last paragraph as datelines, and return the date."""
    last = next((number for number in range(len(kinds) - 1, first, -1) if kinds[number] != "tail"), first)
    day = None
    for number in range(last, max(first, last - 2), -1):
        found = read_sign_off(text, parts[number].span) if parts[number].mark is None else None
        if kinds[number] not in ("body", "heading") or found is None:
            break
        kinds[number] = "dateline"
        day = day or found.day
    return day


def _with_place_and_time(
    text: str, zones: tuple[Zone, ...], line: Dateline | None, above: list[tuple[Paragraph, Kind]], foot: date | None
) -> Zones:
    alone = [read_dateline_alone(text, part.span) for part, kind in above if kind == "dateline"]
    lines = [one for one in (line, *alone) if one]
    bylines = [part for part, kind in above if kind == "byline"]
    placed = next((one for one in lines if one.place), None)
    place = placed.place if placed else next(filter(None, (byline_place(text, part.span) for part in bylines)), None)
    return Zones(
        zones=zones,
        byline_date=next(filter(None, (full_date(part.plain) for part in bylines)), foot),
        dateline_place=place.of(text) if place else None,
        dateline_place_span=place,
        dateline_region_span=placed.region if placed else None,
        dateline_date=next((one.written for one in lines if one.written), None),
        dateline_day=next((one.day for one in lines if one.day), None),
    )
