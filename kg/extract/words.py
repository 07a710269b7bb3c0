"""The parse as plain objects: what spaCy works out anew at each look is read once here, for the rules look very often.

A :class:`Word` answers to the names that a spaCy ``Token`` has for the same, so that a rule reads as any spaCy code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from spacy.tokens import Doc

_ATTRIBUTES: list[int | str] = ["ORTH", "LOWER", "LEMMA", "DEP", "POS", "TAG", "IS_SPACE", "IS_PUNCT"]
_FAR = 1_000_000


class Word:
    """One token: ``head`` is itself at the root, ``children`` stand in the order of the text.

    ``lemma`` is the number that spaCy gives the lemma, ``base`` the lemma in lower case, ``sent`` the sentence's words.
    ``left_edge`` and ``right_edge`` are the first and last of all that depend on it, itself among them.
    ``is_mark`` holds for marks and blanks; ``groups`` is for :class:`~kg.extract.clause.Senses` to remember.
    """

    __slots__ = (
        "_conjuncts", "_path", "base", "children", "dep_", "groups", "head", "i", "is_mark", "is_space",
        "left_edge", "lemma", "lemma_", "lower_", "pos_", "right_edge", "sent", "tag_", "text",
    )  # fmt: skip
    head: Word
    children: list[Word]
    sent: list[Word]
    left_edge: Word
    right_edge: Word

    def __init__(self, i: int, row: Sequence[int], known: Mapping[int, str]) -> None:
        """Take what a token says by itself, one of ``_ATTRIBUTES`` each; ``words_of`` ties it to the others."""
        orth, low, self.lemma, dep, pos, tag, space, mark = row
        self.i, self.text, self.lower_, self.lemma_ = i, known[orth], known[low], known[self.lemma]
        self.dep_, self.pos_, self.tag_ = known[dep], known[pos], known[tag]
        self.is_space, self.is_mark = bool(space), bool(space or mark)
        self.base = self.lemma_.lower()
        self.children = []
        self.groups: frozenset[str] | None = None
        self._path: tuple[Word, ...] | None = None
        self._conjuncts: tuple[Word, ...] | None = None

    def __repr__(self) -> str:
        """Return the word and its place."""
        return f"{self.text}/{self.i}"

    @property
    def path(self) -> tuple[Word, ...]:
        """The word and its heads up to the root."""
        if self._path is None:
            found = [self]
            while found[-1].head is not found[-1]:
                found.append(found[-1].head)
            self._path = tuple(found)
        return self._path

    @property
    def conjuncts(self) -> tuple[Word, ...]:
        """The words joined to this one ("A, *B* and *C*"), without itself."""
        if self._conjuncts is None:
            start = self
            while start.dep_ == "conj" and start.head is not start:
                start = start.head
            found = [start]
            for word in found:
                found += [w for w in word.children if w.dep_ == "conj" and w.i > word.i]
            self._conjuncts = tuple(w for w in found if w is not self)
        return self._conjuncts

    @property
    def subtree(self) -> Iterator[Word]:
        """The words that depend on this one, by whatever steps, itself among them; in no particular order."""
        found = [self]
        for word in found:
            found += word.children
        return iter(found)

    def is_ancestor(self, other: Word) -> bool:
        """Say whether another word depends on this one, by whatever steps."""
        return self in other.path[1:]


def words_of(doc: Doc) -> list[Word]:
    """Return a parsed document's words, tied to each other as its tokens are."""
    rows: list[list[int]] = doc.to_array(_ATTRIBUTES).tolist()
    heads = doc.to_array(["HEAD"]).astype(np.int64).ravel() + np.arange(len(doc))
    strings = doc.vocab.strings
    known = {number: strings[number] if number else "" for number in {n for row in rows for n in row[:6]}}
    words = [Word(i, row, known) for i, row in enumerate(rows)]
    for word, head in zip(words, heads.tolist(), strict=True):
        word.head = words[head]
        if head != word.i:
            words[head].children.append(word)
    _edges(words, "left_edge")
    _edges(words[::-1], "right_edge")
    for sent in doc.sents:
        own = words[sent.start : sent.end]
        for word in own:
            word.sent = own
    return words


def _edges(words: list[Word], name: str) -> None:
    """Give each word the first of those that depend on it, in the order given."""
    seen: set[int] = set()
    for word in words:
        above = word
        while above.i not in seen:
            seen.add(above.i)
            setattr(above, name, word)
            above = above.head


def root_of(words: list[Word]) -> Word:
    """Return the word of a stretch with the shortest way to the root of its sentence, the first of several."""
    found, best = words[0], _FAR * 2
    first, last = words[0].i, words[-1].i
    for word in words:
        head = word.head
        if head is word:
            return word
        if first <= head.i <= last:
            continue
        steps = 0
        while head.head is not head:
            head = head.head
            steps += 1
        if word.is_mark and not word.children:
            steps = _FAR  # taken only where there is nothing else
        if steps < best:
            found, best = word, steps
    return found
