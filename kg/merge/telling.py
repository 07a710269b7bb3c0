"""A report as merging sees it: who, where, when, in what words; and by what others of the same occasion are found."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations

from kg.merge.days import Grain, When, when
from kg.merge.party import Party, parties, town_of
from kg.merge.words import content, sketch
from kg.records import Account, Article, Meeting, Place, Report, Span, Statement, Visit

_WORD = re.compile(r"\w+")
_MOVED = re.compile(
    r"\b(?:moved|shifted|postpon\w+|reschedul\w+|rearranged|put off|put back|brought forward|delay\w*|deferred|"
    r"pushed (?:back|to)|instead of|new date|originally|(?:earlier|later) than|first (?:planned|announced|scheduled)|"
    r"(?:will|is|are) now|now (?:due|set|expected|planned|scheduled)|"
    r"(?:had|was) (?:been )?(?:due|planned|scheduled|set|expected|to have))\b",
    re.IGNORECASE,
)
_DIPLOMACY = frozenset(
    _WORD.findall(
        """meet meeting visit visitor talk hold hold trip travel arrive receive host guest minister prime president
        secretary foreign state government leader official country capital counterpart chief diplomat ambassador
        summit conference delegation spokesman spokeswoman statement year month week day time today yesterday
        tomorrow monday tuesday wednesday thursday friday saturday sunday january february march april may june july
        august september october november december morning afternoon evening night mr mrs ms first second last next
        new old two three four five six hour minute tell speak discuss relation issue"""
    )
)
"""What any two reports of visits and meetings may share."""
_AROUND = 300
"""Characters before and after the evidence that tell what else the event was about."""
_CAST = 8
"""Participants of a meeting that are looked up in pairs; of more, the first by key."""


@dataclass(frozen=True, eq=False)
class Telling:
    """One report of one article, with its parties by key.

    ``ordinal`` counts the reports of the article that would have the same natural key, by their order in the text.
    """

    account: Account
    index: int
    known: Mapping[str, Party]
    ordinal: int = 0

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

    @property
    def told_on(self) -> tuple[date, str]:
        """What to sort by for the order of publication: the day, and the article's id; those without a day are last."""
        return self.article.published or date.max, self.article.id

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
        return town_of(self.place.key) if self.place and not self.place.is_country else None

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

    @cached_property
    def around(self) -> frozenset[str]:
        """What the article says with the event: the words of its paragraph that name neither the cast nor the place."""
        names = {part for party in self.known.values() for part in party.name}
        places = {word for place in self.account.places for word in _WORD.findall(place.name.casefold())}
        text = self.article.text
        return content(paragraph(text, self.report.evidence).of(text)) - names - places - _DIPLOMACY

    @property
    def quoted(self) -> str:
        """A statement's content as the article has it, else nothing."""
        event = self.report.event
        return event.content.of(self.article.text) if isinstance(event, Statement) else ""

    @cached_property
    def moved(self) -> bool:
        """Say whether the article says, in the evidence or shortly before, that the date is not what it was."""
        text, evidence = self.article.text, self.report.evidence
        return bool(_MOVED.search(text, paragraph(text, evidence).start, evidence.end))

    @cached_property
    def natural(self) -> str:
        """The key of the event that this report alone makes: equal for reports that are of one occasion on sight.

        These are reports of one kind with the same actors, country and day; where the date is not fixed to the day,
        none: the reader has kept apart what one article tells twice.
        """
        exact = self.when.grain is Grain.DAY
        stamp = self.report.edtf or "undated"
        if not exact:
            stamp += f" in {self.article.id}" + (f", {self.ordinal + 1}" if self.ordinal else "")
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


def paragraph(text: str, evidence: Span) -> Span:
    """Return the part of the paragraph around the evidence that tells what else the event was about."""
    end = text.find("\n", evidence.end)
    return Span(
        max(text.rfind("\n", 0, evidence.start) + 1, evidence.start - _AROUND),
        min(end if end >= 0 else len(text), evidence.end + _AROUND),
    )


def tellings(account: Account) -> tuple[Telling, ...]:
    """Return the reports of an account as tellings, in their order."""
    known = parties(account)
    found, count = [], Counter[str]()
    for index in range(len(account.reports)):
        telling = Telling(account, index, known)
        before = count[telling.natural]
        count[telling.natural] += 1
        found.append(Telling(account, index, known, before) if before and telling.kind != "statement" else telling)
    return tuple(found)
