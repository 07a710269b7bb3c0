"""Which people or states "they", "the two" or "both ministers" are: those named together before, ranked by a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from kg.antecedents import GENERIC, SUBJECT, Antecedents, of_office
from kg.cast import Cast, Entity, Mention
from kg.roles import COUNTED, SIDES, Role

THRESHOLD = 0.3
_BACK = 8
_LARGEST = 6
_MOST = 24
_SOURCES = ("set", "joined", "verb", "recent", "frequent", "sentence")
Options = dict[tuple[int, ...], tuple[set[str], int]]
"""Sorted entities → how they were found, and the token that named the last of them."""


class Plurals:
    """Chooses the set that a plural mention stands for, from what :class:`~kg.antecedents.Antecedents` has seen."""

    def __init__(self, before: Antecedents) -> None:
        """Take the mentions resolved so far; it follows them as they grow."""
        self.before = before
        self.cast: Cast = before.cast
        self.doc = before.doc

    def best(self, mention: Mention, number: int, role: Role | None) -> tuple[tuple[int, ...], float] | None:
        """Return the likeliest set and its probability, None where nothing was named together.

        ``number`` is how many there are, 0 where the text does not say.
        """
        lemma = role.lemma if role is not None and role.lemma not in COUNTED else None
        options = self._options(mention, number, lemma)
        if not options:
            return None
        order = sorted(options, key=lambda key: (-options[key][1], len(key), key))[:_MOST]
        rows = [self._features(mention, key, *options[key], role, n, len(order)) for n, key in enumerate(order)]
        sets = [tuple(self.cast.entities[e] for e in key) for key in order]
        scores = self.before.rank(self.cast.parsed.span(mention.first, mention.stop), sets, rows, "plural")
        top = min(range(len(order)), key=lambda n: (-scores[n], n))
        return order[top], float(scores[top])

    def _options(self, mention: Mention, number: int, lemma: str | None) -> Options:
        found: Options = {}
        here = self.before.sent[mention.first]

        def offer(entities: tuple[int, ...], source: str, at: int) -> None:
            key = tuple(sorted(set(entities)))
            if not 2 <= len(key) <= _LARGEST or (number >= 2 and len(key) != number):
                return
            if not all(self._fits(self.cast.entities[e], lemma) for e in key):
                return
            sources, last = found.setdefault(key, (set(), at))
            sources.add(source)
            found[key] = (sources, max(last, at))

        near = [m for m in self.before.seen if here - self.before.sent[m.first] <= _BACK and m.first < mention.first]
        for other in near:
            if len(other.entities) > 1:
                offer(other.entities, "set", other.first)
            else:
                offer(self._joined(other), "joined", other.first)
        for names, at in self._together(near):
            offer(names, "verb", at)
        by_sentence: dict[int, dict[int, int]] = {}
        for other in near:
            if other.kind in {"name", "role", "pronoun", "state"}:
                by_sentence.setdefault(self.before.sent[other.first], {}).update(
                    dict.fromkeys(other.entities, other.first)
                )
        for named in by_sentence.values():
            alike = [e for e in named if self._fits(self.cast.entities[e], lemma)]
            for kind in ("person", "state"):
                own = tuple(e for e in alike if self.cast.entities[e].kind == kind)
                offer(own, "sentence", max(named.values()))
        for kind in ("person", "state"):
            last: dict[int, int] = {}
            for other in reversed(near):
                for e in other.entities:
                    if self.cast.entities[e].kind == kind and self._fits(self.cast.entities[e], lemma):
                        last.setdefault(e, other.first)
            often = sorted(last, key=lambda e: (-len(self.before.trails[e]), e))
            for size in (number,) if number else (2, 3):
                for some, source in ((list(last)[:size], "recent"), (often[:size], "frequent")):
                    if len(some) == size:
                        offer(tuple(some), source, max(last[e] for e in some))
        return found

    def _fits(self, entity: Entity, lemma: str | None) -> bool:
        if lemma in SIDES:
            return entity.kind != "person" or lemma in {"side", "party", "rival", "foe"}
        return entity.kind == "state" if entity.kind == "state" and lemma is None else of_office(entity, lemma)

    def _joined(self, mention: Mention) -> tuple[int, ...]:
        """Return who is named in one list with a mention: "A, B and C"."""
        found: list[int] = []
        token = self.doc[mention.head]
        for part in (token, *token.conjuncts):
            other = self.cast.at.get(part.i)
            if other and other.entities and other.kind in {"name", "role", "state", "capital", "pronoun"}:
                found.extend(other.entities)
        return tuple(dict.fromkeys(found))

    def _together(self, near: list[Mention]) -> Iterator[tuple[tuple[int, ...], int]]:
        """Yield those whom one verb brings together: its subject with its object, or with whom it is done."""
        of_verb: dict[int, dict[int, int]] = {}
        subject: dict[int, int] = {}
        for other in near:
            if len(other.entities) != 1 or other.kind not in {"name", "role", "pronoun", "state", "capital"}:
                continue
            verbs = self.before.verbs(self.doc[other.head])
            if verbs:
                of_verb.setdefault(verbs[0].i, {})[other.entities[0]] = other.first
                if self.doc[other.head].dep_ in SUBJECT:
                    subject[verbs[0].i] = other.entities[0]
        for verb, members in of_verb.items():
            for kind in ("person", "state"):
                own = [e for e in members if self.cast.entities[e].kind == kind][:5]
                for pair in combinations(own, 2):
                    if len(own) == 2 or subject.get(verb) in pair:
                        yield pair, max(members[e] for e in pair)
                if len(own) > 2:
                    yield tuple(own), max(members[e] for e in own)

    def _features(
        self, mention: Mention, key: tuple[int, ...], sources: set[str], last: int, role: Role | None, n: int, of: int
    ) -> list[float]:
        before, doc = self.before, self.doc
        here = before.sent[mention.first]
        token = doc[mention.head]
        low = token.lower_
        members = [self.cast.entities[e] for e in key]
        trails = [before.trails.get(e, []) for e in key]
        counts = sorted((len(t) for t in trails), reverse=True)
        sentences = [{before.sent[m.first] for m in trail} for trail in trails]
        shared = set.intersection(*sentences) if sentences else set()
        all_counts = Counter({e: len(t) for e, t in before.trails.items()})
        top = {e for e, _ in all_counts.most_common(len(key))}
        lemma = role.lemma if role is not None else ""
        return [
            *(float(s in sources) for s in _SOURCES), float(len(sources)), float(len(key)),
            float(role.number if role is not None else 0), float(role is None), float(lemma in COUNTED),
            float(lemma in SIDES), float(lemma in GENERIC), float(low == "they"), float(low == "them"),
            float(low == "their"), float(low == "both"), float(role is not None and role.kind == "office"),
            float(all(m.kind == "person" for m in members)), float(all(m.kind == "state" for m in members)),
            float(here - before.sent[last]), float(min(mention.first - last, 200)),
            float(counts[0]), float(counts[-1]), float(sum(counts)), float(len(top & set(key)) / len(key)),
            float(len(shared)), float(min(here - max(shared), 12)) if shared else 12.0,
            float(sum(1 for s in sentences if here in s)), float(before.quoted[mention.first]),
            float(len({m.country for m in members}) == len(members)), float(all(m.named for m in members)),
            float(sum(any(r.lemma == lemma for r in m.roles) for m in members) / len(members)),
            float(sum(bool(m.roles) for m in members) / len(members)),
            float(token.dep_ in SUBJECT), float(token.dep_ == "poss"), float(token.dep_ in {"dobj", "pobj"}),
            float(n), float(of), float(any(m.first == before.protagonist for m in members)),
            float(max((self._subject(t) for t in trails), default=0.0)),
        ]  # fmt: skip

    def _subject(self, trail: list[Mention]) -> float:
        return float(bool(trail) and self.doc[trail[-1].head].dep_ in SUBJECT)
