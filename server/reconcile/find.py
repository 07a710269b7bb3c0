"""Which entities a query may mean: by an identifier, by a name, or by a property that singles them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain

from rapidfuzz import fuzz, process

from server.reconcile import identifiers
from server.reconcile.ask import TEXT, Condition, Question
from server.reconcile.index import Index
from server.reconcile.likeness import bones, likeness, words
from server.reconcile.properties import Property

NEAR = 85.0
"""Score by an identifier of what is only probably the same (skos:closeMatch): never a match."""

CODE = 95.0
"""Score by a code such as RUS in place of a name."""

WHOLE_BELOW = 80.0
"""Whole names are tried if no name found by its words scores this."""

LOOKED_AT = 100
"""Most candidates that are compared with a query word by word."""

MOST_WORDS = 30
"""A name has no more words than this."""


@dataclass(frozen=True)
class Found:
    """How an entity was found: the likeness of its name, the score by its identifier, both or neither."""

    name: float | None = None
    by_identifier: float = 0.0


def by_identifier(
    index: Index, question: Question, conditions: Iterable[tuple[Condition, Property]], base: str
) -> dict[int, Found]:
    """Return the entities whose identifier is given, as the text or as a property."""
    sure, near = set[int](), set[int]()
    asked = [
        (index.numbers.get(path), identifiers.of_text(question.text))
        for path in identifiers.path_of(question.text, base)
    ]
    for condition, known in conditions:
        if known.compares == "identifier":
            for text in condition.values:
                keys = identifiers.of_property(known.id, known.datatype, text)
                paths = identifiers.path_of(text, base) if known.id == "iri" else ()
                asked += [(None, keys), *((index.numbers.get(path), ()) for path in paths)]
    for number, keys in asked:
        sure.update(() if number is None else (number,))
        for key in keys:
            sure.update(index.identifiers.get(key, ()))
            near.update(index.near.get(key, ()))
    return {number: Found(by_identifier=NEAR) for number in near} | {
        number: Found(by_identifier=100.0) for number in sure
    }


def names_an_identifier(index: Index, text: str, base: str) -> bool:
    """Return whether a text is an identifier, so that it is not looked for among the names."""
    return bool(identifiers.of_text(text)) or any(path in index.numbers for path in identifiers.path_of(text, base))


def by_text(index: Index, question: Question, conditions: Iterable[tuple[Condition, Property]]) -> dict[int, Found]:
    """Return the entities whose name is like the text; without a text, those that a given property singles out."""
    if question.text:
        return {number: Found(name=name) for number, name in by_name(index, question.text).items()}
    texts = [text for condition, known in conditions if known.id in ("label", "alias") for text in condition.values]
    found = set(chain.from_iterable(by_name(index, text) for text in texts))
    for condition, known in conditions:
        for text in condition.values:
            if known.id == "countryCode":
                found.update(index.countries.get(text.strip().upper(), ()))
            elif known.id == "office":
                offices = process.extract(
                    " ".join(words(text)), index.offices.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=80, limit=10
                )
                found.update(chain.from_iterable(index.offices[label] for label, _, _ in offices))
    most = nlargest(LOOKED_AT, found, key=lambda number: (index.entities[number].reports, -number))
    return dict.fromkeys(most, Found())


def by_name(index: Index, text: str) -> dict[int, float]:
    """Return the entities whose names are like a text, each with the likeness of its best name, 0 to 100.

    Words are looked up by what their transliterations share; for a word that no name has, those spelled like it are
    tried. The :data:`LOOKED_AT` names that share most with the text are then compared word by word. If none is much
    like it, whole names are tried, which finds words written as one.
    """
    asked = words(text) if len(text) <= TEXT else ()
    if not asked or len(asked) > MOST_WORDS:
        return {}
    best = dict.fromkeys(_by_code(index, text), CODE)
    shared = _shared(index, asked)
    _compare(index, asked, nlargest(LOOKED_AT, shared, key=lambda at: (shared[at], *_telling(index, at))), best)
    if max(best.values(), default=0.0) < WHOLE_BELOW:
        whole = process.extract(" ".join(asked), index.names, scorer=fuzz.ratio, score_cutoff=80, limit=10)
        _compare(index, asked, (at for _, _, at in whole), best)
    return best


def _compare(index: Index, asked: tuple[str, ...], names: Iterable[int], best: dict[int, float]) -> None:
    """Note the likeness of names in ``best``, by entity."""
    for at in names:
        alike = 100 * index.trust[at] * likeness(asked, tuple(index.names[at].split()), index.weight)
        best[index.owners[at]] = max(best.get(index.owners[at], 0.0), alike)


def _telling(index: Index, at: int) -> tuple[float, int, int]:
    """Return what ranks names that share as much with a text: trusted, short, of somebody often reported."""
    return index.trust[at], -len(index.names[at]), index.entities[index.owners[at]].reports


def _shared(index: Index, asked: tuple[str, ...]) -> dict[int, float]:
    """Return the names that have words of the text, by the weight of these."""
    shared: dict[int, float] = defaultdict(float)
    for word in dict.fromkeys(asked):
        bone, weight = bones(word), index.weight(word)
        like = [bone]
        if bone not in index.postings and len(bone) > 2:
            near = process.extract(bone, index.postings.keys(), scorer=fuzz.ratio, score_cutoff=70, limit=8)
            like = [key for key, _, _ in near]
        for key in like:
            for at in index.postings.get(key, ()):
                shared[at] += weight
    return shared


def _by_code(index: Index, text: str) -> Iterator[int]:
    """Yield the entities that have a short text in capitals as a code, of whatever kind."""
    if len(text) <= 4 and text.isalpha() and text.isupper():
        for known in index.properties.by_id.values():
            if known.datatype:
                yield from index.identifiers.get(identifiers.notation(known.datatype, text), ())
