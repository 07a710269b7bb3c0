"""Which entities a query may mean, how well each fits, and whether one of them is meant beyond doubt.

The score, 0 to 100, is a weighted mean of the likeness of names and of the given properties, so that a property
raises what fits and lowers what does not. What an entity has no value for costs it little, so that one that fits comes
before one of which nothing is known. An identifier decides alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import Store

from server.reconcile import identifiers
from server.reconcile.ask import TEXT, Condition, Question
from server.reconcile.find import MOST_WORDS, Found, by_identifier, by_text, names_an_identifier
from server.reconcile.index import Entity, Index
from server.reconcile.likeness import bones, likeness, words
from server.reconcile.properties import Property
from server.reconcile.values import Value, values

MATCH = 92.0
"""Score from which the first candidate may be a match; one word of two in another transliteration gives 95."""
AHEAD = 5.0
"""Points by which it must lie before the second."""
WRONG_TYPE = 0.6
"""What is left of the score of a wrong type under ``type_strict: should``."""
LEAST = 40.0
"""Candidates are shown whose score, or whose name alone, reaches this."""

WEIGHTS = {"code": 0.3, "name": 0.4, "identifier": 1.0, "number": 0.2, "date": 0.2}
"""Weight of a property by how its values compare; the name has 1."""

LACKING = 6.0
"""Points that an entity loses if it has none of the given properties, in proportion if some."""

WITHIN = 95.0
"""How well a property's value fits that says only a part of what the graph says."""

AGAINST = 50.0
"""A given property that fits less than this stands against a match."""


@dataclass(frozen=True)
class Candidate:
    """An entity that a query may mean; ``features`` are what its score is made of.

    ``identified`` says that a given identifier is its own.
    """

    entity: Entity
    score: float
    match: bool
    identified: bool
    features: tuple[tuple[str, float | bool], ...]


def candidates(store: Store, index: Index, question: Question, *, base: str) -> list[Candidate]:
    """Return the candidates of a query, best first, at most ``question.limit``.

    A match is the first candidate if it scores :data:`MATCH`, lies :data:`AHEAD` of the second, has the types asked
    for, no given property against it, and was found by name or identifier. Of equals, the one that more reports name
    comes first. Properties that are not known, or cannot be compared, do not count.
    """
    given = [(entry, index.properties.find(entry.property)) for entry in question.conditions]
    conditions = [(entry, known) for entry, known in given if known and known.compares != "never"]
    found = by_identifier(index, question, conditions, base)
    if not names_an_identifier(index, question.text, base):
        for number, how in by_text(index, question, conditions).items():
            found[number] = replace(found.get(number, how), name=how.name)
    allowed = _allowed(index, question)
    scored = []
    for number, how in found.items():
        entity = index.entities[number]
        fits = allowed is None or _has_types(entity, allowed)
        if fits or question.strict == "should":
            scored.append(
                _scored(store, index, entity, how, conditions, fits=fits if question.types else None, base=base)
            )
    shown = [each for each in scored if max(each.score, found[index.numbers[each.entity.id]].name or 0.0) >= LEAST]
    shown.sort(key=lambda each: (-each.score, not each.identified, -each.entity.reports, each.entity.id))
    return _decided(shown, limit=question.limit)


def _decided(shown: list[Candidate], *, limit: int) -> list[Candidate]:
    """Return the candidates with the first one's match taken back if the second is too near.

    Who has only the name does not come near the one whose identifier was given.
    """
    first, second = shown[:1], shown[1:2]
    alone = not second or first[0].score - second[0].score >= AHEAD or first[0].identified > second[0].identified
    return [replace(each, match=each.match and alone and place == 0) for place, each in enumerate(shown[:limit])]


def _allowed(index: Index, question: Question) -> list[frozenset[str]] | None:
    """Return the sets of types of which an entity must have one each, or None if any will do."""
    if not question.types:
        return None
    known = [index.types.find(name) for name in question.types]
    below = [index.types.under([kind.id] if kind else []) for kind in known]
    return below if question.strict == "all" else [frozenset().union(*below)]


def _has_types(entity: Entity, allowed: Iterable[frozenset[str]]) -> bool:
    return all(each.intersection(entity.types) for each in allowed)


def _scored(
    store: Store, index: Index, entity: Entity, how: Found,
    conditions: Iterable[tuple[Condition, Property]], *, fits: bool | None, base: str,
) -> Candidate:  # fmt: skip
    """Return a candidate with its score; whether it is a match is decided when all are there."""
    features: list[tuple[str, float | bool]] = []
    parts = [(1.0, how.name)] if how.name is not None else []
    against, lacking = False, 0.0
    if how.name is not None:
        features.append(("name", round(how.name, 1)))
    for condition, known in conditions:
        there = values(store, index, entity, known, base=base)
        if not any(there):
            lacking += WEIGHTS[known.compares]
        else:
            alike = max(_compared(index, known, text, value) for text in condition.values for value in there if value)
            parts.append((WEIGHTS[known.compares], alike))
            against = against or alike < AGAINST
            features.append((f"property:{known.id}", round(alike, 1)))
    identified = how.by_identifier == 100
    score = sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts) if parts else 0.0
    score -= LACKING * lacking / (sum(WEIGHTS[known.compares] for _, known in conditions) or 1.0)
    if how.by_identifier:
        score = max(score, how.by_identifier)
        features.append(("identifier", identified))
    if fits is not None:
        features.append(("type", fits))
    if fits is False:
        score *= WRONG_TYPE
    features.append(("reports", entity.reports))
    found = identified or (how.name is not None and not against)
    score = round(score, 1)
    return Candidate(entity, score, found and fits is not False and score >= MATCH, identified, tuple(features))


def _compared(index: Index, known: Property, text: str, value: Value) -> float:
    """Return how well a given text fits a value of the graph, 0 to 100."""
    told = [str(value[key]) for key in ("str", "id", "name", "date", "int", "float") if key in value]
    if text in told:
        return 100.0
    match known.compares:
        case "code":
            return 100.0 * (text.casefold() == told[0].casefold())
        case "identifier":
            mine = {key for each in told for key in identifiers.of_property(known.id, known.datatype, each)}
            return 100.0 * (not mine.isdisjoint(identifiers.of_property(known.id, known.datatype, text)))
        case "number":
            return _close(text, told[0])
        case "date":
            shorter, longer = sorted((text.partition("T")[0], told[0].partition("T")[0]), key=len)
            return 100.0 * (len(shorter) >= 4 and longer.startswith(shorter))
    asked = words(text) if len(text) <= TEXT else ()
    if not asked or len(asked) > MOST_WORDS:
        return 0.0
    return max(_named(index, asked, words(each)[:MOST_WORDS]) for each in told)


def _named(index: Index, asked: tuple[str, ...], told: tuple[str, ...]) -> float:
    """Return how well a name fits that may say less than the graph: "Prime Minister", "Prime Minister of Italy"."""
    whole = 100 * likeness(asked, told, index.weight)
    return max(whole, WITHIN) if {bones(word) for word in asked} <= {bones(word) for word in told} else whole


def _close(text: str, told: str) -> float:
    """Return how near a number is, 0 from one unit on: half a degree of latitude is some 56 km."""
    try:
        apart = abs(float(text) - float(told))
    except ValueError:
        return 0.0
    return max(0.0, 100 * (1 - apart))  # of what is no number nothing is left: max(0, nan) is 0
