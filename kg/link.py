"""From an article's entities to actors with stable keys, known to the authority where the evidence suffices."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from kg import offices
from kg.authority import Authority
from kg.cast import Cast, Entity, PlaceMention
from kg.known import City, Landmark, Organisation, Person, State
from kg.names import tokens
from kg.records import GEONAMES, WIKIDATA, Actor, Article, Contradiction, Link, OfficeHolding, Place
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
        self._owners: dict[str, Actor] = {}

    def actor(self, index: int) -> str:
        """Return the key of an entity, minting its actor at first use."""
        if index not in self._actors:
            self._actors[index] = self._mint(self.cast.entities[index])
        return self._actors[index].key

    def _mint(self, entity: Entity) -> Actor:
        known = entity.known
        aliases = _aliases(entity)
        if isinstance(known, Person):
            names = _with(aliases, entity.name, known.name)
            country = known.country or entity.country
            return Actor(known.path, "person", known.name, names, country=country, links=self._links(entity))
        if known is not None:
            return self._actor_of(known, aliases)
        return Actor(
            self._local_key(entity), entity.kind, entity.name, aliases, entity.subkind, entity.country,
            self._links(entity), note=entity.note,
        )  # fmt: skip

    def _actor_of(self, known: State | Organisation, aliases: tuple[str, ...] = ()) -> Actor:
        if isinstance(known, State):
            links = self._named("state", known.qid)
            return Actor(known.path, "state", known.name, aliases, None, known.alpha2, links, known.notations)
        links, kind = self._named("organization", known.qid), subkind(known.kind)
        return Actor(known.path, "organization", known.name, aliases, kind, known.country, links)

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
        """Return the actors minted so far, one a key, sorted; holdings mint those whose offices they are."""
        merged: dict[str, Actor] = {}
        for actor in (*self._actors.values(), *self._owners.values()):
            merged.setdefault(actor.key, actor)
        return tuple(merged[key] for key in sorted(merged))

    def places(self) -> tuple[Place, ...]:
        """Return the places minted so far, sorted."""
        return tuple(self._places[key] for key in sorted(self._places))

    def holdings(self) -> tuple[OfficeHolding, ...]:
        """Return the offices that the article gives its actors, and those that the authority dates."""
        found = {
            holding
            for index, actor in list(self._actors.items())
            for holding in offices.holdings(
                self.cast.entities[index], actor.key, self.cast, self.authority, self._owner
            )
        }
        return tuple(sorted(found, key=repr))

    def contradictions(self, published: date | None) -> tuple[Contradiction, ...]:
        """Return where the article disagrees with the authority on an office; ``published`` is its day."""
        found = {
            one
            for index, actor in self._actors.items()
            for one in offices.contradictions(
                self.cast.entities[index], actor.key, self.authority, published, self.article.id, self.article.text
            )
        }
        return tuple(sorted(found, key=repr))

    def _owner(self, known: State | Organisation | None) -> str | None:
        """Return the actor of a state or organisation, also where the article does not name it."""
        if known is None:
            return None
        named = next((e for e in self.cast.entities if e.known is known), None)
        if named is not None:
            return self.actor(named.index)
        return self._owners.setdefault(known.path, self._actor_of(known)).key


def _aliases(entity: Entity) -> tuple[str, ...]:
    """Return the other forms of an actor's name; an office that stands for a person ("the premier") is no name."""
    forms = {form for form in entity.forms if form != entity.name}
    if entity.kind == "person" and entity.named:
        known = entity.known.aliases if isinstance(entity.known, Person) else ()
        parts = {part for name in (entity.name, *known) for part in normalise(name).split()}
        forms = {form for form in forms if entity.forms[form] and parts.intersection(normalise(form).split())}
    return tuple(sorted(forms))


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
