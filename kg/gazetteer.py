"""Finds the names of states, peoples, cities, landmarks and organisations in running text, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kg.records import Span
from kg.spelling import normalise

HitKind = Literal["state", "demonym", "city", "landmark", "organisation"]

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}(?![^\W\d_])|[^\W_]+(?:['’‘ʼ`ʻ.](?!s\b|S\b)[^\W_]+)*")
_GAP = re.compile(r"[ \t\u00a0]*(?:\r?\n)?[ \t\u00a0]*|[-–‑/]|\. ?|, |['’]|-\n")
_JOINS = frozenset({"of", "the", "and", "for", "de", "la", "le", "du", "des", "el", "al", "e", "in", "on", "to", "y", "do", "da", "i", "ul", "to", "d", "us", "a", "from"})
_STATES_AND_DEMONYMS = frozenset({"state", "demonym"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for: ``key`` is a state's code, a city's, landmark's or organisation's key.

    ``exact`` is the only way of writing it ("WHO"), None when case is free after the first letter. ``others`` are the
    further bearers of the name. ``kind`` None marks a phrase that is no actor ("South China Sea") and hides what it holds.
    """

    kind: HitKind | None
    key: str
    ambiguous: bool = False
    exact: str | None = None
    others: tuple[str, ...] = ()


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
    """An index of names by their first word. Names of the same spelling: the first one added stands."""

    def __init__(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """Index ``(name, entry)`` pairs; earlier pairs win over later ones of the same spelling and case rule."""
        self._first: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
        seen: set[tuple[str, str | None]] = set()
        for name, entry in entries:
            low = normalise(name)
            if not low or (low, entry.exact) in seen:
                continue
            seen.add((low, entry.exact))
            words = tuple(low.split())
            self._first.setdefault(words[0], []).append((words[1:], entry))
        for options in self._first.values():
            options.sort(key=lambda option: (-len(option[0]), option[1].exact is None))

    def scan(self, text: str) -> tuple[Hit, ...]:
        """Return the names in a text, sorted and without overlap; at each place the longest name stands.

        A name begins with a capital; an acronym is matched letter for letter ("US", "U.S.", never "us"), and in a line
        without small letters it counts as ambiguous. A genitive ``'s`` stays outside the span. Names may run over one line end.
        """
        words = [(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]
        parts = [normalise(word).split() for _, _, word in words]
        hits: list[Hit] = []
        i = 0
        while i < len(words):
            found = self._match(text, words, parts, i) if parts[i] else None
            if found is None:
                i += 1
                continue
            stop, entry = found
            start, end = words[i][0], words[stop - 1][1]
            if text[start:end].endswith(".") and not re.match(r"(?:[^\W\d_]\.){2,}$", words[stop - 1][2]):
                end -= 1
            if entry.kind is not None:
                doubt = entry.ambiguous or (entry.exact is not None and _shouted(text, start, end))
                hits.append(Hit(Span(start, end), entry.kind, entry.key, doubt, entry.others))
            i = stop
        return tuple(hits)

    def _match(self, text: str, words: list[tuple[int, int, str]], parts: list[list[str]], i: int) -> tuple[int, Entry] | None:
        word = words[i][2]
        if not word[0].isupper() and not word[0].isdigit():
            return None
        options = self._first.get(parts[i][0])
        if options is None:
            return None
        for rest, entry in options:
            if entry.exact is not None:
                if not rest and word.replace(".", "") == entry.exact:
                    return i + 1, entry
                if rest and (stop := _follow(text, words, parts, i, rest)) and _same(text[words[i][0] : words[stop - 1][1]], entry.exact):
                    return stop, entry
            elif stop := _follow(text, words, parts, i, rest):
                return stop, entry
        return None


def _same(words: str, exact: str) -> bool:
    return words.replace("–", "-").replace("’", "'") == exact


def _follow(text: str, words: list[tuple[int, int, str]], parts: list[list[str]], i: int, rest: tuple[str, ...]) -> int | None:
    """Return the index behind the words that continue a name from word ``i``, or None when they do not."""
    have = parts[i][1:]
    j = i
    at = 0
    while True:
        if tuple(have) != rest[at : at + len(have)]:
            return None
        at += len(have)
        if at == len(rest):
            return j + 1
        j += 1
        if j >= len(words):
            return None
        gap = text[words[j - 1][1] : words[j][0]]
        if not _GAP.fullmatch(gap) or (gap == ", " and rest[at] != "dc"):
            return None
        word = words[j][2]
        have = parts[j]
        if not have or not (word[0].isupper() or word[0].isdigit() or have[0] in _JOINS or gap in {"-", "–", "‑"}):
            return None


def _shouted(text: str, start: int, end: int) -> bool:
    """Say whether the line around a span has other words and no small letter: in a shouted headline US may be us."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[first : last if last >= 0 else len(text)]
    rest = line.replace(text[start:end], "")
    return any(ch.isalpha() for ch in rest) and not any(ch.islower() for ch in rest)
