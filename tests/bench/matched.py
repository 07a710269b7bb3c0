"""Which report of the reader is which annotated telling, so that its merging can be judged.

Within an article each telling has one report at most and each report one telling, as many as can be: the same kind, and
actors and place as ``legation evaluate`` pairs them, or else the same words where the reader does not know who is
meant. A report of none of the annotated occasions is not judged, nor one of somebody else who is known by a like name:
to merge that one rightly would be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from kg.authority import Authority
from kg.evaluate import from_account
from kg.evaluate.found import FoundActor, FoundEvent
from kg.evaluate.gold import GoldActor, GoldEvent
from kg.evaluate.match import SAME_WORDS, Cast, agreement, overlap, same_words
from kg.records import Account, Event
from tests.bench.clusters import Mention
from tests.bench.recount import actor
from tests.bench.stories import Stories, Told

BY_WORDS = 0.5
"""What the same words weigh alone: less than any agreement of the actors."""


def mentions(
    stories: Stories, accounts: Iterable[Account], events: Iterable[Event], matching: Mapping[str, Sequence[int | None]]
) -> list[Mention]:
    """Return the judged reports; ``matching`` says by article which report each of ``stories.of`` is, if any."""
    event_of = {where: event.key for event in events for where in event.reports}
    found = []
    for account in accounts:
        key = account.article.id
        for told, number in zip(stories.of(key), matching[key], strict=True):
            if number is not None:
                found.append(Mention(key, number, told.occasion, event_of[key, number], told.kind, told.required))
    return found


def in_order(stories: Stories) -> dict[str, list[int | None]]:
    """Return the matching of accounts made from the stories themselves: report by report."""
    return {key: list(range(len(stories.of(key)))) for key in stories.articles}


def by_agreement(stories: Stories, accounts: Iterable[Account], authority: Authority) -> dict[str, list[int | None]]:
    """Return the matching of accounts made by the reader."""
    return {account.article.id: _match(stories, account, authority) for account in accounts}


def _match(stories: Stories, account: Account, authority: Authority) -> list[int | None]:
    told, events = stories.of(account.article.id), from_account(account).events
    result: list[int | None] = [None] * len(told)
    if not told or not events:
        return result
    people = _People(told, stories.names, account, authority)
    weights = np.array([[_weight(_gold(t), event, people) for event in events] for t in told])
    rows, columns = linear_sum_assignment(np.where(weights > 0, weights + 100, 0), maximize=True)
    for row, column in zip(rows, columns, strict=True):
        if weights[row, column] > 0:
            result[int(row)] = int(column)
    return result


class _People:
    """The annotated actors of one article, and who of them the reader means."""

    def __init__(
        self, told: Sequence[Told], names: Mapping[str, tuple[str, ...]], account: Account, authority: Authority
    ) -> None:
        roles = {name: role for one in told for name, role in one.roles.items()}
        meant = {name: actor(name, authority) for one in told for name in one.who}
        self.cast = Cast(
            [
                GoldActor(name, known.kind, (*names.get(name, ()), *known.aliases), *_office(roles.get(name)))
                for name, known in meant.items()
            ]
        )
        self._keys = [known.key for known in meant.values()]
        self._key_of = {FoundActor(a.name, a.kind, a.aliases, a.wikidata): a.key for a in account.actors}
        self._authority = authority

    def known(self, key: str) -> bool:
        """Say whether a key is that of a person of the authority."""
        return self._authority.person(key.removeprefix("person/")) is not None

    def whom(self, one: FoundActor) -> int | None:
        """Return which annotated actor it is, unless the two are known people of a like name."""
        number, key = self.cast.find(one), self._key_of[one]
        if number is None or self._keys[number] == key:
            return number
        return None if self.known(key) and self.known(self._keys[number]) else number

    def someone_else(self, one: FoundActor) -> bool:
        """Say whether it is somebody known who is not annotated."""
        return self.known(self._key_of[one]) and self.whom(one) is None


def _office(role: str | None) -> tuple[str | None, str | None]:
    office, _, of = (role or "").removeprefix("former ").partition(" of ")
    return office or None, of or None


def _weight(gold: GoldEvent, event: FoundEvent, people: _People) -> float:
    agreed = agreement(gold, event, people.cast, people.whom)
    if agreed or gold.kind != event.kind or any(map(people.someone_else, event.actors)):
        return agreed
    if gold.kind == "statement":
        alike = same_words(gold.evidence, event.content or "") >= SAME_WORDS
    else:
        elsewhere = gold.country and event.place and event.place.country and gold.country != event.place.country
        alike = not elsewhere and overlap(gold.evidence, event.evidence) >= SAME_WORDS
    return BY_WORDS if alike else 0.0


def _gold(told: Told) -> GoldEvent:
    return GoldEvent(
        kind=told.kind,
        actors=told.who,
        evidence=told.words or told.evidence,
        required=told.required,
        place=told.place,
        country=told.country,
        edtf=told.edtf,
        status=told.status,
        mode=told.mode,
    )
