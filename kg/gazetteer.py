"""Finds the names of states, peoples, cities, landmarks and organisations in running text, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from kg.records import Span
from kg.spelling import normalise

HitKind = Literal["state", "demonym", "city", "landmark", "organisation"]

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}(?![^\W\d_])|[^\W_]+(?:['’‘ʼ`ʻ.](?!s\b|S\b)[^\W_]+)*")
_GAP = re.compile(r"[ \t\u00a0]*(?:\r?\n)?[ \t\u00a0]*|[-–‑/]|\. ?|, |['’]|-\n")
_JOINS = frozenset(
    {
        "a",
        "al",
        "and",
        "d",
        "da",
        "de",
        "des",
        "do",
        "du",
        "e",
        "el",
        "es",
        "for",
        "from",
        "i",
        "in",
        "la",
        "le",
        "of",
        "on",
        "the",
        "to",
        "ul",
        "y",
    }
)

_HEADLINE = 1000  # characters: what is further away on a line says nothing, and lines may be as long as a book
_HYPHENS = frozenset({"-", "–", "‑"})

Word = tuple[int, int, str]
"""A word of a text: where it starts, the index behind it, its letters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for: ``key`` is a state's code, a city's, landmark's or organisation's key.

    ``exact`` is the only way of writing it ("WHO"), None when case is free after the first letter. ``others`` are the
    further bearers of the name. ``kind`` None marks a phrase that is no actor ("South China Sea") and hides what it
    holds.
    """

    kind: HitKind | None
    key: str
    ambiguous: bool = False
    exact: str | None = None
    others: tuple[str, ...] = ()


def written(words: str, entry: Entry) -> str:
    """Return a normalised name and what it stands for as one line, its fields parted by tabs."""
    doubt = "yes" if entry.ambiguous else ""
    return "\t".join((words, entry.kind or "", entry.key, doubt, entry.exact or "", *entry.others))


def read(line: str) -> tuple[str, Entry]:
    """Return the name and the entry of a line that :func:`written` made."""
    words, kind, key, doubt, exact, *others = line.split("\t")
    return words, Entry(cast(HitKind, kind) if kind else None, key, bool(doubt), exact or None, tuple(others))


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text: where, what kind, and whose key (a state's code for states and demonyms).

    ``ambiguous`` asks for more evidence: the name is also a common word or a person's name, or has several bearers,
    of which ``key`` is the likeliest and ``others`` are the rest.
    """

    span: Span
    kind: HitKind
    key: str
    ambiguous: bool = False
    others: tuple[str, ...] = ()


class Gazetteer:
    """A tree of names, word by word; the branch of a first word grows when a text has that word."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Take lines as :func:`written` makes them, each name once for each case rule."""
        self._lines: dict[str, list[str]] = {}
        for line in lines:
            self._lines.setdefault(line.partition("\t")[0].partition(" ")[0], []).append(line)
        self._branches: dict[str, _Node] = {}

    def _branch(self, word: str) -> _Node | None:
        branch = self._branches.get(word)
        if branch is None and word in self._lines:
            branch = self._branches[word] = _grown(self._lines[word])
        return branch

    def scan(self, text: str) -> tuple[Hit, ...]:
        """Return the names in a text, sorted and without overlap; at each place the longest name stands.

        A name begins with a capital; an acronym is matched letter for letter ("US", "U.S.", never "us"), and in a
        line without small letters it counts as ambiguous. A genitive ``'s`` stays outside the span. Names may run
        over one line end.
        """
        words = [(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]
        hits: list[Hit] = []
        i = 0
        while i < len(words):
            start, _, word = words[i]
            node = self._branch(normalise(word)) if word[0].isupper() or word[0].isdigit() else None
            found = _longest(text, words, i, node) if node else None
            if found is None:
                i += 1
                continue
            stop, entry = found
            end = words[stop - 1][1]
            if entry.kind is not None:
                doubt = entry.ambiguous or (entry.exact is not None and _shouted(text, start, end))
                hits.append(Hit(Span(start, end), entry.kind, entry.key, doubt, entry.others))
            i = stop
        return tuple(hits)


class _Node:
    """The names that end with a word, those of one letter case first, and the words that go on."""

    __slots__ = ("entries", "next")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.next: dict[str, _Node] = {}


def _grown(lines: list[str]) -> _Node:
    """Return the tree below the first word, which all the lines share."""
    root = _Node()
    for words, entry in map(read, lines):
        node = root
        for word in words.split()[1:]:
            node = node.next.setdefault(word, _Node())
        node.entries = sorted((*node.entries, entry), key=lambda e: e.exact is None)
    return root


def _longest(text: str, words: list[Word], i: int, node: _Node) -> tuple[int, Entry] | None:
    """Return the longest name from word ``i`` on: the index behind it and what it stands for."""
    start = words[i][0]
    best: tuple[int, Entry] | None = None
    while True:
        i += 1
        for entry in node.entries:
            if entry.exact is None or _spelt(text[start : words[i - 1][1]]) == entry.exact:
                best = (i, entry)
                break
        if i >= len(words) or not node.next:
            return best
        word = words[i][2]
        low = normalise(word)
        after = node.next.get(low)
        if after is None:
            return best
        gap = text[words[i - 1][1] : words[i][0]]
        if gap != " " and (not _GAP.fullmatch(gap) or (gap == ", " and low != "dc")):
            return best
        if not (word[:3].lower() != word[:3] or word[0].isdigit() or low in _JOINS or gap in _HYPHENS):
            return best
        node = after


def _spelt(words: str) -> str:
    return words.replace(".", "").replace("–", "-").replace("’", "'")


def _shouted(text: str, start: int, end: int) -> bool:
    """Say whether the line around a span has other words and no small letter: in a shouted headline US may be us."""
    near, far = max(0, start - _HEADLINE), min(len(text), end + _HEADLINE)
    first, last = text.rfind("\n", near, start), text.find("\n", end, far)
    line = text[first + 1 if first >= 0 else near : last if last >= 0 else far]
    rest = line.replace(text[start:end], "")
    return any(ch.isalpha() for ch in rest) and not any(ch.islower() for ch in rest)
