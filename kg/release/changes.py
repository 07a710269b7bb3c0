"""What a difference of two releases means: which articles came, which events are new, other or one now.

The quads of a difference come sorted, so that all that changed of one thing comes together; it is judged as it passes,
and of each kind only the first few are kept by name. These are labelled when all have passed: by the quads that went
with them, else from the later release. The earlier one's store is not asked, for it may be damaged and about to be
replaced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.iri import Names, term
from kg.release.difference import Change

MOST = 50
"""How many of each kind are named; the rest is counted."""

EVENTS = {"Visit": "visits", "Meeting": "meetings", "Statement": "statements"}
THINGS = {
    "Person": "actors",
    "State": "actors",
    "Organization": "actors",
    "Place": "places",
    "Office": "offices",
    "OfficialRecord": "official records",
}
ADDED, REMOVED, CORRECTED, CHANGED, RENAMED, MERGED = "added", "removed", "corrected", "changed", "renamed", "merged"
RETRACTED = "retracted"

TYPE, LABEL = term("rdf:type"), term("rdfs:label")
_TITLES = (LABEL, term("dct:title"), term("dct:identifier"))
_ONE_MORE = frozenset({term("gaf:denotedBy")})


@dataclass(frozen=True)
class Entry:
    """One thing that changed, by its IRI, with what is to be said of it; ``successor`` is what it is part of now."""

    iri: str
    label: str = ""
    details: tuple[str, ...] = ()
    successor: str = ""


@dataclass(frozen=True)
class Listed:
    """How many changed in one way, and the first of them, by IRI."""

    number: int
    first: tuple[Entry, ...]


@dataclass(frozen=True)
class Changes:
    """What changed from version ``a`` to ``b``: by kind of thing (``visits``) and way (``changed``), and in quads.

    What the releases say of themselves, which always differs, does not count.
    """

    a: str
    b: str
    added: int
    removed: int
    kinds: Mapping[str, Mapping[str, Listed]]

    def number(self, kind: str, way: str) -> int:
        """Return how many of a kind changed in a way."""
        found = self.kinds.get(kind, {}).get(way)
        return found.number if found else 0


@dataclass
class _Group:
    number: int = 0
    first: list[Entry] = field(default_factory=list)


class Gatherer:
    """Judges the changes from one release to the next while they pass by."""

    def __init__(self, names: Names) -> None:
        self._base = names.base.encode()
        self._own, ontology = (f" <{names.graph(name).value}> .\n".encode() for name in ("release", "ontology"))
        self._skipped = (self._own, ontology)
        self._groups: dict[str, dict[str, _Group]] = defaultdict(lambda: defaultdict(_Group))
        self._quads = {True: 0, False: 0}

    def follow(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Yield the changes as they are; they are sorted by line."""
        for subject, found in groupby(changes, key=lambda change: change.line.partition(b" ")[0]):
            about = list(found)
            yield from about
            for change in about:
                self._quads[change.added] += not change.line.endswith(self._own)
            if subject[1:].startswith(self._base) and b"#" not in subject:
                kept = [change for change in about if not change.line.endswith(self._skipped)]
                for kind, way, entry in _judged(subject[1:-1].decode(), _parsed(kept, True), _parsed(kept, False)):
                    group = self._groups[kind][way]
                    group.number += 1
                    if len(group.first) < MOST:
                        group.first.append(entry)

    def gathered(self, a: str, b: str, store: Store) -> Changes:
        """Return what has changed from version ``a`` to ``b``, whose store this is, when all changes have passed."""
        kinds = {
            kind: {
                way: Listed(group.number, tuple(_named(kind, entry, store) for entry in group.first))
                for way, group in ways.items()
            }
            for kind, ways in self._groups.items()
        }
        return Changes(a, b, self._quads[True], self._quads[False], kinds)


def _judged(iri: str, added: list[Quad], removed: list[Quad]) -> Iterator[tuple[str, str, Entry]]:
    """Yield the kind, the way and what to say of one thing of which these quads came and went."""
    is_now, was = _types(added), _types(removed)
    entry = Entry(iri, next(filter(None, (_text(_object(title, removed)) for title in _TITLES)), "") if was else "")
    if "Article" in is_now | was:
        yield "articles", ADDED if "Article" in is_now else RETRACTED, entry
    elif _changed(term("schema:sha256"), added, removed):
        yield "articles", CORRECTED, entry
    if "Report" in is_now | was:
        yield "reports", ADDED if "Report" in is_now else REMOVED, entry
    if "Axiom" in is_now | was:
        quads = added if "Axiom" in is_now else removed
        ends = [_text(_object(term(f"owl:annotated{end}"), quads)) for end in ("Source", "Property", "Target")]
        yield "links", ADDED if "Axiom" in is_now else REMOVED, Entry(ends[0], "", (ends[1], ends[2]))
    if "OfficeHolding" in is_now ^ was:
        quads = added if "OfficeHolding" in is_now else removed
        ends = [_text(_object(term(f"leg:{end}"), quads)) for end in ("holder", "office")]
        yield "terms in office", ADDED if "OfficeHolding" in is_now else REMOVED, Entry(iri, "", tuple(ends))
    for name, kind in THINGS.items():
        if name in is_now ^ was:
            yield kind, ADDED if name in is_now else REMOVED, entry
    kind = EVENTS.get(iri.rsplit("/", 2)[-2].capitalize(), "")
    if kind:
        yield from _event(kind, entry, is_now, was, added, removed)
    elif not is_now and not was and (renamed := _changed(LABEL, added, removed)):
        owner = iri.rsplit("/", 2)[-2]
        known = {"person": "actors", "state": "actors", "organization": "actors", "place": "places"}
        if owner in known:
            yield known[owner], RENAMED, Entry(iri, "", (f"before: {renamed[0]}",))


def _event(
    kind: str, entry: Entry, is_now: frozenset[str], was: frozenset[str], added: list[Quad], removed: list[Quad]
) -> Iterator[tuple[str, str, Entry]]:
    if "Event" in is_now:
        again = ("an event of its own again",) if "ReplacedEvent" in was else ()
        yield kind, ADDED, Entry(entry.iri, details=again)
    elif "Event" in was:
        successor = _text(_object(term("dct:isReplacedBy"), added))
        yield kind, MERGED if successor else REMOVED, Entry(entry.iri, entry.label, successor=successor)
    elif "ReplacedEvent" not in is_now | was:
        predicates = {quad.predicate for quad in (*added, *removed)} - {term("dct:isReplacedBy")}
        if predicates:
            yield kind, CHANGED, Entry(entry.iri, "", tuple(_details(predicates, added, removed)))


def _details(predicates: set[NamedNode], added: list[Quad], removed: list[Quad]) -> Iterator[str]:
    """Yield in words what is other with an event."""
    said = {term("leg:earliest"), term("leg:latest"), LABEL}
    for name, predicate in (("status", term("leg:status")), ("date", term("leg:edtf"))):
        before, after = _text(_object(predicate, removed)), _text(_object(predicate, added))
        said.add(predicate)
        if before and after:
            yield f"{name} changed from {_word(before)} to {_word(after)}"
        elif before or after:
            yield f"{name} is now {_word(after)}" if after else f"{name} is no longer given; it was {_word(before)}"
    if predicates & _ONE_MORE:
        more, fewer = (sum(quad.predicate in _ONE_MORE for quad in quads) for quads in (added, removed))
        yield f"told of in {more} more and {fewer} fewer places"
    others = sorted(_word(predicate.value) for predicate in predicates - said - _ONE_MORE)
    if others:
        yield f"other {', '.join(others)}"


def _named(kind: str, entry: Entry, store: Store) -> Entry:
    """Return an entry with its label and that of its successor, as far as the later release has them."""
    if kind == "terms in office":
        return replace(entry, label=", ".join(_label(end, store) or end for end in entry.details), details=())
    label = entry.label or _label(entry.iri, store)
    return replace(
        entry, label=label, successor=entry.successor and (_label(entry.successor, store) or entry.successor)
    )


def _label(iri: str, store: Store) -> str:
    for title in _TITLES:
        for quad in store.quads_for_pattern(NamedNode(iri), title, None, None):
            return _text(quad.object)
    return ""


def _parsed(changes: Iterable[Change], added: bool) -> list[Quad]:
    lines = b"".join(change.line for change in changes if change.added is added)
    return list(ox.parse(lines, ox.RdfFormat.N_QUADS)) if lines else []


def _types(quads: Iterable[Quad]) -> frozenset[str]:
    return frozenset(_word(_text(quad.object), plain=True) for quad in quads if quad.predicate == TYPE)


def _changed(predicate: NamedNode, added: Iterable[Quad], removed: Iterable[Quad]) -> tuple[str, str] | None:
    """Return what a value was and is, where it has both."""
    before, after = _text(_object(predicate, removed)), _text(_object(predicate, added))
    return (before, after) if before and after else None


def _object(predicate: NamedNode, quads: Iterable[Quad]) -> object:
    return next((quad.object for quad in quads if quad.predicate == predicate), None)


def _text(value: object) -> str:
    return value.value if isinstance(value, NamedNode | Literal) else ""


def _word(text: str, *, plain: bool = False) -> str:
    """Return the local name of an IRI, in small letters unless ``plain``, or a value as it is."""
    local = text.rsplit("#", 1)[-1].rsplit("/", 1)[-1] if "://" in text else text
    return local if plain or "://" not in text else local[:1].lower() + local[1:]
