"""From what each article says to what happened: one actor, one place and one event over all accounts.

Two reports are one occasion when they are of the same kind, name the same actors, the same country and
the same date. An undated visit or meeting is only ever joined inside its own article; a statement
is joined by its speaker and its words. Look-alikes therefore stay apart rather than being joined by guess.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TypeVar

from kg.edtf import finer
from kg.records import Account, Actor, Event, Meeting, Place, Report, Statement, Status, Visit
from kg.things import by_key, cast, first, one_actor, one_place

K = TypeVar("K")

_WORD = re.compile(r"\w+")
_MEETS = {"phone": "speak by phone", "video": "speak by video", "in-person": "meet", "unknown": "meet"}


@dataclass(frozen=True)
class Merged:
    """What all accounts together say: each tuple is sorted by key and holds a key once."""

    actors: tuple[Actor, ...]
    places: tuple[Place, ...]
    events: tuple[Event, ...]

    @property
    def things(self) -> tuple[Actor | Place, ...]:
        """All that can have links to other data sets."""
        return (*self.actors, *self.places)


@dataclass(frozen=True)
class Telling:
    """A report as one article has it: its account and its index there."""

    account: Account
    index: int

    @property
    def report(self) -> Report:
        """The report itself."""
        return self.account.reports[self.index]

    @property
    def where(self) -> tuple[str, int]:
        """The article's id and the index in its account."""
        return self.account.article.id, self.index

    @property
    def words(self) -> str:
        """A statement's content; else nothing."""
        event = self.report.event
        return event.content.of(self.account.article.text) if isinstance(event, Statement) else ""


def tellings(account: Account) -> tuple[Telling, ...]:
    """Return all reports of an account, each with where it stands."""
    return tuple(Telling(account, index) for index in range(len(account.reports)))


def merge(accounts: Iterable[Account]) -> Merged:
    """Return the actors, places and events of the accounts, the same for every order of them.

    In the event of a Statement, ``content`` is a span of the article of its first report; ``during`` of a
    Meeting is None, because it is an index into one account: ask the reports for it.
    """
    told = sorted(accounts, key=lambda account: account.article.id)
    actors = by_key((a for account in told for a in account.actors), lambda actor: actor.key)
    places = by_key((p for account in told for p in account.places), lambda place: place.key)
    return Merged(
        actors=tuple(one_actor(same) for same in actors.values()),
        places=tuple(one_place(same) for same in places.values()),
        events=join([telling for account in told for telling in tellings(account)]),
    )


def keys(telling: Telling) -> frozenset[str]:
    """Return the keys under which a report is looked for: two that share none are never one event."""
    return frozenset({json.dumps(_occasion(telling), ensure_ascii=False)})


def join(told: Iterable[Telling]) -> tuple[Event, ...]:
    """Return the events of a set of reports that is closed: no report outside of it shares a key with one inside.

    They are sorted by key, and the same for every order of the reports.
    """
    occasions: dict[tuple[str, ...], list[Telling]] = defaultdict(list)
    for telling in sorted(told, key=lambda telling: telling.where):
        occasions[_occasion(telling)].append(telling)
    events = (_one_event(occasion, same) for occasion, same in occasions.items())
    return tuple(sorted(events, key=lambda event: event.key))


def _occasion(told: Telling) -> tuple[str, ...]:
    """Return what makes two reports one occasion; reports with equal tuples become one event."""
    report, (article, _) = told.report, told.where
    places = {place.key: place for place in told.account.places}
    when = report.edtf or f"undated in {article}"
    match report.event:
        case Visit(visitors=visitors, destination=destination):
            return ("visit", *sorted(set(visitors)), _country(destination, places), when)
        case Meeting(participants=participants, place=place):
            return ("meeting", *sorted(set(participants)), _country(place, places), when)
        case Statement(speaker=speaker):
            return ("statement", speaker, " ".join(_WORD.findall(told.words.casefold())))


def _country(key: str | None, places: Mapping[str, Place]) -> str:
    place = places.get(key) if key else None
    return (place.country if place else None) or key or ""


def _one_event(occasion: tuple[str, ...], told: Sequence[Telling]) -> Event:
    actors, places = cast((t.account for t in told), (t.report.event for t in told))
    digest = hashlib.sha256(json.dumps(occasion, ensure_ascii=False).encode()).hexdigest()[:16]
    event = _one_account(told, places)
    status = _status(told)
    dates = sorted({t.report.edtf for t in told if t.report.edtf})
    edtf = reduce(finer, dates) if dates else None
    return Event(
        key=f"{occasion[0]}/{digest}",
        event=event,
        status=status,
        edtf=edtf,
        label=_label(event, status, edtf, told[0].words, actors, places),
        reports=tuple(sorted(t.where for t in told)),
    )


def _one_account(told: Sequence[Telling], places: Mapping[str, Place]) -> Visit | Meeting | Statement:
    """Return the first report's event, enriched with what the other reports of the occasion add."""
    events = [t.report.event for t in told]
    earliest = events[0]
    if isinstance(earliest, Visit):
        visits = [event for event in events if isinstance(event, Visit)]
        return replace(
            earliest,
            visitors=_union(visit.visitors for visit in visits),
            destination=_most_specific([visit.destination for visit in visits], places),
            hosts=_union(visit.hosts for visit in visits),
            purpose=first(visit.purpose for visit in visits),
        )
    if isinstance(earliest, Meeting):
        meetings = [event for event in events if isinstance(event, Meeting)]
        known = [meeting.place for meeting in meetings if meeting.place is not None]
        modes = [meeting.mode for meeting in meetings if meeting.mode != "unknown"]
        return replace(
            earliest,
            participants=_union(meeting.participants for meeting in meetings),
            place=_most_specific(known, places) if known else None,
            mode=_most_frequent(modes) if modes else "unknown",
            topic=first(meeting.topic for meeting in meetings),
            during=None,
        )
    statements = [event for event in events if isinstance(event, Statement)]
    return replace(
        earliest,
        act=_most_frequent([statement.act for statement in statements]),
        direct=any(statement.direct for statement in statements),
        about=_union(statement.about for statement in statements),
        addressees=_union(statement.addressees for statement in statements),
    )


def _status(told: Sequence[Telling]) -> Status:
    """Return what the latest dated article says, else what most reports say."""
    newest = max(t.account.article.published or date.min for t in told)
    return _most_frequent([t.report.status for t in told if (t.account.article.published or date.min) == newest])


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({key for group in groups for key in group}))


def _most_frequent(values: Sequence[K]) -> K:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], str(value)))


def _most_specific(keys: Sequence[str], places: Mapping[str, Place]) -> str:
    """Return the place that is not just the country; among several the most frequent."""
    return _most_frequent([key for key in keys if not _is_country(key, places)] or keys)


def _is_country(key: str, places: Mapping[str, Place]) -> bool:
    place = places.get(key)
    return place is not None and place.country is not None and key == f"place/{place.country.lower()}"


def _label(
    event: Visit | Meeting | Statement,
    status: Status,
    edtf: str | None,
    words: str,
    actors: Mapping[str, Actor],
    places: Mapping[str, Place],
) -> str:
    """Return a plain sentence such as ``Antony Blinken visits Moscow (planned, 2022-02)``."""

    def named(*keys: str) -> str:
        names = [actors[key].name if key in actors else key for key in keys]
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

    def place(key: str) -> str:
        return places[key].name if key in places else key

    when = f"({', '.join(filter(None, [status, edtf]))})"
    match event:
        case Visit():
            verb = "visit" if len(event.visitors) > 1 else "visits"
            return f"{named(*event.visitors)} {verb} {place(event.destination)} {when}"
        case Meeting():
            where = f" in {place(event.place)}" if event.place else ""
            return f"{named(*event.participants)} {_MEETS[event.mode]}{where} {when}"
        case Statement():
            says = "denies" if event.act == "deny" else f"{event.act}s"
            return f"{named(event.speaker)} {says}: {textwrap.shorten(words, 90, placeholder=' …')}"
