"""The actors and places of a release in memory: by name, by identifier, by country and by office.

Built once a release and process, at the first question. It holds what candidates are found by; all else that is told
of them is read from the store when asked for.
"""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from sys import intern

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.iri import term
from kg.release import Release
from server.current import Current
from server.reconcile import identifiers
from server.reconcile.likeness import bones, words
from server.reconcile.properties import Properties, read_properties
from server.reconcile.types import Types, read_types, text_of

LABEL, ALIAS, WEAK_LABEL, WEAK_ALIAS = 1.0, 0.98, 0.9, 0.85
"""How far a name tells who is meant. Articles also call people "Khan", "Secretary" or "his counterpart": an alias of
a person that shares fewer than two words with the label, a label of one word, and what is no proper name are weak, so
that alone they never make a match."""


@dataclass(frozen=True, slots=True)
class Entity:
    """An actor or a place; ``types`` are the classes stated of it, the most special first."""

    id: str
    name: str
    types: tuple[str, ...]
    country: str
    reports: int


@dataclass(frozen=True)
class Index:
    """What candidates are found by. Numbers are places in ``entities``, or in ``names`` for ``postings``.

    ``starts`` are the words of all names, in the order of the rest of the name from there on: each is a place in
    ``names`` and an offset in that name.
    """

    types: Types
    properties: Properties
    entities: Sequence[Entity]
    numbers: Mapping[str, int]
    names: Sequence[str]
    owners: Sequence[int]
    trust: Sequence[float]
    starts: tuple[Sequence[int], Sequence[int]]
    postings: Mapping[str, Sequence[int]]
    identifiers: Mapping[str, Sequence[int]]
    near: Mapping[str, Sequence[int]]
    countries: Mapping[str, Sequence[int]]
    offices: Mapping[str, Sequence[int]]

    def starting(self, start: str) -> Iterator[tuple[int, bool]]:
        """Yield the names with a word from which on they begin so, and whether it is their first word."""
        names, offsets = self.starts

        def rest(at: int) -> str:
            return self.names[names[at]][offsets[at] :]

        first = bisect_left(range(len(names)), start, key=rest)
        for at in range(first, bisect_left(range(len(names)), start + "\U0010ffff", lo=first, key=rest)):
            yield names[at], not offsets[at]

    def weight(self, word: str) -> float:
        """Return how much a word tells, the more the rarer it is; an initial tells little."""
        rarity = math.log(2 + len(self.names) / (1 + len(self.postings.get(bones(word), ()))))
        return rarity * (0.3 if len(word) == 1 else 1.0)


class Indexes:
    """Gives the current release with its index, which is made anew when the release has changed."""

    def __init__(self, current: Current, *, base: str) -> None:
        self._current, self._base = current, base
        self._lock = threading.Lock()
        self._held: tuple[Release, Index] | None = None

    def __call__(self) -> tuple[Release, Index]:
        """Return the release of this moment and its index; others wait while one is made.

        Raises:
            ReleaseError: The current release cannot be opened.
        """
        release = self._current()
        with self._lock:
            if self._held is None or self._held[0] is not release:
                self._held = release, build(release.store, base=self._base)
            return self._held


@dataclass
class _Draft:
    """An index as it grows."""

    entities: list[Entity] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    owners: array[int] = field(default_factory=partial(array, "I"))
    trust: array[float] = field(default_factory=lambda: array("f"))
    postings: dict[str, array[int]] = field(default_factory=lambda: defaultdict(partial(array, "I")))
    identifiers: dict[str, array[int]] = field(default_factory=lambda: defaultdict(partial(array, "I")))
    near: dict[str, array[int]] = field(default_factory=lambda: defaultdict(partial(array, "I")))
    countries: dict[str, array[int]] = field(default_factory=lambda: defaultdict(partial(array, "I")))
    datatypes: set[str] = field(default_factory=set)


def build(store: Store, *, base: str) -> Index:
    """Return the index of the actors and places whose IRIs start with ``base``, in the order of their ids."""
    types = read_types(store)
    stated: dict[NamedNode, set[str]] = {}
    for kind in types.by_id.values():
        for quad in store.quads_for_pattern(None, term("rdf:type"), NamedNode(kind.iri), None):
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(base):
                stated.setdefault(quad.subject, set()).add(kind.id)
    reports = _reports(store)
    kinds: dict[frozenset[str], tuple[str, ...]] = {}
    draft = _Draft()
    for node in sorted(stated, key=lambda node: node.value):
        kept = kinds.setdefault(frozenset(stated[node]), types.special_first(stated[node]))
        _add(draft, store, node, node.value.removeprefix(base), kept, reports[node.value])
    numbers = {entity.id: number for number, entity in enumerate(draft.entities)}
    return Index(
        types=types,
        properties=read_properties(store, draft.datatypes),
        entities=draft.entities,
        numbers=numbers,
        names=draft.names,
        owners=draft.owners,
        trust=draft.trust,
        starts=_starts(draft.names),
        postings=dict(draft.postings),
        identifiers=dict(draft.identifiers),
        near=dict(draft.near),
        countries=dict(draft.countries),
        offices=_offices(store, base, numbers),
    )


def _add(draft: _Draft, store: Store, node: NamedNode, id_: str, types: tuple[str, ...], reports: int) -> None:
    """Put one entity into the index, with its names and identifiers."""
    number = len(draft.entities)
    labels, aliases, countries = set[tuple[bool, str]](), set[str](), set[str]()
    for predicate, value in _statements(store, node):
        match predicate, value:
            case "rdfs:label", Literal():
                labels.add((value.language != "en", value.value))
            case "skos:altLabel", Literal():
                aliases.add(value.value)
            case "leg:countryCode", Literal():
                countries.add(intern(value.value))
            case "skos:notation", Literal():
                draft.datatypes.add(value.datatype.value)
                _append(draft.identifiers, identifiers.notation(value.datatype.value, value.value), number)
            case (("skos:exactMatch" | "owl:sameAs"), NamedNode()):
                for key in identifiers.keys(value.value):
                    _append(draft.identifiers, key, number)
            case "skos:closeMatch", NamedNode():
                for key in identifiers.keys(value.value):
                    _append(draft.near, key, number)
    name = min(labels, default=(False, ""))[1].strip() or id_.rpartition("/")[2]
    country = min(countries, default="")
    draft.entities.append(Entity(id_, name, types, country, reports))
    for code in countries:
        draft.countries[code].append(number)
    person = "Person" in types
    label = frozenset(map(bones, words(name)))
    texts = {text for _, text in labels} or {name}
    for text in sorted(texts):
        _name(draft, text, number, person=person, label=None)
    for text in sorted(aliases - texts):
        _name(draft, text, number, person=person, label=label)


def _name(draft: _Draft, text: str, number: int, *, person: bool, label: frozenset[str] | None) -> None:
    """Put a name of an entity into the index; ``label`` is the sound of its label's words, if this is an alias."""
    parts = words(text)
    if not parts:
        return
    at, sounds = len(draft.names), set(map(bones, parts))
    draft.names.append(" ".join(parts))
    draft.owners.append(number)
    proper = text[:1].isupper() or (label is None and any(ch.isupper() for ch in text)) or not text.isascii()
    if label is None:
        draft.trust.append(LABEL if proper and (len(parts) > 1 or not person) else WEAK_LABEL)
    else:
        draft.trust.append(ALIAS if proper and (not person or len(sounds & label) >= 2) else WEAK_ALIAS)
    for sound in sounds:
        draft.postings[sound].append(at)


def _starts(names: Sequence[str]) -> tuple[Sequence[int], Sequence[int]]:
    """Return where words start in names, in the order of the rest of the name from there on."""
    found = [(at, 0) for at in range(len(names))]
    found += [
        (at, here + 1) for at, name in enumerate(names) for here, character in enumerate(name) if character == " "
    ]
    found.sort(key=lambda start: names[start[0]][start[1] :])
    return array("I", (at for at, _ in found)), array("I", (offset for _, offset in found))


def _append(where: dict[str, array[int]], key: str, number: int) -> None:
    if not where[key] or where[key][-1] != number:
        where[key].append(number)


_READ = {
    term(name).value: name
    for name in (
        "rdfs:label",
        "skos:altLabel",
        "leg:countryCode",
        "skos:notation",
        "skos:exactMatch",
        "owl:sameAs",
        "skos:closeMatch",
    )
}


def _statements(store: Store, node: NamedNode) -> Iterator[tuple[str, NamedNode | BlankNode | Literal | Triple]]:
    """Yield what is said of a node with the properties that the index reads, in any graph."""
    for quad in store.quads_for_pattern(node, None, None, None):
        name = _READ.get(quad.predicate.value)
        if name:
            yield name, quad.object


def _reports(store: Store) -> Counter[str]:
    """Return how many reports name each node."""
    counts: Counter[str] = Counter()
    for name in ("leg:reportedActor", "leg:reportedPlace"):
        objects = (quad.object for quad in store.quads_for_pattern(None, term(name), None, None))
        counts.update(thing.value for thing in objects if isinstance(thing, NamedNode))
    return counts


def _offices(store: Store, base: str, numbers: Mapping[str, int]) -> dict[str, array[int]]:
    """Return who held each office, by the words of its label."""
    held: dict[str, set[int]] = defaultdict(set)
    labels: dict[NamedNode, str] = {}
    for quad in store.quads_for_pattern(None, term("leg:holder"), None, None):
        holder, holding = quad.object, quad.subject
        if not (isinstance(holder, NamedNode) and isinstance(holding, NamedNode)):
            continue
        number = numbers.get(holder.value.removeprefix(base))
        for link in store.quads_for_pattern(holding, term("leg:office"), None, None):
            office = link.object
            if number is not None and isinstance(office, NamedNode):
                if office not in labels:
                    labels[office] = " ".join(words(text_of(store, office, term("rdfs:label"))))
                held[labels[office]].add(number)
    return {label: array("I", sorted(found)) for label, found in sorted(held.items()) if label}
