"""Quotations: where the quoted words stand, whatever the marks, also when one of a pair is missing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from kg.records import Span
from kg.zones import Zone

_OPEN = "“„«"
_CLOSE = "”»"
# A straight or single mark opens after space or bracket and closes before space or punctuation.
_MARK = re.compile(r"[“”„«»\"]|(?<![\w’'])[‘'](?=[\w“])|(?<=[\w.,!?…;:—–-])[’'](?![\w])")


@dataclass(frozen=True)
class Quote:
    """Quoted words without their outer marks; ``closed`` is False where the closing mark is missing."""

    span: Span
    closed: bool
    paragraph: int


def quoted(starts: Sequence[int], quotes: Sequence[Quote]) -> list[bool]:
    """Say of each token, by the place where it starts (rising), whether it stands in a quotation."""
    found = [False] * len(starts)
    for quote in quotes:
        for i in range(bisect_left(starts, quote.span.start), bisect_left(starts, quote.span.end)):
            found[i] = True
    return found


def find_quotes(text: str, paragraphs: tuple[Zone, ...]) -> tuple[Quote, ...]:
    """Return the quotations of the paragraphs, sorted.

    An opening mark without a close runs to the paragraph's end (the way newspapers quote over several paragraphs);
    a close without an opening is passed over, since where the words begin is not known. Single marks count only
    in texts that do not use double ones, and only for stretches of two words or more.
    """
    found: list[Quote] = []
    single = not any(mark in text for mark in '“”"«»')
    for number, zone in enumerate(paragraphs):
        found.extend(_in_paragraph(text, zone.span, number, single=single))
    return tuple(found)


def _in_paragraph(text: str, span: Span, number: int, *, single: bool) -> list[Quote]:
    found: list[Quote] = []
    opened: int | None = None
    mark_open = ""
    for match in _MARK.finditer(text, span.start, span.end):
        mark = match.group()
        at = match.start()
        if mark in "‘’'":
            if not single:
                continue
            if (
                mark in "‘'"
                and opened is None
                and (at == span.start or not text[at - 1].isalnum())
                and at + 1 < span.end
                and text[at + 1].isalnum()
            ):
                opened, mark_open = match.end(), mark
            elif mark in "’'" and opened is not None and mark_open in "‘'":
                # An apostrophe after a plural ("the leaders' call") is no close when a later mark closes better.
                if (
                    text[at - 1] == "s"
                    and at + 1 < span.end
                    and text[at + 1] == " "
                    and text[at + 2 : at + 3].islower()
                    and re.search(r"[\w.,!?]’'?(?!\w)|[.,!?]['’]", text[at + 1 : min(span.end, at + 300)])
                ):
                    continue
                if len(text[opened:at].split()) >= 2:
                    found.append(Quote(Span(opened, at), True, number))
                opened = None
            continue
        if mark in _OPEN:
            if opened is None:
                opened, mark_open = match.end(), mark
        elif mark in _CLOSE:
            if opened is not None:
                found.append(Quote(Span(opened, at), True, number))
            opened = None
        elif opened is None:
            opened, mark_open = match.end(), mark
        else:
            found.append(Quote(Span(opened, at), True, number))
            opened = None
    if opened is not None and opened < span.end:
        if mark_open == '"' and len(found) % 2 == 0 and not text[opened : opened + 1].strip():
            return found
        found.append(Quote(Span(opened, span.end), False, number))
    return [quote for quote in found if text[quote.span.start : quote.span.end].strip()]
