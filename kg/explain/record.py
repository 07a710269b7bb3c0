"""What an explanation holds: the text's marks, the events with their reasons, and how pronouns were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.records import Article, Report, Span

MarkKind = Literal["actor", "state", "place", "date", "quote", "reading", "event"]
"""``state`` is a state or capital that may stand for the place or its government; ``reading`` a pronoun or phrase."""


@dataclass(frozen=True)
class Reading:
    """Whom a pronoun or a definite phrase was taken for, in ``words`` of the article.

    ``actors`` is empty where the program abstained. ``score`` is the probability of that reading (0–1), ``rivals`` are
    the next best ones. ``new`` says that the phrase names nobody mentioned before: the actor is known by office only.
    A ``name`` is read from another sentence than the event's.
    """

    span: Span
    words: str
    kind: Literal["pronoun", "phrase", "name"]
    actors: tuple[str, ...]
    score: float
    rivals: tuple[tuple[str, float], ...] = ()
    new: bool = False


@dataclass(frozen=True)
class Mark:
    """A stretch of the text and what it was taken for; ``number`` is the event's, ``reading`` the pronoun's."""

    span: Span
    kind: MarkKind
    label: str
    number: int | None = None
    reading: Reading | None = None


@dataclass(frozen=True)
class Told:
    """One report with its reasons; ``reported`` is False where it scored too low for a release made without a minimum.

    ``kind`` is visit, meeting or statement, ``title`` one line, ``facts`` are (name, value) pairs, and ``readings`` the
    pronouns, phrases and names from other sentences that its actors were taken from.
    """

    number: int
    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    report: Report
    readings: tuple[Reading, ...]
    reported: bool = True


@dataclass(frozen=True)
class Explanation:
    """One article explained; ``prose`` are the parts that were parsed (the rest is the page's own), with their kind.

    ``published`` is the day that "today" counts from, ``minimum`` the confidence that was asked for, if any.
    """

    article: Article
    published: date | None
    prose: tuple[tuple[Span, str], ...]
    marks: tuple[Mark, ...]
    events: tuple[Told, ...]
    readings: tuple[Reading, ...]
    minimum: float | None = None
