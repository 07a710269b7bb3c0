"""A report as merging sees it: who, where, when, in what words; and by what others of the same occasion are found."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from kg.merge.days import Grain, When, when
from kg.merge.party import Party, parties
from kg.merge.words import content, sketch
from kg.records import Account, Article, Meeting, Place, Report, Statement, Visit

_WORD = re.compile(r"\w+")
_MOVED = re.compile(
    r"\b(?:moved|postpon\w+|reschedul\w+|put off|put back|brought forward|delayed|deferred|pushed (?:back|to)|"
    r"instead of|new date|originally)\b",
    re.IGNORECASE,
)
_BEFORE = 250
"""Characters before the evidence in which an article may say that the event has another date than it had."""
_CAST = 8
"""Participants of a meeting that are looked up in pairs; of more, the first by key."""


@dataclass(frozen=True, eq=False)
class Telling:
    """One report of one article, with its parties by key."""

    account: Account
    index: int
    known: Mapping[str, Party]

    @property
    def article(self) -> Article:
        """The article that it stands in."""
        return self.account.article

    @cached_property
    def report(self) -> Report:
        """The report itself."""
        return self.account.reports[self.index]

    @property
    def where(self) -> tuple[str, int]:
        """The article's id, and the report's index in its account."""
        return self.account.article.id, self.index

    @cached_property
    def kind(self) -> str:
        """``visit``, ``meeting`` or ``statement``."""
        return type(self.report.event).__name__.lower()

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        """The visitors, participants or the speaker."""
        match self.report.event:
            case Visit(visitors=keys) | Meeting(participants=keys):
                return tuple(self.known[key] for key in sorted(set(keys)) if key in self.known)
            case Statement(speaker=key):
                return (self.known[key],) if key in self.known else ()

    @cached_property
    def place(self) -> Place | None:
        """The destination or the place of the meeting."""
        match self.report.event:
            case Visit(destination=key) | Meeting(place=key):
                return next((place for place in self.account.places if place.key == key), None)
            case _:
                return None

    @property
    def country(self) -> str:
        """The country of the place, else the place's key, else nothing."""
        match self.report.event:
            case Visit(destination=key) | Meeting(place=key):
                return (self.place.country if self.place else None) or key or ""
            case _:
                return ""

    @property
    def town(self) -> str | None:
        """The key of the place where that is more than the country."""
        place = self.place
        return None if place is None or (place.country and place.key == f"place/{place.country.lower()}") else place.key

    @cached_property
    def when(self) -> When:
        """When the event may have been: by its date, else by tense and by the offices that the article gives."""
        told = when(self.report, self.article.published)
        if told.grain < Grain.YEAR:
            return told
        for party in self.parties:
            days = [span for office, span in party.terms if office in party.offices]
            if days:
                told = told.within(min(first for first, _ in days), max(last for _, last in days))
        return told

    @cached_property
    def words(self) -> frozenset[str]:
        """What a statement is about; nothing for the other kinds."""
        return content(self.quoted)

    @property
    def quoted(self) -> str:
        """A statement's content as the article has it, else nothing."""
        event = self.report.event
        return event.content.of(self.article.text) if isinstance(event, Statement) else ""

    @cached_property
    def moved(self) -> bool:
        """Say whether the article says, in the evidence or shortly before, that the date is not what it was."""
        start, end = self.report.evidence.start, self.report.evidence.end
        text = self.article.text
        paragraph = max(text.rfind("\n", 0, start) + 1, start - _BEFORE)
        return bool(
            _MOVED.search(text, paragraph, min(end + _BEFORE, len(text)) if "\n" not in text[start:end] else end)
        )

    @cached_property
    def natural(self) -> str:
        """The key of the event that this report alone makes: equal for reports that are of one occasion on sight.

        These are reports of one kind with the same actors, country and day; where the date is not fixed to the day,
        only those of one article.
        """
        exact = self.when.grain is Grain.DAY
        stamp = self.report.edtf if exact else f"{self.report.edtf or 'undated'} in {self.article.id}"
        match self.report.event:
            case Visit(visitors=who) | Meeting(participants=who):
                parts = [*sorted(set(who)), self.country, stamp]
            case Statement(speaker=speaker):
                parts = [speaker, " ".join(_WORD.findall(self.quoted.casefold())), stamp]
        canonical = json.dumps([self.kind, *parts], ensure_ascii=False)
        return f"{self.kind}/{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"

    @cached_property
    def keys(self) -> frozenset[str]:
        """What two reports must share one of to be compared at all (blocking)."""
        return frozenset(self._keys())

    def _keys(self) -> Iterator[str]:
        yield self.natural
        if self.article.published is None:
            yield f"article {self.article.id}"  # what dates one of its events may date the others
        days = self.when.span
        match self.report.event:
            case Visit():
                for party in self.parties:
                    for face in party.faces(days):
                        yield f"visit {face} {self.country}"
            case Meeting():
                faces = [party.faces(days) for party in self.parties[:_CAST]]
                for one, other in combinations(faces, 2):
                    for a in one:
                        for b in other:
                            yield f"meeting {min(a, b)} {max(a, b)}"
            case Statement():
                for party in self.parties:
                    for face in party.faces(days):
                        for word in sketch(self.words):
                            yield f"statement {face} {word}"


def tellings(account: Account) -> tuple[Telling, ...]:
    """Return the reports of an account as tellings, in their order."""
    known = parties(account)
    return tuple(Telling(account, index, known) for index in range(len(account.reports)))
