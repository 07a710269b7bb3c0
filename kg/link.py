"""From an article's entities to actors with stable keys, known to the authority where the evidence suffices."""

from __future__ import annotations

import re
from datetime import date

from kg.authority import Authority
from kg.cast import Cast, Entity, PlaceMention
from kg.known import City, Landmark, Organisation, Person, State
from kg.names import tokens
from kg.records import GEONAMES, WIKIDATA, Actor, Article, Link, OfficeHolding, Place
from kg.roles import Role
from kg.spelling import normalise


def identify(cast: Cast, authority: Authority, published: date | None) -> None:
    """Find the authority's person for each whose name, country and office leave no doubt; set what it knows."""
    for entity in cast.people():
        if not entity.named:
            continue
        person = _person(entity, cast, authority, published)
        if person is None:
            continue
        entity.known = person
        entity.country = entity.country or person.country
        entity.gender = entity.gender or person.gender
        if len(tokens(entity.name)) == 1 or set(tokens(entity.name)) <= set(tokens(person.name)):
            entity.name = person.name
    # Two clusters that are one person by the authority ("Mr Jiang", "Zemin") become one.
    owners: dict[int, Entity] = {}
    for entity in list(cast.people()):
        if entity.known is None:
            continue
        first = owners.setdefault(id(entity.known), entity)
        if first is not entity:
            _absorb(cast, first, entity)


def _absorb(cast: Cast, keep: Entity, gone: Entity) -> None:
    keep.forms.update(gone.forms)
    keep.roles.extend(gone.roles)
    keep.first = min(keep.first, gone.first)
    gone.forms.clear()
    gone.known, gone.named = None, False
    for mention in cast.mentions:
        if gone.index in mention.entities:
            mention.entities = tuple(dict.fromkeys(keep.index if e == gone.index else e for e in mention.entities))


def _person(entity: Entity, cast: Cast, authority: Authority, published: date | None) -> Person | None:
    names = {entity.name, *(form for form in entity.forms if len(tokens(form)) > 1)}
    candidates: dict[str, Person] = {}
    likeness: dict[str, float] = {}
    full = len(tokens(entity.name)) > 1
    for name in sorted(names):
        for candidate in authority.people(name):
            person = candidate.person
            candidates[person.key] = person
            likeness[person.key] = max(candidate.score, likeness.get(person.key, 0.0))
    if not candidates:
        return None
    ranked = []
    for person in candidates.values():
        score = _fit(person, entity, cast, authority, published) + (likeness[person.key] if full else 0.0)
        ranked.append((score, person.key, person))
    ranked.sort(key=lambda r: (-r[0], r[1]))
    best = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else -9.0
    needed = 0.5 if full else 1.2
    return best[2] if best[0] >= needed and best[0] - second >= 0.3 else None


def _fit(person: Person, entity: Entity, cast: Cast, authority: Authority, published: date | None) -> float:
    """Return how well country, office and time agree: about −2 for a contradiction, 2 for full agreement."""
    score = -1.5 if entity.gender and person.gender and entity.gender != person.gender else 0.0
    offices = authority.offices(person.key)
    countries = {person.country, *(o.country for o in offices)} - {None, ""}
    if entity.country and countries:
        score += 0.7 if entity.country in countries else -1.5
    elif countries and any(e.kind == "state" and e.country in countries for e in cast.entities):
        score += 0.3
    for role in entity.roles:
        country = role.countries[0] if role.countries else entity.country or person.country
        kind = authority.office_kind(role.title, country=country)
        if kind is not None and any(o.kind == kind for o in offices):
            score += 0.6
            if published is not None and any(o.kind == kind and o.held(published) != "no" for o in offices):
                score += 0.4
            break
    if published is not None and offices:
        years = [int(d[:4]) for o in offices for d in (o.start, o.end or o.as_of) if d]
        if years and not min(years) - 12 <= published.year <= max(years) + 25:
            score -= 0.8
    return score


def slug(name: str) -> str:
    """Return a name as part of an IRI: lower case, ASCII where it can be, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", normalise(name)).strip("-") or "unnamed"


class Linker:
    """Mints actors and places of one account as they are used; those that no report uses are left out."""

    def __init__(self, cast: Cast, article: Article, authority: Authority) -> None:
        """Take the cast whose entities are to be named."""
        self.cast, self.article, self.authority = cast, article, authority
        self._actors: dict[int, Actor] = {}
        self._places: dict[str, Place] = {}

    def actor(self, index: int) -> str:
        """Return the key of an entity, minting its actor at first use."""
        if index not in self._actors:
            self._actors[index] = self._mint(self.cast.entities[index])
        return self._actors[index].key

    def _mint(self, entity: Entity) -> Actor:
        aliases = tuple(sorted(form for form in entity.forms if form != entity.name))
        known = entity.known
        if isinstance(known, Person):
            return Actor(
                known.path,
                "person",
                known.name,
                _with(aliases, entity.name, known.name),
                country=known.country or entity.country,
                links=_wikidata(known.qid),
            )
        if isinstance(known, State):
            return Actor(known.path, "state", known.name, aliases, country=known.alpha2, links=_wikidata(known.qid))
        if isinstance(known, Organisation):
            return Actor(
                known.path,
                "organization",
                known.name,
                aliases,
                subkind=subkind(known.kind),
                country=known.country,
                links=_wikidata(known.qid),
            )
        key = slug(entity.name)
        if not entity.named or (entity.kind == "person" and len(tokens(entity.name)) == 1):
            # A bare surname or a role says nothing across articles.
            key = f"{key}--{slug(self.article.id)}"
        return Actor(
            f"{entity.kind}/{key}", entity.kind, entity.name, aliases, subkind=entity.subkind, country=entity.country
        )

    def place(self, mention: PlaceMention) -> str:
        """Return the key of a place, minting it at first use."""
        place = self._place(mention)
        self._places[place.key] = place
        return place.key

    def _place(self, mention: PlaceMention) -> Place:
        if mention.kind == "state":
            state = self.authority.state_by_code(mention.key)
            if state is not None:
                return Place(
                    f"place/{state.alpha2.lower()}",
                    state.name,
                    state.alpha2,
                    state.latitude,
                    state.longitude,
                    _geonames(state.geonames),
                )
        known = self.authority.place_by_key(mention.key)
        if isinstance(known, Landmark):
            return Place(known.path, known.name, known.country)
        if isinstance(known, City):
            return Place(
                known.path, known.name, known.country, known.latitude, known.longitude, _geonames(known.geonames)
            )
        return Place(f"place/{slug(mention.key)}", mention.key, mention.country)

    def actors(self) -> tuple[Actor, ...]:
        """Return the actors minted so far, one a key, sorted."""
        for index in list(self._actors):
            for role in self.cast.entities[index].roles[:3]:
                if role.countries:
                    self._state(role.countries[0])
        merged: dict[str, Actor] = {}
        for actor in self._actors.values():
            merged.setdefault(actor.key, actor)
        return tuple(merged[key] for key in sorted(merged))

    def _state(self, code: str) -> str | None:
        for entity in self.cast.entities:
            if entity.kind == "state" and entity.country == code:
                return self.actor(entity.index)
        return None

    def places(self) -> tuple[Place, ...]:
        """Return the places minted so far, sorted."""
        return tuple(self._places[key] for key in sorted(self._places))

    def holdings(self) -> tuple[OfficeHolding, ...]:
        """Return the offices that the article gives its actors, and where the authority dates them, their dates."""
        found: set[OfficeHolding] = set()
        for index, actor in list(self._actors.items()):
            entity = self.cast.entities[index]
            for role in entity.roles:
                if role.kind != "office" or role.number != 1:
                    continue
                code = role.countries[0] if role.countries else None
                found.add(
                    OfficeHolding(
                        actor.key,
                        _office_name(role),
                        self._state(code) if code else None,
                        role.former,
                        source="article",
                        span=self.cast.parsed.span(role.first, role.stop),
                    )
                )
            if isinstance(entity.known, Person):
                for office in self.authority.offices(entity.known.key):
                    if office.kind and office.country:
                        found.add(
                            OfficeHolding(
                                actor.key,
                                office.title,
                                self._state(office.country),
                                False,
                                office.start or None,
                                office.end or None,
                                office.source,
                            )
                        )
        return tuple(sorted(found, key=repr))


def _wikidata(qid: str | None) -> tuple[Link, ...]:
    return (Link(WIKIDATA + qid, "exactMatch"),) if qid else ()


def _geonames(number: str | None) -> tuple[Link, ...]:
    return (Link(f"{GEONAMES}{number}/", "exactMatch"),) if number else ()


def _office_name(role: Role) -> str:
    small = {"of", "for", "and", "to", "the", "on"}
    return " ".join(word if word in small or word[:1].isupper() else word.capitalize() for word in role.title.split())


def _with(aliases: tuple[str, ...], name: str, preferred: str) -> tuple[str, ...]:
    return tuple(sorted({*aliases, name} - {preferred}))


_SUBKINDS = {
    "igo": "IntergovernmentalOrganization", "alliance": "IntergovernmentalOrganization", "ministry": "Ministry",
    "party": "Party", "media": "MediaOrganization",
    "armed-group": "ArmedGroup", "government-body": "GovernmentBody", "think-tank": "ThinkTank",
}  # fmt: skip


def subkind(kind: str) -> str | None:
    """Return the ontology class for a kind of the authority's organisations."""
    return _SUBKINDS.get(kind)
