"""From what each article says to what happened: one actor, one place and one event over all accounts.

Reports of one occasion are found by keys that they share (:attr:`Telling.keys`), weighed in pairs with reasons
(:func:`kg.merge.weigh.weigh`) and joined where it is sure (:func:`kg.merge.occasions.occasions`); what an event says
is what its reports support best (:func:`kg.merge.event.to_event`). Look-alikes stay apart rather than being joined by
guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.merge.dating import dates
from kg.merge.event import to_event
from kg.merge.occasions import occasions, shelves
from kg.merge.telling import Telling, tellings
from kg.records import Account, Actor, Event, Place
from kg.things import by_key, one_actor, one_place

__all__ = ["Merged", "Telling", "join", "merge", "shelves", "tellings"]


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


def merge(accounts: Iterable[Account]) -> Merged:
    """Return the actors, places and events of the accounts, the same for every order of them.

    In the event of a Statement, ``content`` is a span of the article ``wording``; ``during`` of a Meeting is None,
    because it is an index into one account: ask the reports for it.
    """
    told = sorted(accounts, key=lambda account: account.article.id)
    actors = by_key((a for account in told for a in account.actors), lambda actor: actor.key)
    places = by_key((p for account in told for p in account.places), lambda place: place.key)
    return Merged(
        actors=tuple(one_actor(same) for same in actors.values()),
        places=tuple(one_place(same) for same in places.values()),
        events=join([telling for account in told for telling in tellings(account)]),
    )


def join(told: Sequence[Telling]) -> tuple[Event, ...]:
    """Return the events of some reports, sorted by key.

    The result for reports that meet no others (:func:`kg.merge.occasions.shelves`) does not depend on these others:
    joining the parts of a set that meet no further ones gives what joining the whole gives.
    """
    found = occasions(told)
    events = (to_event(occasion, dated) for occasion, dated in zip(found, dates(found), strict=True))
    return tuple(sorted(events, key=lambda event: event.key))
