"""An explanation for the terminal: the text with its marks, then the events and readings; in colour or in brackets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from kg.explain.gather import reading_label
from kg.explain.record import Explanation, Mark, Reading, Told

_SGR = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"[^\n]+")
# What would move the cursor, start a colour or turn the writing round; tabs are spaces by then.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BRACKETS = {
    "actor": ("[", "]"), "reading": ("[", "]"), "state": ("<", ">"), "place": ("<", ">"), "date": ("{", "}"),
    "quote": ("‹", "›"),
}  # fmt: skip
_COLOURS = {"actor": "36", "reading": "35", "state": "32", "place": "32", "date": "33", "quote": "3", "event": "4"}
_EXCERPT = 240


def to_terminal(explanation: Explanation, *, colour: bool, width: int = 100) -> str:
    """Return the explanation as lines of at most ``width`` characters where words allow it.

    With ``colour`` kinds of marks have ANSI colours, else brackets; events have their numbers in both. Control
    characters of the article, which a terminal would obey, become U+FFFD.
    """
    width = max(width, 20)
    blocks = [_head(explanation), _legend(colour), _text(explanation, colour, width)]
    blocks.append(_section("EVENTS", [_event(told, width) for told in explanation.events]) or "No events reported.")
    blocks.append(_section("PRONOUNS AND PHRASES", [_readings(explanation.readings, width)]))
    return "\n\n".join(block for block in blocks if block) + "\n"


def plain(text: str) -> str:
    """Return the text without the characters that a terminal or a browser would act upon, as many as before."""
    return _CONTROL.sub("�", text.replace("\t", " ").replace("\r\n", " \n"))


def summary(explanation: Explanation) -> str:
    """Return how many events of each kind there are, and how many of them no release holds: "2 visits, 1 meeting"."""
    kinds = Counter(told.kind for told in explanation.events if told.reported)
    told = [f"{n} {kind}{'s' if n != 1 else ''}" for kind, n in sorted(kinds.items(), reverse=True)]
    below = sum(not told.reported for told in explanation.events)
    return ", ".join(told or ["no events"]) + (f"; {below} below the thresholds, not reported" if below else "")


def excerpt(text: str) -> str:
    """Return the words on one line, cut where they are many."""
    words = " ".join(plain(text).split())
    return words if len(words) <= _EXCERPT else f"{words[: _EXCERPT - 1]}…"


def _head(explanation: Explanation) -> str:
    article = explanation.article
    day = f"published {explanation.published}" if explanation.published else "no date of publication"
    least = f"; all that is at least {explanation.minimum:g} sure" if explanation.minimum else ""
    title = f"{plain(article.title)}\n" if article.title else ""
    return f"{title}{plain(article.id)}, {day}: {summary(explanation)}{least}"


def _legend(colour: bool) -> str:
    if colour:
        kinds = {"actor": "actor", "reading": "pronoun or phrase (=whom, how sure)", "place": "place", "date": "date"}
        shown = [_styled(words, [kind]) for kind, words in kinds.items()] + [_styled("quotation", ["quote"])]
        return "  ".join([*shown, f"⟦1 {_styled('words of event 1', ['event'])} 1⟧"])
    return (
        "[actor]  [he=actor .87] pronoun or phrase, whom and how sure, [he=?] abstained  <place>  {date}  ‹quotation›\n"
        "⟦1 words of event 1 1⟧  ⟦2? words of event 2, which is not reported 2?⟧"
    )


def _styled(text: str, kinds: Sequence[str]) -> str:
    codes = list(dict.fromkeys(_COLOURS[kind] for kind in kinds))
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes and text else text


def _text(explanation: Explanation, colour: bool, width: int) -> str:
    text = plain(explanation.article.text)
    unreported = {told.number for told in explanation.events if not told.reported}
    opening: dict[int, list[Mark]] = {}
    closing: dict[int, list[Mark]] = {}
    for mark in _outermost(explanation.marks):
        opening.setdefault(mark.span.start, []).append(mark)
        closing.setdefault(mark.span.end, []).insert(0, mark)
    for marks in closing.values():
        marks.sort(key=lambda mark: -mark.span.start)  # what began last ends first
    edges = sorted({0, len(text), *opening, *closing})
    active: list[Mark] = []
    pieces: list[str] = []
    for start, end in zip(edges, [*edges[1:], len(text)], strict=True):
        for mark in closing.get(start, ()):
            active.remove(mark)
            pieces.append(_close(mark, colour, unreported))
        for mark in opening.get(start, ()):
            active.append(mark)
            pieces.append(_open(mark, colour, unreported))
        kinds = [mark.kind for mark in active] if colour else []
        pieces += ["\n".join(_styled(part, kinds) for part in text[start:end].split("\n"))]
    lines = [line.group() for line in _LINE.finditer("".join(pieces))]
    return "\n\n".join(_wrapped(line, width) for line in lines if line.strip())


def _outermost(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield the marks without names inside longer ones: "Russian" in "his Russian counterpart" would only clutter."""
    end = 0
    for mark in marks:
        name = mark.kind in {"actor", "state"}
        if not (name and mark.span.end <= end):
            yield mark
        if name or mark.kind == "reading":
            end = max(end, mark.span.end)


def _open(mark: Mark, colour: bool, unreported: set[int]) -> str:
    if mark.kind == "event":
        return f"⟦{_number(mark, unreported)} "
    return "" if colour else _BRACKETS[mark.kind][0]


def _close(mark: Mark, colour: bool, unreported: set[int]) -> str:
    if mark.kind == "event":
        return f" {_number(mark, unreported)}⟧"
    if mark.reading is not None:
        read = f"={_whom(mark.reading)}"
        return f"\x1b[2m({read})\x1b[0m" if colour else f"{read}]"
    return "" if colour else _BRACKETS[mark.kind][1]


def _number(mark: Mark, unreported: set[int]) -> str:
    return f"{mark.number}?" if mark.number in unreported else f"{mark.number}"


def _whom(reading: Reading) -> str:
    if not reading.actors:
        return "?"
    names = plain(", ".join(reading.actors))
    return f"{names}, new" if reading.new else f"{names} {reading.score:.2f}".replace(" 0.", " .")


def _section(title: str, parts: Sequence[str]) -> str:
    return "\n".join([title, *parts]) if any(parts) else ""


def _event(told: Told, width: int) -> str:
    mark = "" if told.reported else "?"
    lines = [f"{told.number}{mark} {told.kind} · {plain(told.title)}"]
    if not told.reported:
        lines.append("   not reported: it scored below the threshold")
    lines.append("   " + "; ".join(f"{name}: {excerpt(value)}" for name, value in told.facts))
    lines.append(f"   confidence: {told.report.confidence:.2f}; rule: {plain(told.report.rule)}")
    lines += [f"   read: “{excerpt(reading.words)}” = {plain(reading_label(reading))}" for reading in told.readings]
    return "\n".join(_wrapped(line, width, indent="     ") for line in lines)


def _readings(readings: Sequence[Reading], width: int) -> str:
    def lines() -> Iterator[str]:
        for reading in readings:
            label = plain(reading_label(reading))
            yield f"characters {reading.span.start}–{reading.span.end}: “{excerpt(reading.words)}” = {label}"

    return "\n".join(_wrapped(line, width, indent="     ") for line in lines())


def _wrapped(line: str, width: int, *, indent: str = "") -> str:
    """Return a line broken at spaces; colours take no room."""
    start = line[: len(line) - len(line.lstrip(" "))]
    rows, row, room = [], start, width - len(start)
    for word in line[len(start) :].split():
        size = len(_SGR.sub("", word))
        if size + 1 > room and row.strip():
            rows.append(row.rstrip())
            row, room = indent, width - len(indent)
        row, room = f"{row}{word} ", room - size - 1
    return "\n".join([*rows, row.rstrip()])
