"""Which person of the authority someone in an article is: candidates by name, weighed by office, country and date.

A model chooses among the candidates of one name and "nobody" (:mod:`kg.choice`). Above one threshold the two are the
same, between two they may be (``skos:closeMatch``), below both the person stays one of the article alone. Features are
those of the field (name likeness, prominence, coherence: Hachey et al., Artificial Intelligence 194, 2013), with
what diplomacy adds to them: which office was held on the day of the article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from math import log1p, nan

from rapidfuzz import fuzz

from kg.authority import Authority
from kg.cast import Cast, Entity, Identity
from kg.known import Office, Person
from kg.names import tokens
from kg.people import FULL, SHORTENED, SURNAME, Candidate, surnames
from kg.records import Relation
from kg.spelling import normalise

Rows = Sequence[Sequence[float]]
Choose = Callable[[Rows, Sequence[int]], Sequence[float]]
"""From the rows of all candidates and the sizes of their groups to probabilities; what is missing to 1 is nobody's."""

MOST = 24
"""Candidates that one name may have; the least prominent of more are left out."""

_RANKS = {
    "head-of-state": 4.0,
    "head-of-government": 4.0,
    "foreign-minister": 3.0,
    "organisation-head": 3.0,
    "deputy-head-of-government": 2.0,
    "defence-minister": 2.0,
    "minister": 1.5,
}
_OTHER_OFFICE = 1.0


@dataclass(frozen=True)
class Possible:
    """A known person whom an entity's names may mean, with the features of that and what speaks for it."""

    person: Person
    row: tuple[float, ...]
    reasons: tuple[str, ...]


def identify(
    cast: Cast, authority: Authority, published: date | None, choose: Choose, thresholds: Mapping[str, float]
) -> None:
    """Find for each named person of a cast whom the authority knows as that; set what it knows.

    ``thresholds`` holds the probabilities from which a candidate is the same (``identity``) and from which it may be
    (``identity-close``). Two clusters that are one person by the authority ("Mr Jiang", "Zemin") become one.
    """
    weigher = Weigher(cast, authority, published)
    named = [(entity, weigher.possible(entity)) for entity in cast.people() if entity.named]
    asked = [(entity, possible) for entity, possible in named if possible]
    rows = [one.row for _, possible in asked for one in possible]
    chances = iter(choose(rows, [len(possible) for _, possible in asked]) if rows else ())
    for entity, possible in asked:
        share, best = max(((next(chances), one) for one in possible), key=lambda pair: pair[0])
        if share >= thresholds["identity-close"]:
            relation: Relation = "exactMatch" if share >= thresholds["identity"] else "closeMatch"
            entity.identity = Identity(best.person, relation, share, best.reasons)
            if relation == "exactMatch":
                _take(entity, best.person)
    owners: dict[str, Entity] = {}
    for entity in list(cast.people()):
        if isinstance(entity.known, Person):
            first = owners.setdefault(entity.known.key, entity)
            if first is not entity:
                _absorb(cast, first, entity)


def _take(entity: Entity, person: Person) -> None:
    entity.known = person
    entity.country = entity.country or person.country
    entity.gender = entity.gender or person.gender
    if len(tokens(entity.name)) == 1 or set(tokens(entity.name)) <= set(tokens(person.name)):
        entity.name = person.name


def _absorb(cast: Cast, keep: Entity, gone: Entity) -> None:
    keep.forms.update(gone.forms)
    keep.roles.extend(gone.roles)
    keep.first = min(keep.first, gone.first)
    gone.forms.clear()
    gone.known, gone.identity, gone.named = None, None, False
    for mention in cast.mentions:
        if gone.index in mention.entities:
            mention.entities = tuple(dict.fromkeys(keep.index if e == gone.index else e for e in mention.entities))


class Weigher:
    """Weighs the known people whom the names of one article's cast may mean."""

    def __init__(self, cast: Cast, authority: Authority, published: date | None) -> None:
        """Take the cast, and the day by which offices are judged."""
        self.cast, self.authority, self.published = cast, authority, published
        self.countries = {e.country for e in cast.entities if e.kind == "state" and e.country}
        self._candidates = {entity.index: self._alike(entity) for entity in cast.people() if entity.named}
        self._taken: Counter[str] = Counter()
        for entity in cast.people():
            if entity.named and len(tokens(entity.name)) > 1:
                self._taken.update(self._candidates[entity.index].keys())

    def possible(self, entity: Entity) -> list[Possible]:
        """Return the candidates of a named person with what speaks for each, by likeness and prominence."""
        alike = self._candidates[entity.index]
        facts = {key: self._facts(entity, one.person, one.score) for key, one in alike.items()}
        ranked = sorted(facts, key=lambda key: (-alike[key].score, -facts[key]["now"], -facts[key]["ever"], key))[:MOST]
        return [
            Possible(
                alike[key].person,
                self._row(entity, alike[key].person, ranked, facts),
                self._reasons(alike[key].person, facts[key]),
            )
            for key in ranked
        ]

    def _alike(self, entity: Entity) -> dict[str, Candidate]:
        """Return by key whom any of the names may mean, each by the name that fits best."""
        found: dict[str, Candidate] = {}
        for name in sorted({entity.name, *(form for form in entity.forms if len(tokens(form)) > 1)}):
            for candidate in self.authority.people(name):
                best = found.setdefault(candidate.person.key, candidate)
                if candidate.score > best.score:
                    found[candidate.person.key] = candidate
        return found

    def _facts(self, entity: Entity, person: Person, likeness: float) -> dict[str, float]:
        offices = self.authority.offices(person.key)
        countries = {person.country, *(o.country for o in offices)} - {None, ""}
        held = [(office, office.held(self.published)) for office in offices] if self.published else []
        now = [_rank(o) * (1.0 if certainty == "yes" else 0.7) for o, certainty in held if certainty != "no"]
        parts = normalise(person.name).split()
        own = normalise(entity.name).split()
        names = {normalise(form) for form in (entity.name, *entity.forms)}
        known = {normalise(name) for name in (person.name, *person.aliases)}
        return {
            "likeness": likeness,
            "spelling": max(fuzz.ratio(one, other) for one in names for other in known),
            "gender": _agreement(entity.gender, {person.gender} - {None}),
            "country": _agreement(entity.country, countries),
            "named": float(bool(countries & self.countries)),
            "home": float(self.cast.home in countries),
            "role": self._role(entity, person, offices),
            "now": max(now, default=0.0),
            "ever": max(map(_rank, offices), default=0.0),
            "apart": self._apart(offices),
            "age": float(self.published.year - int(person.birth)) if self.published and person.birth else nan,
            "terms": log1p(len(offices)),
            "last": float(own[-1:] == parts[-1:]),
            "first": float(own[:1] == parts[:1]),
            "surname": float(" ".join(own) in surnames(person.name, person.country)),
            "taken": float(self._taken[person.key]),
            "identified": float(person.qid is not None),
        }

    def _role(self, entity: Entity, person: Person, offices: Sequence[Office]) -> float:
        """Return how the article's titles fit: 3 held on the day, 2 perhaps, 1 once, 0 no title, −1 never."""
        best = 0.0
        for role in entity.roles:
            country = role.countries[0] if role.countries else entity.country or person.country
            kind = self.authority.office_kind(role.title, country=country)
            if role.kind != "office" or kind is None:
                continue
            same = [office for office in offices if office.kind == kind]
            held = {office.held(self.published) for office in same} if self.published and not role.former else set()
            fit = -1.0 if not same else 3.0 if "yes" in held else 2.0 if "perhaps" in held else 1.0
            best = fit if best == 0.0 else max(best, fit)
        return best

    def _apart(self, offices: Sequence[Office]) -> float:
        """Return the years between the day and the nearest office, 0 within one; NaN where nothing is dated."""
        years = [(int(d[:4]), int((o.end or o.as_of or d)[:4])) for o in offices if (d := o.start or o.end or o.as_of)]
        if self.published is None or not years:
            return nan
        day = self.published.year
        return float(min(max(first - day, day - last, 0) for first, last in years))

    def _row(
        self, entity: Entity, person: Person, ranked: Sequence[str], facts: Mapping[str, dict[str, float]]
    ) -> tuple[float, ...]:
        mine = facts[person.key]
        rivals = [facts[other] for other in ranked if other != person.key]
        return (
            *mine.values(),
            float(max((len(tokens(form)) for form in (entity.name, *entity.forms)), default=1)),
            float(len(tokens(entity.name))),
            log1p(len(ranked)),
            float(sum(r["likeness"] >= mine["likeness"] for r in rivals)),
            mine["now"] - max((r["now"] for r in rivals), default=0.0),
            mine["ever"] - max((r["ever"] for r in rivals), default=0.0),
            mine["role"] - max((r["role"] for r in rivals), default=-1.0),
            mine["country"] - max((r["country"] for r in rivals), default=-1.0),
            mine["named"] - max((r["named"] for r in rivals), default=0.0),
            float(bool(entity.roles)),
            float(bool(entity.country)),
            log1p(sum(entity.forms.values())),
            float(self.published is not None),
            float(normalise(entity.name) == normalise(person.name)),
        )

    def _reasons(self, person: Person, facts: Mapping[str, float]) -> tuple[str, ...]:
        """Return what speaks for the person, in words."""
        likeness = facts["likeness"]
        reasons = [
            "name" if likeness >= FULL else "surname" if likeness <= SURNAME else "name variant"
            if likeness >= SHORTENED else "name respelt",
        ]  # fmt: skip
        if facts["role"] >= 2:
            reasons.append("office held on the day")
        elif facts["role"] == 1:
            reasons.append("office held once")
        elif facts["now"]:
            reasons.append("in office on the day")
        if facts["country"] > 0:
            reasons.append(f"country {person.country}" if person.country else "country")
        elif facts["named"]:
            reasons.append("country named")
        return tuple(reasons)


def _agreement(told: str | None, known: Set[str | None]) -> float:
    """Return 1 where what is told is among the known, −1 where it is not, 0 where either is missing."""
    return 0.0 if not told or not known else 1.0 if told in known else -1.0


def _rank(office: Office) -> float:
    return _RANKS.get(office.kind, _OTHER_OFFICE)
