"""The paragraphs below the head: body, headings, captions, and the page's own lines at the end or in between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from kg.zones.furniture import is_boilerplate, is_caption, opens_tail
from kg.zones.lines import Paragraph

Kind = Literal["headline", "deck", "byline", "dateline", "caption", "body", "heading", "tail"]

_FIGURES = re.compile(r"[\d\s:.,/–—-]+(?:[ap]\.?m\.?|[A-Z]{2,4})?")
_FIELD = re.compile(
    r"(?:date|time|venue|place|when|where|subject|topic|present|purpose|participants) ?:", re.IGNORECASE
)


def body_kinds(parts: Sequence[Paragraph], *, spoken: Sequence[bool]) -> list[Kind]:
    """Return the kind of each paragraph from the first of the body on; ``spoken`` marks a transcript's turns.

    The tail begins at a line of the page's own below which no sentence of the article comes, or at one that
    opens comments or a list of stories ("Most Read") when most of the article lies above it. Elsewhere such a
    line is a ``tail`` of its own, with the titles directly below it, and the body goes on.
    """
    own = [
        not turn and (opens_tail(part.plain) or is_boilerplate(part.plain))
        for part, turn in zip(parts, spoken, strict=True)
    ]
    told = [0 if mine or not is_told(part) else part.words for part, mine in zip(parts, own, strict=True)]
    above, below = 0, sum(told)
    kinds: list[Kind] = []
    for number, part in enumerate(parts):
        below -= told[number]
        if own[number] and (not below or (opens_tail(part.plain) and above >= below)):
            return kinds + ["tail"] * (len(parts) - number)
        if own[number] or (kinds and kinds[-1] == "tail" and _hangs_on(parts, number)):
            kinds.append("tail")
        elif is_caption(part.plain):
            kinds.append("caption")
        elif not spoken[number] and is_heading(parts, number):
            kinds.append("heading")
        else:
            kinds.append("body")
        above += told[number]
    return kinds


def is_told(part: Paragraph) -> bool:
    """Tell whether a paragraph is a sentence of the article rather than the title of another one."""
    return part.words >= 4 and (part.closed_by == "." or part.words >= 30)


def is_heading(parts: Sequence[Paragraph], number: int) -> bool:
    """Tell whether a short line heads the paragraph below it: "15:08 GMT", "And China?", "BACKGROUND"."""
    part = parts[number]
    if _FIGURES.fullmatch(part.plain) or heads_what_follows(parts, number):
        return True
    if number + 1 == len(parts) or not _may_head(part) or part.mark:
        return False
    return (part.plain.isupper() and part.words <= 8) or part.words <= 4


def heads_what_follows(parts: Sequence[Paragraph], number: int) -> bool:
    """Tell whether a line is surely a heading: a question, or a line right on top of a paragraph."""
    part = parts[number]
    if _FIGURES.fullmatch(part.plain):
        return True
    if number + 1 == len(parts) or not _may_head(part):
        return False
    below = parts[number + 1]
    if below.block == part.block and not below.clock and (part.clock or below.words >= 12 or is_told(below)):
        return part.clock or below.mark is None
    return part.closed_by == "?" and below.words >= 5


def _may_head(part: Paragraph) -> bool:
    if part.words > 14 or part.closed_by in tuple(".:;,!…") or _FIELD.match(part.plain):
        return False
    bullet = part.mark is not None and part.mark.end - part.mark.start == 1
    return not bullet and (part.clock or part.plain[:1] not in tuple("\"“‘'"))


def _hangs_on(parts: Sequence[Paragraph], number: int) -> bool:
    """Tell whether a line directly below the page's own is one of a list of stories."""
    return parts[number].block == parts[number - 1].block and not is_told(parts[number])
