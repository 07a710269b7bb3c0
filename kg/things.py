"""One actor, one place: what several accounts say of the same thing, reduced to one record.

Each reduction depends only on the distinct records that it is given, never on their order or on how often one comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from kg.records import Account, Actor, Link, Meeting, Place, Statement, Visit

T = TypeVar("T")


def by_key(items: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Return the items grouped by key, the keys in order."""
    groups: dict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(sorted(groups.items()))


def named(event: Visit | Meeting | Statement) -> tuple[tuple[str, ...], str | None]:
    """Return all actors and the place that an event names, by key."""
    match event:
        case Visit():
            return event.visitors + event.hosts, event.destination
        case Meeting():
            return event.participants, event.place
        case Statement():
            return (event.speaker, *event.about, *event.addressees), None


def cast(
    accounts: Iterable[Account], events: Iterable[Visit | Meeting | Statement]
) -> tuple[dict[str, Actor], dict[str, Place]]:
    """Return the actors and the places that the events name, by key, as these accounts together have them."""
    keys = {key for event in events for actors, place in [named(event)] for key in (*actors, place)}
    told = list({account.article.id: account for account in accounts}.values())
    actors = by_key((a for account in told for a in account.actors if a.key in keys), lambda actor: actor.key)
    places = by_key((p for account in told for p in account.places if p.key in keys), lambda place: place.key)
    return (
        {key: one_actor(same) for key, same in actors.items()},
        {key: one_place(same) for key, same in places.items()},
    )


def one_actor(same: Sequence[Actor]) -> Actor:
    """Return one actor of many with the same key: the authority's name before the longest one, all aliases."""
    ranked = sorted(same, key=lambda actor: (actor.wikidata is None, -len(actor.name), actor.name, repr(actor)))
    names = {name for actor in same for name in (actor.name, *actor.aliases)}
    return replace(
        ranked[0],
        aliases=tuple(sorted(names - {ranked[0].name})),
        links=strongest(link for actor in same for link in actor.links),
        note=first(actor.note for actor in ranked),
        notations=tuple(sorted({notation for actor in same for notation in actor.notations})),
        subkind=first(actor.subkind for actor in ranked),
        country=first(actor.country for actor in ranked),
    )


def one_place(same: Sequence[Place]) -> Place:
    """Return one place of many with the same key: the one with an identifier and coordinates comes first."""
    best = min(same, key=lambda place: (not place.links, place.latitude is None, -len(place.name), repr(place)))
    return replace(best, links=strongest(link for place in same for link in place.links))


def strongest(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return one link a target: the most confident one, an exact match before a close one."""
    kept: dict[str, Link] = {}
    for link in sorted(links, key=lambda one: (one.relation != "exactMatch", -one.confidence, one)):
        kept.setdefault(link.target, link)
    return tuple(kept[target] for target in sorted(kept))


def first(values: Iterable[str | None]) -> str | None:
    """Return the first value that there is."""
    return next((value for value in values if value is not None), None)
