"""The actors, mentions and places of one article, and the making of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.authority import Authority
from kg.known import Organisation, Person, State
from kg.parse import Parsed
from kg.records import ActorKind, Relation
from kg.roles import Role
from kg.spelling import normalise

PRONOUNS = {
    "he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
    "i": "1", "me": "1", "my": "1", "we": "w", "us": "w", "our": "w", "they": "p", "them": "p", "their": "p",
    "it": "n", "its": "n", "who": "r", "whom": "r", "whose": "r",
}  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Which known person an entity is taken for, and why; a close match is one it may be.

    ``share`` is the model's probability (0–1), None where the office alone told who it is.
    """

    person: Person
    relation: Relation
    share: float | None
    reasons: tuple[str, ...]


@dataclass
class Entity:
    """An actor of one article while it is being read; ``index`` is its place in the cast.

    ``known`` is what the authority has of it, ``identity`` why a person is taken for that one or may
    be, ``note`` why the holder of an office is not named.
    """

    index: int
    kind: ActorKind
    name: str
    forms: Counter[str] = field(default_factory=Counter)
    roles: list[Role] = field(default_factory=list)
    country: str | None = None
    gender: str | None = None
    named: bool = True
    subkind: str | None = None
    known: Person | State | Organisation | None = None
    identity: Identity | None = None
    note: str | None = None
    first: int = 0


@dataclass
class Mention:
    """A stretch of tokens that stands for actors or a place; ``head`` is its syntactic head.

    ``kind`` is name, role, pronoun, state, demonym, organization or group. ``entities`` are indexes into the cast,
    empty while unresolved; ``score`` is the confidence of that resolution, ``rivals`` are the next best readings.
    """

    first: int
    stop: int
    head: int
    kind: str
    entities: tuple[int, ...] = ()
    score: float = 1.0
    role: Role | None = None
    apposed: bool = False
    rivals: tuple[tuple[int, float], ...] = ()

    def readings(self) -> list[tuple[int, float]]:
        """Return whom the mention may stand for, with confidences: a plural's members, or the best two readings."""
        found = [(entity, self.score) for entity in self.entities]
        return found if len(found) > 1 else found + [r for r in self.rivals if r[0] not in self.entities]


@dataclass(frozen=True)
class PlaceMention:
    """A place name: ``key`` is the authority's city or landmark key, or the alpha-2 code of a state."""

    first: int
    stop: int
    key: str
    kind: str
    country: str | None


@dataclass
class Cast:
    """All of an article's entities and mentions; ``at`` gives the mention whose head is a token.

    ``home`` is the country whose ministers need no adjective; ``home_told`` says that the text tells it.
    """

    parsed: Parsed
    entities: list[Entity]
    mentions: list[Mention]
    places: list[PlaceMention]
    home: str | None
    home_told: bool = False

    def __post_init__(self) -> None:
        """Index the mentions by head and by token."""
        self.reindex()

    def reindex(self) -> None:
        """Rebuild the token indexes after mentions changed."""
        self.at: dict[int, Mention] = {}
        self.covering: dict[int, Mention] = {}
        for mention in sorted(self.mentions, key=lambda m: m.stop - m.first, reverse=True):
            self.at[mention.head] = mention
            for i in range(mention.first, mention.stop):
                self.covering[i] = mention
        self.place_at: dict[int, PlaceMention] = {i: p for p in self.places for i in range(p.first, p.stop)}

    def people(self) -> Iterator[Entity]:
        """Yield the persons of the cast."""
        return (entity for entity in self.entities if entity.kind == "person")


class Casting:
    """A cast while its article is being read: each state and organisation becomes one entity.

    ``home`` is the country whose ministers need no adjective, ``told_home`` the same where it was not inferred;
    ``where`` gives the kind, key and end of the known name that begins at a token.
    """

    def __init__(self, parsed: Parsed, authority: Authority, home: str | None) -> None:
        """Begin with nobody."""
        self.parsed, self.doc, self.authority = parsed, parsed.doc, authority
        self.entities: list[Entity] = []
        self.mentions: list[Mention] = []
        self.places: list[PlaceMention] = []
        self.home = home
        self.told_home = home
        self.where: dict[int, tuple[str, str, int]] = {}
        self._states: dict[str, int] = {}
        self._organisations: dict[str, int] = {}
        self._bodies: dict[str, Entity] = {}

    def entity(self, kind: ActorKind, name: str, at: int, **more: object) -> Entity:
        """Add an entity and return it."""
        made = Entity(len(self.entities), kind, name, first=at, **more)  # type: ignore[arg-type]
        self.entities.append(made)
        if kind == "organization":
            self._bodies.setdefault(normalise(name), made)
        return made

    def state(self, code: str, at: int) -> Entity:
        """Return the state with an alpha-2 code, first named at a token."""
        if code not in self._states:
            known = self.authority.state_by_code(code)
            self._states[code] = self.entity(
                "state", known.name if known else code, at, country=code, known=known
            ).index
        return self.entities[self._states[code]]

    def organisation(self, key: str, at: int) -> Entity:
        """Return the organisation with a key of the authority."""
        if key not in self._organisations:
            known = self.authority.organisation_by_key(key)
            self._organisations[key] = self.entity(
                "organization", known.name if known else key, at, country=known.country if known else None, known=known
            ).index
        return self.entities[self._organisations[key]]

    def descriptive(self, name: str, at: int, **more: object) -> Entity:
        """Return the body of that name, which the authority need not know."""
        return self._bodies.get(normalise(name)) or self.entity("organization", name, at, **more)

    def head(self, first: int, stop: int) -> int:
        """Return the syntactic head of some tokens."""
        return self.doc[first:stop].root.i

    def finished(self) -> Cast:
        """Return what was gathered."""
        return Cast(
            self.parsed, self.entities, self.mentions, self.places, self.home, home_told=self.told_home is not None
        )
