"""From the reports of one occasion to its event: for each value the one best supported, and where reports disagree."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from kg.merge.dating import Dated
from kg.merge.days import Grain
from kg.merge.occasions import Occasion, each
from kg.merge.party import Party, pair_up
from kg.merge.telling import Telling
from kg.records import Event, Join, Meeting, Place, Statement, Status, Visit
from kg.things import first

K = TypeVar("K")

_MEETS = {"phone": "speak by phone", "video": "speak by video", "in-person": "meet", "unknown": "meet"}
_ON_SIGHT = ("same actors, country and day",)


def to_event(occasion: Occasion, dated: Dated) -> Event:
    """Return the event of an occasion that was on a date.

    It bears the key of its first report, by date of publication, so that it is the same while others join it.
    """
    told = sorted((telling for telling, _ in each(occasion)), key=lambda telling: telling.where)
    founder = min(told, key=lambda telling: (telling.told_on, telling.index))
    keys = {telling.natural for telling in told}
    event, cast = _account(told), _cast(told)
    event = _with_cast(event, cast)
    status = _status(told)
    wording = _wording(told)
    return Event(
        key=founder.natural,
        event=replace(event, content=wording.report.event.content)
        if isinstance(event, Statement) and isinstance(wording.report.event, Statement)
        else event,
        status=status,
        edtf=dated.edtf,
        label=_label(event, status, dated.edtf, wording.quoted, told),
        reports=tuple(telling.where for telling in told),
        wording=wording.article.id,
        replaces=tuple(sorted(keys - {founder.natural})),
        disputed=tuple(sorted(_disputed(occasion, told))),
        inferred=dated.inferred,
        joins=tuple(sorted(_joins(occasion, founder))),
    )


def _joins(occasion: Occasion, founder: Telling) -> Iterable[Join]:
    """Yield what joined each report but those that were one on sight with the first."""
    for telling, weight in each(occasion):
        if weight is not None:
            yield Join(*telling.where, round(weight.probability, 4), weight.reasons)
        elif telling is not founder and telling.natural == founder.natural:
            yield Join(*telling.where, 1.0, _ON_SIGHT)


def _account(told: Sequence[Telling]) -> Visit | Meeting | Statement:
    """Return the first report's event, with what the other reports add."""
    events = [telling.report.event for telling in told]
    one = events[0]
    if isinstance(one, Visit):
        visits = [event for event in events if isinstance(event, Visit)]
        return replace(
            one,
            destination=_most_specific(told) or one.destination,
            hosts=_union(visit.hosts for visit in visits),
            purpose=first(visit.purpose for visit in visits),
        )
    if isinstance(one, Meeting):
        meetings = [event for event in events if isinstance(event, Meeting)]
        modes = [meeting.mode for meeting in meetings if meeting.mode != "unknown"]
        return replace(
            one,
            place=_most_specific(told),
            mode=_most_frequent(modes) if modes else "unknown",
            topic=first(meeting.topic for meeting in meetings),
            during=None,
        )
    statements = [event for event in events if isinstance(event, Statement)]
    return replace(
        one,
        act=_most_frequent([statement.act for statement in statements]),
        direct=any(statement.direct for statement in statements),
        about=_union(statement.about for statement in statements),
        addressees=_union(statement.addressees for statement in statements),
    )


def _cast(told: Sequence[Telling]) -> tuple[str, ...]:
    """Return who takes part: each once, by the key of whoever of those that are one is known best."""
    seats: list[Party] = []
    for telling in told:
        pairs = pair_up(seats, telling.parties, telling.when.span)
        for seat, party, _, _ in pairs:
            seats[seats.index(seat)] = max(seat, party, key=_known)
        taken = {id(party) for _, party, _, _ in pairs}
        seats += [party for party in telling.parties if id(party) not in taken]
    return tuple(sorted({party.key for party in seats}))


def _known(party: Party) -> tuple[bool, bool, bool, int, str]:
    return bool(party.links), party.kind == "state", party.named, len(party.name), party.key


def _with_cast(event: Visit | Meeting | Statement, cast: tuple[str, ...]) -> Visit | Meeting | Statement:
    match event:
        case Visit():
            return replace(event, visitors=cast or event.visitors)
        case Meeting():
            return replace(event, participants=cast or event.participants)
        case Statement():
            return replace(event, speaker=cast[0] if cast else event.speaker)


def _status(told: Sequence[Telling]) -> Status:
    """Return what the latest dated article says, else what most reports say."""
    newest = max(telling.article.published or date.min for telling in told)
    return _most_frequent([t.report.status for t in told if (t.article.published or date.min) == newest])


def _wording(told: Sequence[Telling]) -> Telling:
    """Return whose words to give: a quotation before a rendering, the longest, the earliest."""

    def order(telling: Telling) -> tuple[bool, int, tuple[date, str], int]:
        event = telling.report.event
        quoted = isinstance(event, Statement) and event.direct
        return not quoted, -len(telling.words), telling.told_on, telling.index

    return min(told, key=order)


def _disputed(occasion: Occasion, told: Sequence[Telling]) -> Iterable[str]:
    """Yield the properties, by local name, on which reports disagree so that not all can be right.

    A plan that was carried out, or moved and said so, is no disagreement; nor is a town in the country.
    """
    if {telling.report.status for telling in told} >= {"occurred", "cancelled"}:
        yield "status"
    exact = [telling.when for telling in occasion.live() if telling.when.grain is Grain.DAY]
    if any(a.gap(b) for n, a in enumerate(exact) for b in exact[n + 1 :]):
        yield "edtf"
    towns = {telling.town for telling in told if telling.town}
    if len(towns) > 1 or len({telling.country for telling in told if telling.country}) > 1:
        yield "destination" if told[0].kind == "visit" else "place"
    events = [telling.report.event for telling in told]
    if len({event.mode for event in events if isinstance(event, Meeting) and event.mode != "unknown"}) > 1:
        yield "mode"


def _most_specific(told: Sequence[Telling]) -> str | None:
    """Return the key of the town most often told, of a place in it if nothing else is told, else of the country."""
    towns = [telling.town for telling in told if telling.town]
    town = _most_frequent(towns) if towns else None
    keys = [key for telling in told if telling.town == town and (key := _place_key(telling))]
    return town if town in keys else _most_frequent(keys) if keys else None


def _place_key(telling: Telling) -> str | None:
    match telling.report.event:
        case Visit(destination=key) | Meeting(place=key):
            return key
        case _:
            return None


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({key for group in groups for key in group}))


def _most_frequent(values: Sequence[K]) -> K:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], str(value)))


def _label(
    event: Visit | Meeting | Statement, status: Status, edtf: str | None, words: str, told: Sequence[Telling]
) -> str:
    """Return a plain sentence such as ``Antony Blinken visits Moscow (planned, 2022-02)``.

    Only names that the event's own articles have stand in it, so that no other article can change it.
    """
    names = {actor.key: actor.name for telling in reversed(told) for actor in telling.account.actors}
    towns: dict[str, Place] = {place.key: place for telling in reversed(told) for place in telling.account.places}

    def named(*keys: str) -> str:
        known = [names.get(key, key) for key in keys]
        return " and ".join(filter(None, [", ".join(known[:-1]), known[-1]]))

    def place(key: str) -> str:
        return towns[key].name if key in towns else key

    stamp = f"({', '.join(filter(None, [status, edtf]))})"
    match event:
        case Visit():
            verb = "visit" if len(event.visitors) > 1 else "visits"
            return f"{named(*event.visitors)} {verb} {place(event.destination)} {stamp}"
        case Meeting():
            where = f" in {place(event.place)}" if event.place else ""
            return f"{named(*event.participants)} {_MEETS[event.mode]}{where} {stamp}"
        case Statement():
            says = "denies" if event.act == "deny" else f"{event.act}s"
            return f"{named(event.speaker)} {says}: {textwrap.shorten(words, 90, placeholder=' …')}"
