"""What a reader sees of a text: without the characters that show nothing, and the way back to the text as given."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar

from kg.records import Span

# Marks of direction, joiners, byte order, soft hyphens: Unicode's default ignorable code points, without fillers.
UNSEEN = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_RUN = re.compile(f"[{UNSEEN}]+")
_MARK = "[\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f]"
_FLOOD = re.compile(f"({_MARK}{{3}}){_MARK}+")

T = TypeVar("T")


@dataclass(frozen=True)
class Visible:
    """The ``text`` that shows, and the stretches (start, end) of the ``given`` text that were left out of it."""

    given: str
    text: str
    cut: tuple[tuple[int, int], ...]

    @cached_property
    def _seams(self) -> tuple[list[int], list[int]]:
        """Where in the visible text something was left out, and how much up to and including there."""
        lengths = list(accumulate(end - start for start, end in self.cut))
        return [start - gone for (start, _), gone in zip(self.cut, [0, *lengths], strict=False)], [0, *lengths]

    def back(self, span: Span) -> Span:
        """Return where a span of the visible text stands in the text as given.

        What was left out inside the span is inside, what was left out at its ends is outside.
        """
        seams, gone = self._seams
        start = span.start + gone[bisect_left(seams, span.start + 1)]
        if span.end <= span.start:
            return Span(start, start)
        return Span(start, span.end + gone[bisect_left(seams, span.end)])

    def restored(self, record: T) -> T:
        """Return a frozen record, or a tuple of them, with every span in it moved to the text as given."""
        moved: T = _moved(self, record) if self.cut else record
        return moved


def visible(text: str) -> Visible:
    """Return what shows of a text.

    "Lav<U+200B>rov" is Lavrov. Where nothing else parts two characters, one of them a mark, a zero-width space
    stays as a blank: "left.<U+200B>He". Of the combining marks on a letter three stay, more than any language
    written in the Latin alphabet has, for floods of them cost as much as letters.
    """
    if text.isascii():
        return Visible(text, text, ())
    pieces: list[str] = []
    cut: list[tuple[int, int]] = []
    last = 0
    runs = [(m.start(), m.end()) for m in _RUN.finditer(text)]
    runs += [(m.end(1), m.end()) for m in _FLOOD.finditer(text)]
    for start, end in sorted(runs):
        pieces.append(text[last:start])
        if _parts(text, start, end):
            pieces.append(" ")
            start += 1
        if start < end:
            cut.append((start, end))
        last = end
    return Visible(text, "".join([*pieces, text[last:]]), tuple(cut))


def _parts(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch that does not show is all that parts two words or sentences."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if "\u200b" not in text[start:end] or not before.strip() or not after.strip():
        return False
    return not (before.isalnum() and after.isalnum())


def _moved(shown: Visible, value: Any) -> Any:
    if isinstance(value, Span):
        return shown.back(value)
    if isinstance(value, tuple):
        return tuple(_moved(shown, item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _moved(shown, old) for f in fields(value) if _holds_spans(old := getattr(value, f.name))}
        return replace(value, **changed)
    return value


def _holds_spans(value: object) -> bool:
    return isinstance(value, tuple) or is_dataclass(value)
