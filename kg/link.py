"""From an article's entities to actors with stable keys, known to the authority where the evidence suffices."""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.authority import Authority
from kg.cast import Cast, Entity, PlaceMention
from kg.known import City, Landmark, Organisation, Person, State
from kg.names import tokens
from kg.records import GEONAMES, WIKIDATA, Actor, Article, Link, OfficeHolding, Place
from kg.roles import Role
from kg.spelling import normalise


def slug(name: str) -> str:
    """Return a name as part of an IRI: lower case, ASCII where it can be, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", normalise(name)).strip("-") or "unnamed"


class Linker:
    """Mints actors and places of one account as they are used; those that no report uses are left out."""

    def __init__(
        self, cast: Cast, article: Article, authority: Authority, confidence: Callable[[str, float], float]
    ) -> None:
        """Take the cast whose entities are to be named, and how sure a link of a kind is at a score (0–1)."""
        self.cast, self.article, self.authority, self.confidence = cast, article, authority, confidence
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
            names = _with(aliases, entity.name, known.name)
            country = known.country or entity.country
            return Actor(known.path, "person", known.name, names, country=country, links=self._links(entity))
        if isinstance(known, State):
            links = self._named("state", known.qid)
            return Actor(known.path, "state", known.name, aliases, None, known.alpha2, links, notations(known))
        if isinstance(known, Organisation):
            links = self._named("organization", known.qid)
            kind = subkind(known.kind)
            return Actor(known.path, "organization", known.name, aliases, kind, known.country, links)
        return Actor(
            self._local_key(entity), entity.kind, entity.name, aliases, entity.subkind, entity.country,
            self._links(entity),
        )  # fmt: skip

    def _local_key(self, entity: Entity) -> str:
        """Return the key of somebody whom the authority does not know.

        A bare surname or a role says nothing across articles, nor does the name of a known person who is not meant.
        """
        key = slug(entity.name)
        bare = entity.kind == "person" and len(tokens(entity.name)) == 1
        taken = entity.kind == "person" and self.authority.person(key) is not None
        return f"{entity.kind}/{key}" + (f"--{slug(self.article.id)}" if not entity.named or bare or taken else "")

    def _links(self, entity: Entity) -> tuple[Link, ...]:
        """Return the link of a person to Wikidata, exact or close, if the authority has one."""
        found = entity.identity
        if found is None or not found.person.qid:
            return ()
        sure = self.confidence("holder", 1.0) if found.share is None else self.confidence("identity", found.share)
        return (Link(WIKIDATA + found.person.qid, found.relation, sure, found.reasons),)

    def _named(self, kind: str, qid: str | None) -> tuple[Link, ...]:
        return (Link(WIKIDATA + qid, "exactMatch", self.confidence(kind, 1.0), ("name",)),) if qid else ()

    def _located(self, number: str | None) -> tuple[Link, ...]:
        found = Link(f"{GEONAMES}{number}/", "exactMatch", self.confidence("place", 1.0), ("name",))
        return (found,) if number else ()

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
                    self._located(state.geonames),
                )
        known = self.authority.place_by_key(mention.key)
        if isinstance(known, Landmark):
            return Place(known.path, known.name, known.country)
        if isinstance(known, City):
            return Place(
                known.path, known.name, known.country, known.latitude, known.longitude, self._located(known.geonames)
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


def _office_name(role: Role) -> str:
    small = {"of", "for", "and", "to", "the", "on"}
    return " ".join(word if word in small or word[:1].isupper() else word.capitalize() for word in role.title.split())


def _with(aliases: tuple[str, ...], name: str, preferred: str) -> tuple[str, ...]:
    return tuple(sorted({*aliases, name} - {preferred}))


def notations(state: State) -> tuple[tuple[str, str], ...]:
    """Return the codes that other data sets have for a state as (scheme, code), sorted; only those a source gives."""
    codes = {"IsoAlpha3": state.alpha3, "CowNumber": state.cow, "CameoCountry": state.cameo}
    return tuple(sorted((scheme, code) for scheme, code in codes.items() if code))


_SUBKINDS = {
    "igo": "IntergovernmentalOrganization", "alliance": "IntergovernmentalOrganization", "ministry": "Ministry",
    "party": "Party", "media": "MediaOrganization",
    "armed-group": "ArmedGroup", "government-body": "GovernmentBody", "think-tank": "ThinkTank",
}  # fmt: skip


def subkind(kind: str) -> str | None:
    """Return the ontology class for a kind of the authority's organisations."""
    return _SUBKINDS.get(kind)
