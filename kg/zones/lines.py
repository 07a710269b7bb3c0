"""A text's paragraphs: blank lines part them, and so do single line ends unless the text is hard-wrapped.

Articles arrive with a blank line between paragraphs, with a paragraph a line, or broken at 40–75 characters
with words cut at the line's end. Where a line goes on is judged from the text itself: from small initials and
cut words, and, once these show that it is hard-wrapped, from lines so full that the next word had no room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kg.records import Span

# What no reader sees: it neither begins nor ends a paragraph. (Marks of direction, joiners, byte order.)
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"
BLANK = _UNSEEN + "".join(chr(i) for i in range(0x3001) if chr(i).isspace())
_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]*(?:\r\n?|[\n\u2028\u2029\x0b\x0c\x85]|\Z)")

_CLOSERS = "\"'”’»)]"
_BULLET = re.compile(r"(?:[•·▪◦‣●■►➤]|[*–—-]{1,2}|>{1,3})[ \t\u00a0]+(?=\S)")
_SURE_BULLET = re.compile(r"[•·▪◦‣●■►➤*>]+[ \t\u00a0]+\S")
_NUMBER = re.compile(r"\(?(?:\d{1,2}[.)]|\((?:[a-z]|[ivx]{1,4})\))[ \t\u00a0]+(?=[^\W\d_a-z]|[\"“'‘])")
_ZONES_OF_TIME = (
    "GMT|UTC|BST|CES?T|EES?T|E[SD]?T|P[SD]?T|C[SD]T|IST|PKT|MSK|AEST|JST|KST|HKT|SGT|WIB|[EWC]AT|SAST|AST|ART|BRT"
)
_CLOCK = re.compile(
    r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s?[ap]\.?m\b\.?|\s?noon)?"
    rf"(?:\s?(?:{_ZONES_OF_TIME})\b)?(?=[\s:–—-]|$)\s*(?:[:–—-]+(?=\s|$)\s*)?",
    re.IGNORECASE,
)
_SEEN = dict.fromkeys(map(ord, _UNSEEN))
_CUT = re.compile(r"(?<=[^\W\d_])-\s*[\r\n]+\s*(?=[^\W\d_])")
_ADDRESS = re.compile(r"\S+@\S+\.\w+\s*$|(?:https?:|www\.)\S+\s*$")

_SAMPLE = 320  # characters of a paragraph that are looked at to tell what it is
_WIDEST = 120  # characters of a hard-wrapped line, at most


@dataclass(frozen=True)
class Paragraph:
    """A maximal run of lines that belong together.

    ``span`` has no blanks at its ends and starts behind ``mark``, the bullet, number or clock time before it.
    ``block`` counts the stretches between blank lines. ``plain`` is its beginning on one line, cut words closed.
    """

    span: Span
    mark: Span | None
    block: int
    plain: str
    end: str

    @property
    def words(self) -> int:
        """The number of words in ``plain``."""
        return len(self.plain.split())

    @property
    def closed_by(self) -> str:
        """The mark that ends it, quotation marks and brackets aside, or an empty string."""
        last = self.end.rstrip(_CLOSERS)[-1:]
        return last if last in ".!?…:;,—–-" else ""


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    indent: int
    block: int


def split(text: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of ``text`` in order; together they hold every letter and digit of it."""
    lines = _lines(text)
    width = _wrap_width(text, lines)
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and _goes_on(text, groups[-1][-1], line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    found = [_paragraph(text, group[0].start, group[-1].end, group[0].block) for group in groups]
    return _only_repeated_clocks(text, found)


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    block, gap = 0, False
    for match in _LINE.finditer(text):
        raw = match.group()
        lead = raw.lstrip(BLANK)
        shown = lead.rstrip(BLANK)
        if not shown:
            gap = True
            continue
        if gap and found:
            block += 1
        gap = False
        start = match.start() + len(raw) - len(lead)
        found.append(_Line(start, start + len(shown), len(raw) - len(lead), block))
    return found


def _wrap_width(text: str, lines: list[_Line]) -> int | None:
    """Return the width in characters at which the text is hard-wrapped, None if it is not."""
    shouted = not any(char.islower() for char in text[:5000])
    sure = []
    for line, below in zip(lines, lines[1:], strict=False):
        length = line.end - line.start
        if line.block != below.block or length > _WIDEST or _closed(text, line):
            continue
        if _low(text, below) or text[line.end - 1] == "-" or (shouted and length >= 40):
            sure.append(length)
    if len(sure) < 3:
        return None
    return sorted(sure)[len(sure) * 9 // 10]


def _goes_on(text: str, line: _Line, below: _Line, width: int | None) -> bool:
    """Tell whether ``below`` continues the paragraph that ``line`` belongs to."""
    if line.block != below.block or _SURE_BULLET.match(text, below.start, below.end):
        return False
    tail = text[max(line.start, line.end - 2) : line.end]
    if len(tail) == 2 and tail[1] == "-" and tail[0].isalpha() and text[below.start].isalpha():
        return True
    if _ADDRESS.match(text, below.start, below.end) or _ADDRESS.match(text, line.start, line.end):
        return False
    closed = _closed(text, line)
    if _low(text, below) and (not closed or width is not None):
        return True
    if width is None or below.indent > line.indent + 1:
        return False
    if closed and _mark(text, below.start, below.end):
        return False
    length = line.end - line.start
    first = re.compile(r"\S+").match(text, below.start, below.end)
    room = length + 1 + (first.end() - first.start() if first else 0)
    return room > width and length <= width + 10


def _closed(text: str, line: _Line) -> bool:
    return text[max(line.start, line.end - 4) : line.end].rstrip(_CLOSERS)[-1:] in tuple(".!?…:;")


def _low(text: str, line: _Line) -> bool:
    return text[line.start : line.start + 2].lstrip("\"'“‘([").replace(",", "a")[:1].islower()


def _mark(text: str, start: int, end: int) -> re.Match[str] | None:
    for pattern in (_BULLET, _NUMBER, _CLOCK):
        match = pattern.match(text, start, min(end, start + 40))
        if match and match.end() > start:
            return match
    return None


def _paragraph(text: str, start: int, end: int, block: int, *, marked: bool = True) -> Paragraph:
    mark = None
    match = _mark(text, start, end) if marked else None
    if match and match.end() < end:
        mark = Span(start, start + len(match.group().rstrip(BLANK)))
        start = match.end()
    plain = " ".join(_CUT.sub("", text[start : min(end, start + _SAMPLE)]).translate(_SEEN).split())
    return Paragraph(Span(start, end), mark, block, plain, text[max(start, end - 4) : end])


def _only_repeated_clocks(text: str, found: list[Paragraph]) -> tuple[Paragraph, ...]:
    """Return the paragraphs with a lone clock time given back to its sentence: "19.40 marks is the rate"."""
    clocks = [i for i, one in enumerate(found) if one.mark and _CLOCK.match(text, one.mark.start, one.mark.end)]
    if len(clocks) == 1:
        one = with_mark(found[clocks[0]])
        found[clocks[0]] = _paragraph(text, one.span.start, one.span.end, one.block, marked=False)
    return tuple(found)


def with_mark(paragraph: Paragraph) -> Paragraph:
    """Return the paragraph with its mark as part of it, for headlines such as "3. Why it matters"."""
    if paragraph.mark is None:
        return paragraph
    return replace(paragraph, span=Span(paragraph.mark.start, paragraph.span.end), mark=None)
