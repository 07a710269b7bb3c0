"""What stands above the body: headline, decks, bylines, letterheads, captions and datelines on a line of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.zones.body import Kind, heads_what_follows
from kg.zones.dateline import full_date, read_dateline, read_dateline_alone, without_dates
from kg.zones.furniture import furniture, is_boilerplate, is_byline, is_caption, is_letterhead, opens_tail
from kg.zones.lines import Paragraph

_LONGEST_HEAD = 12  # paragraphs
_CREDIT = re.compile(r"(?:by|from|posted|published|updated|last|for|issued|our)\b", re.IGNORECASE)
_NEW_SENTENCE = re.compile(r"[.!?]['\"”’]? [^\W\d_a-z]")
_NOT_WORDS = re.compile(r"[^\w\s]")


def head_kinds(text: str, parts: Sequence[Paragraph], title: str | None) -> list[Kind]:
    """Return the kinds of the paragraphs above the body; the body starts with the first one that is not listed.

    ``title`` is the metadata's. It picks the headline out of a letterhead's lines, whatever its case, marks and
    the site's name behind it; without it the headline is the first line that is neither letterhead nor byline.
    """
    top = _headline(text, parts[:_LONGEST_HEAD], title)
    kinds: list[Kind] = []
    for number in range(min(len(parts), _LONGEST_HEAD)):
        kind: Kind | None = "headline"
        if number != top:
            above = top is not None and number < top
            kind = _kind(text, parts, number) if not above else "tail" if _is_own(parts[number]) else "byline"
        if kind is None:
            break
        kinds.append(kind)
    return kinds


def is_dated_line(part: Paragraph) -> bool:
    """Tell whether a line is a date, alone or with a name or an hour: "Vera Anders May 3, 2012"."""
    if len(part.plain) > 120 or not full_date(part.plain):
        return False
    rest = _NOT_WORDS.sub(" ", without_dates(part.plain)).split()
    return not rest or (len(rest) <= 6 and part.closed_by != "." and not any(word.islower() for word in rest[:2]))


def _headline(text: str, parts: Sequence[Paragraph], title: str | None) -> int | None:
    if title:
        same = next((number for number, part in enumerate(parts) if _same(title, part.plain)), None)
        if same is not None:
            return same
    issued = None
    for number, part in enumerate(parts):
        if _is_issued(part):
            issued = number if issued is None and _may_be_headline(part) else issued
        elif _is_own(part):
            continue
        elif len(parts) == 1 or _is_prose(text, part, first=number == 0) or is_caption(part.plain):
            return issued
        else:
            return number
    return issued


def _may_be_headline(part: Paragraph) -> bool:
    """Tell whether a line that looks issued is a headline if there is no other: "Kremlin Opens Paris Bureau"."""
    return part.words >= (6 if is_letterhead(part.plain) else 4) and not _CREDIT.match(part.plain)


def _kind(text: str, parts: Sequence[Paragraph], number: int) -> Kind | None:
    """Return what a paragraph below the headline is, None if the body starts with it."""
    part = parts[number]
    if is_caption(part.plain):
        return "caption"
    if is_letterhead(part.plain) or is_byline(part.plain):
        return "dateline" if _is_dateline_alone(text, part) and full_date(part.plain) else "byline"
    if _is_own(part):
        return "tail"
    if _is_dateline_alone(text, part):
        bare = part.plain.isupper() and not part.closed_by and not full_date(part.plain)
        if not bare or (number + 1 < len(parts) and _is_prose(text, parts[number + 1])):
            return "dateline"
    if is_dated_line(part) and not _is_programme(parts):
        return "byline"
    if part.mark or _is_prose(text, part) or number + 1 == len(parts) or heads_what_follows(parts, number):
        return None
    if _is_name(part.plain):
        return "byline"
    return "deck" if part.words <= 30 and part.closed_by != ":" else None


def _is_issued(part: Paragraph) -> bool:
    """Tell whether a line says who wrote or issued the text, or when."""
    return is_letterhead(part.plain) or is_byline(part.plain) or is_dated_line(part)


def _is_own(part: Paragraph) -> bool:
    """Tell whether a line is the page's own."""
    return opens_tail(part.plain) or is_boilerplate(part.plain)


def _is_dateline_alone(text: str, part: Paragraph) -> bool:
    return part.mark is None and read_dateline_alone(text, part.span) is not None


def _is_programme(parts: Sequence[Paragraph]) -> bool:
    """Tell whether dates head the text's parts, as in an itinerary: two or more lines that are nothing else."""
    bare = (part for part in parts if len(part.plain) <= 40 and is_dated_line(part))
    return sum(not _NOT_WORDS.sub("", without_dates(part.plain)).split() for part in bare) > 1


def _is_name(plain: str) -> bool:
    """Tell whether a line is two to five capitalised words, not shouted: an author's or a paper's name."""
    words = plain.split()
    if not 2 <= len(words) <= 5 or plain.isupper():
        return False
    return all(word[0].isupper() or word in furniture().particles for word in words)


def _is_prose(text: str, part: Paragraph, *, first: bool = False) -> bool:
    """Tell whether a paragraph is made of sentences; of a text's ``first`` one more is asked, it may be a headline."""
    words, mark = part.words, part.closed_by
    if words >= 35:
        return True
    if first and mark in tuple(".!?…") and read_dateline(text, part.span):
        return words >= 12
    if mark == ".":
        return words >= (12 if first else 5)
    if mark == ":":
        return words >= 5 and not first
    return mark in tuple("!?…") and words >= 15 and _NEW_SENTENCE.search(part.plain) is not None


def _same(title: str, plain: str) -> bool:
    one, other = (re.sub(r"[\W_]+", " ", words.casefold()).strip() for words in (title, plain))
    return one == other or (len(other) >= 20 and one.startswith(f"{other} "))
