"""Who takes part in an event, as merging sees it, and when two who are named differently may be one.

A role and its holder, a state and its government, and two spellings of a name can be one; two whom the authority knows
as different people cannot, nor can people of different states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from kg.authority import Authority
from kg.known import Landmark
from kg.merge.days import FIRST, LAST
from kg.names import tokens
from kg.records import Account, Actor, OfficeHolding
from kg.spelling import normalise, skeleton
from kg.titles import HIGHEST

SAME, SPELT, HOLDER, SURNAME = 1.0, 0.85, 0.8, 0.7
"""How surely two parties are one: by key or identifier, by full name, by office, by bare surname."""

_ONE_HOLDER = HIGHEST | {"defence-minister", "organisation-head"}
_HANDOVER = 62
"""Days of which an article's word for an office may be taken without the authority's."""
_ALIKE = 82
"""From this ``rapidfuzz`` ratio on (0–100) two surnames may be spellings of one: Sybiha and Sybiga have 83."""

Days = tuple[int, int]
"""First and last day, as proleptic Gregorian ordinals."""


@dataclass(frozen=True, eq=False)
class Party:
    """An actor in one article.

    ``offices`` are (kind, country or organisation) as the article gives them; ``terms`` when somebody known held such
    an office, by the authority. ``named`` is false for whom the article knows by a role alone.
    """

    key: str
    kind: str
    country: str | None
    named: bool
    name: tuple[str, ...]
    links: frozenset[str]
    close: frozenset[str]
    offices: frozenset[tuple[str, str]]
    terms: tuple[tuple[tuple[str, str], Days], ...]

    def held(self, days: Days) -> frozenset[tuple[str, str]]:
        """Return the offices that the article gives, and those that the authority has for some of the days."""
        return self.offices | {office for office, (start, end) in self.terms if start <= days[1] and days[0] <= end}

    def surely_held(self, days: Days) -> frozenset[tuple[str, str]]:
        """Return the offices that the authority has for all of the days, and the article's if they are few.

        Over years an office may have changed hands.
        """
        told = self.offices if days[1] - days[0] <= _HANDOVER else frozenset()
        return told | {office for office, (start, end) in self.terms if start <= days[0] and days[1] <= end}

    def faces(self, days: Days) -> frozenset[str]:
        """Return what others who may be this one share at least one of: a surname's sound, an office, a state."""
        if self.kind != "person":
            return frozenset({self.state or self.key})
        found = {f"office {kind} {whose}" for kind, whose in self.held(days) if kind in _ONE_HOLDER}
        if self.named:
            found.add(f"name {_sound(self.name[-1])}")
        return frozenset(found or {self.key})

    @property
    def state(self) -> str | None:
        """The state that the party is or governs, as ``state/fr``, or None."""
        if self.kind == "state":
            return self.key
        return f"state/{self.country.lower()}" if self.kind == "government" and self.country else None


def parties(account: Account) -> Mapping[str, Party]:
    """Return all actors of an account as parties, by key."""
    holdings: dict[str, list[OfficeHolding]] = defaultdict(list)
    for holding in account.holdings:
        holdings[holding.holder].append(holding)
    return {actor.key: _party(actor, holdings[actor.key]) for actor in account.actors}


def alike(a: Party, b: Party, days: Days) -> tuple[float, str] | None:
    """Return how surely two parties are one (0–1) and by what, or None if nothing says so or something forbids it.

    ``days`` are those of the event, for who held an office then.
    """
    if a.key == b.key:
        return SAME, "same"
    if a.state and a.state == b.state:
        return SAME, "state and government"
    if a.kind != "person" or b.kind != "person" or (a.links and b.links):
        return None
    if a.country and b.country and a.country != b.country:
        return None
    if a.links & b.close or b.links & a.close:
        return SPELT, "likely the same"
    if not (a.named and b.named):
        sure = a.surely_held(days), b.surely_held(days)
        held = (sure[0] & sure[1]) | (a.offices & sure[1]) | (b.offices & sure[0])
        return (HOLDER, "role and holder") if any(office[0] in _ONE_HOLDER for office in held) else None
    if not _one_name(a.name, b.name):
        return None
    if min(len(a.name), len(b.name)) > 1:
        return SPELT, "spelling"
    offices = {office for office in a.held(days) & b.held(days) if office[0] in _ONE_HOLDER}
    return (SURNAME, "surname") if offices or (a.country and a.country == b.country) else None


def pair_up(one: Iterable[Party], other: Iterable[Party], days: Days) -> list[tuple[Party, Party, float, str]]:
    """Return who of the one side is whom of the other, the surest pairs first, each party at most once."""
    left, right = tuple(one), tuple(other)
    found = [
        (-grade, x, y, why)
        for x, a in enumerate(left)
        for y, b in enumerate(right)
        if (match := alike(a, b, days)) is not None
        for grade, why in [match]
    ]
    pairs, taken_left, taken_right = [], set(), set()
    for grade, x, y, why in sorted(found):
        if x not in taken_left and y not in taken_right:
            taken_left.add(x)
            taken_right.add(y)
            pairs.append((left[x], right[y], -grade, why))
    return pairs


def _party(actor: Actor, holdings: Iterable[OfficeHolding]) -> Party:
    offices, terms = set(), []
    for holding in holdings:
        whose = holding.of or (f"state/{actor.country.lower()}" if actor.country else "")
        kind = _kind(holding.office, whose.removeprefix("state/").upper() if whose.startswith("state/") else "")
        if not kind or not whose.startswith(("state/", "organization/")):
            continue
        if holding.source == "article":
            if not holding.former:
                offices.add((kind, whose))
        elif holding.earliest or holding.latest:
            terms.append(((kind, whose), (_day(holding.earliest, FIRST), _day(holding.latest, LAST))))
    government = actor.kind == "organization" and actor.country and "government" in normalise(actor.name).split()
    return Party(
        key=actor.key,
        kind="government" if government else actor.kind,
        country=actor.country,
        named=actor.kind != "person" or _is_named(actor),
        name=tokens(actor.name) or (actor.key,),
        links=frozenset(link.target for link in actor.links if link.relation == "exactMatch"),
        close=frozenset(link.target for link in actor.links if link.relation == "closeMatch"),
        offices=frozenset(offices),
        terms=tuple(sorted(terms)),
    )


def _is_named(actor: Actor) -> bool:
    """Say whether a person's name is one: keys of the unnamed end in their article's id, and roles have a kind."""
    if "--" not in actor.key:
        return True
    return actor.note is None and len(tokens(actor.name)) == 1 and actor.name[:1].isupper()


@lru_cache(maxsize=65536)
def _one_name(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Say whether two names can be one: surnames that sound alike, given names that do or are left out or begun."""
    if _sound(a[-1]) != _sound(b[-1]):
        return False
    if skeleton(a[-1]) != skeleton(b[-1]) and ratio(a[-1], b[-1]) < _ALIKE:
        return False
    if min(len(a), len(b)) == 1:
        return True
    x, y = a[0], b[0]
    return x[:1] == y[:1] if min(len(x), len(y)) == 1 else skeleton(x) == skeleton(y) or ratio(x, y) >= _ALIKE


@lru_cache(maxsize=65536)
def _sound(surname: str) -> str:
    """Return a surname so coarsely that its spellings meet: Sybiha and Sybiga, Denktaş and Denktash."""
    return skeleton(surname).translate({ord("g"): None, ord("h"): None}) or surname


@lru_cache(maxsize=4096)
def _kind(title: str, country: str) -> str | None:
    return Authority.load().office_kind(title, country=country or None)


@lru_cache(maxsize=16384)
def town_of(place: str) -> str:
    """Return the key of the town that a residence or building is in, else the key of the place itself."""
    known = Authority.load().place_by_key(place.removeprefix("place/"))
    return f"place/{known.city}" if isinstance(known, Landmark) and known.city else place


@lru_cache(maxsize=16384)
def _day(iso: str | None, otherwise: int) -> int:
    return date.fromisoformat(iso).toordinal() if iso else otherwise
