"""What the three extractors share: sentences with their mentions, grammar between two words, drafts of events."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import accumulate

from kg.authority import Authority
from kg.cast import Cast, Mention, PlaceMention
from kg.extract.clause import Clause, Senses, clause_of, subjects_of
from kg.extract.words import Word, words_of
from kg.parse import Parsed
from kg.quotes import Quote, quoted
from kg.records import Span
from kg.timex import DateExpression


@dataclass
class Scene:
    """An article ready for extraction: its cast, quotations, dates and the settings that the text implies."""

    parsed: Parsed
    cast: Cast
    quotes: tuple[Quote, ...]
    dates: tuple[DateExpression, ...]
    published: date | None
    dateline: PlaceMention | None
    senses: Senses
    authority: Authority
    doc: list[Word] = field(default_factory=list)
    sents: list[tuple[int, int]] = field(default_factory=list)
    sent_of: list[int] = field(default_factory=list)
    mentions_in: list[list[Mention]] = field(default_factory=list)
    places_in: list[list[PlaceMention]] = field(default_factory=list)
    telling: list[list[Word]] = field(default_factory=list)
    dates_in: list[list[tuple[int, DateExpression]]] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    clauses: dict[int, Clause] = field(default_factory=dict)
    actors_of: dict[int, tuple[set[int], int]] = field(default_factory=dict)
    words_of: dict[tuple[int, tuple[str, ...]], list[Word]] = field(default_factory=dict)
    tallies: dict[frozenset[str], list[int]] = field(default_factory=dict)
    verbs: list[int] = field(default_factory=list)
    protagonist: int | None = None
    stage: str | None = None
    timeline: object | None = None

    def __post_init__(self) -> None:
        """Sort mentions, places and dates into sentences."""
        doc = self.doc = words_of(self.parsed.doc)
        self.sent_of = [0] * len(doc)
        for number, sent in enumerate(self.parsed.doc.sents):
            self.sents.append((sent.start, sent.end))
            self.telling.append([t for t in doc[sent.start : sent.end] if self.senses.groups(t)])
            for i in range(sent.start, sent.end):
                self.sent_of[i] = number
        count = len(self.sents)
        self.mentions_in = [[] for _ in range(count)]
        self.places_in = [[] for _ in range(count)]
        self.dates_in = [[] for _ in range(count)]
        for mention in sorted(self.cast.mentions, key=lambda m: (m.first, m.stop)):
            self.mentions_in[self.sent_of[mention.head]].append(mention)
        titles = {
            i
            for m in self.cast.mentions
            if m.role is not None and m.role.kind != "group"
            for i in range(m.role.first, m.role.stop)
        }
        for place in self.cast.places:
            if place.first in titles and place.kind == "state":
                continue  # "the foreign ministers of Italy and Germany" are not in Italy
            self.places_in[self.sent_of[place.first]].append(place)
        for expression in self.dates:
            i = bisect_left(self.parsed.starts, expression.span.start)
            if i < len(doc):
                self.dates_in[self.sent_of[i]].append((i, expression))
        self.verbs = [0, *accumulate(t.pos_ == "VERB" for t in doc)]
        self.quoted = quoted(self.parsed.starts, self.quotes)
        named = Counter(e for m in self.cast.mentions for e in m.entities if self.cast.entities[e].kind == "person")
        self.protagonist = min(named, key=lambda e: (-named[e], e)) if named else None
        where = Counter(p.country for p in self.cast.places if p.kind != "state")
        self.stage = (
            self.dateline.country if self.dateline else min(where, key=lambda c: (-where[c], str(c))) if where else None
        )

    def implied_actor(self, number: int, *groups: str) -> Mention | None:
        """Return who acts in a sentence that names no one ("A stop in Havana has been scrapped").

        It is the last subject, if a listed word asks for one.
        """
        if not self.listed(number, groups):
            return None
        for back in range(1, 4):
            if number - back < 0:
                break
            options = [
                m
                for m in self.mentions_in[number - back]
                if len(m.entities) == 1
                and self.cast.entities[m.entities[0]].kind == "person"
                and not self.quoted[m.head]
            ]
            subjects = [m for m in options if self.doc[m.head].dep_ in {"nsubj", "nsubjpass"}]
            if subjects or options:
                return (subjects or options)[0]
        return None

    def clause(self, token: Word) -> Clause:
        """Return the clause of a token, kept for the next who asks."""
        if token.i not in self.clauses:
            self.clauses[token.i] = clause_of(token)
        return self.clauses[token.i]

    def subjects(self, token: Word) -> tuple[set[int], int]:
        """Return the subjects of a token's verb by :func:`~kg.extract.clause.subjects_of`, kept for the next one."""
        if token.i not in self.actors_of:
            self.actors_of[token.i] = subjects_of(token)
        return self.actors_of[token.i]

    def listed(self, number: int, names: tuple[str, ...]) -> list[Word]:
        """Return a sentence's words that the frames list in these groups, kept for the next who asks."""
        if (number, names) not in self.words_of:
            self.words_of[number, names] = [t for t in self.telling[number] if self.senses.listed(t, *names)]
        return self.words_of[number, names]

    def tally(self, words: frozenset[str]) -> list[int]:
        """Return how many tokens before each are among these words (in lower case), and at last how many of all."""
        if words not in self.tallies:
            self.tallies[words] = [0, *accumulate(t.lower_ in words for t in self.doc)]
        return self.tallies[words]

    def quotes_in(self, span: Span) -> bool:
        """Say whether any of some words is quoted; quotations stand in order and none within another."""
        n = bisect_left(self.quotes, span.end, key=lambda q: q.span.start)
        return n > 0 and self.quotes[n - 1].span.end > span.start

    def zone(self, i: int) -> str:
        """Return the kind of zone that a token stands in."""
        return self.parsed.zones[self.parsed.zone_of[i]].kind

    def cover(self, *tokens: int) -> Span:
        """Return the span of the text from the first to the last of these tokens."""
        return self.parsed.span(min(tokens), max(tokens) + 1)


TELLINGS = 4
"""Other tellings of an event whose dates are looked at, at most."""


@dataclass
class Draft:
    """An event on its way: who, where, the word that opens the frame (``cue``) and where it stands in the text."""

    entities: tuple[int, ...]
    place: PlaceMention | None
    cue: int
    evidence: Span
    score: float
    rule: str
    features: tuple[float, ...] = ()
    more: dict[str, object] = field(default_factory=dict)


def anchor(token: Word) -> Word:
    """Climb from a name inside a conjunction, apposition or compound to the word that the verb governs."""
    while (
        token.dep_ in {"conj", "appos", "compound", "nmod", "flat", "nummod"}
        and token.head.i != token.i
        and token.head.pos_ in {"NOUN", "PROPN", "PRON", "NUM"}
    ):
        token = token.head
    return token


def meet(a: Word, b: Word) -> tuple[Word | None, int, int]:
    """Return the lowest word above both, with the steps from each; None across sentences."""
    up_a, up_b = a.path, b.path
    if up_a[-1] is not up_b[-1]:
        return None, 99, 99
    shared, most = 1, min(len(up_a), len(up_b))
    while shared < most and up_a[-shared - 1] is up_b[-shared - 1]:
        shared += 1
    return up_a[-shared], len(up_a) - shared, len(up_b) - shared


DEPS = (
    "nsubj",
    "nsubjpass",
    "dobj",
    "pobj",
    "poss",
    "agent",
    "dative",
    "appos",
    "conj",
    "ROOT",
    "compound",
    "attr",
    "npadvmod",
    "relcl",
)
PREPS = (
    "in",
    "to",
    "from",
    "at",
    "of",
    "for",
    "with",
    "by",
    "on",
    "between",
    "and",
    "via",
    "into",
    "through",
    "among",
    "alongside",
    "after",
)


@lru_cache(maxsize=4096)
def one_hot(value: str, values: tuple[str, ...]) -> tuple[float, ...]:
    """Return 1 at the value's place, 0 elsewhere."""
    return tuple(float(value == v) for v in values)
