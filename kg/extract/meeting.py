"""Meetings: who sits, speaks or telephones with whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from spacy.tokens import Token

from kg.cast import Mention
from kg.extract.candidate import DEPS, PREPS, Draft, Scene, anchor, meet, one_hot

_MEET = (
    "meeting.verb",
    "meeting.receive",
    "meeting.call",
    "meeting.hold",
    "meeting.noun",
    "meeting.phone",
    "meeting.video",
)
_STRONG = ("meeting.verb", "meeting.noun", "meeting.call", "meeting.receive")


@dataclass
class Candidate:
    """Two actors that one sentence brings together, perhaps in a meeting; ``cue`` is the word that would say so."""

    a: int
    b: int
    one: Mention
    two: Mention
    cue: Token
    features: list[float]

    def first_of(self, entity: int) -> int:
        """Return where the mention that stands for one of the two begins."""
        return self.one.first if entity == self.a else self.two.first


def candidates(scene: Scene) -> list[Candidate]:
    """Return every pair of actors of a sentence of whom one at least is a person."""
    found: list[Candidate] = []
    totals = Counter(e for m in scene.cast.mentions for e in m.entities)
    for number, mentions in enumerate(scene.mentions_in):
        actors = [m for m in mentions if m.entities and m.kind != "demonym" and not (m.kind == "role" and m.apposed)]
        people = {
            e for m in actors if not scene.quoted[m.head] for e in m.entities if scene.cast.entities[e].kind == "person"
        }
        implied = scene.implied_actor(number, *_STRONG) if len(people) <= 1 else None
        if implied is not None and not people & set(implied.entities):
            actors.append(implied)
        seen: set[tuple[int, int]] = set()
        for mention in actors:
            for a, b in combinations(mention.entities, 2):
                found.append(_candidate(scene, number, a, b, mention, mention, totals))
                seen.add((min(a, b), max(a, b)))
        best: dict[tuple[int, int], tuple[int, Mention, Mention, int, int]] = {}
        for one, two in combinations(actors, 2):
            for a, _ in one.readings():
                for b, _ in two.readings():
                    if a == b or not _may_meet(scene, a, b):
                        continue
                    pair = (min(a, b), max(a, b))
                    apart = abs(two.head - one.head)
                    if pair not in seen and (pair not in best or apart < best[pair][0]):
                        best[pair] = (apart, one, two, a, b)
        for _, one, two, a, b in best.values():
            found.append(_candidate(scene, number, a, b, one, two, totals))
    return [c for c in found if not scene.clause(c.cue).never]


def _may_meet(scene: Scene, a: int, b: int) -> bool:
    kinds = {scene.cast.entities[a].kind, scene.cast.entities[b].kind}
    return "person" in kinds


def _candidate(
    scene: Scene, number: int, a: int, b: int, one: Mention, two: Mention, totals: Counter[int]
) -> Candidate:
    doc, senses = scene.doc, scene.senses
    start, _stop = scene.sents[number]
    away = scene.sent_of[one.head] != number or scene.sent_of[two.head] != number
    first, second = anchor(doc[one.head]), anchor(doc[two.head])
    top, up_a, up_b = meet(first, second)
    same = one is two or first.i == second.i
    cue = _cue(scene, first, second, top)
    if away:
        cue = next(iter(scene.listed(number, _STRONG)), cue)
    clause = scene.clause(cue)
    listed = scene.listed(number, _STRONG)
    nearest = min((min(abs(t.i - one.head), abs(t.i - two.head)) for t in listed), default=40)
    low, high = sorted((one.head, two.head))
    ea, eb = scene.cast.entities[a], scene.cast.entities[b]
    prep_a = first.head.lower_ if first.dep_ == "pobj" else ""
    prep_b = second.head.lower_ if second.dep_ == "pobj" else ""
    owner_b = second.head.head if second.dep_ == "pobj" else second.head
    subjects, steps = scene.subjects(cue)
    below = {
        g.i
        for c in cue.children
        for g in (c, *c.children)
        if g.dep_ in {"pobj", "dobj", "nsubjpass", "poss", "compound"}
    }
    a_is, b_is = {first.i, one.head}, {second.i, two.head}
    features = [float(senses.listed(cue, name)) for name in _MEET]
    features += [
        float(bool(subjects & a_is)), float(bool(subjects & b_is)), float(steps), float(bool(below & a_is)),
        float(bool(below & b_is)),
        float(bool(subjects) and not subjects & (a_is | b_is)),
        float(any(t.lower_ in {"with", "between"} for t in doc[max(start, min(heads(one, two))) : max(heads(one,
        two))])),
        float(sum(1 for m in scene.mentions_in[number] if m.entities and min(heads(one,
        two)) < m.head < max(heads(one, two)) and m.kind in {"name", "role", "pronoun"})),
    ]  # fmt: skip
    features += [
        float(same),
        float(one.kind == "pronoun"),
        float(two.kind == "pronoun"),
        float(one.kind == "role"),
        float(two.kind == "role"),
        float(two.kind in {"group", "organization"}),
        float(two.kind in {"state", "capital"}),
        float(one.kind in {"group", "organization", "state", "capital"}),
        float(len(one.entities)),
        float(len(two.entities)),
        dict(one.readings()).get(a, 0.0),
        dict(two.readings()).get(b, 0.0),
        float(away),
        float(scene.protagonist in (a, b)),
        float(ea.country is not None and ea.country == eb.country),
        float(ea.country is not None and eb.country is not None and ea.country != eb.country),
        float(ea.named and eb.named),
        float(bool(ea.roles)) + float(bool(eb.roles)),
        float(abs(two.head - one.head)),
        float(min(up_a, 12)),
        float(min(up_b, 12)),
        float(min(nearest, 40)),
        float(len(listed)),
        float(sum(1 for t in listed if low <= t.i <= high)),
        float(sum(1 for t in doc[max(low, start) : high] if t.pos_ == "VERB")),
        float(sum(1 for m in scene.mentions_in[number] if m.kind in {"name", "role"})),
        float(scene.quoted[one.head]),
        float(scene.quoted[two.head]),
        float(scene.zone(one.head) in {"headline", "deck"}),
        float(scene.zone(one.head) == "caption"),
        float(number),
        float(bool(scene.dates_in[number])),
        float(bool(scene.places_in[number])),
        float(second in first.conjuncts),
        float(top is not None and top.i == cue.i),
        float(first.head.i == cue.i),
        float(owner_b.i == cue.i),
        float(
            two.role is not None
            and two.role.owner is not None
            and scene.cast.covering.get(two.role.owner) is not None
            and a in scene.cast.covering[two.role.owner].entities
        ),
        float(totals[a]),
        float(totals[b]),
    ]
    features += one_hot(first.dep_, DEPS)
    features += one_hot(second.dep_, DEPS)
    features += one_hot(prep_a, PREPS)
    features += one_hot(prep_b, PREPS)
    features += list(clause.flags)
    features += senses.of(cue).tolist()
    features += senses.of(top if top is not None else cue).tolist()
    features += senses.of(owner_b).tolist()
    return Candidate(a, b, one, two, cue, features)


def heads(one: Mention, two: Mention) -> tuple[int, int]:
    """Return the heads of two mentions."""
    return one.head, two.head


def _cue(scene: Scene, first: Token, second: Token, top: Token | None) -> Token:
    """Return the word most likely to say that the two meet: listed, on the way between them or right below it."""
    options: list[Token] = []
    for token in (second, first):
        head = token.head.head if token.dep_ == "pobj" else token.head
        options += [head, head.head]
        if head.pos_ == "ADP":
            options.append(head.head)
    if top is not None:
        options.append(top)
        options += [c for c in top.children if c.dep_ in {"dobj", "attr", "xcomp", "prep", "nsubj", "nsubjpass"}]
        options += [
            g for c in top.children if c.dep_ in {"prep", "dobj"} for g in c.children if g.dep_ in {"pobj", "prep"}
        ]
    for names in (
        ("meeting.verb", "meeting.noun", "meeting.call"),
        ("meeting.receive",),
        ("meeting.hold", "meeting.phone", "meeting.video"),
    ):
        for option in options:
            if scene.senses.listed(option, *names) and option.i not in (first.i, second.i):
                return option
    return top if top is not None else first.head


def decode(scene: Scene, found: Sequence[Candidate], scores: Sequence[float], *, threshold: float) -> list[Draft]:
    """Return one draft a meeting.

    Pairs of a sentence that all met each other are one meeting, those of a hub and its partners several.
    """
    by_sentence: dict[int, list[tuple[float, Candidate]]] = defaultdict(list)
    for candidate, score in zip(found, scores, strict=True):
        if score >= threshold:
            by_sentence[scene.sent_of[candidate.cue.i]].append((score, candidate))
    drafts: list[Draft] = []
    for pairs in by_sentence.values():
        drafts.extend(_groups(scene, _one_reading(pairs)))
    return drafts


def _one_reading(pairs: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Keep of each "he" the likeliest reading: nobody meets one man as two."""
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for score, pair in pairs:
        for mention, entity in ((pair.one, pair.a), (pair.two, pair.b)):
            if len(mention.entities) == 1:
                key = (mention.first, mention.stop)
                best[key] = max(best.get(key, (0.0, -1)), (score, entity))
    return [
        (score, pair)
        for score, pair in pairs
        if all(
            best.get((mention.first, mention.stop), (0.0, entity))[1] == entity
            for mention, entity in ((pair.one, pair.a), (pair.two, pair.b))
        )
    ]


def _groups(scene: Scene, pairs: list[tuple[float, Candidate]]) -> list[Draft]:
    edges = {(min(c.a, c.b), max(c.a, c.b)): (s, c) for s, c in sorted(pairs, key=lambda p: p[0])}
    left = set(edges)
    drafts: list[Draft] = []
    while left:
        seed = max(left, key=lambda e: (edges[e][0], e))
        clique = set(seed)
        for node in sorted({n for e in left for n in e}, key=lambda n: -max(edges[e][0] for e in left if n in e)):
            if node not in clique and all((min(node, m), max(node, m)) in left for m in clique):
                clique.add(node)
        used = [e for e in left if set(e) <= clique]
        left -= set(used)
        score, best = edges[seed]
        order = sorted(clique, key=lambda n: min(edges[e][1].first_of(n) for e in used if n in e))
        points = [i for e in used for m in (edges[e][1].one, edges[e][1].two) for i in (m.first, m.stop - 1)] + [
            best.cue.i
        ]
        start, stop = scene.sents[scene.sent_of[best.cue.i]]
        points = [p for p in points if start <= p < stop]
        rule = f"meeting/{'plural' if best.one is best.two else 'pair'}/{best.cue.lemma_.lower()}"
        drafts.append(Draft(tuple(order), None, best.cue.i, scene.cover(*points), score, rule, tuple(best.features)))
    return drafts
