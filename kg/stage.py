"""What surrounds a pronoun or a phrase: who else its clause names, where the text is, who comes there and who receives.

An antecedent that the same clause names again is another person ("he told Putin"); of host and guest the host is at
home.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import date

from spacy.tokens import Token

from kg.authority import Authority
from kg.cast import Cast, Entity, Mention
from kg.known import Person
from kg.lexicon import frames
from kg.roles import Role

_SUBJECT = frozenset({"nsubj", "nsubjpass", "csubj"})
_FAR = 60
_HOSTS = frozenset({"host", "hostess", "neighbour", "neighbor"})
_GUESTS = frozenset({"guest", "visitor", "caller", "traveller", "traveler", "envoy"})


def _coming() -> frozenset[str]:
    visit = frames()["visit"]
    return frozenset({*visit["arrive"], *visit["go"], "visit", "tour", "stay", "stop"})


def _hosting() -> frozenset[str]:
    return frozenset({*frames()["visit"]["host"], *frames()["meeting"]["receive"]})


class Stage:
    """What the words around a mention say about whom it may stand for; built once, before anything is resolved."""

    def __init__(self, cast: Cast, authority: Authority, published: date | None, sent: list[int]) -> None:
        """Take a cast whose names are placed; ``sent`` is the number of each token's sentence."""
        self.cast, self.authority, self.published, self.sent = cast, authority, published, sent
        self.doc = cast.parsed.doc
        self.coming, self.hosting = _coming(), _hosting()
        self.named: dict[int, list[int]] = defaultdict(list)
        for mention in sorted(cast.mentions, key=lambda m: m.first):
            if mention.kind == "name":
                self.named[mention.entities[0]].append(mention.head)
        places = sorted((p.first, p.country) for p in cast.places if p.country)
        self.place_at, self.place_of = [p[0] for p in places], [p[1] for p in places]
        self.comes: dict[int, int] = defaultdict(int)
        self.receives: dict[int, int] = defaultdict(int)
        self.verb: dict[int, int] = {}
        self._offices: dict[tuple[str, str, str | None], float] = {}

    def add(self, mention: Mention) -> None:
        """Take in what a resolved mention's verb says of whom it stands for."""
        if len(mention.entities) != 1:
            return
        token = self.doc[mention.head]
        subject = token.dep_ in _SUBJECT
        lemma = token.head.lemma_
        if subject and token.dep_ != "nsubjpass":
            self.comes[mention.entities[0]] += lemma in self.coming
            self.receives[mention.entities[0]] += lemma in self.hosting
        elif token.dep_ in {"dobj", "nsubjpass"} and lemma in self.hosting:
            self.comes[mention.entities[0]] += 1

    def clause(self, i: int) -> int:
        """Return the verb that governs a token, the token itself where none does."""
        if i not in self.verb:
            token = self.doc[i]
            while token.head.i != token.i and token.head.pos_ not in {"VERB", "AUX"}:
                token = token.head
            self.verb[i] = token.head.i
        return self.verb[i]

    def features(self, mention: Mention, entity: Entity, role: Role | None, trail: list[Mention]) -> list[float]:
        """Return what speaks for an entity: not named again in the clause, at home or abroad here, in that office."""
        token = self.doc[mention.head]
        heads = self.named.get(entity.index, [])
        at = bisect_left(heads, mention.stop)
        coming = heads[at] if at < len(heads) else None
        here = self.sent[mention.first]
        same = coming is not None and self.sent[coming] == here
        clause = self.clause(mention.head)
        mates = [m for m in trail[-4:] if self.sent[m.first] == here and self.clause(m.head) == clause]
        before, after = self._places(mention)
        lemma = role.lemma if role is not None else ""
        verb = self.doc[clause].lemma_
        return [
            float(same), float(same and coming is not None and self.clause(coming) == clause),
            float(min(coming - mention.stop, _FAR)) if coming is not None else float(_FAR),
            float(bool(mates)), float(any(self.doc[m.head].dep_ in _SUBJECT for m in mates)),
            float(any(self.doc[m.head].dep_ == "poss" for m in mates)),
            _alike(entity.country, before), _alike(entity.country, after), _alike(entity.country, self.cast.home),
            float(verb in self.coming), float(verb in self.hosting),
            float(self.comes[entity.index]), float(self.receives[entity.index]),
            float(lemma in _HOSTS), float(lemma in _GUESTS), self._held(entity, role),
            float(role is not None and role.owner is not None and self._owns(role.owner, entity)),
            float(self._mates_country(role, entity)), _kind_of(token),
        ]  # fmt: skip

    def _places(self, mention: Mention) -> tuple[str | None, str | None]:
        """Return the country of the last place before a mention, and of the next one in its sentence."""
        at = bisect_left(self.place_at, mention.first)
        before = self.place_of[at - 1] if at else None
        later = at < len(self.place_at) and self.sent[self.place_at[at]] == self.sent[mention.first]
        return before, self.place_of[at] if later else None

    def _held(self, entity: Entity, role: Role | None) -> float:
        """Return 1 where the authority knows the entity in the phrase's office on the day, −1 where not, 0 unknown."""
        if role is None or role.kind != "office" or not isinstance(entity.known, Person) or self.published is None:
            return 0.0
        country = role.countries[0] if role.countries else entity.known.country
        key = (entity.known.key, role.title.lower(), country)
        if key not in self._offices:
            kind = self.authority.office_kind(role.title, country=country)
            offices = [o for o in self.authority.offices(entity.known.key) if o.kind == kind] if kind else []
            value = 0.0
            if kind is not None:
                value = 0.5 if offices else -1.0
                if any(o.held(self.published) != "no" for o in offices):
                    value = 1.0
            self._offices[key] = value
        return self._offices[key]

    def _owns(self, owner: int, entity: Entity) -> bool:
        mention = self.cast.covering.get(owner)
        return mention is not None and entity.index in mention.entities

    def _mates_country(self, role: Role | None, entity: Entity) -> float:
        """Return whether an entity is of the phrase's owner's country: "his host" is not, "its president" is."""
        mention = self.cast.covering.get(role.owner) if role is not None and role.owner is not None else None
        if mention is None or not mention.entities:
            return 0.0
        return _alike(entity.country, self.cast.entities[mention.entities[0]].country)


def _alike(one: str | None, other: str | None) -> float:
    """Return 1 for one country, −1 for two, 0 where either is unknown."""
    return 0.0 if one is None or other is None else 1.0 if one == other else -1.0


def _kind_of(token: Token) -> float:
    """Return the pronoun's form as a number, 0 for other words."""
    return float({"he": 1, "she": 1, "him": 2, "his": 3, "her": 3, "himself": 4, "herself": 4}.get(token.lower_, 0))
