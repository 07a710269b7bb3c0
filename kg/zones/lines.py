"""A text's paragraphs: blank lines part them, and so do single line ends unless the text is hard-wrapped.

Articles arrive with a blank line between paragraphs, with a paragraph a line, or broken at 40–75 characters
with words cut at the line's end. Where a line goes on is judged from the text itself: from small initials and
cut words, and, once these show that it is hard-wrapped, from lines so full that the next word had no room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.records import Span
from kg.visible import UNSEEN
from kg.zones.furniture import is_byline, is_letterhead

# What no reader sees neither begins nor ends a paragraph.
BLANK = UNSEEN + "".join(chr(i) for i in range(0x3001) if chr(i).isspace())
_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]+")

_ENDINGS = frozenset(".!?…:;,—–-")
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
_SEEN = dict.fromkeys(map(ord, UNSEEN))
_CUT = re.compile(r"(?<=[^\W\d_])-\s*[\r\n]+\s*(?=[^\W\d_])")
_ADDRESS = re.compile(r"\S+@\S+\.\w+\s*$|(?:https?:|www\.)\S+\s*$")

_WORD = re.compile(r"\S+")
_OPEN_END = re.compile(r" (?:a|an|and|at|by|for|from|in|of|on|or|that|the|to|with)\Z")

_TOP = 1000  # characters at the head of a text, where bylines and letterheads stand
_SAMPLE = 320  # characters of a paragraph that are looked at to tell what it is
_WIDEST = 100  # characters of a hard-wrapped line, at most
_NARROWEST = 40  # characters of a line that a comma at its end shows to be hard-wrapped


@dataclass(frozen=True)
class Paragraph:
    """A maximal run of lines that belong together.

    ``span`` has no blanks at its ends and starts behind ``mark``, the bullet, number or clock time (``clock``)
    before it. ``block`` counts the stretches between blank lines. ``plain`` is its beginning on one line, cut
    words closed, and ``words`` the number of words in that. ``closed_by`` is the mark that ends the paragraph,
    quotation marks and brackets aside, or an empty string.
    """

    span: Span
    mark: Span | None
    block: int
    plain: str
    words: int
    closed_by: str
    clock: bool = False


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    indent: int
    block: int

    @property
    def width(self) -> int:
        """The number of characters it takes, indentation included."""
        return self.indent + self.end - self.start


@dataclass(frozen=True)
class _Wrapping:
    """Of a hard-wrapped text: the longest line that may go on, and how full it is at least, next word included."""

    longest: int
    full: int


def split(text: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of ``text`` in order; together they hold every letter and digit of it."""
    lines = _lines(text)
    wrapping = _wrapping(text, lines)
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and _goes_on(text, groups[-1][-1], line, wrapping):
            groups[-1].append(line)
        else:
            groups.append([line])
    found = [_paragraph(text, group[0].start, group[-1].end, group[0].block) for group in groups]
    return _only_listed(text, found)


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    block, gap, last = 0, False, 0
    for match in _LINE.finditer(text):
        raw = match.group()
        ends = text[last : match.start()]
        gap = gap or len(ends) - ends.count("\r\n") > 1
        last = match.end()
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


def _wrapping(text: str, lines: list[_Line]) -> _Wrapping | None:
    """Return how the text is hard-wrapped, None if it is not.

    It is when three lines surely go on below, or one does and no line is longer than such texts have them.
    """
    shouted = not any(char.islower() for char in text[:5000])
    lengths, fills = [], []
    for line, below in pairwise(lines):
        length = line.width
        if line.block != below.block or length > _WIDEST or _closed(text, line):
            continue
        cut = text[line.end - 1] == "-" or (length >= _NARROWEST and (shouted or text[line.end - 1] == ","))
        if cut or _low(text, below) or _open(text, line):
            lengths.append(length)
            fills.append(_fill(text, line, below))
    if not lengths or (len(lengths) < 3 and any(line.width > _WIDEST for line in lines)):
        return None
    return _Wrapping(sorted(lengths)[len(lengths) * 9 // 10] + 10, sorted(fills)[len(fills) // 5])


def _fill(text: str, line: _Line, below: _Line) -> int:
    """Return the length the line would have with the first word of the one below."""
    first = _WORD.match(text, below.start, below.end)
    return line.width + 1 + (first.end() - first.start() if first else 0)


def _goes_on(text: str, line: _Line, below: _Line, wrapping: _Wrapping | None) -> bool:
    """Tell whether ``below`` continues the paragraph that ``line`` belongs to."""
    if line.block != below.block or _SURE_BULLET.match(text, below.start, below.end):
        return False
    if text[line.end - 1] == "-" and text[line.end - 2 : line.end - 1].isalpha() and text[below.start].isalpha():
        return True
    if _ADDRESS.match(text, below.start, below.end) or _ADDRESS.match(text, line.start, line.end):
        return False
    if below.start < _TOP and (_is_issued(text[line.start : line.end]) or _is_issued(text[below.start : below.end])):
        return False
    closed = _closed(text, line)
    if _low(text, below) and (not closed or wrapping is not None):
        return True
    if wrapping is None or below.indent > line.indent + 1:
        return False
    if closed and _mark(text, below.start, below.end):
        return False
    if line.width > wrapping.longest:
        return False
    return (not closed and _open(text, line)) or _fill(text, line, below) >= wrapping.full


def _is_issued(line: str) -> bool:
    plain = " ".join(line.split())
    return is_letterhead(plain) or is_byline(plain)


def _closed(text: str, line: _Line) -> bool:
    return text[max(line.start, line.end - 4) : line.end].rstrip(_CLOSERS)[-1:] in tuple(".!?…:;")


def _open(text: str, line: _Line) -> bool:
    return _OPEN_END.search(text, max(line.start, line.end - 12), line.end) is not None


def _low(text: str, line: _Line) -> bool:
    return text[line.start : line.start + 2].lstrip("\"'“‘([").replace(",", "a")[:1].islower()


def _mark(text: str, start: int, end: int) -> re.Match[str] | None:
    for pattern in (_BULLET, _NUMBER, _CLOCK):
        match = pattern.match(text, start, min(end, start + 40))
        if match and match.end() > start:
            return match
    return None


def _paragraph(text: str, start: int, end: int, block: int, *, marked: bool = True) -> Paragraph:
    mark, clock = None, False
    match = _mark(text, start, end) if marked else None
    if match and match.end() < end:
        mark, clock = Span(start, start + len(match.group().rstrip(BLANK))), match.re is _CLOCK
        start = match.end()
    plain = " ".join(_CUT.sub("", text[start : min(end, start + _SAMPLE)]).translate(_SEEN).split())
    last = text[max(start, end - 4) : end].rstrip(_CLOSERS)[-1:]
    closed_by = last if last in _ENDINGS else ""
    return Paragraph(Span(start, end), mark, block, plain, len(plain.split()), closed_by, clock)


def _only_listed(text: str, found: list[Paragraph]) -> tuple[Paragraph, ...]:
    """Return the paragraphs, what looked like a mark given back where it stands alone.

    One paragraph with a clock time is a sentence ("19.40 marks is the rate"), "(c)" without "(b)" a copyright.
    """
    clocks = sum(one.clock for one in found)
    letters = {one.mark.of(text) for one in found if one.mark}
    for i, one in enumerate(found):
        if one.mark and ((one.clock and clocks == 1) or (one.mark.of(text) == "(c)" and "(b)" not in letters)):
            found[i] = _paragraph(text, one.mark.start, one.span.end, one.block, marked=False)
    return tuple(found)


def with_mark(paragraph: Paragraph) -> Paragraph:
    """Return the paragraph with its mark as part of it, for headlines such as "3. Why it matters"."""
    if paragraph.mark is None:
        return paragraph
    return replace(paragraph, span=Span(paragraph.mark.start, paragraph.span.end), mark=None, clock=False)
