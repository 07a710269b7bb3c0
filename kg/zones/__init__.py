"""What each part of an article is: headline, deck, byline, dateline, caption, body, heading, or the page's own lines.

The zones follow each other in the order of the text and hold every letter and digit of it. Only the article's own
words are parsed (``paragraphs``): who wrote it, "Leave a Reply" and lists of other stories make no events.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.records import Span
from kg.zones import turns
from kg.zones.dateline import (
    Dateline,
    byline_place,
    full_date,
    read_dateline,
    read_dateline_alone,
    without_dates,
)
from kg.zones.furniture import is_boilerplate, is_byline, is_caption, is_letterhead, opens_tail
from kg.zones.lines import Paragraph, split, with_mark

__all__ = ["Kind", "Zone", "Zones", "find_zones", "paragraphs"]

Kind = Literal["headline", "deck", "byline", "dateline", "caption", "body", "heading", "tail"]
_PARSED = ("headline", "deck", "caption", "body", "heading")
_HEAD = 12  # paragraphs in which a headline, decks and bylines stand


@dataclass(frozen=True)
class Zone:
    """One part of an article.

    ``byline`` is who wrote or issued the text and when; ``tail`` is the page's own, at the end or between
    paragraphs. ``span`` starts behind ``turn``, the label of a transcript's speaker without its colon, and
    behind ``mark``, a bullet, number or clock time. A paragraph without a label may go on with the speaker before.
    """

    kind: Kind
    span: Span
    turn: Span | None = None
    mark: Span | None = None


@dataclass(frozen=True)
class Zones:
    """An article's zones in order, and what its head says of time and place.

    ``byline_date`` is the date printed above the text, ``dateline_day`` the one of a dateline that has a year.
    The place is the first where a dateline has two, the region the country or state behind it; without
    a dateline the place is the byline's ("Correspondent, Dhaka"). ``dateline_date`` covers the date as written.
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
    kinds, first = _head(text, parts, title)
    kinds += _body(parts[first:])
    line: Dateline | None = None
    if first < len(parts) and kinds[first] == "body":
        line = read_dateline(text, parts[first].span)
    labels = turns.find(text, [part.span if kind == "body" else None for part, kind in zip(parts, kinds, strict=True)])
    zones: list[Zone] = []
    for number, (part, kind, label) in enumerate(zip(parts, kinds, labels, strict=True)):
        if kind == "headline":
            zones.append(Zone(kind, with_mark(part).span))
        elif line and number == first and line.end < part.span.end:
            zones.append(Zone("dateline", Span(part.span.start, line.end), mark=part.mark))
            zones.append(Zone(kind, Span(line.end, part.span.end)))
        elif label:
            zones.append(Zone(kind, Span(label.end, part.span.end), Span(part.span.start, label.colon), part.mark))
        else:
            zones.append(Zone(kind, part.span, mark=part.mark))
    return _with_place_and_time(text, zones, line, parts, kinds)


def _with_place_and_time(
    text: str, zones: list[Zone], line: Dateline | None, parts: Sequence[Paragraph], kinds: Sequence[Kind]
) -> Zones:
    """Return the zones with the date above the text and with what its dateline says."""
    above = [(part, kind) for part, kind in zip(parts, kinds, strict=True)][:_HEAD]
    alone = [read_dateline_alone(text, part.span) for part, kind in above if kind == "dateline"]
    line = next((one for one in [line, *alone] if one and one.place), line or next(iter(alone), None))
    days = [one.day for one in [line, *alone] if one and one.day]
    bylines = [part for part, kind in above if kind == "byline"]
    printed = next((day for day in map(full_date, (part.plain for part in bylines)) if day), None)
    place = line.place if line else None
    if place is None:
        place = next((found for found in (byline_place(text, part.span) for part in bylines) if found), None)
    return Zones(
        zones=tuple(zones),
        byline_date=printed,
        dateline_place=place.of(text) if place else None,
        dateline_place_span=place,
        dateline_region_span=line.region if line else None,
        dateline_date=next((one.written for one in [line, *alone] if one and one.written), None),
        dateline_day=days[0] if days else None,
    )


def _head(text: str, parts: Sequence[Paragraph], title: str | None) -> tuple[list[Kind], int]:
    """Return the kinds of what stands above the body, and the index of the body's first paragraph."""
    limit = min(len(parts), _HEAD)
    top = next((i for i in range(limit) if title and _same(title, parts[i].plain)), None)
    if top is None:
        top = next((i for i in range(limit) if not _is_letterhead_or_byline(parts[i])), None)
        if top is None or len(parts) == 1 or _is_prose(text, parts[top], first=True) or is_caption(parts[top].plain):
            top = None
    kinds: list[Kind] = []
    for number in range(limit):
        kind = "headline" if number == top else _head_kind(text, parts, number, top)
        if kind is None:
            break
        kinds.append(kind)
    return kinds, len(kinds)


def _head_kind(text: str, parts: Sequence[Paragraph], number: int, top: int | None) -> Kind | None:
    """Return what a paragraph above the body is, None if the body starts with it."""
    part = parts[number]
    if top is not None and number < top:
        return "byline"
    if is_caption(part.plain):
        return "caption"
    if _is_letterhead_or_byline(part):
        return "byline"
    if opens_tail(part.plain) or is_boilerplate(part.plain):
        return "tail"
    if not part.mark and read_dateline_alone(text, part.span):
        return "dateline"
    if part.mark or _is_prose(text, part) or number + 1 == len(parts):
        return None
    if _is_heading(parts, number, anywhere=False):
        return "heading"
    if _is_name(part.plain):
        return "byline"
    return "deck" if part.words <= 30 and part.closed_by not in (":", ",") else None


def _is_letterhead_or_byline(part: Paragraph) -> bool:
    if part.mark and part.mark.end - part.mark.start > 2:
        return False
    if is_letterhead(part.plain) or is_byline(part.plain):
        return True
    if len(part.plain) > 120 or not full_date(part.plain):
        return False
    rest = re.sub(r"[^\w\s]", " ", without_dates(part.plain)).split()
    return not rest or (len(rest) <= 6 and part.closed_by != "." and not any(word.islower() for word in rest[:2]))


def _is_name(plain: str) -> bool:
    """Tell whether a line is two to five capitalised words, not shouted: an author's or a paper's name."""
    words = plain.split()
    return 2 <= len(words) <= 5 and not plain.isupper() and all(w[0].isupper() or w in ("of", "the", "and") for w in words)


def _is_prose(text: str, part: Paragraph, *, first: bool = False) -> bool:
    """Tell whether a paragraph is made of sentences; of a text's ``first`` one more is asked, it may be a headline."""
    words, mark = part.words, part.closed_by
    if words >= 35:
        return True
    if first and read_dateline(text, part.span):
        return words >= 12 and mark in tuple(".!?…")
    if mark == ".":
        return words >= (12 if first else 5)
    if mark == ":":
        return words >= 5 and not first
    return mark in tuple("!?…") and words >= 15 and re.search(r"[.!?]['\"”’]? [^\W\d_a-z]", part.plain) is not None


def _same(title: str, plain: str) -> bool:
    """Tell whether a line is the title of the metadata, whatever its case and marks and a site's name behind it."""
    one, other = (re.sub(r"[\W_]+", " ", words.casefold()).strip() for words in (title, plain))
    return one == other or (len(other) >= 20 and one.startswith(f"{other} "))


def _body(parts: Sequence[Paragraph]) -> list[Kind]:
    """Return the kinds of the paragraphs from the first of the body on."""
    furniture = [opens_tail(part.plain) or is_boilerplate(part.plain) for part in parts]
    told = [0 if own or not _is_told(part) else part.words for part, own in zip(parts, furniture, strict=True)]
    before, after = 0, sum(told)
    kinds: list[Kind] = []
    for number, part in enumerate(parts):
        after -= told[number]
        if furniture[number] and (not after or (opens_tail(part.plain) and before >= after)):
            return kinds + ["tail"] * (len(parts) - number)
        if furniture[number] or (kinds and kinds[-1] == "tail" and _hangs_on(parts, number)):
            kinds.append("tail")
        elif is_caption(part.plain):
            kinds.append("caption")
        elif _is_heading(parts, number):
            kinds.append("heading")
        else:
            kinds.append("body")
        before += told[number]
    return kinds


def _is_told(part: Paragraph) -> bool:
    """Tell whether a paragraph is a sentence of the article rather than the title of another one."""
    return part.words >= 4 and (part.closed_by == "." or part.words >= 30)


def _hangs_on(parts: Sequence[Paragraph], number: int) -> bool:
    """Tell whether a line directly below the page's own is one of a list of stories."""
    return parts[number].block == parts[number - 1].block and not _is_told(parts[number])


def _is_heading(parts: Sequence[Paragraph], number: int, *, anywhere: bool = True) -> bool:
    """Tell whether a short line heads the paragraph below it."""
    part = parts[number]
    plain, words = part.plain, part.words
    if re.fullmatch(r"[\d\s:.,/–—-]+(?:[ap]\.?m\.?|[A-Z]{2,4})?", plain):
        return True
    if number + 1 == len(parts) or words > 14 or part.closed_by in (".", ":", ";", ",") or plain[:1] in "\"“‘'•":
        return False
    below = parts[number + 1]
    heads_block = below.block == part.block and (below.words >= 12 or _is_told(below)) and not below.mark
    if part.closed_by == "?":
        return heads_block or below.words >= 5
    if part.mark and not heads_block:
        return False
    shouted = plain.isupper() and words <= 8
    return shouted or heads_block or (anywhere and words <= 4 and part.mark is None)
