"""What to ask, the actors and places of a release without a link to the same thing elsewhere; what may be answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from kg.accepted import by_hand
from kg.iri import PREFIXES, Names
from kg.known import State, read_state
from kg.release import Release
from kg.spelling import normalise, plurals
from kg.sssom import Mapping as Row
from kg.tables import rows

KINDS = ("person", "state", "organization", "place")
ALIASES = 5
"""Most other names that are asked for."""

_EXACT = PREFIXES["skos"] + "exactMatch"
_UNLINKED = f"""
PREFIX leg: <{PREFIXES["leg"]}> PREFIX rdfs: <{PREFIXES["rdfs"]}> PREFIX skos: <{PREFIXES["skos"]}>
SELECT ?thing ?kind ?name ?alias ?country WHERE {{
  VALUES (?class ?kind) {{
    (leg:Person "person") (leg:State "state") (leg:Organization "organization") (leg:Place "place")
  }}
  ?thing a ?class ; rdfs:label ?name .
  OPTIONAL {{ ?thing skos:altLabel ?alias }}
  OPTIONAL {{ ?thing leg:countryCode ?country }}
  FILTER NOT EXISTS {{ ?thing skos:exactMatch ?same }}
}}"""


@dataclass(frozen=True, order=True)
class Question:
    """A named actor or place: its key, what it is, its names and the alpha-2 code of its country, where it is known."""

    key: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The preferred name, then the others."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Candidate:
    """A thing that a service proposes.

    ``also`` are other names of it, ``types`` the identifiers and names of its types, ``countries`` what the
    service calls its country (an IRI, a code or a name). ``sure`` says that the service itself is.
    """

    iri: str
    name: str
    also: tuple[str, ...] = ()
    description: str = ""
    types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sure: bool = False


def readable(text: str) -> str:
    """Return what a service calls a thing as it may stand in a table: one short line, without what does not show."""
    return "".join(char for char in " ".join(text.split())[:200] if char.isprintable())


def unlinked(release: Release, kinds: Collection[str], rows: Collection[Row]) -> list[Question]:
    """Return what to ask of a release, sorted: neither what is linked to the same thing, nor what ``rows`` settle.

    A row settles its subject when it names the same thing or was decided by hand. Keys with two hyphens belong to
    one article alone: people known by surname or role only, of whom nobody else can know who they are.
    """
    names = Names(str(release.manifest["base"]))
    settled = {row.subject_id for row in rows if by_hand(row) or row.predicate_id == _EXACT}
    answer = release.store.query(_UNLINKED, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)  # noqa: S101 - a SELECT has solutions
    told: dict[str, Question] = {}
    aliases: dict[str, set[str]] = {}
    for thing, kind, name, alias, country in answer:
        key = thing.value.removeprefix(names.base)
        if thing.value in settled or kind.value not in kinds or "--" in key or not _is_name(name.value):
            continue
        found = aliases.setdefault(key, set())
        if alias is not None and kind.value != "state" and _tells(alias.value, kind.value):
            found.add(alias.value)
        told[key] = Question(key, kind.value, name.value, (), country.value if country else None)
    return [
        Question(one.key, one.kind, one.name, _distinct(one.name, aliases[key]), one.country)
        for key, one in sorted(told.items())
    ]


def _is_name(text: str) -> bool:
    """Say whether words are a name and no phrase: "the US embassy" is none, "Abdel Fattah al-Sisi" is."""
    return bool(text) and not text[0].islower()


def _tells(alias: str, kind: str) -> bool:
    """Say whether a name can stand by itself: a surname cannot."""
    return _is_name(alias) and (kind != "person" or len(normalise(alias).split()) > 1)


def _distinct(name: str, aliases: Collection[str]) -> tuple[str, ...]:
    kept = {normalise(name): name}
    for alias in sorted(aliases, key=lambda one: (-len(one), one)):
        kept.setdefault(normalise(alias), alias)
    return tuple(kept.values())[1 : ALIASES + 1]


@dataclass(frozen=True)
class Countries:
    """What countries are called, in codes and in words."""

    states: Mapping[str, State]
    words: Mapping[str, frozenset[str]]

    def called(self, code: str | None) -> frozenset[str]:
        """Return the names and demonyms of a country, normalised; empty for one that is not known."""
        return self.words.get(code or "", frozenset())

    def meant(self, text: str) -> frozenset[str]:
        """Return the codes of all countries that a text names: "Pakistani ambassador to China" → PK, CN."""
        plain = f" {normalise(text)} "
        return frozenset(code for code, words in self.words.items() if any(f" {word} " in plain for word in words))


@cache
def countries() -> Countries:
    """Return the countries of the packaged tables."""
    read = [read_state(row) for row in rows(files("kg") / "data" / "authority", "countries.csv")]
    states = {state.alpha2: state for state in sorted(read, key=lambda one: bool(one.until), reverse=True)}
    return Countries(states, {code: _words(state) for code, state in states.items()})


def _words(state: State) -> frozenset[str]:
    peoples = {form for demonym in state.demonyms for form in plurals(demonym)}
    told = {state.name, state.official, *state.aliases, *peoples}
    return frozenset(normalise(word) for word in told if len(word) > 3 or "." in word)  # "us" is a pronoun as well
